"""pycose: any COSE library verifies the signature, once the root is rebuilt."""

from importlib.metadata import version

from pycose.keys import OKPKey
from pycose.keys.curves import Ed25519
from pycose.messages import Sign1Message

from judge import judge


def accepts(receipt):
    # The library raises where it cannot read a header, and answers no where it can.
    try:
        message = Sign1Message.decode(receipt.cose)
        message.key = OKPKey(crv=Ed25519, x=receipt.key)
        return receipt.root is not None and message.verify_signature(detached_payload=receipt.root)
    except Exception:
        return False


judge(f"pycose {version('pycose')}", accepts)
