"""scitt-cose: the IETF SCITT receipts of another author; it rebuilds the root by itself."""

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from scitt_cose import __version__, verify_receipt

from judge import judge


def pem(key):
    return Ed25519PublicKey.from_public_bytes(key).public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def accepts(receipt):
    result = verify_receipt(
        receipt.cose, leaf_entry_hex=receipt.record.hex(), log_public_key_pem=pem(receipt.key)
    )
    return result.ok


judge(f"scitt-cose {__version__}", accepts)
