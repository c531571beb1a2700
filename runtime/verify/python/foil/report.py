"""What a verification comes to: how it ends, why, and where."""

VERIFIED, USAGE, IO, INVALID, UNANCHORED, CANNOT_JUDGE, DIVERGED = 0, 2, 3, 10, 11, 12, 13

WORDS = {
    VERIFIED: "ok",
    IO: "error",
    INVALID: "INVALID",
    UNANCHORED: "UNANCHORED",
    CANNOT_JUDGE: "CANNOT JUDGE",
    DIVERGED: "DIVERGED",
}


class Verdict(Exception):
    """An exit code, the stable number of the reason (0: none), and the first bad place.

    It is raised where something ends the verification. `foil explain` says more of each number.
    """

    def __init__(self, exit, code=0, height=None, seq=None, offset=None, reason=""):
        super().__init__(f"exit={exit} code={code}")
        self.exit, self.code, self.reason = exit, code, reason
        self.height, self.seq, self.offset = height, seq, offset

    def at(self, offset):
        """The same, at this offset of the file if none is known."""
        if self.offset is None:
            self.offset = offset
        return self

    def places(self):
        return {"height": self.height, "seq": self.seq, "offset": self.offset}


class Anchor:
    """What a verifier was told to trust: a shard's id, a writer's key, or nothing."""

    def __init__(self, shard=None, key=None):
        self.shard, self.key = shard, key

    def holds(self, genesis):
        if self.shard not in (None, genesis.id):
            raise Verdict(INVALID, 6001, reason=f"it is of shard {genesis.id.hex()}")

    def trusts(self, writer):
        if self.key not in (None, writer):
            raise Verdict(INVALID, 6001, reason=f"its writer is {writer.hex()}")

    def conclude(self):
        """The verdict of a file that broke no rule."""
        if self.shard is None and self.key is None:
            raise Verdict(UNANCHORED, 6002, reason="consistent, but not anchored: name the shard or its key")


def check_genesis(genesis):
    field = genesis.broken()
    if field is not None:
        raise Verdict(INVALID, 1201, reason=f"the genesis breaks the rule of its field {field}")
