//! What authors of programs are given: SDKs in four languages that come to the same, and the commands of their loop.
//!
//! `tests/run.sh --suite authors` finds or installs the compilers, and prints a table.
#![allow(clippy::unwrap_used, reason = "all of this is tests")]

mod arguments;
#[path = "../golden/case.rs"]
#[allow(dead_code, reason = "golden has cases in files, too")]
mod case;
#[path = "../serve/client.rs"]
#[allow(dead_code, reason = "scenarios of a server need more of it")]
mod client;
mod clients;
mod compilers;
mod dev;
#[path = "../golden/engines.rs"]
#[allow(dead_code, reason = "golden needs more of it")]
mod engines;
mod first;
#[path = "../cli/foil.rs"]
#[allow(dead_code, reason = "other scenarios need more of it")]
mod foil;
mod hostile;
mod languages;
#[path = "../serve/node.rs"]
#[allow(dead_code, reason = "scenarios of a server need more of it")]
mod node;
mod probe;
mod projects;
#[path = "../sim/rng.rs"]
#[allow(dead_code, reason = "the simulated world draws more kinds of numbers")]
mod rng;
#[path = "../golden/run.rs"]
#[allow(dead_code, reason = "golden writes traces, too")]
mod run;
mod strange;
mod upgrades;
