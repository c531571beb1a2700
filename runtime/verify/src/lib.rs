//! The auditor's library: bundles, receipts and proofs, verified from bytes alone.
//!
//! Nothing here needs a node, a database or a network. A verifier holds a file and an [`Anchor`] (the
//! shard's id, or a key), and gets a [`Report`]: a verdict with its place and reason, what was checked,
//! and what was not.
//!
//! # Limits
//!
//! Re-execution holds the shard's state in memory. Without the feature `execute` the crate verifies
//! history, signatures and proofs, and links no engine.

mod anchor;
mod bundle;
pub mod cli;
mod exit;
pub mod files;
mod proof;
mod receipt;
mod report;

pub use anchor::Anchor;
pub use bundle::{Execution, verify_bundle};
pub use exit::Exit;
pub use proof::{Claim, ProofFile, hex, verify_proof};
pub use receipt::verify_receipt;
pub use report::{Report, Verdict, printable};
