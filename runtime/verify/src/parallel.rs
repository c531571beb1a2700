//! Blocks checked by running their calls, several at a time.
//!
//! One thread reads, and checks the chain. The next one folds every block's writes and holds them to the root. The
//! workers run each block's calls over the state before it, which stays as it was while later blocks are folded:
//! their writes must be those that were folded. If they are, in every block, the whole is right by induction,
//! however the blocks were shared out.
//!
//! Guarantees: the verdict is the one of a single worker: that of the first bad block, and of its first broken
//! rule in the order *chain, signatures, execution, root, commitment*.
//!
//! Limits: beside the state, what the blocks that wait have replaced of it.

use crate::execute::{Before, Ground, of_replay, rerun};
use crate::history::certified;
use crate::report::{Report, Verdict};
use crate::source::{Part, Programs, Step, invalid_at};
use abi::Hash;
use abi::fault::Fault;
use abi::profile::Profile;
use journal::{Chain, digests, prove};
use kernel::{Engine, Fold, ReplayError, Rerun, THREAD_STACK_BYTES};
use state::View;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

/// How many blocks may wait for a worker, for each.
const QUEUE_BLOCKS: usize = 4;

/// A block that the chain has accepted, but for its calls' signatures.
struct Accepted {
    part: Part,
    digests: Vec<Hash>,
    profile: Profile,
    offset: Option<u64>,
}

/// What a worker is to do: a block, and the state before it; `None` where nobody knows it, so that its calls cannot
/// be run.
type Task = (Arc<Accepted>, Option<Arc<dyn View>>);

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

/// The thread that reads, and those behind it.
pub(crate) struct Parallel {
    chain: Chain,
    /// Where the blocks go; `None` once there are no more.
    accepted: Option<SyncSender<Accepted>>,
    /// What the one that folds, and each worker, will have found.
    threads: Vec<JoinHandle<Option<Found>>>,
    /// The least height at which anything was found wrong.
    bad: Bad,
    found: Option<Found>,
    /// Whether a block was erased: who knows the state after it has it from witnesses.
    is_erased: bool,
}

impl Parallel {
    pub(crate) fn new(
        chain: Chain,
        programs: Programs,
        engine: Engine,
        jobs: usize,
        report: &mut Report,
    ) -> Step<Parallel> {
        let bad = Bad::default();
        let (sender, receiver) = sync_channel(QUEUE_BLOCKS * jobs);
        let tasks = Arc::new(Mutex::new(receiver));
        let (accepted, blocks) = sync_channel(QUEUE_BLOCKS);
        let folder = Folder { ground: Ground::default(), tasks: sender, bad: bad.clone() };
        let mut threads = vec![spawn("fold", move || folder.work(blocks))?];
        for _ in 0..jobs {
            let rerun = rerun(&chain, programs.clone(), engine)?;
            let (worker, tasks) = (Worker { rerun, bad: bad.clone() }, tasks.clone());
            threads.push(spawn("worker", move || worker.work(&tasks))?);
        }
        report.fact("workers", jobs);
        report.checked.push("every call re-executed");
        Ok(Parallel { chain, accepted: Some(accepted), threads, bad, found: None, is_erased: false })
    }

    /// Takes the next block. What is wrong with it may be said only later, but never after more blocks than
    /// wait for the other threads. Whether its calls are run.
    pub(crate) fn part(&mut self, part: Part, offset: Option<u64>) -> Step<bool> {
        let height = part.block.header.height;
        if self.bad.is_before(height) {
            return Err(self.stop());
        }
        let digests = match self.chain.unproved(&part.block) {
            Ok(records) => digests(&records),
            Err(error) => return Err(self.stop_at((height, Rule::Chain, invalid_at(error, offset)))),
        };
        let certified = certified(&self.chain, &part, offset);
        let executed = !part.block.is_erased() && (!self.is_erased || part.witness.is_some());
        self.is_erased |= part.block.is_erased();
        if let Some(accepted) = &self.accepted {
            // Threads that are gone have said why, or panicked: both show in the end.
            let _ = accepted.send(Accepted { part, digests, profile: self.chain.profile(), offset });
        }
        certified.map(|()| executed).map_err(|verdict| self.stop_at((height, Rule::Commitment, verdict)))
    }

    pub(crate) fn chain(&self) -> &Chain {
        &self.chain
    }

    /// The whole history, once all threads are through.
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

    /// Waits for the other threads, and keeps the first of what was found.
    fn join(&mut self) {
        self.accepted = None;
        for thread in self.threads.drain(..) {
            let found = thread.join().unwrap_or_else(|_| {
                let fault = Fault::host("a worker panicked");
                Some((0, Rule::Chain, of_replay(fault.into(), None)))
            });
            let order = |found: &Found| (found.0, found.1);
            self.found = self.found.take().into_iter().chain(found).min_by_key(order);
        }
    }
}

/// The least height at which anything was found wrong, for all threads to see.
#[derive(Clone)]
struct Bad(Arc<AtomicU64>);

impl Default for Bad {
    fn default() -> Bad {
        Bad(Arc::new(AtomicU64::new(u64::MAX)))
    }
}

impl Bad {
    /// Whether no more is to be said of the block at `height`.
    fn is_before(&self, height: u64) -> bool {
        self.0.load(Ordering::Acquire) < height
    }

    /// Notes what was found.
    fn note(&self, found: Found) -> Option<Found> {
        self.0.fetch_min(found.0, Ordering::AcqRel);
        Some(found)
    }
}

#[expect(clippy::disallowed_methods, reason = "the auditor's binary supplies its own threads")]
fn spawn(
    name: &str,
    work: impl FnOnce() -> Option<Found> + Send + 'static,
) -> Step<JoinHandle<Option<Found>>> {
    let thread = thread::Builder::new().name(name.into()).stack_size(THREAD_STACK_BYTES).spawn(work);
    thread.map_err(|error| of_replay(Fault::io("start a worker", error).into(), None))
}

/// The thread that folds.
struct Folder {
    ground: Ground,
    /// Where the tasks go.
    tasks: SyncSender<Task>,
    bad: Bad,
}

impl Folder {
    /// Works until there are no more blocks, or one is bad.
    fn work(mut self, blocks: Receiver<Accepted>) -> Option<Found> {
        for block in blocks {
            let height = block.part.block.header.height;
            if self.bad.is_before(height) {
                return None;
            }
            if let Err((rule, verdict)) = self.block(Arc::new(block)) {
                return self.bad.note((height, rule, verdict));
            }
        }
        None
    }

    /// Gives a block away with the state before it, and moves on by its writes.
    fn block(&mut self, accepted: Arc<Accepted>) -> Result<(), (Rule, Box<Verdict>)> {
        let Accepted { part, offset, .. } = &*accepted;
        let before = self.ground.before(part, *offset, Fold::pinned);
        let view = before.as_ref().ok().and_then(Before::view);
        // Workers that are gone have said why, or panicked.
        let _ = self.tasks.send((accepted.clone(), view));
        // Whether the calls are signed comes first, and is a worker's to say.
        let before = before.map_err(|verdict| (Rule::Execution, verdict))?;
        self.ground.after(&part.block, before, *offset).map_err(|verdict| (Rule::Root, verdict))
    }
}

/// One worker: what runs calls.
struct Worker {
    rerun: Rerun,
    bad: Bad,
}

impl Worker {
    /// Works until there are no more tasks, or one is bad.
    fn work(mut self, tasks: &Tasks) -> Option<Found> {
        loop {
            // Nobody panics while holding the receiver.
            let (accepted, before) = tasks.lock().ok()?.recv().ok()?;
            let height = accepted.part.block.header.height;
            if self.bad.is_before(height) {
                return None;
            }
            if let Err((rule, error)) = self.block(&accepted, before) {
                return self.bad.note((height, rule, of_replay(error, accepted.offset)));
            }
        }
    }

    fn block(
        &mut self,
        accepted: &Accepted,
        before: Option<Arc<dyn View>>,
    ) -> Result<(), (Rule, ReplayError)> {
        let Accepted { part, digests, profile, .. } = accepted;
        prove(&part.block, digests).map_err(|error| (Rule::Signatures, error.into()))?;
        let ran = before.map_or(Ok(()), |before| self.rerun.block(&part.block, digests, *profile, before));
        ran.map_err(|error| (Rule::Execution, error))
    }
}
