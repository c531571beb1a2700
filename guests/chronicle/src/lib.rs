//! What a node did to itself: recoveries, releases from quarantine. It serves the node's own shard, which has
//! a history like any other: whoever audits the node reads and verifies it with the same tools.
#![no_std]

extern crate alloc;

use alloc::string::String;
use guest_sdk::Value;

pub use crate::chronicle::Program;

/// Most notes of a query's answer.
pub const ANSWER_MAX: u32 = 1_000;
/// Longest details of a note, in bytes.
pub const DETAILS_BYTES_MAX: usize = 64 << 10;

/// A note.
#[derive(Clone, PartialEq, Eq, Debug, Value)]
pub struct Note {
    /// Its place among all notes, from 0.
    pub number: u64,
    /// When it was made, in milliseconds of logical time.
    pub time_ms: u64,
    /// What was done, in a word.
    pub kind: String,
    /// What exactly.
    pub details: String,
}

/// The program.
#[guest_sdk::program]
pub mod chronicle {
    use crate::{ANSWER_MAX, DETAILS_BYTES_MAX, Note};
    use alloc::string::String;
    use alloc::vec::Vec;
    use guest_sdk::prelude::*;

    /// What the program keeps.
    #[state]
    pub struct Chronicle {
        owner: Cell<Account>,
        notes: Map<u64, Note>,
    }

    /// Why a note is refused.
    #[derive(Error)]
    pub enum Error {
        /// Only who made the first note makes others.
        #[error(1)]
        NotTheOwner,
        /// The details are too long.
        #[error(2)]
        DetailsTooLong {
            /// How long they are.
            size: u64,
            /// How long they may be.
            max: u64,
        },
    }

    /// A note was made.
    #[derive(Event)]
    pub struct Noted {
        /// Its place among all notes.
        pub number: u64,
        /// What was done, in a word.
        pub kind: String,
    }

    impl Chronicle {
        /// Makes a note, and answers its number.
        #[call]
        pub fn note(&mut self, ctx: &Context, kind: String, details: String) -> Result<u64, Error> {
            let caller = ctx.caller();
            if caller.is_nobody() || self.owner.get().is_some_and(|owner| owner != caller) {
                return Err(Error::NotTheOwner);
            }
            if details.len() > DETAILS_BYTES_MAX {
                return Err(Error::DetailsTooLong {
                    size: details.len() as u64,
                    max: DETAILS_BYTES_MAX as u64,
                });
            }
            self.owner.set(&caller);
            let number = self.size();
            ctx.emit(&Noted { number, kind: kind.clone() });
            self.notes.insert(&number, &Note { number, time_ms: ctx.time_ms(), kind, details });
            Ok(number)
        }

        /// How many notes there are.
        #[query]
        pub fn size(&self) -> u64 {
            self.notes.last().map_or(0, |(number, _)| number + 1)
        }

        /// The notes from number `from` on, at most `limit`.
        #[query]
        pub fn notes(&self, from: u64, limit: u32) -> Vec<Note> {
            self.notes.range(from..).take(limit.min(ANSWER_MAX) as usize).map(|(_, note)| note).collect()
        }
    }
}

#[cfg(test)]
mod tests;
