//! Which harness finds which planted bug, and after how much; and that without one, none finds anything.
//!
//! - ten bugs, other ones every day, or from `FOIL_SEED` on; `FOIL_SOAK=1`: all.
//! - `FOIL_BUG=Name`: that one.
#![allow(dead_code, reason = "the modules are shared with other harnesses, which use more of them")]

#[path = "../sim/birth.rs"]
mod birth;
#[path = "../sim/check/mod.rs"]
mod check;
#[path = "../sim/disk.rs"]
mod disk;
mod forgeries;
#[path = "../sim/fuse.rs"]
mod fuse;
#[path = "../sim/ledger.rs"]
mod ledger;
#[path = "../sim/lies.rs"]
mod lies;
#[path = "../sim/past.rs"]
mod past;
#[path = "../survive/power.rs"]
mod power;
#[path = "../survive/record.rs"]
mod record;
#[path = "../sim/rng.rs"]
mod rng;
#[path = "../sim/seeds.rs"]
mod seeds;
mod small;
#[path = "../sim/snapshots.rs"]
mod snapshots;
#[path = "../sim/store.rs"]
mod store;
#[path = "../sim/swarm.rs"]
mod swarm;
#[path = "../sim/trace.rs"]
mod trace;
#[path = "../sim/weather.rs"]
mod weather;
#[path = "../sim/workload.rs"]
mod workload;
#[path = "../sim/world.rs"]
mod world;

use abi::planted::{MARK, plant};
use lies::Lie;
use planted::{BUGS, Bug, Harness};
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Instant, SystemTime};

/// Most worlds that a bug may take.
const WORLDS_MAX: u64 = 400;
/// Power-cut states for each moment of a recording.
const STATES: u64 = 3;

/// What a harness said, and after how many of its steps.
struct Found {
    steps: u64,
    what: String,
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Runs a step of a harness with the bug planted: what it finds.
type Attempt<'a> = dyn Fn(&dyn Fn() -> Result<(), String>) -> Option<String> + 'a;

/// The bugs of this run.
fn chosen() -> Vec<&'static Bug> {
    if let Some(name) = variable("FOIL_BUG") {
        return BUGS.iter().filter(|bug| bug.name == name).collect();
    }
    if variable("FOIL_SOAK").is_some() {
        return BUGS.iter().collect();
    }
    let day = SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs() / 86_400);
    let seed = variable("FOIL_SEED").and_then(|seed| seed.parse().ok()).unwrap_or(day);
    let first = usize::try_from(seed % BUGS.len() as u64).expect("an index") * 10;
    (first..first + 10).map(|index| &BUGS[index % BUGS.len()]).collect()
}

/// The first violation that the bug's harness reports.
fn hunt(bug: Option<&'static str>, by: Harness, most: u64) -> (u64, Option<String>) {
    let panicked = |_| Err("a panic".into());
    let attempt = |run: &dyn Fn() -> Result<(), String>| {
        plant(bug);
        let found = catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(panicked);
        plant(None);
        found.err()
    };
    match by {
        Harness::World => {
            let found = (0..most).find_map(|seed| {
                let run = || world::run(seed, Lie::None).1.map_err(|violation| violation.to_string());
                attempt(&run).map(|what| (seed + 1, what))
            });
            found.map_or((most, None), |(worlds, what)| (worlds, Some(what)))
        }
        Harness::Small => {
            let searched = small::search(2, bug);
            (searched.states as u64, searched.broken)
        }
        Harness::Power => power_cuts(&attempt),
        Harness::Forgeries => {
            plant(None);
            let recording = record::record(1, 8).expect("nothing fails in memory");
            let what = attempt(&|| forgeries::refused(&recording.history, 1, 300));
            (recording.history.blocks.len() as u64 * 600, what)
        }
    }
}

/// The states that power cuts may leave of a recording, one after the other.
fn power_cuts(attempt: &Attempt<'_>) -> (u64, Option<String>) {
    let recorded = std::cell::RefCell::new(None);
    let record = || {
        *recorded.borrow_mut() = Some(record::record(1, 14).map_err(|fault| fault.to_string())?);
        Ok(())
    };
    if let Some(what) = attempt(&record) {
        return (0, Some(what));
    }
    let Some(recording) = recorded.take() else { return (0, None) };
    let mut states = 0;
    for (seed, moment) in (0..).zip(&recording.moments) {
        for state in 0..STATES {
            states += 1;
            let mut rng = rng::Rng::new(seed * STATES + state, "power");
            let rng = std::cell::RefCell::new(&mut rng);
            let survives = || {
                power::survives(&recording.history, moment, state == 0, &mut rng.borrow_mut())?;
                power::is_honest(&recording.history, moment, &mut rng.borrow_mut())?;
                power::misses(&recording.history, moment, &mut rng.borrow_mut())
            };
            if let Some(what) = attempt(&survives) {
                return (states, Some(what));
            }
        }
    }
    (states, None)
}

#[test]
#[allow(clippy::print_stdout, reason = "the table is what this is for")]
fn every_planted_bug_is_found() {
    std::panic::set_hook(Box::new(|_| {}));
    let mut missed = Vec::new();
    println!("| bug | what goes wrong | found by | after | in | it says |\n|---|---|---|---|---|---|");
    for Bug { name, what, by } in chosen() {
        let begun = Instant::now();
        let (steps, said) = hunt(Some(name), *by, WORLDS_MAX);
        let unit = match by {
            Harness::World => "worlds",
            Harness::Forgeries => "forgeries at most",
            Harness::Small | Harness::Power => "states",
        };
        let seconds = begun.elapsed().as_secs_f64();
        match &said {
            Some(said) => {
                let short: String = said.chars().take(100).collect();
                println!("| {name} | {what} | {by:?} | {steps} {unit} | {seconds:.1} s | {short} |");
            }
            None => {
                println!("| {name} | {what} | **nobody** | {steps} {unit} | {seconds:.1} s | |");
                missed.push(*name);
            }
        }
    }
    let _ = std::panic::take_hook();
    assert!(missed.is_empty(), "not found: {}", missed.join(", "));
}

#[test]
#[allow(clippy::print_stdout, reason = "the figures are for whoever runs this with --nocapture")]
fn without_a_bug_nobody_finds_anything() {
    let (worlds, said) = hunt(None, Harness::World, 10);
    assert_eq!((worlds, said), (10, None));
    for by in [Harness::Power, Harness::Forgeries] {
        let (steps, said) = hunt(None, by, 0);
        println!("{by:?}: {steps} states");
        assert_eq!(said, None, "{by:?}");
    }
}

#[test]
#[allow(clippy::print_stdout, reason = "the number of states is for whoever runs this with --nocapture")]
fn a_journal_in_a_small_scope_keeps_what_it_answered() {
    let blocks = if variable("FOIL_SOAK").is_some() { 5 } else { 3 };
    let small::Searched { states, broken } = small::search(blocks, None);
    println!("small scope, {blocks} blocks in segments of three pages: {states} states");
    assert_eq!(broken, None);
    assert!(states > 500, "only {states} states");
}

#[test]
#[allow(clippy::print_stdout, reason = "the number of states is for whoever runs this with --nocapture")]
fn reverts_in_a_small_scope_lead_back() {
    let calls = if variable("FOIL_SOAK").is_some() { 6 } else { 5 };
    let small::Searched { states, broken } = small::reverts(calls, None);
    println!("small scope, {calls} calls, reverts to every state: {states} states");
    assert_eq!(broken, None);
    assert!(states > 100, "only {states} states");
}

#[test]
fn reverts_in_a_small_scope_find_what_is_planted() {
    for bug in ["ForgetWindow", "ForgetActs", "ApplyBeforeSync", "SkipSync"] {
        assert!(small::reverts(3, Some(bug)).broken.is_some(), "{bug} is not found");
    }
}

#[test]
#[allow(clippy::print_stdout, reason = "the number of states is for whoever runs this with --nocapture")]
fn snapshots_in_a_small_scope_are_never_too_few() {
    let (begun, time) = if variable("FOIL_SOAK").is_some() { (5, 5) } else { (4, 3) };
    let small::Searched { states, broken } = small::snapshots(begun, time);
    println!("small scope, {begun} snapshots in {time} moments: {states} states");
    assert_eq!(broken, None);
    assert!(states > 500, "only {states} states");
}

/// The names of all sites in the sources.
fn sites() -> BTreeSet<String> {
    fn collect(folder: &std::path::Path, sites: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).expect("sources can be listed") {
            let path = entry.expect("sources can be listed").path();
            if path.is_dir() {
                collect(&path, sites);
            } else if path.extension().is_some_and(|end| end == "rs") && !path.ends_with("abi/src/planted.rs")
            {
                let text = std::fs::read_to_string(&path).expect("sources are UTF-8");
                let names = text.split("planted!(").skip(1).filter_map(|rest| rest.split(')').next());
                sites.extend(names.map(str::to_owned));
            }
        }
    }
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut sites = BTreeSet::new();
    for source in ["abi/src", "journal/src", "runtime/state/src", "runtime/vm/src", "runtime/kernel/src"] {
        collect(&root.join(source), &mut sites);
    }
    sites
}

#[test]
fn every_site_has_a_row_and_every_row_a_site() {
    let rows: BTreeSet<String> = BUGS.iter().map(|bug| bug.name.to_owned()).collect();
    assert_eq!(rows.len(), BUGS.len(), "a bug stands twice");
    assert_eq!(sites(), rows);
    assert!(rows.len() >= 30);
}

/// How often `word` stands in a file.
fn occurrences(file: &std::path::Path, word: &str) -> usize {
    let bytes = std::fs::read(file).unwrap_or_else(|error| panic!("cannot read {}: {error}", file.display()));
    bytes.windows(word.len()).filter(|window| *window == word.as_bytes()).count()
}

/// This binary has the bugs in it, each with its mark; the ones that are shipped have none. They are looked for
/// where `FOIL` and `FOIL_VERIFY` say.
#[test]
fn what_is_shipped_has_no_bug_planted() {
    let here = std::env::current_exe().expect("a test has a path");
    // With its bug's name: what authors are given has the mark alone in its sources, and `foil` has those in it.
    let mark = |bug: &Bug| format!("{MARK}{}", bug.name);
    for bug in BUGS {
        assert!(occurrences(&here, &mark(bug)) > 0, "{} is not even here", bug.name);
    }
    for name in ["FOIL", "FOIL_VERIFY"] {
        let Some(shipped) = variable(name) else { continue };
        let shipped = std::path::Path::new(&shipped);
        for bug in BUGS {
            assert_eq!(occurrences(shipped, &mark(bug)), 0, "{} is in {}", bug.name, shipped.display());
        }
        assert!(occurrences(shipped, "counterfoil") > 0, "{} is another program", shipped.display());
    }
}
