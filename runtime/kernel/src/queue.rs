//! Calls on their way to a block: those that wait where they come from, and those that were checked by themselves.

use crate::check::{CALLS_SHARED, Check, Checker};
use crate::shard::Request;
use abi::effect::Execution;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::vec::IntoIter;

/// How many calls are taken at a time, at most: where more may come meanwhile, and of a batch.
const CALLS_TAKEN: usize = 128;
const CALLS_AHEAD: usize = 4_096;
/// From how many calls on a shard is busy, where more may come: then what comes while a block is committed is executed
/// meanwhile, and what waits is not left for the next block, which costs an fsync and a signature.
const CALLS_BUSY: usize = 300;

/// Where calls come from. Whoever executes takes them, while another thread commits those before.
pub trait Source: Sync {
    /// Takes calls in their order, as a rule no more than `most`; none, if none can be had now.
    fn take(&self, most: usize) -> Vec<Check>;

    /// How many there are now.
    fn waiting(&self) -> usize;

    /// Whether more may come at any time. Then a block ends where it is its turn to be committed and few calls wait, so
    /// that nobody waits for calls that may never come; else only the numbers of the calls decide where it ends.
    fn is_live(&self) -> bool;

    /// Waits until some more can be taken and are worth it, or until it is `over`.
    fn wait(&self, over: &dyn Fn() -> bool);

    /// Has whoever waits look again whether it is over.
    fn rouse(&self);
}

/// The requests of a batch, which are checked as they are taken: no others come.
pub struct Left<'a> {
    checker: Checker<'a>,
    requests: Mutex<IntoIter<Request>>,
}

impl<'a> Left<'a> {
    /// These, in order.
    pub fn new(checker: Checker<'a>, requests: Vec<Request>) -> Left<'a> {
        Left { checker, requests: Mutex::new(requests.into_iter()) }
    }

    fn requests(&self) -> MutexGuard<'_, IntoIter<Request>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Source for Left<'_> {
    fn take(&self, most: usize) -> Vec<Check> {
        let taken = self.requests().by_ref().take(most).collect();
        self.checker.all(taken)
    }

    fn waiting(&self) -> usize {
        self.requests().len()
    }

    fn is_live(&self) -> bool {
        false
    }

    fn wait(&self, _: &dyn Fn() -> bool) {}

    fn rouse(&self) {}
}

/// The calls that are left, and who hears what each new one came to.
pub(crate) struct Queue<'a> {
    pub(crate) source: &'a dyn Source,
    pub(crate) checks: VecDeque<Check>,
    pub(crate) block_calls: usize,
    pub(crate) stop_at_rejection: bool,
    /// Whether a block is being committed.
    pub(crate) committing: &'a AtomicBool,
    pub(crate) watch: &'a mut (dyn FnMut(u64, &Execution) + Send),
}

impl<'a> Queue<'a> {
    /// The next call, for a block that has calls already or has none; none, if that block ends here.
    pub(crate) fn next(&mut self, is_begun: bool) -> Option<&Check> {
        if self.checks.is_empty() && !(is_begun && self.is_due()) {
            self.refill();
        }
        self.checks.front()
    }

    /// Whether a block that has calls ends here, so that nobody waits for calls that may never come.
    fn is_due(&self) -> bool {
        self.source.is_live() && !self.is_committing() && self.source.waiting() < CALLS_BUSY
    }

    /// Takes more calls; while a block is being committed, waits for some where more may come.
    fn refill(&mut self) {
        let most = if self.source.is_live() { CALLS_TAKEN } else { CALLS_AHEAD };
        loop {
            // Asked first: what comes before a commit is over is not left behind.
            let goes_on = self.source.is_live() && self.is_committing();
            let taken = self.source.take(self.block_calls.min(most));
            if !taken.is_empty() || !goes_on {
                self.checks.extend(taken);
                return;
            }
            self.source.wait(&|| !self.is_committing());
        }
    }

    fn is_committing(&self) -> bool {
        self.committing.load(Ordering::Acquire)
    }

    /// How many there are now.
    pub(crate) fn waiting(&self) -> usize {
        self.checks.len() + self.source.waiting()
    }

    /// Whether there is enough to do for a second thread, while a block is committed that is as much as so many calls.
    pub(crate) fn is_shared(&self, committed: usize) -> bool {
        let waiting = self.waiting();
        match self.source.is_live() {
            true => waiting + committed >= CALLS_BUSY,
            false => waiting > 0 && waiting + committed >= CALLS_SHARED,
        }
    }

    /// A block is committed from now on, until what this answers is dropped.
    pub(crate) fn commits(&self) -> Committing<'a> {
        self.committing.store(true, Ordering::Release);
        Committing { source: self.source, committing: self.committing }
    }
}

/// A block is being committed.
pub(crate) struct Committing<'a> {
    source: &'a dyn Source,
    committing: &'a AtomicBool,
}

impl Drop for Committing<'_> {
    fn drop(&mut self) {
        self.committing.store(false, Ordering::Release);
        self.source.rouse();
    }
}
