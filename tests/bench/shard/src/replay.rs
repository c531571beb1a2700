//! What becomes of the journal that calls leave: a store is filled from its diffs, as after a crash, and a verifier
//! runs every call again, with one worker or two, from the files alone.

use crate::calls::{Puts, wasm};
use crate::subject::{Proven, open};
use crate::{Asked, Goal, Result, Row, median};
use std::path::Path;
use std::time::{Duration, Instant};
use verify::{Anchor, DirectorySource, Execution, Exit, Plan, verify_history};

/// Most keys that the shard has first: the journal is to be of small calls.
const KEYS_MAX: u64 = 100_000;

/// What was done live, and the time that took.
struct Live {
    anchor: Anchor,
    records: u64,
    height: u64,
    took: Duration,
}

impl Live {
    fn run(dir: &Path, asked: &Asked) -> Result<Live> {
        let mut puts = Puts::new(dir, asked.keys.min(KEYS_MAX))?;
        puts.rate(Proven::Asserted, asked.time)?;
        let subject = puts.subject;
        let (records, height) = (subject.answered, subject.shard.position().height);
        let live = Live { anchor: Anchor::Shard(subject.shard.id()), records, height, took: subject.took };
        subject.shard.close()?;
        Ok(live)
    }

    /// Fills a new store from the journal: the time that took, opening and closing it included.
    fn replay(&self, dir: &Path, store: &str) -> Result<Duration> {
        let begun = Instant::now();
        let (shard, recovered, _) = open(dir, store, &wasm()?)?;
        let is_right = shard.position().seq == self.records && recovered.store_height == 0;
        shard.close()?;
        let took = begun.elapsed();
        std::fs::remove_dir_all(dir.join(store))?;
        match is_right && recovered.height == self.height {
            true => Ok(took),
            false => Err(format!("the store was not filled from the journal: {recovered:?}").into()),
        }
    }

    /// Verifies the journal by running every call again.
    fn verify(&self, dir: &Path, jobs: usize) -> Result<Duration> {
        let plan = Plan { execution: Execution::By(kernel::Engine::Cranelift), from: None, jobs };
        let (begun, mut records) = (Instant::now(), 0);
        let source = &mut DirectorySource::new(dir, true);
        let report = verify_history(source, &self.anchor, &plan, &mut |verified| records = verified);
        let took = begun.elapsed();
        match report.verdict.exit == Exit::Verified && records == self.records {
            true => Ok(took),
            false => Err(format!("{records} of {} records: {}", self.records, report.to_text()).into()),
        }
    }
}

/// Records a second, replayed and verified.
pub(crate) fn measure(asked: &Asked) -> Result<Vec<Row>> {
    let dir = tempfile::tempdir_in(&asked.dir)?;
    let live = Live::run(dir.path(), asked)?;
    let rate = |took: Duration| live.records as f64 / took.as_secs_f64();
    let (mut replayed, mut one, mut two) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..asked.rounds {
        replayed.push(rate(live.replay(dir.path(), &format!("store {round}"))?));
        one.push(rate(live.verify(dir.path(), 1)?));
        two.push(rate(live.verify(dir.path(), 2)?));
    }
    let (one, two) = (median(one), median(two));
    let row = |what: &str, ours, peer, goal| Row {
        what: what.into(),
        ours,
        peer,
        unit: "/s",
        goal: Goal::AtLeast(goal),
    };
    Ok(vec![
        row("records replayed by their diffs, of small calls", median(replayed), None, 1_000_000.0),
        row("records verified by running them again, two workers", two, Some(("one worker", one)), 1.8),
        row(
            "records verified by running them again, two workers",
            two,
            Some(("the live run", rate(live.took))),
            1.5,
        ),
    ])
}
