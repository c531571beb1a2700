"""Blocks as they are stored, and the records that header and body stand for.

    block = [header, build, [entry…], diff]
    entry = [call, proof, program / null, time, outcome, output, [event…], [message…], diff / null, fuel]

A program is null where it is the one before, a time is counted from the entry before, a diff is null where
nothing was written: each has this one form. Of an erased call there are digests, of arguments and salt, output,
events and messages; and the diff of a block that holds one is null.
"""

from typing import NamedTuple

from .codec import LENGTH, NOT_CANONICAL, ORDER, RANGE, TYPE, UNKNOWN, VERSION
from .codec import Malformed, Reader, array, byte_string, unsigned
from .hashes import DIFF, EFFECT, EVENT, HEADER, MESSAGE, OUTPUT, list_root, salt
from .objects import ARGS_MAX, METHOD_MAX, Call, SignedCall, caller_bytes, hash_, read_proof

BUILD_MAX = 64
CALLS_MAX, ITEMS_MAX, BLOCK_MAX = 16_384, 1 << 18, 64 << 20
CALL_MAX = ARGS_MAX + (16 << 10)
OUTPUT_MAX = 1 << 20
EVENTS_MAX, EVENT_MAX, EVENTS_BYTES_MAX = 10_000, 64 << 10, 4 << 20
MESSAGES_MAX, MESSAGE_MAX, MESSAGES_BYTES_MAX = 1_000, 64 << 10, 4 << 20
STATE_KEY_MAX, VALUE_MAX = 512 + 1, 256 << 10
TRAPS = range(2, 23)

NO_WRITES = DIFF.hash(array())


class Header(NamedTuple):
    hash: bytes
    version: int
    shard: bytes
    height: int
    previous: bytes
    epoch: int
    first_seq: int
    count: int
    root_before: bytes
    root_after: bytes
    execution_root: bytes
    history_size: int
    history_root: bytes
    diff: bytes
    time_ms: int

    @classmethod
    def read(cls, r):
        start = r.at
        r.array_of(14)
        fields = (
            r.unsigned(8), r.hash(), r.unsigned(), r.hash(), r.unsigned(), r.unsigned(), r.unsigned(), r.hash(),
            r.hash(), r.hash(), r.unsigned(), r.hash(), r.hash(), r.unsigned(),
        )  # fmt: skip
        return cls(HEADER.hash(r.since(start)), *fields)


class Entry(NamedTuple):
    signed: SignedCall
    program: bytes
    time_ms: int
    outcome: int
    output: bytes
    # The canonical bytes of each.
    events: list
    messages: list
    diff: bytes
    fuel: int
    # The digests of output, events and messages.
    digests: tuple

    @classmethod
    def read(cls, r, before, shard):
        start = r.at
        r.array_of(10)
        call_start = r.at
        signed = SignedCall(Call.read_within(r, shard), read_proof(r))
        if r.at - call_start > CALL_MAX:
            raise Malformed(LENGTH, call_start)
        program = read_program(r, before)
        at = r.at
        time_ms = (before.time_ms if before else 0) + r.unsigned()
        if time_ms >> 64:
            raise Malformed(RANGE, at)
        at = r.at
        outcome, erased = r.unsigned(8), signed.call.erased is not None
        output_digest = r.hash() if erased else None
        output = b"" if erased else r.bytes()
        if outcome > 1 and (outcome not in TRAPS or output):
            raise Malformed(UNKNOWN, at)
        if erased:
            digests, (events, event_sizes), (messages, message_sizes) = (
                (output_digest, r.hash(), r.hash()), ([], []), ([], []),
            )  # fmt: skip
        else:
            events, event_sizes = read_items(r, EVENTS_MAX, read_event)
            messages, message_sizes = read_items(r, MESSAGES_MAX, read_message)
            digests = said(signed.call.salt, output, events, messages)
        at = r.at
        diff = r.optional(hash_)
        if diff == NO_WRITES:
            raise Malformed(NOT_CANONICAL, at)
        fuel = r.unsigned()
        lengths = (
            (len(signed.call.method.encode()), METHOD_MAX),
            (len(signed.call.args), ARGS_MAX),
            (len(output), OUTPUT_MAX),
            (max(event_sizes, default=0), EVENT_MAX),
            (sum(event_sizes), EVENTS_BYTES_MAX),
            (max(message_sizes, default=0), MESSAGE_MAX),
            (sum(message_sizes), MESSAGES_BYTES_MAX),
        )
        if any(size > most for size, most in lengths):
            raise Malformed(LENGTH, start)
        return cls(signed, program, time_ms, outcome, output, events, messages, diff or NO_WRITES, fuel, digests)

    @property
    def is_erased(self):
        return self.signed.call.erased is not None

    @property
    def is_silent(self):
        """Whether nothing was written, emitted or sent."""
        return self.diff == NO_WRITES and self.digests[1:] == (list_root(EVENT, []), list_root(MESSAGE, []))

    def effect(self, seq, profile, digest):
        """The canonical bytes of what the call did."""
        call, (output, events, messages) = self.signed.call, self.digests
        return array(
            unsigned(VERSION),
            byte_string(call.shard),
            unsigned(seq),
            unsigned(self.time_ms),
            byte_string(self.program),
            byte_string(profile),
            caller_bytes(call.caller),
            byte_string(digest),
            byte_string(call.key),
            unsigned(call.expires_ms),
            unsigned(self.outcome),
            byte_string(output),
            byte_string(self.diff),
            byte_string(events),
            byte_string(messages),
        )


def said(secret, output, events, messages):
    """The salted digests of what a call said."""
    return (
        OUTPUT.hash(salt(secret, b"output"), output),
        salted_root(EVENT, secret, b"event", events),
        salted_root(MESSAGE, secret, b"message", messages),
    )


def salted_root(kind, secret, name, items):
    salts = (salt(secret, name + index.to_bytes(8, "big")) for index in range(len(items)))
    return list_root(kind, [kind.hash(own, item) for own, item in zip(salts, items)])


def read_program(r, before):
    start = r.at
    program = r.optional(hash_)
    if program is None:
        if before is None:
            raise Malformed(TYPE, start)
        return before.program
    if before is not None and before.program == program:
        raise Malformed(NOT_CANONICAL, start)
    return program


def read_items(r, most, read):
    """The canonical bytes of each item, and what it counts against the limits."""
    items, sizes = [], []
    for _ in range(r.array_max(most)):
        start = r.at
        sizes.append(read(r))
        items.append(r.since(start))
    return items, sizes


def read_event(r):
    r.array_of(2)
    return len(r.text().encode()) + len(r.bytes())


def read_message(r):
    r.array_of(3)
    r.hash()
    return len(r.text().encode()) + len(r.bytes())


class Block(NamedTuple):
    header: Header
    entries: list
    # Key and value, or `None` where it is deleted; keys ascend. `None` where a call is erased.
    diff: list | None
    diff_hash: bytes

    @classmethod
    def read(cls, r):
        start = r.at
        r.array_of(4)
        header = Header.read(r)
        r.text_max(BUILD_MAX)
        entries, items = [], 0
        for _ in range(r.array_max(CALLS_MAX)):
            at = r.at
            entry = Entry.read(r, entries[-1] if entries else None, header.shard)
            items += len(entry.events) + len(entry.messages)
            if items > ITEMS_MAX:
                raise Malformed(LENGTH, at)
            entries.append(entry)
        tail, diff = r.at, []
        if any(entry.is_erased for entry in entries):
            no_diff(r)
            diff = None
        else:
            r.array_max(ITEMS_MAX - items)
            r.at = tail
            diff = read_diff(r)
        too_long = any(len(key) > STATE_KEY_MAX or len(value or b"") > VALUE_MAX for key, value in diff or [])
        if too_long or r.at - start > BLOCK_MAX:
            raise Malformed(LENGTH, tail)
        return cls(header, entries, diff, DIFF.hash(r.since(tail)))

    def erased(self):
        """The places in history of its erased calls."""
        return [seq for seq, entry in enumerate(self.entries, self.header.first_seq) if entry.is_erased]

    def records(self, profile):
        """Of each call: its digest, the hash of its effect, and its record's canonical bytes."""
        header = self.header
        for index, entry in enumerate(self.entries):
            digest = entry.signed.call.digest()
            effect = entry.effect(header.first_seq + index, profile, digest)
            placement = array(
                unsigned(header.height),
                unsigned(index),
                unsigned(header.epoch),
                byte_string(header.root_before),
                byte_string(header.root_after),
            )
            yield digest, EFFECT.hash(effect), array(effect, unsigned(entry.fuel), placement)


def no_diff(r):
    """The diff of a block with an erased call, which is gone."""
    start = r.at
    if not r.null():
        r.array()
        raise Malformed(NOT_CANONICAL, start)


def read_diff(r):
    diff = []
    for _ in range(r.array()):
        start = r.at
        r.array_of(2)
        key, value = r.bytes(), r.optional(Reader.bytes)
        if diff and diff[-1][0] >= key:
            raise Malformed(ORDER, start)
        diff.append((key, value))
    return diff
