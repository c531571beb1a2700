//! The auditor's library: histories, receipts and proofs, verified from bytes alone.
//!
//! Nothing here needs a node, a database or a network. A verifier holds a file and an [`Anchor`] (the
//! shard's id, or a key), and gets a [`Report`]: a verdict with its place and reason, what was checked,
//! and what was not.
//!
//! # Limits
//!
//! Re-execution holds the shard's state in memory, once for each worker; over the witnesses of blocks it holds
//! none. Without the feature `execute` the crate verifies history, signatures and proofs, and links no engine;
//! without `cli` it knows no files, and is what `browser/` compiles to WebAssembly.

mod anchor;
mod checker;
#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "cli")]
mod directory;
#[cfg(feature = "execute")]
pub mod diverge;
mod erased;
mod evidence;
#[cfg(feature = "execute")]
mod execute;
mod exit;
mod file;
#[cfg(feature = "cli")]
pub mod files;
mod history;
mod json;
#[cfg(feature = "execute")]
mod parallel;
mod proof;
mod receipt;
mod report;
mod source;

pub use anchor::Anchor;
#[cfg(feature = "cli")]
pub use directory::DirectorySource;
pub use erased::Ranges;
pub use evidence::{verify_checkpoint, verify_fork, verify_heads_fork};
pub use exit::Exit;
pub use file::verify_bytes;
pub use history::{Execution, Plan, verify_bundle, verify_history};
pub use json::Json;
pub use proof::{Claim, ProofFile, QueryProof, hex, verify_proof};
pub use receipt::verify_receipt;
pub use report::{Report, Verdict, printable};
pub use source::{BundleSource, Part, Preface, Programs, Source};
