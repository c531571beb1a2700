//! What is written down of the formats, in a form that machines hold the code to.
//!
//! - [`shard`]: a small shard of fixed seeds, whose roots, proofs and witnesses are real.
//! - [`vector`]: the test vectors of `tests/vectors/v1`, a file that only grows; [`make`] makes them,
//!   [`judge`] judges them, [`show`] names the fields of what was decoded.
//! - [`untrusted`]: hostile bundles, receipts and proofs, and how each has to end.
//! - [`targets`]: the bodies of the fuzz targets; [`mutate`]: seeded changes of a corpus.

#![allow(clippy::unwrap_used, reason = "what does not hold here ends a test")]

pub mod judge;
pub mod make;
pub mod mutate;
pub mod shard;
pub mod show;
pub mod targets;
pub mod untrusted;
pub mod vector;
