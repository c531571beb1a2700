//! What becomes of the journal that calls leave: a store is filled from its diffs, as after a crash, and a verifier
//! runs every call again from the files alone, on one core or two.

use crate::calls::{Puts, wasm};
use crate::cores::{self, Cores};
use crate::subject::{Proven, open};
use crate::{Asked, Goal, Result, Row, median};
use abi::id::Hash;
use std::path::Path;
use std::time::{Duration, Instant};
use verify::{Anchor, DirectorySource, Execution, Exit, Plan, verify_history};

pub(crate) const NAME: &str = "replay";
/// Most keys that the shard has first: the journal is to be of small calls.
const KEYS_MAX: u64 = 100_000;

/// What was done live, and the time that took.
struct Live {
    shard: Hash,
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
        let live = Live { shard: subject.shard.id(), records, height, took: subject.took };
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

    /// Records a second, verified by a worker on each of these cores.
    fn verify(&self, dir: &Path, cores: Cores) -> Result<f64> {
        let jobs = if let Cores::One = cores { 1 } else { 2 };
        let words = [dir.display().to_string(), self.shard.to_string(), self.records.to_string()];
        cores::rate(cores, NAME, &[&words[..], &[jobs.to_string()]].concat())
    }
}

/// Records a second of a verifier that runs every call again: words are the directory, the shard, how many records
/// there are, and by how many workers.
pub(crate) fn rate(words: &[String]) -> Result<f64> {
    let [dir, shard, all, jobs] = words else { return Err("replay what?".into()) };
    let plan = Plan { execution: Execution::By(kernel::Engine::Cranelift), from: None, jobs: jobs.parse()? };
    let (anchor, all, mut records) = (Anchor::Shard(shard.parse()?), all.parse::<u64>()?, 0);
    let source = &mut DirectorySource::new(Path::new(dir), true);
    let begun = Instant::now();
    let report = verify_history(source, &anchor, &plan, &mut |verified| records = verified);
    let took = begun.elapsed();
    match report.verdict.exit == Exit::Verified && records == all {
        true => Ok(all as f64 / took.as_secs_f64()),
        false => Err(format!("{records} of {all} records: {}", report.to_text()).into()),
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
        one.push(live.verify(dir.path(), Cores::One)?);
        two.push(live.verify(dir.path(), Cores::All)?);
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
        row("records verified by running them again, on two cores", two, Some(("on one core", one)), 1.8),
        row(
            "records verified by running them again, on two cores",
            two,
            Some(("the live run", rate(live.took))),
            1.5,
        ),
    ])
}
