//! Blocks checked by running their calls, several at a time.
//!
//! One thread reads: it checks the chain, folds every block's writes and holds them to the root. Each worker
//! folds the same writes into a state of its own, and of the blocks that nobody has claimed yet runs the calls
//! over the state before it: their writes must be those that everyone has folded. If they are, in every block,
//! the whole is right by induction, however the blocks were shared out.
//!
//! Guarantees: the verdict is the one of a single worker: that of the first bad block, and of its first broken
//! rule in the order *chain, signatures, execution, root, commitment*.
//!
//! Limits: the state is held once more for each worker.

use crate::execute::{of_replay, rerun};
use crate::history::certified;
use crate::report::{Report, Verdict};
use crate::source::{Part, Programs, Step, invalid_at};
use abi::fault::Fault;
use abi::record::Record;
use journal::{Block, Chain, prove};
use kernel::{Engine, Fold, ReplayError, Rerun, THREAD_STACK_BYTES};
use state::{MemoryStore, Store};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

/// How many blocks may wait for a worker.
const QUEUE_BLOCKS: usize = 16;

/// A block that the chain has accepted, but for its calls' signatures.
struct Task {
    block: Block,
    records: Vec<Record>,
    offset: Option<u64>,
    /// Set by the worker that takes it.
    is_claimed: AtomicBool,
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

/// How a worker is given tasks, and what it will have found.
type Hired = (SyncSender<Arc<Task>>, JoinHandle<Option<Found>>);

/// The thread that reads, and its workers.
pub(crate) struct Parallel {
    chain: Chain,
    fold: Fold,
    workers: Vec<Hired>,
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
        let mut workers = Vec::new();
        for _ in 0..jobs {
            let rerun = rerun(&chain, programs.clone(), engine)?;
            let (sender, tasks) = sync_channel(QUEUE_BLOCKS);
            let worker = Worker { rerun, store: MemoryStore::default(), bad: bad.clone() };
            workers.push((sender, spawn(worker, tasks)?));
        }
        report.fact("workers", jobs);
        report.checked.push("every call re-executed");
        Ok(Parallel { chain, fold: Fold::default(), workers, bad, found: None })
    }

    /// Takes the next block. What is wrong with it may be said only later, but never after more blocks than
    /// wait for the workers.
    pub(crate) fn part(&mut self, part: Part, offset: Option<u64>) -> Step<()> {
        let height = part.block.header.height;
        if self.bad.load(Ordering::Acquire) < height {
            return Err(self.stop());
        }
        let records = match self.chain.unproved(&part.block) {
            Ok(records) => records,
            Err(error) => return Err(self.stop_at((height, Rule::Chain, invalid_at(error, offset)))),
        };
        let own = self.own(&part, offset);
        let task = Arc::new(Task { block: part.block, records, offset, is_claimed: AtomicBool::new(false) });
        for (sender, _) in &self.workers {
            // A worker that is gone has said why, or panicked: both show in the end.
            let _ = sender.send(task.clone());
        }
        match own {
            Ok(()) => Ok(()),
            Err((rule, verdict)) => Err(self.stop_at((height, rule, verdict))),
        }
    }

    /// What the reading thread checks of a block that the chain has accepted.
    fn own(&mut self, part: &Part, offset: Option<u64>) -> Result<(), (Rule, Box<Verdict>)> {
        self.fold.block(&part.block).map_err(|error| (Rule::Root, of_replay(error, offset)))?;
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
        for (sender, worker) in self.workers.drain(..) {
            drop(sender);
            let found = worker.join().unwrap_or_else(|_| {
                let fault = Fault::host("a worker panicked");
                Some((0, Rule::Chain, of_replay(fault.into(), None)))
            });
            let order = |found: &Found| (found.0, found.1);
            self.found = self.found.take().into_iter().chain(found).min_by_key(order);
        }
    }
}

/// One worker: a state of its own, and what runs calls over it.
struct Worker {
    rerun: Rerun,
    store: MemoryStore,
    bad: Arc<AtomicU64>,
}

#[expect(clippy::disallowed_methods, reason = "the auditor's binary supplies its own threads")]
fn spawn(worker: Worker, tasks: Receiver<Arc<Task>>) -> Step<JoinHandle<Option<Found>>> {
    let thread = thread::Builder::new().stack_size(THREAD_STACK_BYTES).spawn(move || worker.work(&tasks));
    thread.map_err(|error| of_replay(Fault::io("start a worker", error).into(), None))
}

impl Worker {
    /// Works until there are no more tasks, or one is bad.
    fn work(mut self, tasks: &Receiver<Arc<Task>>) -> Option<Found> {
        for task in tasks {
            let height = task.block.header.height;
            if self.bad.load(Ordering::Acquire) < height {
                return None;
            }
            if let Err((rule, error)) = self.task(&task) {
                self.bad.fetch_min(height, Ordering::AcqRel);
                return Some((height, rule, of_replay(error, task.offset)));
            }
        }
        None
    }

    fn task(&mut self, task: &Task) -> Result<(), (Rule, ReplayError)> {
        let block = &task.block;
        if !task.is_claimed.swap(true, Ordering::AcqRel) {
            prove(block, &task.records).map_err(|error| (Rule::Signatures, error.into()))?;
            self.rerun.block(block, self.store.view()).map_err(|error| (Rule::Execution, error))?;
        }
        let folded = self.store.apply(block.header.height, &block.diff);
        folded.map_err(|fault| (Rule::Execution, fault.into()))
    }
}
