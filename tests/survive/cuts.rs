//! Power cuts, one state after the other.

use crate::foil::soak;
use crate::rng::Rng;
use crate::{each, nothing, power, record};

/// States for each moment of a recording.
const STATES: u64 = 10;

/// From every operation of recorded runs: what the disk may be left with, opened by the real recovery; every
/// other state dies again while it recovers.
#[test]
#[allow(clippy::print_stdout, reason = "the figures are for whoever runs this with --nocapture")]
fn what_a_power_cut_leaves_holds_what_was_answered() {
    let most: u64 = if soak() { 100_000 } else { 5_000 };
    // Each recording is made where it is used: a simulated disk stays in its thread.
    let seeds: Vec<u64> = (0..most.div_ceil(1_000)).collect();
    let wrong = each(&seeds, |_, seed| {
        let recording = record::record(*seed, 16).map_err(|fault| fault.to_string())?;
        let moments = recording.moments.len() as u64;
        let per_moment = STATES.max(1_000_u64.div_ceil(moments));
        let mut left = 1_000;
        // Spread, so that a long recording is not cut where the states run out.
        for state in 0..per_moment {
            for (at, moment) in (0u64..).zip(&recording.moments) {
                if left == 0 {
                    return Ok(());
                }
                left -= 1;
                let mut rng = Rng::new((seed << 32) + at * per_moment + state, "power");
                power::survives(&recording.history, moment, (state + at) % 2 == 1, &mut rng)
                    .map_err(|what| format!("recording {seed}, operation {at}, state {state}: {what}"))?;
            }
        }
        Err(format!("recording {seed}: {left} states are left over"))
    });
    println!("{} states of {} recordings", seeds.len() * 1_000, seeds.len());
    nothing(wrong);
}

/// A bit of a journal, or a page, whatever it had come to, changed behind its back.
#[test]
fn what_changed_behind_its_back_is_told_or_does_no_harm() {
    let recording = record::record(3, 16).expect("nothing fails in memory");
    let times = if soak() { 100 } else { 5 };
    let mut wrong = Vec::new();
    for (at, moment) in (0u64..).zip(&recording.moments) {
        for time in 0..times {
            let mut rng = Rng::new(at * times + time, "bits");
            wrong.extend(power::is_honest(&recording.history, moment, &mut rng).err());
            wrong.extend(power::misses(&recording.history, moment, &mut rng).err());
        }
    }
    nothing(wrong);
}
