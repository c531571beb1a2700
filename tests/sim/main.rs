//! The simulated world: a shard with real programs, under the real code of commit and recovery, on a disk
//! and a store that lose what they may lose. One seed is one world.
//!
//! - `FOIL_SEED=n cargo test --release -p tests --test sim one_seed -- --nocapture` shows the world `n`.
//! - `FOIL_SOAK=1` runs 5,000 worlds instead of 300.

mod birth;
mod check;
mod disk;
mod fuse;
mod ledger;
mod planted;
mod rng;
mod store;
mod trace;
mod workload;
mod world;

use planted::Bug;
use std::panic::catch_unwind;
use trace::{Trace, Violation};

/// Runs a seed's world. A panic is a broken promise too, and must not hide the seed.
fn run(seed: u64, bug: Bug) -> Result<(Trace, Result<(), Violation>), Violation> {
    catch_unwind(|| world::run(seed, bug)).map_err(|_| Violation::new("no panic", "its message stands above"))
}

/// Runs a seed's world twice: what happened must be the same.
fn twice(seed: u64) -> Result<Trace, Violation> {
    let (trace, ended) = run(seed, Bug::None)?;
    let (again, _) = run(seed, Bug::None)?;
    trace::ensure(trace.hash() == again.hash(), "a seed is one world", || "two runs differ".into())?;
    ended.map(|()| trace)
}

#[test]
#[allow(clippy::print_stdout, reason = "the figures are for whoever runs this with --nocapture")]
fn three_hundred_seeds() {
    let seeds = if std::env::var_os("FOIL_SOAK").is_some() { 5_000 } else { 300 };
    let (mut crashes, mut calls) = (0u64, 0u64);
    for seed in 0..seeds {
        match twice(seed) {
            Ok(trace) => (crashes, calls) = (crashes + trace.crashes, calls + trace.calls),
            Err(violation) => panic!("seed {seed}: {violation}\nto see it: FOIL_SEED={seed}"),
        }
    }
    println!("{seeds} worlds: {crashes} crashes, {calls} calls in history");
    assert!(crashes > seeds, "worlds without crashes test nothing");
}

#[test]
#[allow(clippy::print_stdout, reason = "the trace is what this is for")]
fn one_seed() {
    let Some(seed) = std::env::var("FOIL_SEED").ok().and_then(|seed| seed.parse().ok()) else {
        return;
    };
    let (trace, ended) = world::run(seed, Bug::None);
    println!("{trace}{}", trace.hash());
    assert_eq!(ended, Ok(()));
}

/// How many worlds it takes to find a bug, and what is found.
#[allow(clippy::print_stdout, reason = "how fast a bug is found is for whoever runs this with --nocapture")]
fn catches(bug: Bug, seeds: u64) {
    for seed in 0..seeds {
        if let Err(violation) = run(seed, bug).and_then(|(_, ended)| ended) {
            println!("{bug:?} is found in world {seed}: {violation}");
            return;
        }
    }
    panic!("{bug:?} is not found in {seeds} worlds");
}

#[test]
fn ack_before_fsync_is_caught() {
    catches(Bug::AckBeforeFsync, 40);
}

#[test]
fn lost_sync_is_caught() {
    catches(Bug::LostSync, 20);
}

#[test]
fn misplaced_write_is_caught() {
    catches(Bug::MisplacedWrite, 20);
}

#[test]
fn zeroed_page_is_caught() {
    catches(Bug::ZeroedPage, 20);
}

#[test]
fn flipped_bit_is_caught() {
    catches(Bug::FlippedBit, 20);
}

#[test]
fn torn_store_is_caught() {
    catches(Bug::TornStore, 20);
}
