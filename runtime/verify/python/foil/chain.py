"""A history, block by block: everything that can be known of it without executing a program.

The first broken rule is the one named, in this order: the header's links, the body's totals, call by call its
rules, the execution root, the history root; and last, call by call, the signatures. Beside one block, the live
idempotency keys are in memory, and the erased calls that no act has named yet: nothing else that grows with the
history.
"""

from heapq import heappop, heappush

from .codec import VERSION, Malformed, decode
from .cose import appointed
from .hashes import EFFECT, Frontier, history_leaf, history_node, list_root, root_of_path
from .objects import AUTHORITY, FUEL_MAX, PROFILES, Record, Serving, act, hash_, profile_of, profile_of_system
from .report import CANNOT_JUDGE, INVALID, Verdict
from .state import EMPTY_ROOT


class Window:
    """The live idempotency keys, each with the time at which it dies."""

    def __init__(self):
        self.live, self.expiring = {}, []

    def is_live(self, scope, time_ms):
        return self.live.get(scope, 0) > time_ms

    def use(self, scope, expires_ms, time_ms):
        while self.expiring and self.expiring[0][0] <= time_ms:
            del self.live[heappop(self.expiring)[1]]
        self.live[scope] = expires_ms
        heappush(self.expiring, (expires_ms, scope))


class Chain:
    """A history, verified up to a block; what serves and who writes after it."""

    def __init__(self, genesis):
        if genesis.profile not in PROFILES:
            raise Verdict(CANNOT_JUDGE, 2102)
        self.genesis, self.history, self.window = genesis, Frontier(), Window()
        self.serving, self.header = Serving(genesis.writer, None, profile_of(genesis)), None
        # The erased calls of which no act has said yet that they are to be.
        self.undecided = set()

    @classmethod
    def after(cls, genesis, start):
        """The history after a block that is believed: that it is history shows when a commitment to a later one is
        verified, which leads back to it. Which idempotency keys were live there is not known."""
        chain, header = cls(genesis), start.header
        history = Frontier(header.history_size, start.peaks)
        # A size has as many peaks as bits, and a height one after it.
        is_whole = header.history_size.bit_count() == len(start.peaks) and history.root() == header.history_root
        said = appointed(genesis, start.links, header.history_size, header.history_root)
        rules = (
            (2103, header.version == VERSION),
            (2104, header.shard == genesis.id),
            (2136, is_whole and 0 < header.height < 2**64 - 1),
            (2017, said is not None),
        )
        broken = first_broken(rules)
        if broken is not None:
            raise Verdict(INVALID, broken, height=header.height)
        chain.history, chain.header, chain.serving = history, header, said
        return chain

    def block(self, block):
        """Checks the next block against all before it, and moves on."""
        header, entries = block.header, block.entries

        def refuse(code, seq=None):
            raise Verdict(INVALID, code, height=header.height, seq=seq)

        for broken in (link(self.genesis.id, self.header, header), self.totals(block)):
            if broken is not None:
                refuse(broken)
        serving = self.calls(block, header.first_seq, refuse)
        history, digests, effects = self.history.copy(), [], []
        for digest, effect, record in block.records(PROFILES[self.profile_of(block)]):
            digests.append(digest)
            effects.append(effect)
            history.push(record)
        if list_root(EFFECT, effects) != header.execution_root:
            refuse(2114)
        if history.root() != header.history_root:
            refuse(2113)
        for index, (entry, digest) in enumerate(zip(entries, digests)):
            if not entry.signed.proves_caller(digest):
                refuse(2122, header.first_seq + index)
        for entry in entries:
            call = entry.signed.call
            self.window.use((call.caller, call.key), call.expires_ms, entry.time_ms)
        self.serving, self.history, self.header = serving, history, header
        self.undecided.update(block.erased())
        for done in map(done_act, entries):
            if done is not None and done[0] == "erase":
                self.undecided.discard(done[1])

    def profile_of(self, block):
        """The profile of the next block, which may set another."""
        done = done_act(block.entries[0]) if block.entries else None
        sets = done is not None and done[0] == "set_profile"
        return PROFILES.index(done[1]) if sets else self.serving.profile

    def commitment(self, commitment):
        """Checks that `commitment` is the writer's to the last block."""
        genesis, header = self.genesis, self.header
        if not commitment.names(header):
            raise Verdict(INVALID, 2013, height=header.height)
        broken = commitment.broken(genesis.origin, genesis.id, self.serving.writer, header.history_root)
        if broken is not None:
            raise Verdict(INVALID, broken, height=header.height)

    def totals(self, block):
        """What the header says of its body as a whole: the rule that is broken, or `None`."""
        header, entries = block.header, block.entries
        rules = (
            (2111, self.header is not None or header.root_before == EMPTY_ROOT),
            (2110, header.count == len(entries)),
            (2117, not entries or entries[-1].time_ms == header.time_ms),
            (2115, block.diff is None or block.diff_hash == header.diff),
            # The merged diff of one call is the call's.
            (2116, len(entries) != 1 or entries[0].diff == header.diff),
        )
        return first_broken(rules)

    def calls(self, block, first_seq, refuse):
        """Checks every call but for its signature; what serves after them."""
        genesis, serving, used = self.genesis, self.serving, {}
        time_ms = self.header.time_ms if self.header else genesis.start_ms
        for seq, entry in enumerate(block.entries, first_seq):
            call = entry.signed.call
            scope, step = (call.caller, call.key), entry.time_ms - time_ms
            time_ms = entry.time_ms
            rules = (
                (2118, step >= 0),
                (2119, step <= genesis.jump_ms or may_advance(entry)),
                (2120, call.version == VERSION),
                (2144, not entry.is_erased or profile_of_system(entry.program) is None),
                (2123, call.expires_ms > time_ms),
                (2124, call.expires_ms - time_ms <= genesis.window_ms),
                (2125, used.get(scope, 0) <= time_ms and not self.window.is_live(scope, time_ms)),
                (2133, call.fuel_max <= FUEL_MAX and entry.fuel <= call.fuel_max),
                (2132, entry.outcome == 0 or entry.is_silent),
            )
            broken = first_broken(rules)
            used[scope] = call.expires_ms
            if broken is None:
                broken, serving = self.serves(entry, seq, serving)
            if broken is None:
                broken = self.acts(block, entry, seq)
            if broken is not None:
                refuse(broken, seq)
        return serving

    def serves(self, entry, seq, serving):
        """Whether the call ran on the program that serves, or is an act of the authority: the rule that is
        broken, or `None` and what serves after it."""
        call, profile = entry.signed.call, profile_of_system(entry.program)
        if call.program is not None and call.program != entry.program:
            return 2131, None
        named = None if profile is None else act(profile, call.method, call.args)
        done = named if entry.outcome == 0 else None
        sets = done is not None and done[0] == "set_profile"
        if profile is None or profile < serving.profile or (profile > serving.profile and not sets):
            rules = (
                (2129, seq != 0),
                (2128, entry.signed.proof[0] != AUTHORITY),
                (2141, serving.profile == 0 or call.method != "migrate"),
                (2130, serving.program is None or serving.program == entry.program),
            )
            return first_broken(rules), serving
        rules = (
            (2129, seq != 0 or (done is not None and done[0] == "deploy")),
            (2127, self.genesis.has_authority(entry.signed.proof)),
            (2135, named is not None),
            (2140, not sets or profile != serving.profile),
        )
        return first_broken(rules), serving.after(done)

    def acts(self, block, entry, seq):
        """What the acts that were done have to keep, beside what holds of all: the rule that is broken, or `None`."""
        is_alone, header = len(block.entries) == 1, block.header
        match done_act(entry):
            case "revert", revert:
                is_shown = self.header is not None and shows(entry.output, self.genesis.id, revert, self.header)
                return first_broken(((2137, is_alone), (2138, is_shown and header.root_after == revert[1])))
            case "set_profile", _profile:
                return first_broken(((2139, is_alone),))
            case "erase", erased:
                return first_broken(((2142, erased < seq),))
            case "prune", height:
                return first_broken(((2143, height < header.height),))
        return None


def done_act(entry):
    """The act that an entry is, if it was done."""
    call, profile = entry.signed.call, profile_of_system(entry.program)
    return act(profile, call.method, call.args) if profile is not None and entry.outcome == 0 else None


def may_advance(entry):
    done = done_act(entry)
    return done is not None and done[0] == "advance" and done[1] >= entry.time_ms


def shows(output, shard, revert, header):
    """Whether the output of a revert, [<<record>>, [path…]], shows that the state had this root at its height."""
    height, root, _program = revert
    try:
        data, path = decode(output, read_shown)
        record = decode(data, Record.read)
    except Malformed:
        return False
    found = root_of_path(history_node, history_leaf(data), record.seq, header.history_size, path)
    return (record.shard, record.height, record.root_after, found) == (shard, height, root, header.history_root)


def read_shown(r):
    r.array_of(2)
    return r.bytes(), r.list(hash_)


def first_broken(rules):
    return next((code for code, holds in rules if not holds), None)


def link(shard, before, header):
    """What links a header to the one before it: the rule that is broken, or `None`."""
    height, previous, first_seq, epoch = 1, shard, 0, 1
    if before is not None:
        height, previous, first_seq = before.height + 1, before.hash, before.history_size
        epoch = before.epoch
    rules = (
        (2103, header.version == VERSION),
        (2104, header.shard == shard),
        (2105, header.height == height),
        (2106, header.previous == previous),
        (2107, header.epoch >= epoch),
        (2108, header.first_seq == first_seq),
        (2109, header.count > 0),
        (2112, first_seq + header.count == header.history_size),
        (2111, before is None or header.root_before == before.root_after),
        (2118, before is None or header.time_ms >= before.time_ms),
    )
    return first_broken(rules)
