//! E1xxx: bytes that are not canonical, a genesis, arguments, and faults of the machine.

use super::{Explanation, explained};

/// Bytes come from elsewhere: whoever made them has to make them again.
const MAKE_AGAIN: &str = "Have the bytes made again by whoever made them, with a canonical encoder; a file \
    of yours that was fine before is damaged: restore or fetch it.";

pub(super) const TABLE: &[Explanation] = explained! {
    "E1001" => "the bytes end inside a value",
        "A length says more bytes than there are: the file or message was cut short.", MAKE_AGAIN;
    "E1002" => "another type of value was expected",
        "At this offset stands a text where a number belongs, or the like: it is another kind of object.",
        MAKE_AGAIN;
    "E1003" => "not the canonical form of a value",
        "A value has one encoding here (deterministic CBOR): shortest heads, definite lengths, no floats, no \
        tags.",
        "Encode again by RFC 8949, section 4.2.1; arguments are best left to `foil call` or the SDK.";
    "E1004" => "bytes follow the value",
        "An object is all of its bytes, and something was appended to this one.", MAKE_AGAIN;
    "E1005" => "wrong length",
        "An array, map or string is longer or shorter than its type has it.", MAKE_AGAIN;
    "E1006" => "number out of range",
        "The number does not fit the type that is expected here.", MAKE_AGAIN;
    "E1007" => "text is not UTF-8",
        "Every text is UTF-8; other bytes belong in a byte string.", MAKE_AGAIN;
    "E1008" => "no such member",
        "A closed list has no member of this number or name: bytes of another version, or of another kind of \
        file.",
        "Read them with the build that wrote them, and check that the file is what its name says.";
    "E1009" => "keys are not strictly ascending",
        "Maps and sets are sorted and without duplicates, so that a value has one encoding.", MAKE_AGAIN;
    "E1010" => "nested too deep",
        "No object of ours is nested deeper than `CBOR_DEPTH_MAX`; deeper bytes are refused before they cost \
        anything.",
        "Make the argument flatter.";
    "E1101" => "the operating system refused an operation",
        "A read, a write or an fsync failed. The shard stopped writing: what was answered is safe.",
        "Mend the disk, its space or its permissions, and run the command again: opening recovers by itself.";
    "E1102" => "bytes are not what was written",
        "A file of the data directory was changed, cut or damaged after it was durable. Nothing is dropped \
        by itself.",
        "`foil recover --dry-run` says what can be done, `foil recover` does it: a store is set aside and made \
        again. A journal's file has to be restored from a sound copy.";
    "E1103" => "the host failed",
        "The engine or its host code ran out of memory or panicked. That is this machine's fault, never a \
        program's outcome.",
        "Run the command again, with more memory if that ran out; if it comes again, report the message.";
    "E1104" => "stopped by an earlier fault",
        "After a fault a shard answers nothing, so that nothing is built on what may not be durable.",
        "Mend what the first fault named, then open the shard again: that recovers.";
    "E1105" => "sound bytes that belong to something else",
        "A file is whole, and of another shard or of another version of the format.",
        "Put the right file in its place: somebody moved one, or mixed two data directories.";
    "E1106" => "the witness lacks what was asked of it",
        "A witness is a part of the state, and a call read or wrote something outside of it. That is never \
        taken for an absent key.",
        "Have the witness made again by a node that has the state, for the very block; or run the block on \
        the whole state.";
    "E1107" => "the witness is too large",
        "What was run read more of the state than anybody would open as a witness: verifiers bound it, so that \
        a stranger's file cannot fill their memory.",
        "Leave the witness out (`--witness`, `--with-witness`, `--proof`): verifying from genesis or from a \
        checkpoint holds the state itself.";
    "E1108" => "the disk has no room, or may not be written",
        "It is full, over its quota or read-only, and that showed before anything was written. Reading goes on; \
        nothing was lost.",
        "Make room or mount it writable, and ask again: a shard that is open goes on by itself, as soon as \
        there is room for a segment.";
    "E1109" => "what a block wrote is erased",
        "A call of the block was erased by its authority, and the block's writes with it: blocks from before it \
        do not lead to the state any more. The store is older than that block, or gone.",
        "`foil recover` loads a snapshot of that height or a later one; two were kept when the call was erased. \
        If none is whole, the state is lost here: restore the store or a snapshot from a copy.";
    "E1110" => "the blocks that are asked for were pruned",
        "The shard's authority has decided that the journal may drop its oldest blocks, and the record of that is \
        named. Of their records the leaf hashes are kept, so that all later proofs hold.",
        "Ask whoever kept a bundle, a receipt or a copy from before. If a store is to be made again, `foil recover` \
        does it from a snapshot; `foil bundle` begins at the first block that is kept.";
    "E1111" => "the tree over the state takes more memory than it may",
        "Some 95 bytes a key are kept in memory, so that a root takes microseconds. They are more now than \
        `--tree-memory` allows, or than half of the machine's memory. Reading goes on; nothing was executed.",
        "Open the shard with a greater `--tree-memory`, on a larger machine if need be; then delete keys, or go on.";
    "E1201" => "a genesis breaks a rule",
        "The named field is not allowed: keys unsorted or unsound, a threshold above the keys, a window or \
        time too large.",
        "Mend that option of `foil shard create`; a genesis from elsewhere has to be made again.";
    "E1301" => "a value is not of its type",
        "The interface of the program says what an argument is, and what was given is something else.",
        "The message names the argument, what is expected and what was found; `foil inspect FILE.wasm` lists \
        all types.";
};
