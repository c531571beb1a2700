//! All cases on everything that runs them, compared with each other and with what was recorded.

use crate::case::{Case, names};
use crate::recorded::{difference, hold, orphans};
use crate::run::{Shard, Trace, traces};
use crate::table::{Row, table};
use crate::{depth, guests};
use abi::session::Mode;

/// Every module of the corpus, and every guest.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = guests::cases();
    cases.extend(names("modules").iter().map(|name| Case::of_module(name)));
    cases
}

/// The one command: `cargo test --release -p tests --test golden -- --nocapture`.
#[test]
#[allow(clippy::print_stdout, reason = "the table is for whoever runs this with --nocapture")]
fn every_case_comes_to_what_was_recorded_on_everything_that_runs_it() {
    let cases = cases();
    let (mut rows, mut differences) = (Vec::new(), Vec::new());
    for case in &cases {
        let traces = traces(case);
        let first = &traces[0];
        rows.push(Row {
            name: case.name.clone(),
            asks: case.asks.len(),
            fuel: first.fuel,
            engines: traces.iter().map(|trace| trace.text == first.text).collect(),
            native: case.native.map(|_| is_native_the_same(case, first)),
        });
        differences.extend(difference(&case.name, &first.text));
    }
    println!("{}", table(&rows));
    let differing: Vec<&str> = rows.iter().filter(|row| !row.is_ok()).map(|row| row.name.as_str()).collect();
    assert!(differing.is_empty(), "not the same everywhere: {differing:?}");
    hold(&differences);
    let known: Vec<&str> = cases.iter().map(|case| case.name.as_str()).chain([depth::NAME]).collect();
    assert_eq!(orphans(&known), Vec::<String>::new(), "traces of no case: FOIL_RECORD=1 removes them");
    assert!(names("modules").len() >= 40);
}

/// Whether a native run has the effects and the answers of a trace.
fn is_native_the_same(case: &Case, trace: &Trace) -> bool {
    let Some(host) = case.native else { return false };
    let (mut host, mut shard) = (host(), Shard::new(&case.wasm));
    let (mut effects, mut answers) = (Vec::new(), Vec::new());
    for ask in &case.asks {
        match ask.mode {
            Mode::Query => answers.push(host.query_as(&ask.caller, &ask.method, &Raw(&ask.args))),
            Mode::Call => {
                let (execution, effect) = host.execute(&shard.call(ask), shard.time_ms());
                shard.enter(ask, &execution);
                effects.push(effect.hash());
            }
        }
    }
    effects == trace.effects && answers == trace.answers
}

/// Arguments that are encoded already.
struct Raw<'a>(&'a [u8]);

impl abi::codec::Encode for Raw<'_> {
    fn encode(&self, w: &mut abi::codec::Writer) {
        w.raw(self.0);
    }
}
