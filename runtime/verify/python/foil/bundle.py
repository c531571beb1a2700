"""Bundles: a CBOR sequence with all of a history, read and verified as a stream.

    bundle   = [1, << manifest >>] [2, << genesis >>] ([6, << start >>]) [3, program]…
               [4, << block >>, << commitment >> / null, << witness >> / null]… [5, << trailer >>]
    manifest = [version, shard, from, to]
    start    = [header, [peak…], [link…]]                  where from > 1
    trailer  = [height, header hash, commitment / null, digest of all bytes before]

One item is in memory at a time. What a witness holds is not looked at, and programs are not run.
"""

from typing import NamedTuple

from .block import BLOCK_MAX, Block, Header
from .chain import Chain
from .codec import BYTES, VERSION, Malformed, Reader, decode
from .cose import Sign1, read_links
from .hashes import BUNDLE
from .objects import Genesis, hash_
from .report import CANNOT_JUDGE, DIVERGED, INVALID, IO, UNANCHORED, Verdict, check_genesis
from .state import State

MANIFEST, GENESIS, PROGRAM, BLOCK, TRAILER, START = range(1, 7)
COMMITMENT_MAX, WITNESS_MAX = 1 << 10, 32 << 20
BYTES_MAX = {
    MANIFEST: 128,
    GENESIS: 16 << 10,
    START: 4 << 20,
    PROGRAM: 4 << 20,
    BLOCK: BLOCK_MAX,
    TRAILER: COMMITMENT_MAX + 128,
}
HEAD_WIDTHS = {24: 1, 25: 2, 26: 4, 27: 8}


class Manifest(NamedTuple):
    version: int
    shard: bytes
    first: int
    last: int

    @classmethod
    def read(cls, r):
        r.array_of(4)
        return cls(r.unsigned(8), r.hash(), r.unsigned(), r.unsigned())


class Start(NamedTuple):
    """What the first block builds on, where that is not the genesis."""

    header: Header
    peaks: list
    links: list

    @classmethod
    def read(cls, r):
        r.array_of(3)
        return cls(Header.read(r), r.list(hash_), read_links(r))


class Trailer(NamedTuple):
    height: int
    header: bytes
    commitment: Sign1 | None
    digest: bytes

    @classmethod
    def read(cls, r):
        r.array_of(4)
        return cls(r.unsigned(), r.hash(), r.optional(Sign1.read_commitment), r.hash())


class Source:
    """The bytes of a bundle, hashed as they are read."""

    def __init__(self, file):
        self.file, self.hasher, self.read = file, BUNDLE.hasher(), 0

    def some(self, count):
        """The next bytes, or as many of them as there are."""
        parts = []
        while count:
            try:
                # Memory grows with what is really there, whatever length is claimed.
                part = self.file.read(min(count, 1 << 20))
            except OSError as error:
                raise Verdict(IO, 2301, offset=self.read, reason=str(error)) from None
            if not part:
                break
            parts.append(part)
            self.hasher.update(part)
            self.read += len(part)
            count -= len(part)
        return b"".join(parts)

    def take(self, count):
        data = self.some(count)
        if len(data) < count:
            raise Verdict(INVALID, 2204, offset=self.read)
        return data

    def byte_string(self, most):
        """The next byte string, of at most `most` bytes, or `None` for the absent value."""
        start = self.read
        head = self.take(1)
        if head == b"\xf6":
            return None
        head += self.take(HEAD_WIDTHS.get(head[0] & 31, 0))
        try:
            major, count = Reader(head).head()
        except Malformed:
            raise Verdict(INVALID, 2201, offset=start) from None
        if major != BYTES:
            raise Verdict(INVALID, 2201, offset=start)
        if count > most:
            raise Verdict(INVALID, 2203, offset=start)
        return self.take(count)

    def wrapped(self, most, read):
        """The object that fills the next byte string, or `None` for the absent value."""
        data = self.byte_string(most)
        if data is None:
            return None
        try:
            return decode(data, read)
        except Malformed as error:
            raise Verdict(INVALID, 2201, offset=self.read - len(data) + error.offset) from None


class Verification:
    """A bundle on its way to a verdict."""

    def __init__(self, file, anchor, roots):
        self.source, self.anchor = Source(file), anchor
        self.state = State() if roots else None
        self.start = 0
        # Erased calls, and the heights whose diffs could not be folded for them.
        self.erased, self.not_folded = [], []
        # Of the last block: height, hash of its header, its commitment's bytes.
        self.last = None

    def run(self):
        """The facts about a bundle that broke no rule."""
        manifest = self.manifest()
        genesis = self.genesis(manifest)
        start = None
        if manifest.first != 1:
            self.item(START)
            start = self.object(START, Start.read)
            if start.header.height + 1 != manifest.first:
                self.refuse(2207)
        while self.item(PROGRAM, BLOCK) == PROGRAM:
            self.bytes(PROGRAM)
        block, commitment = self.block(manifest)
        # What stands before the first block is judged once that is there.
        check_genesis(genesis)
        try:
            self.anchor.holds(genesis)
            chain = Chain(genesis) if start is None else Chain.after(genesis, start)
        except Verdict as verdict:
            raise verdict.at(self.start) from None
        if start is not None and self.state is not None:
            raise Verdict(CANNOT_JUDGE, 6004, reason="the state before the first block is not known")
        while True:
            self.check(chain, block, commitment)
            if self.last[0] == manifest.last:
                break
            self.item(BLOCK)
            block, commitment = self.block(manifest)
        self.trailer()
        return self.end(genesis, chain, manifest)

    def item(self, *kinds):
        """The kind of the next item, which must be one of these."""
        self.start, self.before = self.source.read, self.source.hasher.digest()
        head = self.source.take(2)
        members = 4 if head[1] == BLOCK else 2
        if head[0] != 0x80 | members or head[1] not in kinds:
            self.refuse(2202)
        return head[1]

    def refuse(self, code, height=None):
        raise Verdict(INVALID, code, height=height, offset=self.start)

    def bytes(self, kind):
        data = self.source.byte_string(BYTES_MAX[kind])
        return self.refuse(2202) if data is None else data

    def object(self, kind, read):
        found = self.source.wrapped(BYTES_MAX[kind], read)
        return self.refuse(2202) if found is None else found

    def manifest(self):
        self.item(MANIFEST)
        manifest = self.object(MANIFEST, Manifest.read)
        if manifest.version != VERSION:
            self.refuse(2103)
        if not 1 <= manifest.first <= manifest.last:
            self.refuse(2206)
        return manifest

    def genesis(self, manifest):
        self.item(GENESIS)
        genesis = self.object(GENESIS, Genesis.read)
        if genesis.id != manifest.shard:
            self.refuse(2205)
        return genesis

    def block(self, manifest):
        """The block of the item whose kind was read, and its commitment."""
        block = self.object(BLOCK, Block.read)
        commitment = self.source.wrapped(COMMITMENT_MAX, Sign1.read_commitment)
        self.source.byte_string(WITNESS_MAX)
        header = block.header
        if header.height != (self.last[0] + 1 if self.last else manifest.first):
            self.refuse(2207, header.height)
        if commitment is not None and not commitment.names(header):
            self.refuse(2208, header.height)
        self.last = (header.height, header.hash, commitment and commitment.raw)
        return block, commitment

    def check(self, chain, block, commitment):
        try:
            chain.block(block)
            self.erased += block.erased()
            if self.state is not None and self.erased:
                self.not_folded.append(block.header.height)
            elif self.state is not None:
                self.state.apply(block.diff)
                if self.state.root() != block.header.root_after:
                    raise Verdict(DIVERGED, 5201, height=block.header.height, reason="the state root differs")
            if commitment is not None:
                chain.commitment(commitment)
        except Verdict as verdict:
            raise verdict.at(self.start) from None

    def trailer(self):
        self.item(TRAILER)
        before = self.before
        trailer = self.object(TRAILER, Trailer.read)
        commitment = trailer.commitment and trailer.commitment.raw
        if self.last != (trailer.height, trailer.header, commitment):
            self.refuse(2209)
        if trailer.digest != before:
            self.refuse(2210)
        if self.source.some(1):
            raise Verdict(INVALID, 2211, offset=self.source.read - 1)

    def end(self, genesis, chain, manifest):
        header = chain.header
        facts = {
            "shard": genesis.id.hex(),
            "origin": genesis.origin,
            "height": header.height,
            "records": header.history_size,
            "head": header.history_root.hex(),
            "root": header.root_after.hex(),
            "program": chain.serving.program and chain.serving.program.hex(),
            "writer": chain.serving.writer.hex(),
        }
        if manifest.first != 1:
            facts["from"] = manifest.first
        if self.erased:
            facts["erased"] = ranges(self.erased)
            if self.state is not None:
                facts["not_folded"] = ranges(self.not_folded)
        if chain.undecided:
            reason = f"calls are erased, and no act in what was given has decided it: calls={len(chain.undecided)}"
            raise Verdict(CANNOT_JUDGE, 6016, seq=min(chain.undecided), reason=reason)
        if self.last[2] is None:
            raise Verdict(UNANCHORED, 6005, reason="the last block is not certified: its commitment is missing")
        self.anchor.trusts(chain.serving.writer)
        self.anchor.conclude()
        return facts


def ranges(numbers):
    """Ascending numbers as text: `3, 5-7`."""
    runs = []
    for number in numbers:
        if runs and runs[-1][1] + 1 == number:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def verify_bundle(file, anchor, roots=False):
    """Verifies the bundle in `file`, a binary stream; the facts found. A `Verdict` is raised otherwise."""
    return Verification(file, anchor, roots).run()
