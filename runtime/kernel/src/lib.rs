//! One shard: a program, its state and its journal, moved forward by calls.
//!
//! ```text
//! SignedCall ─admit→ Admitted ─execute→ Draft ─seal→ Block ─commit→ journal ─answer→ Receipt
//!                                                                     └apply→ store (derived)
//! ```
//!
//! Read [`execute`] first: what becomes of calls, in one screen. Then [`commit`]: the order of durability, and what a
//! crash means after each step. [`pipeline`] has both done side by side. [`recover`] brings a shard back after any
//! crash, [`ladder`] plans what is to be done where that is refused; [`replay`] runs a history again for whoever does
//! not trust it.
//!
//! # Guarantees
//!
//! - A call is answered only when its block is durable, and then its answer never changes.
//! - A call that failed or trapped changes no state and still has a record.
//! - Where a block ends cannot be observed by a program: the same calls have the same effects and the
//!   same state root in blocks of any size.
//! - The store never holds what the journal does not.
//!
//! # Invariants
//!
//! This crate never reads a clock, a disk, the environment or randomness: they come in as arguments, and
//! as the traits `Disk`, `Store` and [`Programs`].

pub mod admit;
mod after;
mod authority;
mod check;
pub mod commit;
mod erase;
pub mod execute;
mod keyring;
pub mod ladder;
mod leaves;
mod machine;
pub mod pipeline;
mod programs;
pub mod prune;
mod question;
mod queue;
mod recall;
mod receipts;
pub mod recover;
pub mod replay;
mod revert;
pub mod scrub;
mod shard;
pub mod snapshot;
mod system;

pub use admit::{Refusal, Rejected};
pub use after::{After, AfterError, Effort};
pub use check::{Check, Checked, Checker};
pub use execute::Position;
pub use keyring::Keyring;
pub use machine::{Machine, RunError};
pub use pipeline::Settled;
pub use programs::Programs;
pub use question::Question;
pub use queue::{Left, Source};
pub use replay::{Differing, Divergence, Examined, Fold, ReplayError, Replayer, Rerun, Walk, What, Written};
pub use shard::{Answer, Batch, Memory, Request, Shard, ShardError};
pub use vm::{Engine, THREAD_STACK_BYTES};

#[cfg(test)]
mod tests;
