"""The one COSE form that is signed (RFC 9052), and how a writer is known: commitments, and acts of the authority.

    18([ << {1: -8, 4: kid, 15: {1: origin, 2: shard}, 395: 1, -65538: [height, size, header hash]} >>,
         {} / {396: {-1: [<< [size, index, [path…]] >>]}},  null,  signature ])

With a proof of inclusion in it, it is a COSE Receipt (RFC 9942); without, a commitment.
"""

import re
from typing import NamedTuple

from . import ed25519
from .codec import LENGTH, TAG, TYPE, UNKNOWN, VERSION, Malformed, array, byte_string, decode, text
from .hashes import history_leaf, history_node, root_of_path
from .objects import ORIGIN_MAX, Record, Serving, SignedCall, act, hash_, kid, profile_of, profile_of_system, system

ALG, KID, CLAIMS, STRUCTURE, PROOFS, HEAD = 1, 4, 15, 395, 396, -65538
EDDSA, RFC9162_SHA256 = -8, 1
ISSUER, SUBJECT, INCLUSION = 1, 2, -1

LINKS_MAX = 256


class Protected(NamedTuple):
    raw: bytes
    kid: bytes
    origin: str
    shard: bytes
    height: int
    size: int
    header: bytes

    @classmethod
    def read(cls, r):
        start = r.at
        r.map_of(5)
        number(r, ALG)
        number(r, EDDSA)
        number(r, KID)
        key = r.byte_array(16)
        number(r, CLAIMS)
        r.map_of(2)
        number(r, ISSUER)
        origin = r.text_max(ORIGIN_MAX)
        number(r, SUBJECT)
        at = r.at
        shard = r.text()
        if not re.fullmatch("[0-9a-f]{64}", shard):
            raise Malformed(UNKNOWN, at)
        number(r, STRUCTURE)
        number(r, RFC9162_SHA256)
        number(r, HEAD)
        r.array_of(3)
        height, size, header = r.unsigned(), r.unsigned(), r.hash()
        return cls(r.since(start), key, origin, bytes.fromhex(shard), height, size, header)


class Inclusion(NamedTuple):
    size: int
    index: int
    path: list

    @classmethod
    def read(cls, r):
        r.array_of(3)
        return cls(r.unsigned(), r.unsigned(), r.list(hash_))


class Sign1(NamedTuple):
    raw: bytes
    protected: Protected
    inclusion: Inclusion | None
    signature: bytes

    @classmethod
    def read(cls, r):
        start = r.at
        if r.head() != (TAG, 18):
            raise Malformed(TYPE, start)
        r.array_of(4)
        protected = r.wrapped(Protected.read)
        unprotected = r.at
        count = r.map()
        if count > 1:
            raise Malformed(LENGTH, unprotected)
        inclusion = read_inclusion(r) if count else None
        payload = r.at
        if not r.null():
            raise Malformed(TYPE, payload)
        signature = r.byte_array(64)
        return cls(r.since(start), protected, inclusion, signature)

    @classmethod
    def read_commitment(cls, r):
        start = r.at
        sign1 = cls.read(r)
        if sign1.inclusion is not None:
            raise Malformed(LENGTH, start)
        return sign1

    def names(self, header):
        """Whether this is about the block of `header`, whoever signed it."""
        said = self.protected
        found = (said.shard, said.height, said.size, said.header)
        return found == (header.shard, header.height, header.history_size, header.hash)

    def broken(self, origin, shard, key, root):
        """The number of the first rule that this breaks as the signature of `key` over `root`, or `None`."""
        said = self.protected
        if said.kid != kid(key):
            return 2005
        if said.origin != origin:
            return 2006
        if said.shard != shard:
            return 2007
        signed = array(text("Signature1"), byte_string(said.raw), byte_string(b""), byte_string(root))
        return None if ed25519.verifies(key, signed, self.signature) else 2012


def read_inclusion(r):
    number(r, PROOFS)
    r.map_of(1)
    number(r, INCLUSION)
    r.array_of(1)
    return r.wrapped(Inclusion.read)


def number(r, expected):
    """A number that can only be this one."""
    start = r.at
    if r.signed() != expected:
        raise Malformed(UNKNOWN, start)


class Link(NamedTuple):
    """An act of the authority with its record, and the record's inclusion path."""

    call: bytes
    record: bytes
    path: list

    @classmethod
    def read(cls, r):
        r.array_of(3)
        return cls(r.bytes(), r.bytes(), r.list(hash_))


def read_links(r):
    return [Link.read(r) for _ in range(r.array_max(LINKS_MAX))]


def appointed(genesis, links, size, root):
    """What serves by the acts in `links`, in the history of this size and root; `None`: a bad link."""
    serving, after = Serving(genesis.writer, None, profile_of(genesis)), 0
    for link in links:
        found = proven_act(genesis, serving.profile, link, size, root)
        if found is None or found[0] < after:
            return None
        seq, done = found
        serving, after = serving.after(done), seq + 1
    return serving


def proven_act(genesis, current, link, size, root):
    """Place and act of a link, or `None` where it is no act of the authority in that history, under the profile
    in force."""
    try:
        signed, record = decode(link.call, SignedCall.read), decode(link.record, Record.read)
    except Malformed:
        return None
    call, digest = signed.call, signed.call.digest()
    is_meant = record.version == call.version == VERSION and record.call == digest
    is_here = call.shard == record.shard == genesis.id
    if not (is_meant and is_here and record.outcome == 0 and genesis.has_authority(signed.proof)):
        return None
    is_first = record.program == system(genesis.profile)
    profile = profile_of(genesis) if is_first else profile_of_system(record.program)
    found = None if profile is None else act(profile, call.method, call.args)
    sets = found is not None and found[0] == "set_profile"
    if found is None or (profile <= current if sets else profile != current):
        return None
    leaf = history_leaf(link.record)
    if root_of_path(history_node, leaf, record.seq, size, link.path) != root:
        return None
    return (record.seq, found) if signed.proves_caller(digest) else None
