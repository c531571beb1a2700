//! A host that is killed at any moment, and goes on.

use crate::flights::World;
use crate::foil::soak;
use crate::history::History;
use std::process::Child;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// `kill -9`; whether there was still something to kill.
fn kill(mut child: Child) -> bool {
    let ended = child.try_wait().expect("a child can be waited for").is_some();
    let _ = child.kill();
    child.wait().expect("a killed child ends");
    !ended
}

/// Every call exactly once, and all that an undisturbed run comes to: rows make blocks at the same places
/// wherever the run was stopped, so that even the bytes of the bundle are the same.
#[test]
fn a_killed_run_is_resumed_exactly_once() {
    let world = World::new();
    let options = "--block-calls 100";
    world.folder.copy("foil-data", "undisturbed");
    let begun = Instant::now();
    world.run("undisturbed", options);
    let whole = begun.elapsed();
    let expected = world.bundle("undisturbed");
    let rows = History::read(&expected).effects();
    assert_eq!(rows.len(), 1 + 97 + 27_004);

    let rounds: u32 = if soak() { 100 } else { 10 };
    let mut killed = 0;
    for round in 0..rounds {
        let data = format!("killed-{round}");
        world.folder.copy("foil-data", &data);
        let run = world.words(&data, options);
        // Each round dies at another moment of the run, then again where it has just recovered or is
        // recovering, then is left alone.
        let first = whole * (2 * round + 1) / (2 * rounds);
        let second = Duration::from_millis(u64::from(round * 37 % 150));
        for moment in [first, second] {
            let child = world.folder.start(&run);
            sleep(moment);
            killed += u32::from(kill(child));
        }
        let resumed = world.run(&data, options);
        assert_eq!(resumed["records"], 27_102, "killed after {first:?} and {second:?}");
        assert!(world.bundle(&data) == expected, "killed after {first:?} and {second:?}: another history");
        std::fs::remove_dir_all(world.folder.path(&data)).expect("the data directory goes");
    }
    assert!(killed > rounds, "most runs were over before they could be killed: {killed}");
}

/// Killed in the middle of many small blocks, with a sync for each: some moments are inside of a write.
#[test]
fn a_run_killed_between_small_blocks_is_resumed_exactly_once() {
    let flights = if soak() { 5_000 } else { 600 };
    let world = World::of(flights);
    let options = "--block-calls 1";
    world.folder.copy("foil-data", "undisturbed");
    world.run("undisturbed", options);
    let expected = History::read(&world.bundle("undisturbed"));
    let mut kills = 0;
    loop {
        let child = world.folder.start(&world.words("foil-data", options));
        // Each life is a little longer than the one before: recovery takes longer too, the more there is.
        sleep(Duration::from_millis(40 + kills * 13 % 90 + kills * 5));
        if !kill(child) {
            break;
        }
        kills += 1;
    }
    assert!(kills > 1, "the run was over before it could be killed");
    let ran = world.run("foil-data", options);
    assert_eq!((&ran["new"], &ran["known"]), (&0.into(), &flights.into()));
    let found = History::read(&world.bundle("foil-data"));
    assert!(found.record_bytes() == expected.record_bytes(), "killed {kills} times: other records");
    assert_eq!(found.root(), expected.root());
}
