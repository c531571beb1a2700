"""Proofs of state: the values of keys, or all entries of a range, against a root.

A proof holds the trie pruned to its targets, in preorder, one byte a node, and the hashes of those that have some:

    0 empty    1 branch    2 cut: its hash    3 known: the leaf of a target    4 foreign: key hash, content

One trie and one list of targets have one shape; every other way to write it is refused.
"""

from typing import NamedTuple

from .codec import UNKNOWN, Malformed, Reader
from .hashes import STATE_KEY, STATE_VALUE, ZERO
from .objects import ascend, hash_
from .report import INVALID, Verdict
from .state import DEPTH_MAX, bit, content, leaf_hash, node_hash

EMPTY, BRANCH, CUT, KNOWN, FOREIGN = range(5)
OUT_OF_ORDER, BOUNDS, SHAPE, CLAIM, ROOT = range(3001, 3006)


def refuse(code):
    raise Verdict(INVALID, code)


class Shape(NamedTuple):
    ops: bytes
    hashes: list

    @classmethod
    def read(cls, r):
        r.array_of(2)
        start = r.at
        ops = r.bytes()
        if ops and max(ops) > FOREIGN:
            raise Malformed(UNKNOWN, start)
        return cls(ops, r.list(hash_))

    def verify(self, root, targets):
        """Succeeds if every target, key hash and content or `None`, is as claimed in the trie of `root`."""
        walk = Walk(self)
        found = walk.subtree(0, sorted(targets, key=lambda target: target[0]))
        if walk.ops or walk.hashes:
            refuse(SHAPE)
        if found != root or found == ZERO:
            refuse(ROOT)


class Walk:
    """A verifier's place in a shape: what is left of it, the next last."""

    def __init__(self, shape):
        self.ops, self.hashes = list(reversed(shape.ops)), list(reversed(shape.hashes))

    def hash(self):
        return self.hashes.pop() if self.hashes else refuse(SHAPE)

    def subtree(self, depth, targets):
        op = self.ops.pop() if self.ops else refuse(SHAPE)
        if op == EMPTY:
            absent(targets)
            return ZERO
        if op == BRANCH:
            return self.branch(depth, targets)
        if op == CUT:
            if targets:
                refuse(CLAIM)
            cut = self.hash()
            return refuse(SHAPE) if cut == ZERO else cut
        if op == KNOWN:
            present = [target for target in targets if target[1] is not None]
            if len(present) != 1:
                refuse(CLAIM if targets else SHAPE)
            return leaf_hash(*present[0])
        key, found = self.hash(), self.hash()
        foreign(depth, targets, key)
        return leaf_hash(key, found)

    def branch(self, depth, targets):
        if depth == DEPTH_MAX or not targets:
            refuse(SHAPE)
        zeros = self.subtree(depth + 1, [target for target in targets if not bit(target[0], depth)])
        ones = self.subtree(depth + 1, [target for target in targets if bit(target[0], depth)])
        return node_hash(zeros, ones)


def absent(targets):
    if any(found is not None for _, found in targets):
        refuse(CLAIM)


def foreign(depth, targets, key):
    """A path that ends at a leaf of another key proves that its targets are absent."""
    absent(targets)
    if not targets:
        refuse(SHAPE)
    if any(target == key for target, _ in targets):
        refuse(CLAIM)
    # A leaf that could not stand here was not found here.
    if any(bit(key, at) != bit(targets[0][0], at) for at in range(depth)):
        refuse(SHAPE)


class KeysProof(NamedTuple):
    """`[version, [[key, [value, hash of the next key] / null]…], shape]`."""

    claims: list
    shape: Shape

    @classmethod
    def read(cls, r):
        r.array_of(3)
        r.version()
        return cls(r.list(read_claim), Shape.read(r))

    def verify(self, root):
        """The keys, each with its value or `None`."""
        if not ascend([key for key, _ in self.claims]):
            refuse(OUT_OF_ORDER)
        targets = []
        for key, claim in self.claims:
            found = claim and content(STATE_VALUE.padded(claim[0]), claim[1])
            targets.append((STATE_KEY.padded(key), found))
        self.shape.verify(root, targets)
        return [(key, claim and claim[0]) for key, claim in self.claims]


def read_claim(r):
    r.array_of(2)
    return r.bytes(), r.optional(read_present)


def read_present(r):
    r.array_of(2)
    return r.bytes(), r.hash()


class RangeProof(NamedTuple):
    """`[version, from, to / null, [key before, its value's hash] / null, [[key, value]…], key after / null,
    shape]`."""

    first: bytes
    to: bytes | None
    before: tuple | None
    entries: list
    after: bytes | None
    shape: Shape

    @classmethod
    def read(cls, r):
        r.array_of(7)
        r.version()
        first, to, before = r.bytes(), r.optional(Reader.bytes), r.optional(read_present)
        return cls(first, to, before, r.list(read_entry), r.optional(Reader.bytes), Shape.read(r))

    def verify(self, root):
        """All entries of the range."""
        keys = [key for key, _ in self.entries]
        if not ascend(keys):
            refuse(OUT_OF_ORDER)
        to = self.to if self.to is None else max(self.to, self.first)
        holds = (
            self.before is None or self.before[0] < self.first,
            self.after is None or (to is not None and self.after >= to),
            all(key >= self.first and (to is None or key < to) for key in keys),
        )
        if not all(holds):
            refuse(BOUNDS)
        leaves = [(ZERO, ZERO) if self.before is None else (STATE_KEY.padded(self.before[0]), self.before[1])]
        leaves += [(STATE_KEY.padded(key), STATE_VALUE.padded(value)) for key, value in self.entries]
        following = [key for key, _ in leaves[1:]]
        following.append(ZERO if self.after is None else STATE_KEY.padded(self.after))
        targets = [(key, content(value, after)) for (key, value), after in zip(leaves, following)]
        self.shape.verify(root, targets)
        return self.entries


def read_entry(r):
    r.array_of(2)
    return r.bytes(), r.bytes()
