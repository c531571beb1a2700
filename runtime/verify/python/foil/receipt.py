"""Receipts, and proofs of state under the root that a receipt binds: small files, judged in memory."""

from typing import NamedTuple

from .codec import UNKNOWN, VERSION, Malformed, decode
from .cose import Sign1, appointed, read_links
from .hashes import history_leaf, history_node, root_of_path
from .objects import Genesis, Record
from .proof import KeysProof, RangeProof
from .report import CANNOT_JUDGE, INVALID, Verdict, check_genesis
from .witness import QueryProof

CLAIMS = (KeysProof, RangeProof, QueryProof)


class ReceiptFile(NamedTuple):
    """`["counterfoil receipt", version, << genesis >> / null, << record >>, << cose >>, [link…]]`."""

    genesis: Genesis | None
    record: bytes
    cose: bytes
    links: list

    @classmethod
    def read(cls, r):
        r.array_of(6)
        start = r.at
        if r.text() != "counterfoil receipt":
            raise Malformed(UNKNOWN, start)
        r.version()
        genesis = r.optional(lambda r: r.wrapped(Genesis.read))
        return cls(genesis, r.bytes(), r.bytes(), read_links(r))


class ProofFile(NamedTuple):
    """`["counterfoil proof", version, << receipt file >>, kind, proof]`."""

    receipt: ReceiptFile
    claim: KeysProof | RangeProof | QueryProof

    @classmethod
    def read(cls, r):
        start = r.at
        r.array_of(5)
        if r.text() != "counterfoil proof":
            raise Malformed(UNKNOWN, start)
        r.version()
        receipt = decode(r.bytes(), ReceiptFile.read)
        kind = r.unsigned()
        if kind >= len(CLAIMS):
            raise Malformed(UNKNOWN, start)
        return cls(receipt, CLAIMS[kind].read(r))


def verify_receipt(data, anchor):
    """Verifies a receipt file; the facts found. A `Verdict` is raised otherwise."""
    record, signed, facts = check(read(data, ReceiptFile.read), anchor)
    anchor.conclude()
    return facts | {"outcome": record.outcome, "time_ms": record.time_ms, "call": record.call.hex()}


def verify_proof(data, anchor):
    """Verifies a proof file; the facts found, the entries among them. A `Verdict` is raised otherwise."""
    file = read(data, ProofFile.read)
    record, signed, facts = check(file.receipt, anchor)
    if record.height != signed.height:
        # A record of an older block would have an older root stand beside a newer head.
        raise Verdict(INVALID, 6007, reason="the receipt's record is of an older block than its head")
    found = file.claim.verify(record.root_after)
    anchor.conclude()
    values = [{"key": key.hex(), "value": None if value is None else value.hex()} for key, value in found]
    return facts | {"root": record.root_after.hex(), "entries": len(values), "values": values}


def read(data, read):
    try:
        return decode(data, read)
    except Malformed as error:
        raise Verdict(INVALID, error.code, offset=error.offset, reason="malformed") from None


def check(file, anchor):
    """The record of a receipt whose path and signature hold, what was signed, and the facts found."""
    genesis = file.genesis
    if genesis is None:
        raise Verdict(CANNOT_JUDGE, 6003, reason="the receipt carries no genesis, so its writer is unknown")
    check_genesis(genesis)
    anchor.holds(genesis)
    record = decode_or(2001, file.record, Record.read)
    sign1 = decode_or(2002, file.cose, Sign1.read)
    signed, proof = sign1.protected, sign1.inclusion
    if proof is None:
        raise Verdict(INVALID, 2003)
    rules = (
        (2004, record.version == VERSION),
        (2007, record.shard == genesis.id),
        (2008, proof.size == signed.size),
        (2009, proof.index == record.seq),
        (2010, record.height <= signed.height),
    )
    for code, holds in rules:
        if not holds:
            raise Verdict(INVALID, code)
    root = root_of_path(history_node, history_leaf(file.record), proof.index, proof.size, proof.path)
    if root is None:
        raise Verdict(INVALID, 2011)
    said = appointed(genesis, file.links, proof.size, root)
    if said is None:
        raise Verdict(INVALID, 2017)
    writer = said.writer
    broken = sign1.broken(genesis.origin, genesis.id, writer, root)
    if broken is not None:
        raise Verdict(INVALID, broken)
    anchor.trusts(writer)
    facts = {
        "shard": genesis.id.hex(),
        "origin": genesis.origin,
        "writer": writer.hex(),
        "seq": record.seq,
        "height": record.height,
        "signed_height": signed.height,
        "size": signed.size,
        "head": root.hex(),
    }
    return record, signed, facts


def decode_or(code, data, read):
    try:
        return decode(data, read)
    except Malformed:
        raise Verdict(INVALID, code) from None
