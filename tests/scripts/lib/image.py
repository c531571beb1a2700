"""Between an image of a disk and the program `volume`.

    image.py changes BEFORE AFTER    the calls that turn one into the other, as rows: writes.jsonl, trims.jsonl
    image.py read FOIL BLOCKS [SNAPSHOT]    what the program has, to standard output
"""

import json
import subprocess
import sys

BLOCK, CALL_BLOCKS, STEP_BLOCKS = 4096, 128, 1024


def extents(blocks, limit):
    """Runs of neighbours, of at most so many."""
    runs = []
    for block in blocks:
        if runs and runs[-1][-1] + 1 == block and len(runs[-1]) < limit:
            runs[-1].append(block)
        else:
            runs.append([block])
    return runs


def write(name, rows):
    with open(name, "w") as file:
        for at, row in enumerate(rows, 1357000000):
            file.write(json.dumps({"at": at, **row}) + "\n")


def changes(before, after):
    content = lambda image, block: image[block * BLOCK : (block + 1) * BLOCK]
    changed = [at for at in range(len(after) // BLOCK) if content(before, at) != content(after, at)]
    full = [block for block in changed if any(content(after, block))]
    calls = [full[at : at + CALL_BLOCKS] for at in range(0, len(full), CALL_BLOCKS)]
    extent = lambda run: {"block": run[0], "data": after[run[0] * BLOCK : (run[-1] + 1) * BLOCK].hex()}
    write("writes.jsonl", [{"extents": [extent(run) for run in extents(call, CALL_BLOCKS)]} for call in calls])
    empty = extents([block for block in changed if block not in full], STEP_BLOCKS)
    write("trims.jsonl", [{"block": run[0], "count": len(run)} for run in empty])


def read(foil, blocks, snapshot):
    for block in range(0, blocks, CALL_BLOCKS):
        count = min(CALL_BLOCKS, blocks - block)
        ask = ["query", "read", f"block={block}", f"count={count}", f"snapshot={snapshot}", "-o", "json"]
        answer = subprocess.run([foil, *ask], capture_output=True, check=True).stdout
        sys.stdout.buffer.write(bytes.fromhex(json.loads(answer)["value"]))


match sys.argv[1:]:
    case ["changes", before, after]:
        changes(*[open(name, "rb").read() for name in (before, after)])
    case ["read", foil, blocks, *snapshot]:
        read(foil, int(blocks), *(snapshot or ["null"]))
