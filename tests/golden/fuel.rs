//! A call that is given less fuel than it uses ends at the same point on every engine.

use crate::corpus::cases;
use crate::engines::engines;
use crate::run::Shard;
use abi::effect::Execution;
use abi::outcome::{Outcome, Trap};
use abi::session::Mode;
use std::collections::BTreeSet;
use vm::Job;

/// Up to here every limit is tried, and beyond it so many.
const ALL_UP_TO: u64 = 400;
const BEYOND: u64 = 40;
/// Of calls that use more, so few: each takes long.
const LONG: u64 = 3_000_000;
const OF_LONG: u64 = 2;

/// Every limit of fuel for every call of the corpus: at exhaustion, at completion, and at every trap.
#[test]
#[allow(clippy::print_stdout, reason = "the counts are for whoever runs this with --nocapture")]
fn every_limit_of_fuel_comes_to_the_same_on_every_engine() {
    let (mut calls, mut runs, mut traps, mut wrong) = (0, 0, BTreeSet::new(), Vec::new());
    for case in cases() {
        let programs = engines().admit(&case.wasm).unwrap();
        let mut shard = Shard::new(&case.wasm);
        for ask in &case.asks {
            let job = shard.job(ask);
            let full = engines().run(&programs, &job);
            calls += 1;
            traps.extend(trap(&full.outcome));
            for fuel_max in limits(full.fuel) {
                runs += 1;
                let starved = engines().run(&programs, &Job { fuel_max, ..job.clone() });
                if !follows(&starved, &full, fuel_max) {
                    let (name, method, outcome) = (&case.name, &ask.method, &starved.outcome);
                    wrong.push(format!("{name} {method}: {outcome:?} within {fuel_max} of {}", full.fuel));
                }
            }
            if ask.mode == Mode::Call {
                shard.enter(ask, &full);
            }
        }
    }
    println!("{calls} calls at {runs} limits of fuel: equal on every engine");
    assert!(wrong.is_empty(), "{} ends other than out of fuel:\n{}", wrong.len(), wrong.join("\n"));
    let missing: Vec<_> = Trap::ALL.iter().filter(|trap| !traps.contains(trap)).collect();
    assert!(missing.is_empty(), "no call of the corpus ends in {missing:?}");
}

/// Whether this is what a call comes to within so much fuel that comes to `full` where there is enough.
fn follows(starved: &Execution, full: &Execution, fuel_max: u64) -> bool {
    if fuel_max >= full.fuel && full.outcome != Outcome::Trapped(Trap::OutOfFuel) {
        return starved == full;
    }
    // Who runs out where calls nest too deep has run out of depth: that is looked at first.
    let overflows = starved.outcome == full.outcome && trap(&full.outcome) == Some(Trap::StackOverflow);
    let is_out = trap(&starved.outcome) == Some(Trap::OutOfFuel) || overflows;
    is_out && starved.fuel == fuel_max && starved.diff.is_empty() && starved.events.is_empty()
}

fn trap(outcome: &Outcome) -> Option<Trap> {
    match outcome {
        Outcome::Trapped(trap) => Some(*trap),
        _ => None,
    }
}

/// The limits to try for a call that uses `full`, and some above.
fn limits(full: u64) -> impl Iterator<Item = u64> {
    let step = (full / if full > LONG { OF_LONG } else { BEYOND }).max(1);
    let beyond = (ALL_UP_TO..full).step_by(usize::try_from(step).expect("64 bits"));
    let all_up_to = if full > LONG { 1 } else { full.min(ALL_UP_TO) };
    (0..all_up_to).chain(beyond).chain([full.saturating_sub(1), full, full + 1])
}
