"""A proof of a range, as a liar would hand it on.

    proof.py without ENTRY PROOF OTHER    writes the same proof with one of its entries left out, the first of them 0

A proof is CBOR, [name, version, receipt, kind, [version, from, to, before, [[key, value], …], after, shape]].
Nothing else is changed, and the count of the entries is made to fit.
"""

import sys


def head(data, at):
    """Major type, argument and where what it announces begins."""
    major, short = data[at] >> 5, data[at] & 31
    if short < 24:
        return major, short, at + 1
    size = 1 << (short - 24)
    return major, int.from_bytes(data[at + 1 : at + 1 + size], "big"), at + 1 + size


def end(data, at):
    """Where the item that begins here ends."""
    major, argument, at = head(data, at)
    if major in (2, 3):
        return at + argument
    for _ in range({4: argument, 5: 2 * argument, 6: 1}.get(major, 0)):
        at = end(data, at)
    return at


def item(data, at, index):
    """Where an item of the array that begins here begins."""
    at = head(data, at)[2]
    for _ in range(index):
        at = end(data, at)
    return at


def array(length):
    return bytes([0x80 | length]) if length < 24 else bytes([0x98, length])


def without(data, index):
    entries = item(data, item(data, 0, 4), 4)
    _, count, first = head(data, entries)
    at = item(data, entries, index)
    return data[:entries] + array(count - 1) + data[first:at] + data[end(data, at) :]


_, _, index, proof, other = sys.argv
with open(proof, "rb") as file:
    data = file.read()
with open(other, "wb") as file:
    file.write(without(data, int(index)))
