//! The two binaries as people run them: every promise of the README, and every bad input, by exit code and
//! error number.
//!
//! The binaries are those of `FOIL` and `FOIL_VERIFY`, or the ones next to the tests. `FOIL_SOAK=1` makes
//! the long tests long.
#![allow(clippy::unwrap_used, reason = "all of this is tests")]

mod acts;
mod blocks;
mod browser;
mod bundles;
mod calls;
mod debug;
mod directories;
mod diverge;
mod engines;
mod erasures;
mod explain;
mod flights;
mod flips;
mod foil;
mod guests;
mod heights;
mod history;
mod kills;
mod modes;
mod mutations;
mod packages;
mod programs;
mod proofs;
mod pruning;
mod receipts;
mod recovery;
#[path = "../sim/rng.rs"]
#[allow(dead_code, reason = "the simulated world draws more kinds of numbers")]
mod rng;
mod rows;
mod snapshots;
mod steps;
mod upgrades;
mod wasm;
mod witness;
