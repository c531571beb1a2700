#!/usr/bin/env python3
"""Verifies what a Counterfoil node signed: a bundle, a receipt or a proof. It runs no program.

    foil_verify.py [--shard ID | --key KEY] [--roots] [-o table|json] FILE

--roots folds the blocks' diffs into a state, in memory, and holds it to their state roots. Exit codes: 0
verified, 10 invalid, 11 consistent but unanchored, 12 cannot judge, 13 a state root differs, 2 usage, 3 IO.

Python 3.11 with the packages blake3 and PyNaCl.
"""

import argparse
import io
import json
import re
import stat
import sys
from pathlib import Path

from foil.bundle import verify_bundle
from foil.receipt import verify_proof, verify_receipt
from foil.report import IO, VERIFIED, WORDS, Anchor, Verdict

SMALL_MAX = 64 << 20
BUNDLE_START = b"\x82\x01"


def hash_(text):
    if not re.fullmatch("[0-9a-f]{64}", text):
        raise argparse.ArgumentTypeError("an id is 64 lowercase hexadecimal digits")
    return bytes.fromhex(text)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    anchor = parser.add_mutually_exclusive_group()
    anchor.add_argument("--shard", metavar="ID", type=hash_, help="the shard's id")
    anchor.add_argument("--key", metavar="KEY", type=hash_, help="the writer's key, instead of a shard's id")
    parser.add_argument("--roots", action="store_true", help="hold a bundle's diffs to its state roots too")
    parser.add_argument("-o", "--output", choices=("table", "json"), default="table")
    parser.add_argument("file", metavar="FILE", help="`-` reads standard input")
    return parser.parse_args()


def opened(name):
    """A stream of the file's bytes; anything but a regular file would be waited for, or never end."""
    if name == "-":
        return sys.stdin.buffer
    if not stat.S_ISREG(Path(name).stat().st_mode):
        raise OSError("it is not a regular file")
    return open(name, "rb")


class Joined:
    """What was read of a stream already, and the rest of it."""

    def __init__(self, start, rest):
        self.start, self.rest = io.BytesIO(start), rest

    def read(self, count):
        return self.start.read(count) or self.rest.read(count)


def verify(args, anchor):
    """What kind of file it is, and the facts found."""
    try:
        stream = opened(args.file)
        start = stream.read(64)
        if start.startswith(BUNDLE_START) or not start:
            return "bundle", lambda: verify_bundle(Joined(start, stream), anchor, args.roots)
        data = start + stream.read(SMALL_MAX)
    except OSError as error:
        raise Verdict(IO, 6009, reason=f"cannot read {args.file}: {error}") from None
    if any(start.startswith(b"counterfoil proof", at) for at in range(4)):
        return "proof", lambda: verify_proof(data, anchor)
    return "receipt", lambda: verify_receipt(data, anchor)


def main():
    args = arguments()
    kind, facts, verdict = "file", {}, Verdict(VERIFIED, reason="verified")
    try:
        kind, found = verify(args, Anchor(args.shard, args.key))
        facts = found()
    except Verdict as ended:
        verdict = ended
    code = f"E{verdict.code}" if verdict.code else None
    if args.output == "json":
        said = {"kind": kind, "exit": verdict.exit, "code": code, "reason": verdict.reason}
        print(json.dumps(said | verdict.places() | {"facts": facts}, indent=2))
    else:
        for name, value in facts.items():
            for row in [value] if name != "values" else [f"{each['key']} {each['value']}" for each in value]:
                print(f"{name:>14}  {row}")
        places = "".join(f" {name}={at}" for name, at in verdict.places().items() if at is not None)
        print(f"{code + ' ' if code else ''}{WORDS[verdict.exit]}:{places} {verdict.reason}")
    return verdict.exit


if __name__ == "__main__":
    sys.exit(main())
