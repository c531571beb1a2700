"""A receipt, as a stranger reads it: CBOR, BLAKE3 for our ids, SHA-256 for the history tree.

The file is `["counterfoil receipt", version, genesis, record, cose, ...]`. Whoever knows the shard's id needs
nothing else: it is the hash of the genesis, which names the key that signs. What later versions append is not
needed for the first key's signatures, and is ignored.
"""

import hashlib
from dataclasses import dataclass, replace

import blake3
import cbor2

MAGIC = "counterfoil receipt"
SIGN1 = 18  # the tag of COSE_Sign1, RFC 9052
KID = 4
PROOFS, INCLUSION = 396, -1  # RFC 9942
HEAD = -65538  # our own protected label: [height, size, header hash]
# Places in our arrays: the writer's key in a genesis, the effect in a record, and in it seq and outcome.
WRITER = 4
EFFECT, SEQ, OUTCOME = 0, 2, 10


def kind_hash(version, kind, data):
    """H_kind: keyed by what BLAKE3 derives from the kind's context, of which the version is part."""
    key = blake3.blake3(b"", derive_key_context=f"counterfoil v{version} {kind}").digest()
    return blake3.blake3(data, key=key).digest()


@dataclass(frozen=True)
class Receipt:
    """A record, its place and path in the tree, and a signature over the root they lead to."""

    key: bytes  # of the one who signs: 32 bytes, Ed25519
    kid: bytes  # the key's short name
    record: bytes
    protected: bytes
    size: int
    index: int
    path: tuple
    signature: bytes

    @property
    def cose(self):
        """The COSE receipt of RFC 9942, with the root detached."""
        proof = cbor2.dumps([self.size, self.index, list(self.path)])
        unprotected = {PROOFS: {INCLUSION: [proof]}}
        return cbor2.dumps(cbor2.CBORTag(SIGN1, [self.protected, unprotected, None, self.signature]))

    @property
    def root(self):
        """The root that the record and its path lead to; None where they do not fit."""
        leaf = hashlib.sha256(b"\0" + self.record).digest()
        return root_of_path(leaf, self.index, self.size, self.path)

    @property
    def seq(self):
        """The record's place in history, as the record itself says it."""
        return cbor2.loads(self.record)[EFFECT][SEQ]

    @property
    def outcome(self):
        """returned, failed or trapped, from the record's outcome code."""
        return {0: "returned", 1: "failed"}.get(cbor2.loads(self.record)[EFFECT][OUTCOME], "trapped")


def read(path, shard):
    """The receipt in a file, by the key of the genesis whose hash is the shard's id (hexadecimal)."""
    magic, version, genesis, record, cose, *_ = cbor2.loads(path.read_bytes())
    if magic != MAGIC:
        raise ValueError(f"{path} is no receipt")
    if kind_hash(version, "genesis", genesis).hex() != shard:
        raise ValueError(f"{path} is of another shard")
    key = cbor2.loads(genesis)[WRITER]
    protected, unprotected, payload, signature = cbor2.loads(cose).value
    ((proof,),) = (proofs[INCLUSION] for proofs in unprotected.values())
    size, index, hashes = cbor2.loads(proof)
    kid = kind_hash(version, "key id", key)[:16]
    receipt = Receipt(key, kid, record, protected, size, index, tuple(hashes), signature)
    # What is changed below is changed in these parts, so they must be all there is.
    if payload is not None or receipt.cose != cose:
        raise ValueError(f"{path} holds more than a record, a proof and a signature")
    return receipt


def root_of_path(node, index, size, path):
    """RFC 9162, section 2.1.3.2: from a leaf up to the root."""
    if index >= size:
        return None
    last = size - 1
    for sibling in path:
        if last == 0:
            return None
        if index & 1 or index == last:
            node = hashlib.sha256(b"\1" + sibling + node).digest()
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\1" + node + sibling).digest()
        index, last = index >> 1, last >> 1
    return node if last == 0 else None


def flips(receipt, part, bits):
    """The receipt with one bit of a part changed, for each of some bits of each byte."""
    data = getattr(receipt, part)
    for at in range(len(data)):
        for bit in bits:
            changed = bytes([data[at] ^ 1 << bit])
            yield replace(receipt, **{part: data[:at] + changed + data[at + 1 :]})


def moves(receipt):
    """The receipt with a tree size or place that is not the signed one, and yet leads to the signed root.

    RFC 9942 signs the root alone, so whoever checks no more accepts these.
    """
    root = receipt.root
    for size in range(1, 2 * receipt.size):
        for index in {receipt.index, size - 1}:
            moved = replace(receipt, size=size, index=index)
            if (size, index) != (receipt.size, receipt.index) and moved.root == root:
                yield moved
