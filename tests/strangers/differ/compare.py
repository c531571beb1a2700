"""Holds the verifier in Python to the verdicts of the one in Rust, on a folder that `tests/differ` wrote.

    compare.py FOLDER

Exit code, number of the reason, height, seq and offset must be the same for every file; state roots too, where
a bundle breaks no other rule; and which signatures and keys of Ed25519 count. Every difference is printed.
"""

import sys
import time
from collections import Counter
from io import BytesIO
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "runtime/verify/python"))

from foil import ed25519  # noqa: E402
from foil.bundle import verify_bundle  # noqa: E402
from foil.receipt import verify_proof, verify_receipt  # noqa: E402
from foil.report import Anchor, Verdict  # noqa: E402

DIFFERENCES_SHOWN = 50


def anchor(text):
    if text == "-":
        return Anchor()
    kind, _, key = text.rpartition(":")
    return Anchor(key=bytes.fromhex(key)) if kind == "key" else Anchor(shard=bytes.fromhex(key))


def verdict(kind, data, trusted, roots=False):
    """Exit, code, height, seq and offset, as the index writes them."""
    try:
        if kind == ".foil":
            verify_bundle(BytesIO(data), trusted, roots)
        else:
            {".receipt": verify_receipt, ".proof": verify_proof}[kind](data, trusted)
    except Verdict as ended:
        places = ended.places().values()
        return [str(ended.exit), str(ended.code), *("" if at is None else str(at) for at in places)]
    except Exception as error:  # noqa: BLE001 - whatever it is, no input may cause it
        return [f"{type(error).__name__}: {error}"]
    return ["0", "0", "", "", ""]


def files(folder):
    """Of each file its name and, where they differ, what was expected and found; and its code."""
    for line in (folder / "index.tsv").read_text().splitlines():
        name, trusted, *expected, roots = line.split("\t")
        data, kind = (folder / name).read_bytes(), Path(name).suffix
        found = verdict(kind, data, anchor(trusted))
        yield name, expected[1], expected, found
        if roots:
            found = verdict(kind, data, anchor(trusted), roots=True)
            diverges = ["13", "5201", roots]
            yield f"{name} --roots", "5201" if roots != "0" else "roots", *(
                (expected, found) if roots == "0" else (diverges, found[:3])
            )


def signatures(folder):
    for line in (folder / "ed25519.tsv").read_text().splitlines():
        *fields, expected = line.split("\t")
        fields = [bytes.fromhex(field) for field in fields]
        found = ed25519.verifies(*fields) if len(fields) == 3 else ed25519.is_sound(*fields)
        yield line, f"Ed25519, {len(fields)} fields", expected, "yes" if found else "no"
        if len(fields) == 3:
            yield line, "Ed25519, exactly", expected, "yes" if ed25519.verifies_exactly(*fields) else "no"


def main():
    folder, start = Path(sys.argv[1]), time.monotonic()
    codes, different = Counter(), []
    for name, code, expected, found in [*files(folder), *signatures(folder)]:
        codes[code] += 1
        if expected != found:
            different.append(f"{name}: expected {expected}, found {found}")
    print("\n".join(different[:DIFFERENCES_SHOWN]))
    print("reasons:", " ".join(f"{code}×{count}" for code, count in sorted(codes.items())))
    said = f"{codes.total()} judged, {len(different)} differ, {time.monotonic() - start:.0f} s"
    print("verdict", "Python verifier: as the one in Rust", "no" if different else "yes", said, sep="\t")
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
