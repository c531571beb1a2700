"""What is signed and recorded: geneses, calls with their proofs, records, the acts of the authority."""

import re
from typing import NamedTuple

from . import ed25519
from .codec import ABSENT, LENGTH, UNKNOWN, VERSION, Malformed, array, byte_string, decode, text, unsigned
from .hashes import ARGS, CALL, GENESIS, KEY_ID, LIST_NODE, PROGRAM, list_node, root_of_path

# The rules of execution that this verifier knows, profiles `1` and `2`, by their place here.
PROFILES = (
    bytes.fromhex("a853aa527d0a7354a5987d1c1d1b3273696562b75c1bc3206ca0da7ac19cf85b"),
    bytes.fromhex("b5fad0c6795da5e077f335c472da92d2aeea574ffb997a018cd6465ab188eb19"),
)

METHOD_MAX, PRINCIPAL_MAX, ORIGIN_MAX, KEYS_MAX = 64, 64, 128, 64
ARGS_MAX, WINDOW_MAX = 2 << 20, 400 * 24 * 3_600_000
FUEL_MAX = 100_000_000_000

NOBODY, KEY, PRINCIPAL, SHARD, TIMER = range(5)
UNPROVED, SIGNATURE, ENVELOPE, AUTHORITY = range(4)
OF_CALL, OF_ENVELOPE, OF_AUTHORITY = 1, 2, 3


class Quorum(NamedTuple):
    threshold: int
    keys: list

    @classmethod
    def read(cls, r):
        r.array_of(2)
        return cls(r.unsigned(32), r.list(hash_))

    def is_sound(self):
        return are_keys(self.keys) and self.threshold <= len(self.keys)


class Genesis(NamedTuple):
    id: bytes
    version: int
    profile: bytes
    origin: str
    authority: Quorum
    writer: bytes
    writes: int
    replicas: list
    window_ms: int
    start_ms: int
    jump_ms: int
    witnesses: Quorum

    @classmethod
    def read(cls, r):
        start = r.at
        r.array_of(10)
        version, profile, origin = r.unsigned(8), r.hash(), r.text()
        authority, writer = Quorum.read(r), r.hash()
        r.array_of(2)
        writes, replicas = r.unsigned(32), r.list(hash_)
        window_ms = r.unsigned()
        r.array_of(2)
        start_ms, jump_ms = r.unsigned(), r.unsigned()
        witnesses, _nonce = Quorum.read(r), r.byte_array(16)
        id_ = GENESIS.hash(r.since(start))
        return cls(
            id_, version, profile, origin, authority, writer, writes, replicas, window_ms, start_ms, jump_ms,
            witnesses,
        )  # fmt: skip

    def broken(self):
        """The field that breaks a rule, or `None`."""
        rules = (
            ("version", self.version == VERSION),
            ("origin", is_origin(self.origin)),
            ("authority", self.authority.is_sound() and self.authority.threshold > 0),
            ("writer", ed25519.is_sound(self.writer)),
            ("replicas", are_keys(self.replicas) and self.writer not in self.replicas),
            ("writes", 1 <= self.writes <= len(self.replicas) + 1),
            ("window", 0 < self.window_ms <= WINDOW_MAX),
            ("time", self.jump_ms > 0 and self.start_ms < 1 << 52),
            ("witnesses", self.witnesses.is_sound()),
        )
        return next((field for field, holds in rules if not holds), None)

    def has_authority(self, proof):
        """Whether enough of the authority's keys are named; that they signed is `proves_caller`'s to say."""
        kind, signatures = proof
        named = [key for key, _ in signatures if key in self.authority.keys] if kind == AUTHORITY else []
        return len(named) >= self.authority.threshold


def hash_(r):
    return r.hash()


def are_keys(keys):
    return len(keys) <= KEYS_MAX and ascend(keys) and all(map(ed25519.is_sound, keys))


def ascend(items):
    return all(a < b for a, b in zip(items, items[1:]))


def is_origin(origin):
    return len(origin) <= ORIGIN_MAX and re.fullmatch("[a-z0-9.-]+(/[a-z0-9.-]+)*", origin) is not None


def kid(key):
    """A key's short name in COSE headers."""
    return KEY_ID.hash(key)[:16]


def system(profile):
    """The id of the built-in program of the authority's acts."""
    return PROGRAM.hash(b"system ", profile)


SYSTEMS = tuple(map(system, PROFILES))


def profile_of(genesis):
    """The profile that a shard begins under: of one that is not known, the acts are those of the first."""
    return PROFILES.index(genesis.profile) if genesis.profile in PROFILES else 0


def profile_of_system(program):
    """The profile whose `system` program this is, or `None`."""
    return SYSTEMS.index(program) if program in SYSTEMS else None


def read_caller(r):
    """`[kind, bytes]`; returns the kind and the bytes."""
    start = r.at
    r.array_of(2)
    kind, data = r.unsigned(8), r.bytes()
    wide = {NOBODY: len(data) == 0, KEY: len(data) == 32, PRINCIPAL: len(data) <= PRINCIPAL_MAX}
    wide |= {SHARD: len(data) == 32, TIMER: len(data) == 8}
    if not wide.get(kind, False) or kind == PRINCIPAL and not is_utf8(data):
        raise Malformed(UNKNOWN, start)
    return kind, data


def is_utf8(data):
    try:
        data.decode("utf-8")
        return True
    except UnicodeDecodeError:
        return False


def caller_bytes(caller):
    kind, data = caller
    return array(unsigned(kind), byte_string(data))


class Envelope(NamedTuple):
    index: int
    size: int
    path: list
    signature: bytes

    @classmethod
    def read(cls, r):
        r.array_of(4)
        return cls(r.unsigned(), r.unsigned(), r.list(hash_), r.byte_array(64))


def read_proof(r):
    """`[kind, proof]`: kind and what it says."""
    start = r.at
    r.array_of(2)
    kind = r.unsigned(8)
    if kind == UNPROVED and r.null():
        return kind, None
    if kind == SIGNATURE:
        return kind, r.byte_array(64)
    if kind == ENVELOPE:
        return kind, Envelope.read(r)
    if kind == AUTHORITY:
        return kind, r.list(read_signature)
    raise Malformed(UNKNOWN, start)


def read_signature(r):
    r.array_of(2)
    return r.hash(), r.byte_array(64)


class Call(NamedTuple):
    version: int
    shard: bytes
    program: bytes | None
    method: str
    args: bytes
    salt: bytes
    caller: tuple
    key: bytes
    expires_ms: int
    fuel_max: int
    # Where arguments and salt are erased: their digest. They are empty then.
    erased: bytes | None

    @classmethod
    def read(cls, r):
        r.array_of(10)
        return cls(r.unsigned(8), r.hash(), *cls.read_rest(r))

    @classmethod
    def read_within(cls, r, shard):
        """As in a block, which names the shard for all its calls; of an erased one, an array of eight."""
        start = r.at
        members = r.array()
        if members not in (8, 9):
            raise Malformed(LENGTH, start)
        return cls(r.unsigned(8), shard, *cls.read_rest(r, members == 8))

    @staticmethod
    def read_rest(r, is_erased=False):
        program, method = r.optional(hash_), r.text()
        args, salt, erased = (b"", b"", r.hash()) if is_erased else (r.bytes(), r.hash(), None)
        return program, method, args, salt, read_caller(r), r.hash(), r.unsigned(), r.unsigned(), erased

    def digest(self):
        """Over the call with arguments and salt replaced by one digest, so that both can be erased."""
        return CALL.hash(array(
            unsigned(self.version),
            byte_string(self.shard),
            ABSENT if self.program is None else byte_string(self.program),
            text(self.method),
            byte_string(self.erased or ARGS.hash(self.salt, self.args)),
            caller_bytes(self.caller),
            byte_string(self.key),
            unsigned(self.expires_ms),
            unsigned(self.fuel_max),
        ))  # fmt: skip


class SignedCall(NamedTuple):
    call: Call
    proof: tuple

    @classmethod
    def read(cls, r):
        r.array_of(2)
        return cls(Call.read(r), read_proof(r))

    def proves_caller(self, digest):
        """Whether the proof shows that the call of this digest comes from its caller."""
        caller, data = self.call.caller
        kind, proof = self.proof
        if kind == UNPROVED:
            return caller in (NOBODY, PRINCIPAL)
        if kind == AUTHORITY:
            signed = message(OF_AUTHORITY, self.call.shard, digest)
            keys = [key for key, _ in proof]
            in_form = caller == NOBODY and len(keys) <= KEYS_MAX and ascend(keys)
            return in_form and all(ed25519.verifies(key, signed, signature) for key, signature in proof)
        if caller != KEY:
            return False
        if kind == SIGNATURE:
            return ed25519.verifies(data, message(OF_CALL, self.call.shard, digest), proof)
        root = root_of_path(list_node, digest, proof.index, proof.size, proof.path)
        if root is None:
            return False
        signed = LIST_NODE.hash(proof.size.to_bytes(8, "big"), root)
        return ed25519.verifies(data, message(OF_ENVELOPE, self.call.shard, signed), proof.signature)


def message(subject, shard, digest):
    """The 78 bytes that are signed."""
    return b"counterfoil\0" + bytes([VERSION, subject]) + shard + digest


def act(profile, method, args):
    """The act that a call of a profile's system program names, `(method, what it says)`, or `None`: a program, a
    key, a profile, a number, or of a revert height, root and program."""
    if method not in ACTS[profile]:
        return None
    try:
        value = decode(args, ACTS[profile][method])
    except Malformed:
        return None
    if method == "set_writer" and not ed25519.is_sound(value):
        return None
    return None if method == "set_profile" and value != PROFILES[profile] else (method, value)


class Serving(NamedTuple):
    """Who writes, which program serves, under which profile."""

    writer: bytes
    program: bytes | None
    profile: int

    def after(self, done):
        """The same after an act."""
        match done:
            case ("deploy" | "upgrade"), program:
                return self._replace(program=program)
            case "revert", (_height, _root, program):
                return self._replace(program=program)
            case "set_writer", key:
                return self._replace(writer=key)
            case "set_profile", profile:
                return self._replace(profile=PROFILES.index(profile))
        return self


def one_hash(r):
    r.array_of(1)
    return r.hash()


def one_number(r):
    r.array_of(1)
    return r.unsigned()


def read_revert(r):
    r.array_of(3)
    return r.unsigned(), r.hash(), r.hash()


FIRST_ACTS = {"deploy": one_hash, "set_writer": one_hash, "revert": read_revert, "advance": one_number}
MORE_ACTS = {"set_profile": one_hash, "upgrade": one_hash, "migrate": one_hash}
MORE_ACTS |= {"erase": one_number, "prune": one_number}
ACTS = (FIRST_ACTS, FIRST_ACTS | MORE_ACTS)


class Record(NamedTuple):
    """A leaf of the history tree."""

    version: int
    shard: bytes
    seq: int
    time_ms: int
    program: bytes
    call: bytes
    outcome: int
    height: int
    root_after: bytes

    @classmethod
    def read(cls, r):
        r.array_of(3)
        r.array_of(15)
        version, shard, seq, time_ms = r.unsigned(8), r.hash(), r.unsigned(), r.unsigned()
        program, _profile, _caller, call = r.hash(), r.hash(), read_caller(r), r.hash()
        _key, _expires_ms, outcome = r.hash(), r.unsigned(), r.unsigned(8)
        for _ in ("output", "diff", "events", "messages"):
            r.hash()
        _fuel = r.unsigned()
        r.array_of(5)
        height, _index, _epoch = r.unsigned(), r.unsigned(), r.unsigned()
        _root_before, root_after = r.hash(), r.hash()
        return cls(version, shard, seq, time_ms, program, call, outcome, height, root_after)
