//! E5xxx: why a call is not admitted, a shard not opened, a replay ended.

use super::{Explanation, explained};

pub(super) const TABLE: &[Explanation] = explained! {
    "E5001" => "the call is of another version",
        "Its format is not the one that this node speaks.",
        "Use a client of the node's version, or a node of the client's.";
    "E5002" => "the call is for another shard",
        "A call names its shard, so that it cannot be made anywhere else.",
        "Send it to the shard it names, or make and sign it again for this one.";
    "E5003" => "a field of the call is too long",
        "Calls are bounded, so that a block and its verification are: see `ARGS_BYTES_MAX`, `CALL_BYTES_MAX` \
        and `METHOD_BYTES_MAX`.",
        "Send less at once: several calls, or the hash of large data instead of the data.";
    "E5004" => "the fuel limit is out of range",
        "A call says how much fuel it may use, at least 1 (an act of the authority: what acts cost), at most \
        `FUEL_MAX`.",
        "Give `--fuel` a number in between.";
    "E5005" => "the arguments are not canonical",
        "Arguments are canonical CBOR, so that a call has one digest; the reason behind it is an E10xx.",
        "Encode them by the SDK or by `foil call`.";
    "E5006" => "the signature does not prove the caller",
        "The call names a caller, and its proof is by another key, or over other bytes.",
        "Sign it with the caller's key, after the last change to it.";
    "E5007" => "not enough signatures of the shard's authority",
        "Deploying is an act of the authority: as many of its keys must sign as its threshold says.",
        "Give `--sign` once for each key; the genesis names them, and other keys do not count.";
    "E5008" => "authority signatures on a call that is no act",
        "The authority signs what changes the shard. Under an ordinary call its signatures would mean \
        nothing.",
        "Sign an ordinary call as its caller.";
    "E5009" => "the call has expired",
        "Its idempotency key was good until a time that has passed, so that it could be forgotten.",
        "Make the call again with a new key, after looking whether the first one became history.";
    "E5010" => "the call expires beyond the shard's window",
        "The shard remembers keys for as long as its genesis says, and could forget this one while it lives.",
        "Let it expire earlier; `foil call` and `foil run` do so by themselves.";
    "E5011" => "logical time would jump too far",
        "The host's time is far ahead of the last call's: a wrong clock, a wrong `--at`, or a long silence.",
        "Mend the clock or `--at`. After a silence, make a call at a time in between; `--jump` at birth is \
        the step.";
    "E5012" => "the idempotency key belongs to another call",
        "The same caller used this key for a call with other content, which stands at the given seq.",
        "Give a new call a new key; for a retry, send exactly what was sent first.";
    "E5013" => "too many live idempotency keys",
        "The shard remembers `WINDOW_KEYS_MAX` keys at most, and all of them live still.",
        "Retry later: keys die with time. Let calls expire earlier if that happens often.";
    "E5014" => "the shard has no program yet",
        "History begins with a deploy; before it, there is nothing to call.",
        "`foil deploy FILE.wasm --sign KEY`.";
    "E5015" => "the call is for another program",
        "The caller asked for one program by its id, and another one serves now.",
        "Look at what changed, and make the call again for the program that serves.";
    "E5016" => "the program has no such method",
        "No method of this name and kind: calls are made with `foil call`, queries with `foil query`.",
        "`foil inspect FILE.wasm` lists the methods.";
    "E5017" => "the program is not on this node",
        "The bytes of the program that serves, or is to serve, are not in the data directory.",
        "`foil deploy FILE.wasm` brings them; a lost file of `programs` comes back from any bundle of the \
        shard.";
    "E5018" => "the new writer's key is not on this node",
        "The act would appoint a writer for whom nobody here can sign, and the shard would stand still.",
        "`foil shard set-writer --key FILE` on the node that is to write brings the key and appoints it.";
    "E5019" => "the revert leads nowhere",
        "A revert names a block below, the root of the state after it and the program that served then, and what it \
        would write fits into a block. Nothing was changed.",
        "`foil inspect --height HEIGHT` shows the root, and `foil revert --to HEIGHT` fills all in; where it \
        would write too much, go back in several steps.";
    "E5020" => "the shard is under this profile already",
        "A profile is set once, and then to a newer one. Nothing was changed.",
        "`foil shard show` names the profile in force; there is nothing to do.";
    "E5021" => "the act is about something that is not history",
        "A call is erased, and blocks are pruned, only after they became history. Nothing was changed.",
        "`foil shard show` says how far history goes: name a seq or height below that.";
    "E5101" => "the shard runs under another profile",
        "Its genesis names rules (prices, limits, host calls) that this build does not know.",
        "Open it with the build that made it.";
    "E5102" => "the key of the shard's writer is not held",
        "The writer is whom the genesis names, or whom its authority appointed last, and none of the keys in \
        the data directory is that one.",
        "Bring its key file into `writers`; if it is lost, let the authority appoint another writer.";
    "E5103" => "the shard needs replicas",
        "Its genesis says that a block is committed by several nodes, and this build commits alone.",
        "Use a build with replication, or make a shard that commits with one write.";
    "E5201" => "a replay came to something else",
        "History is well-formed and signed, and running it again gave another outcome, write, fuel or root: \
        the machine that wrote it is wrong, or this one is.",
        "`foil replay --until-divergence` shows both sides, the keys and the host call; try another `--engine` \
        and another machine, and keep the bundle.";
    "E5202" => "a program is missing, so nothing can be said",
        "A replay runs every program that ever served, and the bytes of this one are not there.",
        "Bring the program's file back, or export the bundle again from a node that has it.";
    "E5203" => "the profile is unknown, so nothing can be said",
        "The genesis names rules that this build cannot run.",
        "Replay with a build that knows the profile; `--no-execute` checks the history without running it.";
    "E5204" => "a deployed program was never admissible",
        "History says that a program served which breaks a rule of admission: no honest node would have let \
        it.",
        "Keep the bundle as evidence; the reason behind it is an E40xx.";
    "E5205" => "the call cannot be run again",
        "What a block wrote is erased by the shard's authority, and with it the state that later blocks begin \
        with.",
        "History, signatures and receipts are verified nonetheless: `foil replay` and `foil-verify` run what \
        can be run, and list the rest. Blocks that come with a witness can be run.";
    "E5401" => "nobody has decided that these blocks may go",
        "Blocks are dropped only by an act of the shard's authority that names them, so that history says why.",
        "`foil prune --to HEIGHT --sign KEY` makes the act, and does it.";
    "E5402" => "an idempotency key of a block that is to go is live",
        "Whoever repeats that call is to hear that it is history already, and the journal is read for that.",
        "Prune to an earlier block, or wait until the key dies: at most as long as the shard's window.";
    "E5403" => "no whole segment can go",
        "The journal is dropped segment by segment, and the first one holds blocks that are to stay; the last \
        segment always stays.",
        "Prune to a later block, once there are snapshots of it. There is nothing to gain before that.";
    "E5501" => "the state after that block takes too much to find",
        "What has changed since is brought back from the journal, and others wait for the shard meanwhile: so many \
        keys and so many bytes of blocks at most.",
        "Ask of a later block, or ask offline, where far more is allowed: `foil query` and `foil state` with \
        `--height`, on the stopped node or on a copy of its directory.";
    "E5502" => "what the state after that block was is erased",
        "A value that has changed since, or which one that is, stood only in a block of which a call is erased. The \
        root of what the other blocks say is another one.",
        "Ask of a later block, after which it was written again.";
    "E5503" => "what the state after that block was is pruned",
        "A value that has changed since was written by one of the blocks that were dropped. The root of what the \
        others say is another one.",
        "Ask of a later block, after which it was written again; or ask a node that keeps the older blocks.";
    "E5301" => "a snapshot cannot take this step",
        "Its life has one order: UPLOADING, VERIFYING, COMMITTED, SUPERSEDED, gone.",
        "`foil snapshot list` shows where it is; `foil snapshot collect` takes the steps that are due.";
};
