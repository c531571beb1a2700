//! One thread that owns a shard. Whoever serves HTTP talks to it over a bounded queue.
//!
//! # Guarantees
//!
//! - What finds no room in the queue, or waits in it for too long, has not happened, and is told so.
//! - Calls that wait together are committed together: an idle shard answers one call after one fsync, a busy one fills
//!   blocks.
//! - A fault ends nothing but the calls it met: the shard is opened again, which recovers it, and serves on.

use super::failure::Failure;
use super::logs::Logs;
use super::metrics::Metrics;
use crate::commands::build;
use crate::commands::time::now_ms;
use crate::data::{Data, NodeShard};
use crate::error::NodeError;
use crate::program::Serving;
use crate::told::Told;
use crate::traces;
use abi::Coded;
use abi::call::SignedCall;
use abi::codec::Encode;
use abi::effect::Execution;
use abi::fault::Fault;
use abi::id::Hash;
use abi::outcome::Outcome;
use journal::Entry;
use kernel::{Answer, Batch, Rejected, Request, THREAD_STACK_BYTES};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot, watch};
use tracing::Span;

/// Most requests that wait.
const JOBS_MAX: usize = 4_096;
/// Memory that calls which wait may take, in units.
const ROOM_UNITS: usize = 64 << 10;
/// A call takes at least one.
const UNIT_BYTES: usize = 1 << 10;
/// Calls that have waited for longer are refused: so what is answered is answered in time, however slow a program is.
const WAIT_MAX: Duration = Duration::from_secs(2);
/// Most calls that are committed together, and most of one block.
const CALLS_TOGETHER: usize = 4_000;
const BLOCK_CALLS: usize = 1_000;
/// How long after a shard could not be opened it is tried again.
const REOPEN_AFTER: Duration = Duration::from_secs(5);

/// A call that has a place in history, durably.
#[derive(Clone, Debug)]
pub(crate) struct Made {
    /// Which.
    pub(crate) seq: u64,
    /// Whether it had that before it was asked for now.
    pub(crate) known: bool,
    /// The program that ran it.
    pub(crate) program: Hash,
    /// The method.
    pub(crate) method: String,
    /// What it came to.
    pub(crate) outcome: Outcome,
    /// What it tells a person, if it was run just now and trapped.
    pub(crate) told: Option<Told>,
    /// Its receipt, as a file.
    pub(crate) receipt: Vec<u8>,
}

/// What becomes of each call.
pub(crate) type Answers = Vec<Result<Made, Failure>>;

/// Where a shard stands, for whoever waits for it to go on.
#[derive(Clone, Default)]
pub(crate) struct Standing {
    /// Records.
    pub(crate) seq: u64,
    /// Blocks.
    pub(crate) height: u64,
    /// Its time.
    pub(crate) time_ms: u64,
    /// The program that serves, if one does.
    pub(crate) serving: Option<Arc<Serving>>,
    /// Why it does not serve, if it does not.
    pub(crate) halted: Option<Failure>,
}

impl Standing {
    /// The program that serves.
    pub(crate) fn serving(&self) -> Result<&Arc<Serving>, Failure> {
        self.serving.as_ref().ok_or_else(|| Failure::from(&Rejected::NoProgram))
    }
}

type Ask = Box<dyn FnOnce(Result<&mut NodeShard, Failure>) + Send>;

/// Whoever waits for calls.
type Reply = oneshot::Sender<Result<Answers, Failure>>;

/// The calls of a request, and who waits for them.
struct Brought {
    calls: Vec<SignedCall>,
    since: Instant,
    reply: Reply,
    room: OwnedSemaphorePermit,
    span: Span,
}

enum Job {
    Calls(Brought),
    Ask(Ask),
    Stop,
}

/// The way to a shard's thread.
pub(crate) struct Desk {
    jobs: SyncSender<Job>,
    room: Arc<Semaphore>,
    standing: watch::Receiver<Standing>,
}

/// A shard's thread, which ends when it is told to.
pub(crate) struct Running {
    jobs: SyncSender<Job>,
    thread: JoinHandle<Result<(), NodeError>>,
}

impl Running {
    /// Answers what waits, closes the shard and ends.
    pub(crate) fn stop(self) -> Result<(), NodeError> {
        // Where the thread is gone already, joining says why.
        _ = self.jobs.send(Job::Stop);
        self.thread.join().unwrap_or_else(|_| Err(Fault::host("the thread of a shard panicked").into()))
    }
}

impl Desk {
    /// Opens a shard on a thread of its own. Where that fails, the thread tries again while it is asked.
    pub(crate) fn open(
        data: Arc<Data>,
        id: Hash,
        tree_bytes_max: usize,
        metrics: Arc<Metrics>,
        logs: Arc<Logs>,
        runtime: Handle,
    ) -> Result<(Desk, Running, Result<(), NodeError>), NodeError> {
        let (jobs, queue) = sync_channel(JOBS_MAX);
        let (is_open, opened) = sync_channel(1);
        let (standing, seen) = watch::channel(Standing::default());
        let work = move || {
            let (shard, tried) = (None, Instant::now());
            let mut keeper =
                Keeper { data, id, tree_bytes_max, metrics, logs, runtime, standing, shard, tried };
            // Whoever opens it waits for this.
            _ = is_open.send(keeper.reopen());
            keeper.work(&queue)
        };
        let thread =
            std::thread::Builder::new().name("shard".into()).stack_size(THREAD_STACK_BYTES).spawn(work);
        let thread = thread.map_err(|e| NodeError::io("start the thread of a shard", e))?;
        let opened =
            opened.recv().unwrap_or_else(|_| Err(Fault::host("the thread of a shard panicked").into()));
        let running = Running { jobs: jobs.clone(), thread };
        Ok((Desk { jobs, room: Arc::new(Semaphore::new(ROOM_UNITS)), standing: seen }, running, opened))
    }

    /// Where the shard stands.
    pub(crate) fn standing(&self) -> Standing {
        self.standing.borrow().clone()
    }

    /// Hears where the shard stands.
    pub(crate) fn watch(&self) -> watch::Receiver<Standing> {
        self.standing.clone()
    }

    /// Makes calls, which are answered in their places; whoever waits may go, and the calls are made all the same.
    pub(crate) async fn call(&self, calls: Vec<SignedCall>) -> Result<Answers, Failure> {
        let units = |call: &SignedCall| 1 + call.call.args.len() / UNIT_BYTES;
        let units = u32::try_from(calls.iter().map(units).sum::<usize>()).unwrap_or(u32::MAX);
        let room = self.room.clone().try_acquire_many_owned(units).map_err(|_| Failure::Busy)?;
        let (reply, answers) = oneshot::channel();
        let (since, span) = (Instant::now(), Span::current());
        self.send(Job::Calls(Brought { calls, since, reply, room, span }))?;
        answers.await.map_err(|_| gone())?
    }

    /// Asks something of the shard.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&mut NodeShard) -> Result<T, NodeError> + Send + 'static,
    ) -> Result<T, Failure> {
        let (reply, answer) = oneshot::channel();
        let ask = move |shard: Result<&mut NodeShard, Failure>| {
            // Whoever asked may have gone.
            _ = reply.send(shard.and_then(|shard| ask(shard).map_err(Failure::from)));
        };
        self.send(Job::Ask(Box::new(ask)))?;
        answer.await.map_err(|_| gone())?
    }

    fn send(&self, job: Job) -> Result<(), Failure> {
        self.jobs.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => Failure::Busy,
            TrySendError::Disconnected(_) => Failure::Stopping,
        })
    }
}

/// The thread has ended without an answer.
fn gone() -> Failure {
    Failure::Unknown { code: format!("E{}", Fault::Stopped.code()) }
}

/// A shard on its thread.
struct Keeper {
    data: Arc<Data>,
    id: Hash,
    tree_bytes_max: usize,
    metrics: Arc<Metrics>,
    logs: Arc<Logs>,
    /// Where those are who wait.
    runtime: Handle,
    standing: watch::Sender<Standing>,
    /// None while it cannot be opened.
    shard: Option<NodeShard>,
    /// When it was opened last, or was to be.
    tried: Instant,
}

/// Calls that came together, and who waits for which.
#[derive(Default)]
struct Together {
    calls: Vec<SignedCall>,
    waiting: Vec<(usize, Reply, OwnedSemaphorePermit)>,
    spans: Vec<Span>,
}

impl Together {
    fn push(&mut self, Brought { calls, since, reply, room, span }: Brought) {
        if since.elapsed() > WAIT_MAX {
            // Whoever asked may have gone.
            _ = reply.send(Err(Failure::Busy));
            return;
        }
        self.waiting.push((calls.len(), reply, room));
        self.calls.extend(calls);
        self.spans.push(span);
    }
}

impl Keeper {
    fn work(mut self, queue: &Receiver<Job>) -> Result<(), NodeError> {
        let mut next = None;
        loop {
            let Some(job) = next.take().or_else(|| queue.recv().ok()) else { break };
            match job {
                Job::Stop => break,
                Job::Ask(ask) => ask(self.held()),
                Job::Calls(brought) => {
                    let mut together = Together::default();
                    together.push(brought);
                    while together.calls.len() < CALLS_TOGETHER {
                        match queue.try_recv() {
                            Ok(Job::Calls(brought)) => together.push(brought),
                            other => {
                                next = other.ok();
                                break;
                            }
                        }
                    }
                    if !together.calls.is_empty() {
                        self.make(together);
                    }
                }
            }
        }
        match self.shard.take() {
            Some(shard) => Ok(shard.close().map(drop)?),
            None => Ok(()),
        }
    }

    /// The shard, opened again if it could not be lately.
    fn held(&mut self) -> Result<&mut NodeShard, Failure> {
        if self.shard.is_none() && self.tried.elapsed() >= REOPEN_AFTER {
            // It has said why.
            _ = self.reopen();
        }
        let halted = || self.standing.borrow().halted.clone().unwrap_or_else(gone);
        self.shard.as_mut().ok_or_else(halted)
    }

    fn reopen(&mut self) -> Result<(), NodeError> {
        // Two would hold the same files.
        self.shard = None;
        self.tried = Instant::now();
        let opened = self.data.open_shard(self.id, build()).and_then(|(mut shard, recovered)| {
            shard.bound_tree(self.tree_bytes_max);
            tracing::info!(shard = %self.id, height = recovered.height, store_height = recovered.store_height,
                cut = ?recovered.tail.cut, "shard open");
            self.shard = Some(shard);
            self.announce()
        });
        if let Err(error) = &opened {
            tracing::error!(shard = %self.id, code = error.code(), %error, "the shard does not serve");
            self.shard = None;
            self.metrics.halted(&self.id);
            let halted = Some(Failure::Halted { code: format!("E{}", error.code()) });
            self.standing.send_modify(|standing| standing.halted = halted);
        }
        opened
    }

    /// Tells where the shard stands.
    fn announce(&mut self) -> Result<(), NodeError> {
        let Some(shard) = &mut self.shard else { return Ok(()) };
        let at = shard.position();
        let (height, seq, time_ms) = (at.height, at.seq, at.time_ms);
        let before = self.standing.borrow().serving.clone();
        let serving = match shard.serving()? {
            Some(id) if before.as_ref().is_some_and(|serving| serving.id == id) => before,
            // One without an interface can be called by whoever knows its arguments.
            Some(id) => Serving::find(shard.machine(), id).ok().map(Arc::new),
            None => None,
        };
        self.metrics.stands(&self.id, height, seq);
        self.standing.send_replace(Standing { seq, height, time_ms, serving, halted: None });
        Ok(())
    }

    /// Makes the calls, and answers them.
    fn make(&mut self, together: Together) {
        let Together { calls, waiting, spans } = together;
        let (count, begun) = (calls.len(), Instant::now());
        let span = traces::commit(&self.id, count, &spans);
        drop(spans);
        let logs = self.logs.clone();
        let made = self.held().map(|shard| make(shard, calls, &logs));
        let made = made.and_then(|made| made.map_err(|fault| self.after(&fault)));
        let answers = made.unwrap_or_else(|failure| vec![Err(failure); count]);
        self.metrics.committed(&answers, begun.elapsed());
        if let Err(error) = self.announce() {
            tracing::error!(shard = %self.id, code = error.code(), %error, "the shard cannot be read");
        }
        traces::committed(span, self.standing.borrow().height);
        // One who serves is woken, and wakes the others.
        self.runtime.spawn(async move {
            let mut answers = answers.into_iter();
            for (count, reply, room) in waiting {
                // Whoever asked may have gone, and finds the call by its key.
                _ = reply.send(Ok(answers.by_ref().take(count).collect()));
                drop(room);
            }
        });
    }

    /// What calls come to that met a fault; the shard serves on, if it can.
    fn after(&mut self, fault: &Fault) -> Failure {
        tracing::error!(shard = %self.id, code = fault.code(), %fault, "calls met a fault");
        if !matches!(fault, Fault::Full { .. } | Fault::Outgrown { .. }) {
            // It has said why, if it could not be.
            _ = self.reopen();
        }
        Failure::of_fault(fault)
    }
}

/// Makes calls; what each comes to, with its receipt.
fn make(shard: &mut NodeShard, calls: Vec<SignedCall>, logs: &Logs) -> Result<Answers, Fault> {
    let (now_ms, first) = (now_ms(), shard.position().seq);
    let requests = calls.into_iter().map(|signed| Request { signed, now_ms }).collect();
    let mut told = BTreeMap::new();
    let mut watch = |seq, execution: &Execution| {
        logs.take(seq, execution);
        told.extend(Told::of(execution).map(|it| (seq, it)));
    };
    let batch = Batch { requests, block_calls: BLOCK_CALLS, stop_at_rejection: false };
    let mut new = Vec::new();
    let mut done = |entry, receipt| new.push((entry, receipt));
    let answers = shard.submit_receipted(batch, &mut watch, &mut done)?;
    // They are in the order of their places, as the answers are.
    let mut new = new.into_iter().zip(first..);
    let mut answer = |answer| match answer {
        Answer::New { .. } => {
            let ((entry, receipt), seq) = new.next().ok_or_else(|| Fault::host("a call without a record"))?;
            Ok(Ok(Made::of(seq, entry, receipt, told.remove(&seq))))
        }
        Answer::Known(seq) => {
            let (mut block, index) =
                shard.find(seq)?.ok_or_else(|| Fault::host("a known call without a block"))?;
            let file =
                shard.receipt_file(seq)?.ok_or_else(|| Fault::host("a known call without a receipt"))?;
            let made = Made::of(seq, block.entries.swap_remove(index), file.to_bytes(), None);
            Ok(Ok(Made { known: true, ..made }))
        }
        Answer::Rejected(rejected) => Ok(Err(Failure::from(&rejected))),
    };
    answers.into_iter().map(&mut answer).collect()
}

impl Made {
    fn of(seq: u64, entry: Entry, receipt: Vec<u8>, told: Option<Told>) -> Made {
        let Entry { call, program, outcome, .. } = entry;
        Made { seq, known: false, program, method: call.call.method, outcome, told, receipt }
    }
}
