//! Calls that a shard has taken up, and who waits for which.

use super::desk::{Answers, Brought, Made, Reply};
use super::failure::Failure;
use super::inbox::Inbox;
use crate::traces;
use abi::id::Hash;
use kernel::{Check, Source};
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::OwnedSemaphorePermit;
use tracing::Span;

/// Calls that have waited for longer are refused: so what is answered is answered in time, however slow a program is.
const WAIT_MAX: Duration = Duration::from_secs(2);

/// The calls of a request, and what they have come to so far.
pub(crate) struct Waiting {
    left: usize,
    answers: Answers,
    reply: Reply,
    /// What they take of the memory for calls, until they are answered.
    _room: OwnedSemaphorePermit,
    since: Instant,
    /// Of what was taken up together.
    span: Span,
}

impl Waiting {
    /// Answers, if anybody still waits; whoever has gone finds the calls by their keys.
    pub(crate) fn reply(self) {
        _ = self.reply.send(Ok(self.answers));
    }
}

/// What is taken from an inbox, one call after the other.
pub(crate) struct Taken<'a> {
    inbox: &'a Inbox,
    shard: Hash,
    waiting: Mutex<VecDeque<Waiting>>,
}

impl Taken<'_> {
    pub(crate) fn new(inbox: &Inbox, shard: Hash) -> Taken<'_> {
        Taken { inbox, shard, waiting: Mutex::default() }
    }

    fn waiting(&self) -> MutexGuard<'_, VecDeque<Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Since when the calls have been under way that are the next to be answered.
    pub(crate) fn since(&self) -> Option<Instant> {
        self.waiting().front().map(|waiting| waiting.since)
    }

    /// Hands the next answers to those who wait for them: who has all of theirs now.
    pub(crate) fn answer(&self, answers: Answers, height: u64) -> Vec<Waiting> {
        let (mut waiting, mut complete) = (self.waiting(), Vec::new());
        for answer in answers {
            let Some(first) = waiting.front_mut() else { break };
            first.answers.push(answer);
            first.left -= 1;
            if first.left == 0 {
                traces::committed(&first.span, height);
                complete.extend(waiting.pop_front());
            }
        }
        complete
    }

    /// An answer for each call that has none.
    pub(crate) fn refused(&self, failure: &Failure) -> Answers {
        let left = self.waiting().iter().map(|waiting| waiting.left).sum();
        vec![Err::<Made, _>(failure.clone()); left]
    }
}

impl Source for Taken<'_> {
    fn take(&self, most: usize) -> Vec<Check> {
        let since = Instant::now();
        let is_late = |brought: &mut Brought| since.duration_since(brought.since) > WAIT_MAX;
        let mut taken = self.inbox.take(most);
        for late in taken.extract_if(.., is_late) {
            // Whoever asked may have gone.
            _ = late.reply.send(Err(Failure::Busy));
        }
        if taken.is_empty() {
            return Vec::new();
        }
        let calls = taken.iter().map(|brought| brought.calls.len()).sum();
        let span = traces::commit(&self.shard, calls, taken.iter().map(|brought| &brought.span));
        let (mut waiting, mut checks) = (self.waiting(), Vec::with_capacity(calls));
        for Brought { calls, reply, room, .. } in taken {
            let (left, span) = (calls.len(), span.clone());
            let answers = Vec::with_capacity(left);
            waiting.push_back(Waiting { left, answers, reply, _room: room, since, span });
            checks.extend(calls);
        }
        checks
    }

    fn waiting(&self) -> usize {
        self.inbox.waiting()
    }

    fn is_live(&self) -> bool {
        true
    }

    fn wait(&self, over: &dyn Fn() -> bool) {
        self.inbox.wait(over);
    }

    fn rouse(&self) {
        self.inbox.rouse();
    }
}
