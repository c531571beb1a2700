"""The state trie: its root, by folding diffs into it.

    T(no key)  = 32 zero bytes
    T(one key) = H_leaf(key hash ‖ H_content(value hash ‖ hash of the next key in byte order))
    T(more)    = H_node(T(keys whose next bit is 0) ‖ T(keys whose next bit is 1))

over the bits of the key hashes, the most significant first; a sentinel whose key hash and value hash are zero
stands before the first key, and what follows the last is zero.
"""

from bisect import bisect_left, insort

from .hashes import STATE_CONTENT, STATE_KEY, STATE_LEAF, STATE_NODE, STATE_VALUE, ZERO

DEPTH_MAX = 256


def bit(key, index):
    """Bit `index` of a hash, counted from the most significant one of its first byte."""
    return key[index >> 3] >> (7 - (index & 7)) & 1


def content(value, next_key):
    return STATE_CONTENT.hash(value, next_key)


def leaf_hash(key, content_):
    return STATE_LEAF.hash(key, content_)


def node_hash(zeros, ones):
    return STATE_NODE.hash(zeros, ones)


EMPTY_ROOT = leaf_hash(ZERO, content(ZERO, ZERO))


class Leaf:
    __slots__ = ("key", "hash")

    def __init__(self, key, hash):
        self.key, self.hash = key, hash


class Branch:
    __slots__ = ("sides", "hash")

    def __init__(self, zeros, ones):
        self.sides = (zeros, ones)
        self.hash = node_hash(*(side.hash if side else ZERO for side in self.sides))


class State:
    """All keys of a shard's state, in memory, with the trie over them."""

    def __init__(self):
        self.keys = []
        # By key: the hash of the key, and of its value. The sentinel is the key `None`.
        self.hashes = {None: (ZERO, ZERO)}
        self.trie = Leaf(ZERO, EMPTY_ROOT)

    def root(self):
        return self.trie.hash

    def apply(self, diff):
        """Folds in a diff: pairs of key and value, or key and `None`, keys ascending."""
        # Those whose leaf changes: their value does, or their next key. The diff ascends, so that what stands
        # before one of its keys now will stand there in the end.
        touched, gone = set(), []
        for key, value in diff:
            known = key in self.hashes
            if value is None and known:
                gone.append(self.hashes.pop(key)[0])
                self.keys.pop(bisect_left(self.keys, key))
            if value is not None:
                if not known:
                    insort(self.keys, key)
                self.hashes[key] = (STATE_KEY.padded(key), STATE_VALUE.padded(value))
                touched.add(key)
            if known != (value is not None):
                touched.add(self.before(key))
        edits = {hash_: None for hash_ in gone}
        for key in touched:
            hash_, value = self.hashes[key]
            edits[hash_] = leaf_hash(hash_, content(value, self.next_of(key)))
        self.trie = edited(self.trie, sorted(edits.items()), 0)

    def before(self, key):
        at = bisect_left(self.keys, key)
        return self.keys[at - 1] if at else None

    def next_of(self, key):
        at = 0 if key is None else bisect_left(self.keys, key) + 1
        return self.hashes[self.keys[at]][0] if at < len(self.keys) else ZERO


def edited(node, edits, depth):
    """The subtree after `edits`, pairs of key hash and leaf hash or `None`, ascending and all below it."""
    if not edits:
        return node
    if not isinstance(node, Branch):
        leaves = dict(edits)
        if node is not None:
            leaves.setdefault(node.key, node.hash)
        kept = sorted((key, hash_) for key, hash_ in leaves.items() if hash_ is not None)
        return built(kept, depth)
    split = next((at for at, (key, _) in enumerate(edits) if bit(key, depth)), len(edits))
    zeros = edited(node.sides[0], edits[:split], depth + 1)
    ones = edited(node.sides[1], edits[split:], depth + 1)
    return joined(zeros, ones)


def joined(zeros, ones):
    """Nothing and a leaf are that leaf: it hangs as high as it can."""
    if zeros is None and not isinstance(ones, Branch):
        return ones
    if ones is None and not isinstance(zeros, Branch):
        return zeros
    return Branch(zeros, ones)


def built(leaves, depth):
    if not leaves:
        return None
    if len(leaves) == 1:
        return Leaf(*leaves[0])
    split = next((at for at, (key, _) in enumerate(leaves) if bit(key, depth)), len(leaves))
    return joined(built(leaves[:split], depth + 1), built(leaves[split:], depth + 1))
