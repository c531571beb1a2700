//! What authors of programs have: SDKs in four languages that come to the same.
//!
//! `tests/run.sh --suite authors` finds or installs the compilers, and prints a table.
#![allow(clippy::unwrap_used, reason = "all of this is tests")]

#[path = "../golden/case.rs"]
#[allow(dead_code, reason = "golden has cases in files, too")]
mod case;
mod compilers;
#[path = "../golden/engines.rs"]
#[allow(dead_code, reason = "golden needs more of it")]
mod engines;
mod hostile;
mod languages;
mod probe;
#[path = "../sim/rng.rs"]
#[allow(dead_code, reason = "the simulated world draws more kinds of numbers")]
mod rng;
#[path = "../golden/run.rs"]
#[allow(dead_code, reason = "golden writes traces, too")]
mod run;
