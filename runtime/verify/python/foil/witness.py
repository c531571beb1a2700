"""Witnesses, the part of a state that something was run on, and the proofs of queries that hold one.

    query   = [caller, method, args, fuel limit, program's wasm, outcome, output, witness]
    witness = [version, first, [[key, [value / [value's hash], next / null] / null]…], shape]

What a witness shows is held to the root. Whether the query comes to its answer on it is for others: no program
is run here.
"""

from typing import NamedTuple

from .codec import ARRAY
from .hashes import STATE_KEY, STATE_VALUE, ZERO
from .objects import ascend, hash_, read_caller
from .proof import BRANCH, CLAIM, CUT, EMPTY, KNOWN, OUT_OF_ORDER, ROOT, SHAPE, Shape, Walk, refuse
from .report import CANNOT_JUDGE, Verdict
from .state import DEPTH_MAX, content, leaf_hash, node_hash

LINK, KEYS_MAX = 3006, 1 << 19
NOTHING, LEAF, SUBTREE = range(3)


class QueryProof(NamedTuple):
    witness: "Witness"

    @classmethod
    def read(cls, r):
        r.array_of(8)
        _caller, _method, _args, _fuel_max, _program = read_caller(r), r.text(), r.bytes(), r.unsigned(), r.bytes()
        _outcome, _output = r.unsigned(8), r.bytes()
        return cls(Witness.read(r))

    def verify(self, root):
        self.witness.open(root)
        reason = "the state is proven, and this verifier runs no query: the answer is not judged"
        raise Verdict(CANNOT_JUDGE, 6015, reason=reason)


class Witness(NamedTuple):
    # Whether no key stands before the first one here.
    first: bool
    # Of each key what is shown: the value's hash, and the next key's hash or `None`; or `None`.
    keys: list
    shape: Shape

    @classmethod
    def read(cls, r):
        r.array_of(4)
        r.version()
        first = r.bool()
        return cls(first, [read_key(r) for _ in range(r.array_max(KEYS_MAX))], Shape.read(r))

    def open(self, root):
        """Succeeds if all that is shown is so in the state of `root`."""
        if not ascend([key for key, _ in self.keys]):
            refuse(OUT_OF_ORDER)
        leaves = self.leaves()
        opening = Opening(self.shape, sorted(leaves.items()))
        _, found = opening.part(0, 0)
        if opening.ops or opening.hashes:
            refuse(SHAPE)
        if opening.known:
            refuse(CLAIM)
        if found != root or found == ZERO:
            refuse(ROOT)

    def leaves(self):
        """The content of each leaf that is given, by the hash of its key."""
        leaves, following = {}, ZERO
        # From the last to the first, since each names the next.
        for at in reversed(range(len(self.keys))):
            key, shown = self.keys[at]
            key = STATE_KEY.padded(key)
            if shown is None and not self.is_linked(at) or shown is not None and shown[1] == following:
                refuse(LINK)
            if shown is not None:
                value, named = shown
                leaves[key] = content(value, following if named is None else named)
            following = key
        if self.first:
            leaves[ZERO] = content(ZERO, following)
        return leaves

    def is_linked(self, at):
        """Whether it is known that no key stands between this one and the one before it here."""
        if at == 0:
            return self.first
        shown = self.keys[at - 1][1]
        return shown is not None and shown[1] is None


def read_key(r):
    r.array_of(2)
    return r.bytes(), r.optional(read_shown)


def read_shown(r):
    r.array_of(2)
    return read_value(r), r.optional(hash_)


def read_value(r):
    """A value, or its hash; its hash either way."""
    start = r.at
    major, _ = r.head()
    r.at = start
    if major == ARRAY:
        r.array_of(1)
        return r.hash()
    return STATE_VALUE.padded(r.bytes())


class Opening(Walk):
    """A shape on its way to a root: all of it counts, whatever was asked."""

    def __init__(self, shape, known):
        super().__init__(shape)
        self.known = known[::-1]

    def part(self, place, depth):
        """What hangs at the first `depth` bits of `place`, and its hash."""
        op = self.ops.pop() if self.ops else refuse(SHAPE)
        if op == EMPTY:
            return NOTHING, ZERO
        if op == BRANCH:
            return self.fork(place, depth)
        if op == CUT:
            cut = self.hash()
            return refuse(SHAPE) if cut == ZERO else (SUBTREE, cut)
        if op == KNOWN:
            key, found = self.known.pop() if self.known else refuse(SHAPE)
        else:
            key, found = self.hash(), self.hash()
        # A leaf that could not hang here was not found here.
        if int.from_bytes(key, "big") >> (256 - depth) != place:
            refuse(CLAIM)
        return LEAF, leaf_hash(key, found)

    def fork(self, place, depth):
        if depth == DEPTH_MAX:
            refuse(SHAPE)
        zeros, zeros_hash = self.part(place << 1, depth + 1)
        ones, ones_hash = self.part(place << 1 | 1, depth + 1)
        if sorted((zeros, ones)) in ([NOTHING, NOTHING], [NOTHING, LEAF]):
            refuse(SHAPE)
        return SUBTREE, node_hash(zeros_hash, ones_hash)
