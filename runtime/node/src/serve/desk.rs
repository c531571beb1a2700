//! The way to a shard: one thread owns it, and whoever serves HTTP talks to that thread over a bounded queue.
//!
//! # Guarantees
//!
//! - What finds no room in the queue, or waits in it for too long, has not happened, and is told so.

use super::failure::Failure;
use super::inbox::Inbox;
use super::keeper::{Herald, Keeper};
use super::logs::Logs;
use super::metrics::Metrics;
use crate::commands::time::now_ms;
use crate::data::{Data, NodeShard};
use crate::error::NodeError;
use crate::program::Serving;
use crate::told::Told;
use abi::Coded;
use abi::call::SignedCall;
use abi::fault::Fault;
use abi::genesis::Genesis;
use abi::id::Hash;
use abi::outcome::Outcome;
use kernel::{Check, Checker, Rejected, Request, THREAD_STACK_BYTES};
use std::cell::Cell;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::thread::JoinHandle;
use std::time::Instant;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot, watch};
use tokio::task::block_in_place;
use tracing::Span;

/// Memory that calls which wait may take, in units.
const ROOM_UNITS: usize = 64 << 10;
/// So many calls are long checked, some milliseconds if they are signed.
const CALLS_LONG: usize = 100;
/// A call takes at least one.
const UNIT_BYTES: usize = 1 << 10;

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

/// What is asked of a shard, or of why it does not serve.
pub(crate) type Ask = Box<dyn FnOnce(Result<&mut NodeShard, Failure>) + Send>;

/// Whoever waits for calls.
pub(crate) type Reply = oneshot::Sender<Result<Answers, Failure>>;

/// The calls of a request, and who waits for them.
pub(crate) struct Brought {
    pub(crate) calls: Vec<Check>,
    pub(crate) since: Instant,
    pub(crate) reply: Reply,
    pub(crate) room: OwnedSemaphorePermit,
    pub(crate) span: Span,
}

/// What a shard's thread is to do.
pub(crate) enum Job {
    Calls(Brought),
    Ask(Ask),
    Stop,
}

/// The way to a shard's thread.
pub(crate) struct Desk {
    id: Hash,
    inbox: Arc<Inbox>,
    room: Arc<Semaphore>,
    standing: watch::Receiver<Standing>,
}

/// A shard's thread, which ends when it is told to.
pub(crate) struct Running {
    inbox: Arc<Inbox>,
    thread: JoinHandle<Result<(), NodeError>>,
}

impl Running {
    /// Answers what waits, closes the shard and ends.
    pub(crate) fn stop(self) -> Result<(), NodeError> {
        // Where the thread is gone already, joining says why.
        _ = self.inbox.push(Job::Stop);
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
        let inbox = Arc::new(Inbox::default());
        let (is_open, opened) = sync_channel(1);
        let (standing, seen) = watch::channel(Standing::default());
        let queue = inbox.clone();
        let work = move || {
            let herald = Herald { data, id, metrics, runtime, standing, announced: Cell::default() };
            let mut keeper = Keeper::new(herald, logs, tree_bytes_max);
            // Whoever opens it waits for this.
            _ = is_open.send(keeper.reopen());
            keeper.work(&queue)
        };
        let thread =
            std::thread::Builder::new().name("shard".into()).stack_size(THREAD_STACK_BYTES).spawn(work);
        let thread = thread.map_err(|e| NodeError::io("start the thread of a shard", e))?;
        let opened =
            opened.recv().unwrap_or_else(|_| Err(Fault::host("the thread of a shard panicked").into()));
        let running = Running { inbox: inbox.clone(), thread };
        Ok((Desk { id, inbox, room: Arc::new(Semaphore::new(ROOM_UNITS)), standing: seen }, running, opened))
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
    pub(crate) async fn call(&self, genesis: &Genesis, calls: Vec<SignedCall>) -> Result<Answers, Failure> {
        let units = |call: &SignedCall| 1 + call.call.args.len() / UNIT_BYTES;
        let units = u32::try_from(calls.iter().map(units).sum::<usize>()).unwrap_or(u32::MAX);
        let room = self.room.clone().try_acquire_many_owned(units).map_err(|_| Failure::Busy)?;
        self.inbox.has_room()?;
        let calls = checked(Checker::new(genesis, self.id), calls);
        let (reply, answers) = oneshot::channel();
        let (since, span) = (Instant::now(), Span::current());
        self.inbox.push(Job::Calls(Brought { calls, since, reply, room, span }))?;
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
        self.inbox.push(Job::Ask(Box::new(ask)))?;
        answer.await.map_err(|_| gone())?
    }
}

/// What there is to know of calls by themselves; while that takes long, others are served.
fn checked(checker: Checker<'_>, calls: Vec<SignedCall>) -> Vec<Check> {
    let is_long = calls.len() >= CALLS_LONG;
    let now_ms = now_ms();
    let requests = calls.into_iter().map(|signed| Request { signed, now_ms }).collect();
    match is_long {
        true => block_in_place(|| checker.all(requests)),
        false => checker.all(requests),
    }
}

/// The thread has ended without an answer.
pub(crate) fn gone() -> Failure {
    Failure::Unknown { code: format!("E{}", Fault::Stopped.code()) }
}
