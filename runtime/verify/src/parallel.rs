//! Blocks checked by running their calls, several at a time.
//!
//! One thread reads: it checks the chain, folds every block's writes and holds them to the root. The workers run
//! each block's calls over the state before it, which stays as it was while later blocks are folded: their writes
//! must be those that were folded. If they are, in every block, the whole is right by induction, however the
//! blocks were shared out.
//!
//! Guarantees: the verdict is the one of a single worker: that of the first bad block, and of its first broken
//! rule in the order *chain, signatures, execution, root, commitment*.
//!
//! Limits: beside the state, what the blocks that wait have replaced of it.

use crate::execute::{Before, Ground, of_replay, rerun};
use crate::history::certified;
use crate::report::{Report, Verdict};
use crate::source::{Part, Programs, Step, invalid_at};
use abi::fault::Fault;
use abi::profile::Profile;
use abi::record::Record;
use journal::{Block, Chain, prove};
use kernel::{Engine, Fold, ReplayError, Rerun, THREAD_STACK_BYTES};
use state::View;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

/// How many blocks may wait for a worker, for each.
const QUEUE_BLOCKS: usize = 4;

/// A block that the chain has accepted, but for its calls' signatures.
struct Task {
    block: Block,
    records: Vec<Record>,
    profile: Profile,
    /// The state before it; `None` where nobody knows it, so that its calls cannot be run.
    before: Option<Arc<dyn View>>,
    offset: Option<u64>,
}

/// What is wrong with a block: its height, the order of the rule, and the verdict.
type Found = (u64, Rule, Box<Verdict>);

/// The order of what can be wrong with one block.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rule {
    Chain,
    Signatures,
    Execution,
    Root,
    Commitment,
}

/// Where the workers take their tasks from.
type Tasks = Arc<Mutex<Receiver<Task>>>;

/// The thread that reads, and its workers.
pub(crate) struct Parallel {
    chain: Chain,
    ground: Ground,
    /// Where the tasks go; `None` once there are no more.
    tasks: Option<SyncSender<Task>>,
    /// What each worker will have found.
    workers: Vec<JoinHandle<Option<Found>>>,
    /// The least height at which anything was found wrong.
    bad: Arc<AtomicU64>,
    found: Option<Found>,
}

impl Parallel {
    pub(crate) fn new(
        chain: Chain,
        programs: Programs,
        engine: Engine,
        jobs: usize,
        report: &mut Report,
    ) -> Step<Parallel> {
        let bad = Arc::new(AtomicU64::new(u64::MAX));
        let (sender, receiver) = sync_channel(QUEUE_BLOCKS * jobs);
        let tasks = Arc::new(Mutex::new(receiver));
        let mut workers = Vec::new();
        for _ in 0..jobs {
            let rerun = rerun(&chain, programs.clone(), engine)?;
            workers.push(spawn(Worker { rerun, bad: bad.clone() }, tasks.clone())?);
        }
        report.fact("workers", jobs);
        report.checked.push("every call re-executed");
        Ok(Parallel { chain, ground: Ground::default(), tasks: Some(sender), workers, bad, found: None })
    }

    /// Takes the next block. What is wrong with it may be said only later, but never after more blocks than
    /// wait for the workers. Whether its calls are run.
    pub(crate) fn part(&mut self, part: Part, offset: Option<u64>) -> Step<bool> {
        let height = part.block.header.height;
        if self.bad.load(Ordering::Acquire) < height {
            return Err(self.stop());
        }
        let records = match self.chain.unproved(&part.block) {
            Ok(records) => records,
            Err(error) => return Err(self.stop_at((height, Rule::Chain, invalid_at(error, offset)))),
        };
        let profile = self.chain.profile();
        let (before, own) = match self.ground.before(&part, offset, Fold::pinned) {
            Ok(before) => (before.view(), self.own(&part, before, offset)),
            // Whether the calls are signed comes first, and is a worker's to say.
            Err(verdict) => (None, Err((Rule::Execution, verdict))),
        };
        let executed = before.is_some();
        if let Some(tasks) = &self.tasks {
            // Workers that are gone have said why, or panicked: both show in the end.
            let _ = tasks.send(Task { block: part.block, records, profile, before, offset });
        }
        match own {
            Ok(()) => Ok(executed),
            Err((rule, verdict)) => Err(self.stop_at((height, rule, verdict))),
        }
    }

    /// What the reading thread checks of a block that the chain has accepted.
    fn own(&mut self, part: &Part, before: Before, offset: Option<u64>) -> Result<(), (Rule, Box<Verdict>)> {
        self.ground.after(&part.block, before, offset).map_err(|verdict| (Rule::Root, verdict))?;
        certified(&self.chain, part, offset).map_err(|verdict| (Rule::Commitment, verdict))
    }

    pub(crate) fn chain(&self) -> &Chain {
        &self.chain
    }

    /// The whole history, once all workers are through.
    pub(crate) fn finish(mut self) -> Step<Chain> {
        self.join();
        match self.found.take() {
            None => Ok(self.chain),
            Some((_, _, verdict)) => Err(verdict),
        }
    }

    fn stop_at(&mut self, found: Found) -> Box<Verdict> {
        self.found = Some(found);
        self.stop()
    }

    /// The first of all that was found wrong.
    fn stop(&mut self) -> Box<Verdict> {
        self.join();
        let nothing = || of_replay(Fault::host("a worker stopped without a word").into(), None);
        self.found.take().map_or_else(nothing, |(_, _, verdict)| verdict)
    }

    /// Waits for the workers, and keeps the first of what was found.
    fn join(&mut self) {
        self.tasks = None;
        for worker in self.workers.drain(..) {
            let found = worker.join().unwrap_or_else(|_| {
                let fault = Fault::host("a worker panicked");
                Some((0, Rule::Chain, of_replay(fault.into(), None)))
            });
            let order = |found: &Found| (found.0, found.1);
            self.found = self.found.take().into_iter().chain(found).min_by_key(order);
        }
    }
}

/// One worker: what runs calls.
struct Worker {
    rerun: Rerun,
    bad: Arc<AtomicU64>,
}

#[expect(clippy::disallowed_methods, reason = "the auditor's binary supplies its own threads")]
fn spawn(worker: Worker, tasks: Tasks) -> Step<JoinHandle<Option<Found>>> {
    let thread = thread::Builder::new().stack_size(THREAD_STACK_BYTES).spawn(move || worker.work(&tasks));
    thread.map_err(|error| of_replay(Fault::io("start a worker", error).into(), None))
}

impl Worker {
    /// Works until there are no more tasks, or one is bad.
    fn work(mut self, tasks: &Tasks) -> Option<Found> {
        loop {
            // Nobody panics while holding the receiver.
            let task = tasks.lock().ok()?.recv().ok()?;
            let height = task.block.header.height;
            if self.bad.load(Ordering::Acquire) < height {
                return None;
            }
            if let Err((rule, error)) = self.task(&task) {
                self.bad.fetch_min(height, Ordering::AcqRel);
                return Some((height, rule, of_replay(error, task.offset)));
            }
        }
    }

    fn task(&mut self, task: &Task) -> Result<(), (Rule, ReplayError)> {
        prove(&task.block, &task.records).map_err(|error| (Rule::Signatures, error.into()))?;
        let Task { block, profile, before, .. } = task;
        match before {
            Some(before) => self.rerun.block(block, *profile, before.clone()),
            None => Ok(()),
        }
        .map_err(|error| (Rule::Execution, error))
    }
}
