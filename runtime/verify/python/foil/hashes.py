"""Digests: BLAKE3 with a domain for each kind of object, SHA-256 for the history tree, and Merkle lists."""

from hashlib import sha256

from blake3 import blake3

ZERO = bytes(32)


class Kind:
    """A kind of hashed object: keyed BLAKE3 under `derive_key(context, "")`."""

    def __init__(self, name):
        self.key = blake3(b"", derive_key_context=f"counterfoil v1 {name}").digest()

    def hash(self, *parts):
        return blake3(b"".join(parts), key=self.key).digest()

    def padded(self, data):
        """The digest of the length in 8 bytes, the data, and zeros up to whole blocks of 64."""
        return self.hash(len(data).to_bytes(8, "big"), data, bytes(-(8 + len(data)) % 64))

    def hasher(self):
        return blake3(key=self.key)


GENESIS, PROGRAM, CALL, ARGS = Kind("genesis"), Kind("program"), Kind("call"), Kind("args")
OUTPUT, EVENT, MESSAGE = Kind("output"), Kind("event"), Kind("message")
DIFF, EFFECT, HEADER = Kind("diff"), Kind("effect"), Kind("header")
LIST_NODE, BUNDLE, KEY_ID = Kind("list node"), Kind("bundle"), Kind("key id")
STATE_KEY, STATE_VALUE, STATE_CONTENT = Kind("state key"), Kind("state value"), Kind("state content")
STATE_LEAF, STATE_NODE = Kind("state leaf"), Kind("state node")


def salt(secret, of):
    """A salt that only the holder of `secret` could have named."""
    return blake3(of, key=secret).digest()


def list_node(left, right):
    return LIST_NODE.hash(left, right)


def list_root(of, leaves):
    """The root of a BLAKE3 list in the shape of RFC 9162; the empty one's is H_of("")."""
    if not leaves:
        return of.hash(b"")
    peaks = []
    for index, node in enumerate(leaves):
        while index & 1:
            node = list_node(peaks.pop(), node)
            index >>= 1
        peaks.append(node)
    return bag(list_node, peaks)


def bag(node, peaks):
    """The root over complete subtrees, the largest first."""
    root = peaks[-1]
    for left in reversed(peaks[:-1]):
        root = node(left, root)
    return root


def root_of_path(node, leaf, index, size, path):
    """The root that a path leads to; `None` where it does not fit its place (RFC 9162, section 2.1.3.2)."""
    if index >= size:
        return None
    fn, sn, found = index, size - 1, leaf
    for sibling in path:
        if sn == 0:
            return None
        if fn & 1 or fn == sn:
            found = node(sibling, found)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            found = node(found, sibling)
        fn, sn = fn >> 1, sn >> 1
    return found if sn == 0 else None


def history_leaf(record):
    return sha256(b"\0" + record).digest()


def history_node(left, right):
    return sha256(b"\1" + left + right).digest()


class Frontier:
    """The right edge of the history tree: its size, and the roots of its complete subtrees."""

    def __init__(self, size=0, peaks=()):
        self.size, self.peaks = size, list(peaks)

    def copy(self):
        return Frontier(self.size, self.peaks)

    def push(self, record):
        node, size = history_leaf(record), self.size
        while size & 1:
            node = history_node(self.peaks.pop(), node)
            size >>= 1
        self.peaks.append(node)
        self.size += 1

    def root(self):
        return bag(history_node, self.peaks) if self.peaks else sha256(b"").digest()
