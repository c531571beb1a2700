//! The bounded queue in front of a shard's thread.
//!
//! # Guarantees
//!
//! - Jobs leave in the order in which they came: calls are not taken past what was asked before them.
//! - Who waits for calls, while others are committed, is woken for several of them, and not for each.

use super::desk::{Brought, Job};
use super::failure::Failure;
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Most jobs that wait.
const JOBS_MAX: usize = 4_096;
/// So many calls are worth waking a thread for that has nothing else to do.
const CALLS_WORTH: usize = 32;

/// The queue.
#[derive(Default)]
pub(crate) struct Inbox {
    held: Mutex<Held>,
    came: Condvar,
}

#[derive(Default)]
struct Held {
    jobs: VecDeque<Job>,
    /// The jobs that are not calls.
    others: usize,
    /// The calls in front of those.
    leading: usize,
    /// How many calls whoever waits is woken for.
    enough: usize,
    is_closed: bool,
}

impl Held {
    /// Whether there is room for a job.
    fn has_room(&self) -> Result<(), Failure> {
        match (self.is_closed, self.jobs.len() < JOBS_MAX) {
            (true, _) => Err(Failure::Stopping),
            (false, true) => Ok(()),
            (false, false) => Err(Failure::Busy),
        }
    }

    /// The calls at the front, if that is what is there.
    fn brought(&mut self) -> Option<Brought> {
        match self.jobs.pop_front()? {
            Job::Calls(brought) => {
                self.leading -= brought.calls.len();
                Some(brought)
            }
            other => {
                self.jobs.push_front(other);
                None
            }
        }
    }

    /// The job at the front, if it is something else.
    fn other(&mut self) -> Option<Job> {
        let other = self.jobs.pop_front_if(|job| !matches!(job, Job::Calls(_)))?;
        self.others -= 1;
        let calls = |job: &Job| match job {
            Job::Calls(brought) => Some(brought.calls.len()),
            _ => None,
        };
        self.leading = self.jobs.iter().map_while(calls).sum();
        Some(other)
    }
}

impl Inbox {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there is room for a job.
    pub(crate) fn has_room(&self) -> Result<(), Failure> {
        self.held().has_room()
    }

    /// Brings a job, unless there are too many; the order to stop has room always.
    pub(crate) fn push(&self, job: Job) -> Result<(), Failure> {
        let mut held = self.held();
        match held.has_room() {
            Err(Failure::Busy) if matches!(job, Job::Stop) => {}
            room => room?,
        }
        match &job {
            Job::Calls(brought) if held.others == 0 => held.leading += brought.calls.len(),
            Job::Calls(_) => {}
            _ => held.others += 1,
        }
        held.jobs.push_back(job);
        if held.leading >= held.enough || held.enough <= 1 {
            self.came.notify_one();
        }
        Ok(())
    }

    /// Waits for a job, and takes it if it is no calls.
    pub(crate) fn next(&self) -> Option<Job> {
        let mut held = self.held();
        held.enough = 1;
        let mut held =
            self.came.wait_while(held, |held| held.jobs.is_empty()).unwrap_or_else(PoisonError::into_inner);
        held.enough = usize::MAX;
        held.other()
    }

    /// Takes calls from the front, up to the request that makes it `most` of them or more.
    pub(crate) fn take(&self, most: usize) -> Vec<Brought> {
        let (mut held, mut taken, mut calls) = (self.held(), Vec::new(), 0);
        while calls < most
            && let Some(brought) = held.brought()
        {
            calls += brought.calls.len();
            taken.push(brought);
        }
        taken
    }

    /// How many calls are at the front.
    pub(crate) fn waiting(&self) -> usize {
        self.held().leading
    }

    /// Waits for calls that are worth to be taken, or until it is `over`.
    pub(crate) fn wait(&self, over: &dyn Fn() -> bool) {
        let mut held = self.held();
        held.enough = CALLS_WORTH;
        let is_early = |held: &mut Held| held.leading < CALLS_WORTH && !over();
        let mut held = self.came.wait_while(held, is_early).unwrap_or_else(PoisonError::into_inner);
        held.enough = usize::MAX;
    }

    /// Has whoever waits look again whether it is over.
    pub(crate) fn rouse(&self) {
        // Between its look and its wait, whoever waits holds this.
        drop(self.held());
        self.came.notify_one();
    }

    /// Takes no more. Whoever waits for what is there learns that nobody will answer.
    pub(crate) fn close(&self) {
        let mut held = self.held();
        *held = Held { is_closed: true, ..Held::default() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::time::Instant;
    use tokio::sync::{Semaphore, oneshot};
    use tracing::Span;

    fn calls(count: usize) -> Job {
        let calls = (0..count).map(|_| Err(kernel::Rejected::Unproven)).collect();
        let room = Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap();
        let (reply, _) = oneshot::channel();
        Job::Calls(Brought { calls, since: Instant::now(), reply, room, span: Span::none() })
    }

    fn taken(inbox: &Inbox, most: usize) -> Vec<usize> {
        inbox.take(most).iter().map(|brought| brought.calls.len()).collect()
    }

    #[test]
    fn nothing_is_taken_past_what_came_before_it() {
        let inbox = Inbox::default();
        [2, 3, 4].into_iter().for_each(|count| inbox.push(calls(count)).unwrap());
        inbox.push(Job::Ask(Box::new(|_| ()))).unwrap();
        inbox.push(calls(5)).unwrap();
        assert!(inbox.next().is_none(), "calls are taken, and not handed out");
        assert_eq!((inbox.waiting(), taken(&inbox, 4), inbox.waiting()), (9, vec![2, 3], 4));
        assert_eq!((taken(&inbox, 100), taken(&inbox, 100)), (vec![4], vec![]));
        assert!(matches!(inbox.next(), Some(Job::Ask(_))));
        assert_eq!((inbox.waiting(), taken(&inbox, 1)), (5, vec![5]));
    }

    #[test]
    fn whoever_waits_is_woken_by_enough_or_when_it_is_over() {
        let inbox = Inbox::default();
        std::thread::scope(|scope| {
            scope.spawn(|| (0..CALLS_WORTH).for_each(|_| inbox.push(calls(1)).unwrap()));
            inbox.wait(&|| false);
        });
        assert_eq!(inbox.waiting(), CALLS_WORTH);
        inbox.take(CALLS_WORTH);
        let over = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                over.store(true, std::sync::atomic::Ordering::SeqCst);
                inbox.rouse();
            });
            inbox.wait(&|| over.load(std::sync::atomic::Ordering::SeqCst));
        });
    }

    #[test]
    fn a_full_queue_takes_the_order_to_stop_and_a_closed_one_nothing() {
        let inbox = Inbox::default();
        (0..JOBS_MAX).for_each(|_| inbox.push(calls(1)).unwrap());
        assert_eq!((inbox.has_room(), inbox.push(calls(1))), (Err(Failure::Busy), Err(Failure::Busy)));
        inbox.push(Job::Stop).unwrap();
        inbox.close();
        assert_eq!(
            (inbox.has_room(), inbox.push(Job::Stop)),
            (Err(Failure::Stopping), Err(Failure::Stopping))
        );
        assert_eq!(inbox.waiting(), 0);
    }
}
