//! The order of durability, in one function.

use crate::admit::Rejected;
use crate::authority::writer_after;
use crate::check::Checker;
use crate::execute::{self, Ground, Position, Queue, Verdict};
use crate::revert::JournalPast;
use crate::shard::{Answer, Batch, Shard, missing};
use abi::call::Call;
use abi::effect::Execution;
use abi::fault::Fault;
use abi::planted;
use journal::Disk;
use state::Store;

impl<D: Disk, S: Store> Shard<D, S> {
    /// Runs requests in order and answers each in its place; where the batch stops at a rejection, that is
    /// the last answer. When it returns, every new call is durable, and its receipt may be handed out.
    ///
    /// # Errors
    ///
    /// A fault of the machine. The shard is stopped then: what was not answered may or may not be
    /// history, and opening the shard again tells. A disk without room is none that stops it: what was not
    /// answered is not history or can be asked again, reading goes on, and so does writing once there is room.
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
        watch: &mut dyn FnMut(u64, &Execution),
    ) -> Result<Vec<Answer>, Fault> {
        assert!(batch.block_calls > 0, "a block holds at least one call");
        let mut answers = Vec::with_capacity(batch.requests.len());
        let checker = Checker { genesis: self.genesis.clone(), shard: self.id };
        let (mut requests, ahead) = (batch.requests.into_iter(), Checker::ahead(batch.block_calls));
        let mut queue = Queue {
            checks: checker.all(requests.by_ref().take(ahead).collect()).into(),
            block_calls: batch.block_calls,
            stop_at_rejection: batch.stop_at_rejection,
            watch,
        };
        while !queue.checks.is_empty() {
            if std::mem::replace(&mut self.stopped, !planted!(GoOnAfterFault)) {
                return Err(Fault::Stopped);
            }
            // While one block runs, the next one's calls are checked.
            let next = requests.by_ref().take((2 * ahead).saturating_sub(queue.checks.len())).collect();
            let (checks, committed) = checker.all_while(next, || self.commit_with_room(&mut queue));
            answers.extend(committed?);
            queue.checks.extend(checks);
            self.stopped = false;
            if queue.stop_at_rejection && matches!(answers.last(), Some(Answer::Rejected(_))) {
                break;
            }
        }
        self.remember_or_stop()?;
        Ok(answers)
    }

    /// What the second place does not know is not answered.
    fn remember_or_stop(&mut self) -> Result<(), Fault> {
        let remembered = self.remember();
        self.stopped |= remembered.is_err();
        remembered
    }

    /// Commits one block, if there is room for it; if there is none, nothing has happened.
    fn commit_with_room(&mut self, queue: &mut Queue<'_>) -> Result<Vec<Answer>, Fault> {
        if self.full
            && let Err(fault) = self.journal.probe()
        {
            self.stopped = !matches!(fault, Fault::Full { .. });
            return Err(fault);
        }
        let committed = self.commit(queue);
        self.full = matches!(committed, Err(Fault::Full { .. }));
        if self.full {
            self.forget()?;
            self.remember()?;
            self.stopped = false;
        }
        committed
    }

    /// Commits one block of the next requests.
    fn commit(&mut self, queue: &mut Queue<'_>) -> Result<Vec<Answer>, Fault> {
        let view = self.store.view();
        let (genesis, keyring, last) = (&self.genesis, &self.keyring, &self.position);
        let ground = Ground { genesis, keyring, shard: self.id, last, view };
        let past = JournalPast { genesis, journal: &self.journal, history: &self.history, acts: &self.acts };

        // 1. Execute the calls on an overlay. A crash here: nothing happened.
        let (draft, verdicts) = execute::execute(&mut self.machine, &mut self.window, &ground, &past, queue)?;
        if draft.is_empty() {
            return verdicts.into_iter().map(|verdict| self.settle(verdict)).collect();
        }

        // 2. Compute the root. A crash here: nothing happened; the tree is rebuilt from the store.
        let (block, sums) = draft.seal(&ground, &mut self.tree, &mut self.history, &self.build)?;

        // 3. Encode the proposal, with the commitment over the block before it. A crash: nothing happened.
        // 4. Append it to the journal and fsync. A crash before the fsync has returned: the block is whole
        //    in the journal, and is history, or is torn, and is cut; nobody was told either way. After:
        //    the block is history.
        if planted!(ApplyBeforeSync) {
            self.store.apply(block.header.height, &block.diff)?;
        }
        self.journal.append_summed(&block, self.commitment.as_ref(), Some(sums))?;
        if planted!(SignBeforeSync) {
            self.commitment = self.keyring.sign(self.writer, &self.genesis, &block.header).ok();
        }
        self.journal.sync()?;

        // 5. The commit certificate is complete: with one writer and no replicas, its own fsync.
        let height = block.header.height;
        assert_eq!(self.journal.durable(), height, "a block is committed only when it is durable");
        self.journal.commit_to(height);

        // 6. Sign the commitment, by the writer that stands after the block. A crash: recovery signs the same
        //    bytes again.
        let acts = block.acts();
        self.machine.set_profile(block.profile().unwrap_or(self.machine.profile()));
        self.writer = writer_after(&acts).filter(|_| !planted!(OldWriterSigns)).unwrap_or(self.writer);
        self.acts.extend(acts);
        let signed = self.keyring.sign(self.writer, &self.genesis, &block.header);
        self.commitment = Some(signed.expect("admission lets no act appoint a writer whose key is not held"));

        // 7. Hand the diff to the store, which may lose it: a crash here, and any later, is mended by
        //    replaying the journal's blocks after the store's height.
        if !planted!(ApplyBeforeSync) {
            self.store.apply(height, &block.diff)?;
        }
        self.position = Position::after(&block.header);

        // 8. Announce: the answers go out. A crash before they arrive: the same call asked again is known.
        verdicts.into_iter().map(|verdict| self.settle(verdict)).collect()
    }

    /// A verdict's answer. A known key is the same call, whenever it says it expires, or another one.
    fn settle(&self, verdict: Verdict) -> Result<Answer, Fault> {
        let (seq, call) = match verdict {
            Verdict::Done(answer) => return Ok(answer),
            Verdict::Known(seq, call) => (seq, call),
        };
        let (block, index) = self.find(seq)?.ok_or_else(|| missing(self.position.height))?;
        let first = &block.entries[index];
        // The digest says it of an erased call too.
        let same = Call { expires_ms: first.call.call.expires_ms, ..*call }.digest() == first.digest();
        let same = same || planted!(KeyNamesAnyCall);
        Ok(if same { Answer::Known(seq) } else { Answer::Rejected(Rejected::KeyReused { seq }) })
    }
}
