"""What every verifier of receipts is asked: the true ones, and what is made of them by changing one thing.

A verdict is a line, `verdict<TAB>name<TAB>yes|no|gap<TAB>detail`: yes, accepted; no, refused; gap, accepted
although it was changed, because the standard that the verifier implements does not forbid it.
"""

import os
import sys
from dataclasses import replace
from pathlib import Path

import receipt as receipts

WORK = Path(os.environ["WORK"])
# The one of RFC 8032, section 7.1, test 1.
ANOTHER_KEY = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
PARTS = {"signature": "signature", "record": "record", "protected": "protected header"}


def say(name, verdict, detail=""):
    print("verdict", name, verdict, detail, sep="\t", flush=True)


def true_receipts():
    """The name and content of each receipt of the shard, which must be of all kinds and several of a block."""
    shard = (WORK / "shard").read_text().strip()
    files = sorted((WORK / "receipts").glob("*.receipt"))
    ours = [(file.stem, receipts.read(file, shard)) for file in files]
    assert {receipt.outcome for _, receipt in ours} == {"returned", "failed", "trapped"}
    assert max(sharing(ours, receipt) for _, receipt in ours) > 1
    return ours


def sharing(ours, receipt):
    """How many receipts have this one's signature."""
    return sum(other.signature == receipt.signature for _, other in ours)


def judge(verifier, accepts, bits=range(8), strict=False):
    """Asks `accepts(receipt)` everything, prints the verdicts, and ends the process: 1, if one is wrong.

    `strict` is a verifier that checks the signed size and the record's own place, as ours do.
    """
    ours = true_receipts()
    wrong = []

    for name, receipt in ours:
        verdict = "yes" if accepts(receipt) else "no"
        say(f"{verifier}: {name}", verdict, f"seq {receipt.seq}, one signature for {sharing(ours, receipt)}")
        if verdict != "yes":
            wrong.append(name)

    def ask(question, changed, accepted_is="yes"):
        answers = [accepts(receipt) for receipt in changed]
        assert answers, f"there is nothing to ask: {question}"
        verdict = accepted_is if any(answers) else "no"
        say(f"{verifier}: {question}", verdict, f"{sum(answers)} of {len(answers)} accepted")
        if verdict == "yes":
            wrong.append(question)

    one = max((receipt for _, receipt in ours), key=lambda receipt: len(receipt.path))
    for part, called in PARTS.items():
        ask(f"a bit of the {called} flipped", receipts.flips(one, part, bits))
    ask("under another key", [replace(one, key=ANOTHER_KEY)])
    ask("a hash more in the path", [replace(true, path=(*true.path, bytes(32))) for _, true in ours])
    moved = [moved for _, receipt in ours for moved in receipts.moves(receipt)]
    ask("another tree size or place, same root", moved, accepted_is="yes" if strict else "gap")
    sys.exit(f"{verifier} is wrong about: {'; '.join(wrong)}" if wrong else 0)
