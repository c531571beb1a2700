//! The auditor's library: bundles, receipts and proofs, verified from bytes alone.
//!
//! Nothing here needs a node, a database or a network. A verifier holds a file and an [`Anchor`] (the
//! shard's id, or a key), and gets a [`Report`]: a verdict with its place and reason, what was checked,
//! and what was not.
//!
//! # Limits
//!
//! Re-execution holds the shard's state in memory. Without the feature `execute` the crate verifies
//! history, signatures and proofs, and links no engine; without `cli` it knows no files, and is what
//! `browser/` compiles to WebAssembly.

mod anchor;
mod bundle;
#[cfg(feature = "cli")]
pub mod cli;
mod exit;
mod file;
#[cfg(feature = "cli")]
pub mod files;
mod json;
mod proof;
mod receipt;
mod report;

pub use anchor::Anchor;
pub use bundle::{Execution, verify_bundle};
pub use exit::Exit;
pub use file::verify_bytes;
pub use json::Json;
pub use proof::{Claim, ProofFile, hex, verify_proof};
pub use receipt::verify_receipt;
pub use report::{Report, Verdict, printable};
