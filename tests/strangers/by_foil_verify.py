"""foil-verify, asked the same as the strangers: it accepts what they do, and leaves no gap."""

import os
import subprocess

import cbor2

from judge import WORK, judge
from receipt import WRITER

SHARD = (WORK / "shard").read_text().strip()
FILE = cbor2.loads(next((WORK / "receipts").glob("*.receipt")).read_bytes())


def accepts(receipt):
    magic, version, genesis, _record, _cose, *rest = FILE
    anchor = ["--shard", SHARD]
    if receipt.key != cbor2.loads(genesis)[WRITER]:
        anchor = ["--key", receipt.key.hex()]
    file = cbor2.dumps([magic, version, genesis, receipt.record, receipt.cose, *rest])
    verify = [os.environ["FOIL_VERIFY"], *anchor, "-"]
    code = subprocess.run(verify, input=file, stdout=subprocess.DEVNULL, check=False).returncode
    # 10 is a refusal; anything else would be no verdict.
    if code not in (0, 10):
        raise RuntimeError(f"exit code {code}")
    return code == 0


# A process for each question: one bit of every byte.
judge("foil-verify", accepts, bits=[0], strict=True)
