//! What goes wrong with this machine: never part of history, always a reason to stop writing.

use crate::limits::{WITNESS_BYTES_MAX, WITNESS_KEYS_MAX};
use std::fmt;

/// The machine failed: stop writing, keep evidence; a restart recovers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fault {
    /// The operating system refused an operation.
    Io {
        /// What was being done, to which file.
        doing: String,
        /// What the system said.
        because: String,
    },
    /// The disk has no room, or may not be written, and nothing was written: what there is is as it was.
    Full {
        /// What was being done, to which file.
        doing: String,
        /// What the system said.
        because: String,
    },
    /// The tree over the state takes more memory than it may, and nothing was executed.
    Outgrown {
        /// What it takes.
        bytes: usize,
        /// What it may take.
        max: usize,
    },
    /// Bytes are not what was written.
    Corrupt {
        /// Which file or object, and the rule it breaks.
        what: String,
    },
    /// Sound bytes that belong to something else: another shard, another version of the format.
    Foreign {
        /// What was found, and what was expected.
        what: String,
    },
    /// The engine or its host code failed: out of memory, a panic.
    Host {
        /// What was being done and what happened.
        what: String,
    },
    /// What a block wrote is erased, and the state after it is asked for of the blocks.
    Erased {
        /// The block's height.
        height: u64,
    },
    /// A handle that has failed before was used again.
    Stopped,
    /// What was asked for is of blocks that are gone, and were let go by an act of the shard's authority.
    Pruned {
        /// The height of the first block that is kept.
        first: u64,
        /// The place of the act that decided it.
        decision: u64,
    },
    /// What was asked of a part of the state, a witness, is not in the part, and nothing is known of it. The
    /// machine is sound: the witness is too small for what was run on it.
    WitnessIncomplete {
        /// What the witness lacks.
        what: String,
    },
    /// What was run read so much that nobody would open its witness.
    WitnessTooLarge {
        /// How many keys it would name.
        keys: usize,
        /// Its length.
        bytes: usize,
    },
}

impl Fault {
    /// An operation that the system refused.
    pub fn io(doing: impl Into<String>, because: impl fmt::Display) -> Fault {
        Fault::Io { doing: doing.into(), because: because.to_string() }
    }

    /// An operation for which there was no room, and of which nothing was done.
    pub fn full(doing: impl Into<String>, because: impl fmt::Display) -> Fault {
        Fault::Full { doing: doing.into(), because: because.to_string() }
    }

    /// Bytes that are not what was written.
    pub fn corrupt(what: impl Into<String>) -> Fault {
        Fault::Corrupt { what: what.into() }
    }

    /// Sound bytes that belong to something else.
    pub fn foreign(what: impl Into<String>) -> Fault {
        Fault::Foreign { what: what.into() }
    }

    /// A failure of the engine.
    pub fn host(what: impl fmt::Display) -> Fault {
        Fault::Host { what: what.to_string() }
    }

    /// A part of the state that is not there, which is never to be taken for absent keys.
    pub fn incomplete(what: impl fmt::Display) -> Fault {
        Fault::WitnessIncomplete { what: what.to_string() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Io { doing, because } => write!(f, "cannot {doing}: {because}"),
            Fault::Full { doing, because } => {
                write!(
                    f,
                    "no room to {doing}: {because}; nothing was written, and the shard is read-only until there is"
                )
            }
            Fault::Outgrown { bytes, max } => write!(
                f,
                "the tree over the state takes more memory than it may: bytes={bytes} max={max}; the shard is read-only \
                 until it is given more"
            ),
            Fault::Corrupt { what } => write!(f, "corrupt: {what}"),
            Fault::Foreign { what } => write!(f, "not ours: {what}"),
            Fault::Host { what } => write!(f, "the host failed: {what}"),
            Fault::Erased { height } => write!(
                f,
                "what block {height} wrote is erased: no state is made of blocks from before it; \
                 `foil recover` loads a snapshot of a later height"
            ),
            Fault::Stopped => f.write_str("stopped by an earlier fault; open again to recover"),
            Fault::Pruned { first, decision } => {
                write!(f, "pruned: history before block {first} was dropped by decision of record {decision}")
            }
            Fault::WitnessIncomplete { what } => write!(f, "the witness lacks {what}"),
            Fault::WitnessTooLarge { keys, bytes } => write!(
                f,
                "the witness is too large: keys={keys}, bytes={bytes}, max={WITNESS_KEYS_MAX} and \
                 {WITNESS_BYTES_MAX}; leave it out, and whoever verifies holds the state"
            ),
        }
    }
}

impl std::error::Error for Fault {}

impl crate::Coded for Fault {
    fn code(&self) -> u16 {
        match self {
            Fault::Io { .. } => 1101,
            Fault::Corrupt { .. } => 1102,
            Fault::Host { .. } => 1103,
            Fault::Stopped => 1104,
            Fault::Foreign { .. } => 1105,
            Fault::WitnessIncomplete { .. } => 1106,
            Fault::WitnessTooLarge { .. } => 1107,
            Fault::Full { .. } => 1108,
            Fault::Erased { .. } => 1109,
            Fault::Pruned { .. } => 1110,
            Fault::Outgrown { .. } => 1111,
        }
    }
}
