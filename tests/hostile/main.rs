//! Guests that attack their host: each ends in its typed outcome, in bounded time and memory, on every engine, and
//! leaves nothing behind.
//!
//! `cargo test --release -p tests --test hostile -- --nocapture` prints a table of all attacks, with what each came
//! to, how long it took and how much memory the process had at most. `FOIL_SOAK=1` adds what takes long.
#![allow(clippy::unwrap_used, reason = "all of this is tests")]

mod amplification;
mod attack;
mod bombs;
#[path = "../golden/engines.rs"]
mod engines;
mod floods;
mod frames;
mod growth;
mod keyspace;
mod loops;
mod malformed;
mod module;
mod pointers;
mod residue;
#[path = "../sim/rng.rs"]
#[allow(dead_code, reason = "the simulated world draws more kinds of numbers")]
mod rng;

/// One after the other, so that time and memory are those of one attack.
#[test]
#[allow(clippy::print_stdout, reason = "the table is for whoever runs this with --nocapture")]
fn every_attack_ends_in_its_typed_outcome_in_bounded_time_and_memory() {
    let mut attacks = malformed::attacks();
    attacks.extend(bombs::attacks());
    attacks.extend(loops::attacks());
    attacks.extend(frames::attacks());
    attacks.extend(growth::attacks());
    attacks.extend(pointers::attacks());
    attacks.extend(amplification::attacks());
    attacks.extend(floods::attacks());
    attacks.extend(keyspace::attacks());
    attacks.extend(residue::attacks());
    let rows: Vec<attack::Row> = attacks.into_iter().map(attack::Attack::run).collect();
    println!("{}", attack::table(&rows));
    let failed: Vec<&attack::Row> = rows.iter().filter(|row| row.failed()).collect();
    assert!(failed.is_empty(), "{} attacks: {failed:#?}", failed.len());
}
