//! The simulated world: a shard with real programs, under the real code of commit and recovery, on a disk
//! and a store that lose what they may lose, and more. One seed is one world.
//!
//! - `FOIL_SEED=n cargo test --release --workspace --test sim one_seed -- --nocapture` shows the world `n`.
//! - `FOIL_SOAK=1` runs 30,000 worlds instead of 400, and `FOIL_SEEDS=n` runs `n`, from the seed `FOIL_SEED` on. A
//!   world is some 300 operations, and is run twice: it must be the same.

mod birth;
mod check;
#[allow(dead_code, reason = "the harnesses of real processes and planted bugs use more of it")]
mod disk;
mod fuse;
mod ledger;
mod lies;
mod past;
mod rng;
mod seeds;
mod snapshots;
mod store;
mod swarm;
mod trace;
mod weather;
mod workload;
mod world;

use lies::Lie;

fn variable(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
#[allow(clippy::print_stdout, reason = "the figures are for whoever runs this with --nocapture")]
fn every_seed_keeps_its_promises() {
    let asked = variable("FOIL_SEEDS");
    let first = variable("FOIL_SEED").unwrap_or(0);
    let count = asked.unwrap_or(if std::env::var_os("FOIL_SOAK").is_some() { 30_000 } else { 400 });
    let kept = seeds::regressions();
    let figures = seeds::all(&kept.into_iter().chain(first..first.saturating_add(count)).collect::<Vec<_>>());
    println!(
        "{} worlds: {} crashes, {} calls in history, {} halted",
        figures.worlds, figures.crashes, figures.calls, figures.halted
    );
    figures.events.iter().for_each(|(what, times)| println!("{times} {what}"));
    assert!(figures.crashes > figures.worlds, "worlds without crashes test nothing");
    assert!(asked.is_some() || figures.halted > 0, "no medium was damaged");
    let happened = |what| asked.is_some() || figures.events.contains_key(what);
    assert!(happened("revert"), "nothing was undone");
    assert!(happened(world::RESTORED), "no store was lost");
}

#[test]
#[allow(clippy::print_stdout, reason = "the trace is what this is for")]
fn one_seed() {
    let Some(seed) = variable("FOIL_SEED") else { return };
    let (trace, ended) = world::run(seed, Lie::None);
    println!("{trace}{}", trace.hash());
    assert_eq!(ended, Ok(()));
}

/// How many worlds it takes to find a lie, and what is found.
#[allow(clippy::print_stdout, reason = "how fast a lie is found is for whoever runs this with --nocapture")]
fn catches(lie: Lie, seeds: u64) {
    for seed in 0..seeds {
        if let Err(violation) = seeds::run(seed, lie).and_then(|(_, ended)| ended) {
            println!("{lie:?} is found in world {seed}: {violation}");
            return;
        }
    }
    panic!("{lie:?} is not found in {seeds} worlds");
}

#[test]
fn ack_before_fsync_is_caught() {
    catches(Lie::AckBeforeFsync, 40);
}

#[test]
fn lost_sync_is_caught() {
    catches(Lie::LostSync, 20);
}

#[test]
fn misplaced_write_is_caught() {
    catches(Lie::MisplacedWrite, 20);
}

#[test]
fn zeroed_page_is_caught() {
    catches(Lie::ZeroedPage, 20);
}

#[test]
fn flipped_bit_is_caught() {
    catches(Lie::FlippedBit, 20);
}

#[test]
fn torn_store_is_caught() {
    catches(Lie::TornStore, 20);
}
