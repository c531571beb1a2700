//! The thread that owns a shard.
//!
//! # Guarantees
//!
//! - An idle shard answers one call after one fsync. A busy one commits together what comes while the calls before are
//!   committed, and executes it meanwhile.
//! - A fault ends nothing but the calls it met: the shard is opened again, which recovers it, and serves on.

use super::desk::{Answers, Job, Made, Standing, gone};
use super::failure::Failure;
use super::inbox::Inbox;
use super::logs::Logs;
use super::metrics::Metrics;
use super::taken::{Taken, Waiting};
use crate::commands::build;
use crate::data::{Data, NodeShard};
use crate::error::NodeError;
use crate::program::Serving;
use crate::told::Told;
use abi::Coded;
use abi::effect::Execution;
use abi::fault::Fault;
use abi::id::Hash;
use journal::Entry;
use kernel::{Answer, Position, Settled, Source};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::sync::watch;

/// Most calls of one block.
const BLOCK_CALLS: usize = 1_000;
/// How long after a shard could not be opened it is tried again.
const REOPEN_AFTER: Duration = Duration::from_secs(5);

/// A shard on its thread.
pub(crate) struct Keeper {
    herald: Herald,
    logs: Arc<Logs>,
    tree_bytes_max: usize,
    /// None while it cannot be opened.
    shard: Option<NodeShard>,
    /// When it was opened last, or was to be.
    tried: Instant,
}

/// Closes the inbox when the thread ends, in whatever way.
struct Closing<'a>(&'a Inbox);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl Keeper {
    /// One that is yet to open the shard, and those who hear of it.
    pub(crate) fn new(herald: Herald, logs: Arc<Logs>, tree_bytes_max: usize) -> Keeper {
        Keeper { herald, logs, tree_bytes_max, shard: None, tried: Instant::now() }
    }

    /// Does what it is brought, until it is told to stop.
    pub(crate) fn work(mut self, inbox: &Inbox) -> Result<(), NodeError> {
        let _closing = Closing(inbox);
        loop {
            match inbox.next() {
                Some(Job::Stop) => break,
                Some(Job::Ask(ask)) => ask(self.held()),
                _ => self.make(inbox),
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
        let halted = || self.herald.standing.borrow().halted.clone().unwrap_or_else(gone);
        self.shard.as_mut().ok_or_else(halted)
    }

    /// Opens the shard, which recovers it, and says where it stands, or why it does not serve.
    pub(crate) fn reopen(&mut self) -> Result<(), NodeError> {
        // Two would hold the same files.
        self.shard = None;
        self.tried = Instant::now();
        let Herald { data, id, metrics, standing, .. } = &self.herald;
        let opened = data.open_shard(*id, build()).and_then(|(mut shard, recovered)| {
            shard.bound_tree(self.tree_bytes_max);
            tracing::info!(shard = %id, height = recovered.height, store_height = recovered.store_height,
                cut = ?recovered.tail.cut, "shard open");
            self.herald.announce(shard.position(), shard.serving()?);
            self.shard = Some(shard);
            Ok(())
        });
        if let Err(error) = &opened {
            tracing::error!(shard = %id, code = error.code(), %error, "the shard does not serve");
            metrics.halted(id);
            let halted = Some(Failure::Halted { code: format!("E{}", error.code()) });
            standing.send_modify(|standing| standing.halted = halted);
        }
        opened
    }

    /// Makes the calls that there are and those that come meanwhile, and answers them.
    fn make(&mut self, inbox: &Inbox) {
        let taken = Taken::new(inbox, self.herald.id);
        let made = match self.held() {
            Ok(_) => self.serve(&taken).map_err(|fault| self.after(&fault)),
            Err(failure) => {
                taken.take(BLOCK_CALLS);
                Err(failure)
            }
        };
        if let Err(failure) = made {
            let answers = taken.refused(&failure);
            self.herald.answer(&taken, answers);
        }
    }

    /// The same, with a shard that is open.
    fn serve(&mut self, taken: &Taken<'_>) -> Result<(), Fault> {
        let Keeper { herald, logs, shard, .. } = self;
        let shard = shard.as_mut().ok_or(Fault::Stopped)?;
        let tales = Mutex::new(BTreeMap::new());
        let tales = || tales.lock().unwrap_or_else(PoisonError::into_inner);
        let mut watch = |seq, execution: &Execution| {
            logs.take(seq, execution);
            if let Some(told) = Told::of(execution) {
                tales().insert(seq, told);
            }
        };
        let mut next = shard.position().seq;
        let mut tell = |Settled { answers, made, position, serving }: Settled<'_>| {
            herald.announce(position, serving);
            let mut made = made.into_iter();
            let mut made = |seq, known, told| match made.next() {
                Some((entry, receipt)) => Ok(Made::of(seq, known, entry, receipt, told)),
                None => Err(Failure::of_fault(&Fault::host("a call without a record"))),
            };
            let mut answer = |answer| match answer {
                Answer::New { .. } => {
                    let seq = next;
                    next += 1;
                    made(seq, false, tales().remove(&seq))
                }
                Answer::Known(seq) => made(seq, true, None),
                Answer::Rejected(rejected) => Err(Failure::from(&rejected)),
            };
            herald.answer(taken, answers.into_iter().map(&mut answer).collect());
        };
        shard.serve(taken, BLOCK_CALLS, &mut watch, &mut tell)
    }

    /// What calls come to that met a fault; the shard serves on, if it can.
    fn after(&mut self, fault: &Fault) -> Failure {
        tracing::error!(shard = %self.herald.id, code = fault.code(), %fault, "calls met a fault");
        if !matches!(fault, Fault::Full { .. } | Fault::Outgrown { .. }) {
            // It has said why, if it could not be.
            _ = self.reopen();
        }
        Failure::of_fault(fault)
    }
}

/// Who tells others of a shard.
pub(crate) struct Herald {
    pub(crate) data: Arc<Data>,
    pub(crate) id: Hash,
    pub(crate) metrics: Arc<Metrics>,
    /// Where those are who wait.
    pub(crate) runtime: Handle,
    pub(crate) standing: watch::Sender<Standing>,
    /// The program that was said to serve last.
    pub(crate) announced: Cell<Option<Hash>>,
}

impl Herald {
    /// Tells where the shard stands.
    fn announce(&self, at: &Position, serving: Option<Hash>) {
        let &Position { height, seq, time_ms, .. } = at;
        let serving = match self.announced.replace(serving) == serving {
            true => self.standing.borrow().serving.clone(),
            // One without an interface can be called by whoever knows its arguments.
            false => serving.and_then(|id| Serving::kept(&self.data, id).ok()).map(Arc::new),
        };
        self.metrics.stands(&self.id, height, seq);
        self.standing.send_replace(Standing { seq, height, time_ms, serving, halted: None });
    }

    /// Answers the next calls of those that were taken.
    fn answer(&self, taken: &Taken<'_>, answers: Answers) {
        let took = taken.since().map(|since| since.elapsed());
        self.metrics.committed(&answers, took.unwrap_or_default());
        let complete = taken.answer(answers, self.standing.borrow().height);
        // One who serves is woken, and wakes the others.
        self.runtime.spawn(async move { complete.into_iter().for_each(Waiting::reply) });
    }
}

impl Made {
    fn of(seq: u64, known: bool, entry: Entry, receipt: Vec<u8>, told: Option<Told>) -> Made {
        let Entry { call, program, outcome, .. } = entry;
        Made { seq, known, program, method: call.call.method, outcome, told, receipt }
    }
}
