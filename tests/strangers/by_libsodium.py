"""libsodium and a CBOR library, and nothing that knows COSE: all of a receipt's rules, on one page.

The last line of `accepts` is beyond the standard: it ties key, size and place to what is signed.
"""

from importlib.metadata import version

import cbor2
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from judge import judge
from receipt import HEAD, KID


def accepts(receipt):
    root = receipt.root
    if root is None:
        return False
    signed = cbor2.dumps(["Signature1", receipt.protected, b"", root])
    try:
        VerifyKey(receipt.key).verify(signed, receipt.signature)
    except BadSignatureError:
        return False
    header = cbor2.loads(receipt.protected)
    _height, size, _header = header[HEAD]
    return header[KID] == receipt.kid and receipt.size == size and receipt.index == receipt.seq


judge(f"PyNaCl {version('PyNaCl')} + cbor2 {version('cbor2')}", accepts, strict=True)
