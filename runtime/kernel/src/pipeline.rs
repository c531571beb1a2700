//! Blocks one after the other, on both cores: while one is committed, the next one is executed, and the calls of
//! the one after that are checked.
//!
//! # Guarantees
//!
//! - A block that is executed ahead sees the state that the one before it leaves, whether or not that has been
//!   committed yet. If that fails, it has not happened.
//! - What depends on more than the state, a revert, is executed when nothing is being committed; so is whatever
//!   follows a change of profile, or a call that may be where the batch stops.
//! - One call alone starts no thread, and waits for one fsync.

use crate::admit::Rejected;
use crate::check::{CALLS_SHARED, Checker};
use crate::commit::Committed;
use crate::execute::{self, Begin, Executed, Ground, Position, Queue, Verdict};
use crate::recall::find;
use crate::revert::JournalPast;
use crate::shard::{Answer, Batch, Request, Shard, missing};
use abi::call::Call;
use abi::effect::Execution;
use abi::fault::Fault;
use abi::planted;
use abi::profile::Profile;
use beside::beside;
use journal::{Disk, Entry};
use state::Store;

/// Who hears a call that is history, and its receipt as the bytes of a file.
pub type Done<'a> = dyn FnMut(Entry, Vec<u8>) + 'a;

impl<D: Disk, S: Store> Shard<D, S> {
    /// Runs requests in order and answers each in its place; where the batch stops at a rejection, that is
    /// the last answer. When it returns, every new call is durable, and its receipt may be handed out.
    ///
    /// # Errors
    ///
    /// A fault of the machine. The shard is stopped then: what was not answered may or may not be
    /// history, and opening the shard again tells. A disk without room is none that stops it: what was not
    /// answered is not history or can be asked again, reading goes on, and so does writing once there is room; a tree
    /// that takes more memory than it may is none either.
    pub fn submit(&mut self, batch: Batch) -> Result<Vec<Answer>, Fault> {
        self.submit_watched(batch, &mut |_, _| {})
    }

    /// The same, where `watch` hears the seq and the whole execution of each new call as soon as it has run.
    /// That is for people: the debug log and the detail of a trap are in it and in no record. What it hears
    /// is not history yet, and is not to be answered.
    ///
    /// # Errors
    ///
    /// As [`submit`](Self::submit).
    pub fn submit_watched(
        &mut self,
        batch: Batch,
        watch: &mut (dyn FnMut(u64, &Execution) + Send),
    ) -> Result<Vec<Answer>, Fault> {
        self.submit_heard(batch, watch, None)
    }

    /// The same, where `done` hears each new call in order, with its receipt, once its block is committed. That is to
    /// be told to others only when this returns without a fault.
    ///
    /// # Errors
    ///
    /// As [`submit`](Self::submit).
    pub fn submit_receipted(
        &mut self,
        batch: Batch,
        watch: &mut (dyn FnMut(u64, &Execution) + Send),
        done: &mut Done<'_>,
    ) -> Result<Vec<Answer>, Fault> {
        self.submit_heard(batch, watch, Some(done))
    }

    fn submit_heard(
        &mut self,
        batch: Batch,
        watch: &mut (dyn FnMut(u64, &Execution) + Send),
        done: Option<&mut Done<'_>>,
    ) -> Result<Vec<Answer>, Fault> {
        assert!(batch.block_calls > 0, "a block holds at least one call");
        if std::mem::replace(&mut self.stopped, !planted!(GoOnAfterFault)) {
            return Err(Fault::Stopped);
        }
        let answers = self.room().and_then(|()| self.run(batch, watch, done));
        let answers = match answers {
            Err(Fault::Full { doing, because }) => {
                self.without_room().and(Err(Fault::Full { doing, because }))
            }
            Err(fault @ Fault::Outgrown { .. }) => Err(fault),
            Err(fault) => return Err(fault),
            Ok(answers) => Ok(answers),
        };
        // What the second place does not know is not answered.
        self.remember()?;
        self.stopped = false;
        answers
    }

    /// Whether there is memory for more keys; and if the last block found no room on the disk, whether there is some now.
    fn room(&mut self) -> Result<(), Fault> {
        let (bytes, max) = (self.committed.tree.bytes(), self.tree_bytes_max);
        if bytes > max {
            return Err(Fault::Outgrown { bytes, max });
        }
        if self.full {
            self.committed.journal.probe()?;
            self.full = false;
        }
        Ok(())
    }

    /// A block that finds no room has not happened, nor has one that was executed after it.
    fn without_room(&mut self) -> Result<(), Fault> {
        // Where not even the probe found any, nothing was executed.
        if !std::mem::replace(&mut self.full, true) {
            self.forget()?;
        }
        Ok(())
    }

    fn run(
        &mut self,
        batch: Batch,
        watch: &mut (dyn FnMut(u64, &Execution) + Send),
        mut done: Option<&mut Done<'_>>,
    ) -> Result<Vec<Answer>, Fault> {
        let Batch { requests, block_calls, stop_at_rejection } = batch;
        let mut answers = Vec::with_capacity(requests.len());
        let (mut requests, ahead) = (requests.into_iter(), Checker::ahead(block_calls));
        let first = requests.by_ref().take(2 * ahead).collect();
        let checks = Checker { genesis: &self.genesis, shard: self.id }.all(first).collect();
        let mut queue = Queue { checks, block_calls, stop_at_rejection, watch };
        let mut next = None;
        while let Some(executed) = next.take().or_else(|| self.execute(&mut queue)).transpose()? {
            let unchecked = requests.by_ref().take((2 * ahead).saturating_sub(queue.checks.len())).collect();
            let step = self.step(executed, &mut queue, unchecked, done.as_deref_mut())?;
            answers.extend(step.answers);
            next = step.next.map(Ok);
            if stop_at_rejection && matches!(answers.last(), Some(Answer::Rejected(_))) {
                break;
            }
        }
        Ok(answers)
    }

    /// Executes the next block while nothing is being committed.
    fn execute(&mut self, queue: &mut Queue<'_>) -> Option<Result<Executed, Fault>> {
        queue.checks.front()?;
        let Shard { genesis, keyring, id, build, machine, window, committed, .. } = self;
        let ground = Ground { genesis, keyring, shard: *id, build };
        let Committed { store, position, .. } = &*committed;
        let past = JournalPast(committed.sources(genesis));
        let Position { height, seq, time_ms, .. } = *position;
        let begin = Begin { height, seq, time_ms, view: store.view() };
        Some(execute::execute(machine, window, &ground, Some(&past), begin, queue))
    }

    /// Commits a block, and meanwhile executes the next one, if it can be, and checks the calls after that.
    fn step(
        &mut self,
        executed: Executed,
        queue: &mut Queue<'_>,
        unchecked: Vec<Request>,
        done: Option<&mut Done<'_>>,
    ) -> Result<Step, Fault> {
        let Shard { genesis, keyring, id, build, machine, window, committed, .. } = self;
        let ground = Ground { genesis, keyring, shard: *id, build };
        let is_worth = queue.checks.len() + unchecked.len() >= CALLS_SHARED;
        let checking = Checker { genesis, shard: *id }.by_and_by(unchecked);
        let begin = executed.then(machine, queue, committed.store.view());
        let ahead = || {
            let next = begin.map(|begin| execute::execute(machine, window, &ground, None, begin, queue));
            checking.work();
            next
        };
        let commit = || {
            let settled = committed.commit_and_settle(&ground, executed, done);
            checking.work();
            settled
        };
        let (next, settled) = if is_worth {
            beside(ahead, commit)
        } else {
            // In this order too, what is executed ahead sees what is not committed yet.
            let next = ahead();
            (next, commit())
        };
        let (profile, answers) = settled?;
        let next = next.transpose()?;
        queue.checks.extend(checking.done());
        profile.into_iter().for_each(|profile| machine.set_profile(profile));
        Ok(Step { answers, next })
    }
}

/// What a step came to.
struct Step {
    answers: Vec<Answer>,
    /// The next block, if it was executed meanwhile.
    next: Option<Executed>,
}

impl<D: Disk, S: Store> Committed<D, S> {
    /// Commits a block, unless it is empty, and answers its calls; with the profile, if it sets one.
    fn commit_and_settle(
        &mut self,
        ground: &Ground<'_>,
        executed: Executed,
        done: Option<&mut Done<'_>>,
    ) -> Result<(Option<Profile>, Vec<Answer>), Fault> {
        let Executed { draft, verdicts, .. } = executed;
        let profile = if draft.is_empty() { None } else { self.commit(ground, draft, done)? };
        let answers = verdicts.into_iter().map(|verdict| self.settle(verdict)).collect::<Result<_, _>>()?;
        Ok((profile, answers))
    }

    /// A verdict's answer. A known key is the same call, whenever it says it expires, or another one.
    fn settle(&self, verdict: Verdict) -> Result<Answer, Fault> {
        let (seq, call) = match verdict {
            Verdict::Done(answer) => return Ok(answer),
            Verdict::Known(seq, call) => (seq, call),
        };
        let (block, index) = find(&self.journal, seq)?.ok_or_else(|| missing(self.position.height))?;
        let first = &block.entries[index];
        // The digest says it of an erased call too.
        let same = Call { expires_ms: first.call.call.expires_ms, ..*call }.digest() == first.digest();
        let same = same || planted!(KeyNamesAnyCall);
        Ok(if same { Answer::Known(seq) } else { Answer::Rejected(Rejected::KeyReused { seq }) })
    }
}
