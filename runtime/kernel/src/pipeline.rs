//! Blocks one after the other, on both cores: while one is committed, the next one is checked and executed.
//!
//! # Guarantees
//!
//! - A block that is executed ahead sees the state that the one before it leaves, whether or not that has been
//!   committed yet. If that fails, it has not happened.
//! - What depends on more than the state, a revert, is executed when nothing is being committed; so is whatever
//!   follows a change of profile, or a call that may be where the batch stops.
//! - One call alone starts no thread, and waits for one fsync.

use crate::admit::Rejected;
use crate::check::Checker;
use crate::commit::Committed;
use crate::execute::{self, Begin, Executed, Ground, Position, Verdict};
use crate::machine::Machine;
use crate::queue::{Left, Queue, Source};
use crate::recall::find;
use crate::revert::JournalPast;
use crate::shard::{Answer, Batch, Memory, Shard, missing};
use abi::call::Call;
use abi::codec::Encode;
use abi::effect::Execution;
use abi::fault::Fault;
use abi::id::Hash;
use abi::planted;
use abi::profile::Profile;
use beside::{alone, beside};
use journal::{Block, Disk, Entry};
use state::Store;
use std::collections::VecDeque;
use std::sync::atomic::AtomicBool;

/// A call that is history, and its receipt as the bytes of a file.
pub type Receipted = (Entry, Vec<u8>);

/// What became of calls, in their order, which may be told to others: what is history is durable, and the second place
/// knows it.
pub struct Settled<'a> {
    /// An answer to each.
    pub answers: Vec<Answer>,
    /// Those that are history, if receipts are wanted.
    pub made: Vec<Receipted>,
    /// Where the shard stands now.
    pub position: &'a Position,
    /// The program that serves now.
    pub serving: Option<Hash>,
}

/// Who hears a call's seq and its whole execution as soon as it has run. That is for people: the debug log and the
/// detail of a trap are in it and in no record. It is not history yet, and is not to be answered.
pub type Watch<'a> = dyn FnMut(u64, &Execution) + Send + 'a;

/// Calls to make, and what is wanted of them.
struct Work<'a> {
    source: &'a dyn Source,
    block_calls: usize,
    stop_at_rejection: bool,
    is_receipted: bool,
}

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

    /// The same, watched.
    ///
    /// # Errors
    ///
    /// As [`submit`](Self::submit).
    pub fn submit_watched(&mut self, batch: Batch, watch: &mut Watch<'_>) -> Result<Vec<Answer>, Fault> {
        let Batch { requests, block_calls, stop_at_rejection } = batch;
        let mut answers = Vec::with_capacity(requests.len());
        let genesis = self.genesis.clone();
        let source = &Left::new(Checker::new(&genesis, self.id), requests);
        let work = Work { source, block_calls, stop_at_rejection, is_receipted: false };
        self.work(&work, watch, &mut |settled| answers.extend(settled.answers))?;
        Ok(answers)
    }

    /// Makes the calls of a source, in blocks of at most so many, until none is left there and all are settled.
    ///
    /// # Errors
    ///
    /// As [`submit`](Self::submit), for the calls that were taken and are not settled.
    pub fn serve(
        &mut self,
        source: &dyn Source,
        block_calls: usize,
        watch: &mut Watch<'_>,
        tell: &mut dyn FnMut(Settled<'_>),
    ) -> Result<(), Fault> {
        let work = Work { source, block_calls, stop_at_rejection: false, is_receipted: true };
        self.work(&work, watch, tell)
    }

    fn work(
        &mut self,
        work: &Work<'_>,
        watch: &mut Watch<'_>,
        tell: &mut dyn FnMut(Settled<'_>),
    ) -> Result<(), Fault> {
        assert!(work.block_calls > 0, "a block holds at least one call");
        if std::mem::replace(&mut self.stopped, !planted!(GoOnAfterFault)) {
            return Err(Fault::Stopped);
        }
        let done = self.room().and_then(|()| self.run(work, watch, tell));
        let done = match done {
            Err(Fault::Full { doing, because }) => {
                self.without_room().and(Err(Fault::Full { doing, because }))
            }
            Err(fault @ Fault::Outgrown { .. }) => Err(fault),
            Err(fault) => return Err(fault),
            Ok(()) => Ok(()),
        };
        self.stopped = false;
        done
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
        work: &Work<'_>,
        watch: &mut Watch<'_>,
        tell: &mut dyn FnMut(Settled<'_>),
    ) -> Result<(), Fault> {
        let &Work { source, block_calls, stop_at_rejection, is_receipted } = work;
        let (checks, committing) = (VecDeque::new(), &AtomicBool::new(false));
        let mut queue = Queue { source, checks, block_calls, stop_at_rejection, committing, watch };
        let (mut next, mut stops) = (None, false);
        while !stops && let Some(executed) = next.take().or_else(|| self.execute(&mut queue)).transpose()? {
            let mut heard = |settled: Settled<'_>| {
                stops = stop_at_rejection && matches!(settled.answers.last(), Some(Answer::Rejected(_)));
                tell(settled);
            };
            next = self.step(executed, &mut queue, is_receipted, &mut heard)?.map(Ok);
        }
        Ok(())
    }

    /// Executes the next block while nothing is being committed.
    fn execute(&mut self, queue: &mut Queue<'_>) -> Option<Result<Executed, Fault>> {
        queue.next(false)?;
        let Shard { genesis, keyring, id, build, machine, window, committed, .. } = self;
        let ground = Ground { genesis, keyring, shard: *id, build };
        let Committed { store, position, .. } = &*committed;
        let past = JournalPast(committed.sources(genesis));
        let Position { height, seq, time_ms, .. } = *position;
        let begin = Begin { height, seq, time_ms, view: store.view() };
        Some(execute::execute(machine, window, &ground, Some(&past), begin, queue))
    }

    /// Commits a block, and meanwhile executes the next one, if it can be; that one, if it has any calls.
    fn step(
        &mut self,
        executed: Executed,
        queue: &mut Queue<'_>,
        is_receipted: bool,
        tell: &mut dyn FnMut(Settled<'_>),
    ) -> Result<Option<Executed>, Fault> {
        let Shard { genesis, keyring, id, build, machine, window, committed, memory, .. } = self;
        let ground = Ground { genesis, keyring, shard: *id, build };
        let (is_shared, is_live) = (queue.is_shared(executed.weight()), queue.source.is_live());
        // What is alone, and has come from where more may come, waits for nothing.
        let goes_on = is_shared || !is_live;
        let begin = executed.then(machine, queue, committed.store.view()).filter(|_| goes_on);
        let committing = queue.commits();
        let ahead = || begin.map(|begin| execute::execute(machine, window, &ground, None, begin, queue));
        let commit = || {
            let settled = committed.settle(&ground, executed, is_receipted, memory.as_deref_mut(), tell);
            drop(committing);
            settled
        };
        let (next, settled) = match (is_shared, is_live) {
            // Those who bring calls want a core too.
            (true, true) => beside(ahead, || alone(commit)),
            (true, false) => beside(ahead, commit),
            (false, _) => {
                // In this order too, what is executed ahead sees what is not committed yet.
                let next = ahead();
                (next, commit())
            }
        };
        let profile = settled?;
        profile.into_iter().for_each(|profile| machine.set_profile(profile));
        Ok(next.transpose()?.filter(|next| !next.verdicts.is_empty()))
    }
}

impl<D: Disk, S: Store> Committed<D, S> {
    /// Commits a block, unless it is empty, and tells what became of its calls. The profile, if it sets one.
    fn settle(
        &mut self,
        ground: &Ground<'_>,
        executed: Executed,
        is_receipted: bool,
        memory: Option<&mut (dyn Memory + 'static)>,
        tell: &mut dyn FnMut(Settled<'_>),
    ) -> Result<Option<Profile>, Fault> {
        let Executed { draft, verdicts, .. } = executed;
        let (profile, new) = match draft.is_empty() {
            true => (None, Vec::new()),
            false => self.commit(ground, draft, is_receipted)?,
        };
        let (mut new, mut answers, mut made) = (new.into_iter(), Vec::new(), Vec::new());
        for verdict in verdicts {
            let (answer, known) = self.answer(verdict)?;
            if let (Some((mut block, index)), true) = (known, is_receipted) {
                let receipt = self.receipt_file(ground.genesis, &block, index)?.to_bytes();
                made.push((block.entries.swap_remove(index), receipt));
            } else if matches!(answer, Answer::New { .. }) {
                made.extend(new.next());
            }
            answers.push(answer);
        }
        // What the second place does not know is not answered.
        if let (Some(memory), Some(head)) = (memory, self.journal.head()) {
            memory.remember(head)?;
        }
        let serving = Machine::serving(&*self.store.view())?;
        tell(Settled { answers, made, position: &self.position, serving });
        Ok(profile)
    }

    /// A verdict's answer; and the block that holds it with its index there, if it is of a call that is known. A known
    /// key is the same call, whenever it says it expires, or another one.
    fn answer(&self, verdict: Verdict) -> Result<(Answer, Option<(Block, usize)>), Fault> {
        let (seq, call) = match verdict {
            Verdict::Done(answer) => return Ok((answer, None)),
            Verdict::Known(seq, call) => (seq, call),
        };
        let (block, index) = find(&self.journal, seq)?.ok_or_else(|| missing(self.position.height))?;
        let first = &block.entries[index];
        // The digest says it of an erased call too.
        let same = Call { expires_ms: first.call.call.expires_ms, ..*call }.digest() == first.digest();
        let same = same || planted!(KeyNamesAnyCall);
        Ok(match same {
            true => (Answer::Known(seq), Some((block, index))),
            false => (Answer::Rejected(Rejected::KeyReused { seq }), None),
        })
    }
}
