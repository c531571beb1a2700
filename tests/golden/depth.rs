//! How deep calls nest: the same on every engine, and in every build of this.

use crate::engines::{engines, job};
use crate::nested::programs;
use crate::recorded::{difference, hold};
use abi::outcome::{Outcome, Trap};
use std::fmt::Write;
use vm::Job;

/// The name of the file with the depths.
pub(crate) const NAME: &str = "depth";

/// More than any program can nest.
const DEPTH_MAX: u64 = 1 << 17;

#[test]
fn recursion_ends_at_one_depth_in_frames_of_every_shape() {
    let mut text = String::from("calls that nest, in frames of\n");
    for (name, program) in programs() {
        let wasm = wat::parse_str(&program).unwrap_or_else(|error| panic!("{name}: {error}\n{program}"));
        let programs = engines().admit(&wasm).unwrap_or_else(|error| panic!("{name}: {error}"));
        let call = |calls: u64| Job { input: calls.to_le_bytes().into(), ..job() };
        let returns = |calls: u64| engines().on(0, &programs, call(calls)).unwrap().outcome.is_returned();
        // The deepest that returns.
        let (mut deepest, mut beyond) = (0, DEPTH_MAX);
        while deepest + 1 < beyond {
            let middle = deepest.midpoint(beyond);
            *(if returns(middle) { &mut deepest } else { &mut beyond }) = middle;
        }
        for calls in [0, 1, deepest - 1, deepest] {
            let execution = engines().run(&programs, &call(calls));
            assert_eq!(execution.outcome, Outcome::Returned(calls.to_le_bytes().into()), "{name}: {calls}");
        }
        for calls in [deepest + 1, deepest + 2, DEPTH_MAX, u64::MAX] {
            let outcome = engines().run(&programs, &call(calls)).outcome;
            assert_eq!(outcome, Outcome::Trapped(Trap::StackOverflow), "{name}: {calls}");
        }
        // Writing to a string does not fail.
        let _ = writeln!(text, "    {name}: {deepest}");
    }
    hold(&difference(NAME, &text).into_iter().collect::<Vec<_>>());
}
