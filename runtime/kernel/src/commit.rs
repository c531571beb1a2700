//! The order of durability, in one function.

use crate::authority::writer_after;
use crate::execute::{Draft, Ground, Position};
use crate::pipeline::Receipted;
use crate::recall::REMEMBERED;
use abi::fault::Fault;
use abi::planted;
use abi::profile::Profile;
use abi::sign::PublicKey;
use abi::system::Act;
use journal::{Commitment, Disk, History, Journal};
use state::{Store, Tree};

/// What is committed to, and what follows from that.
pub(crate) struct Committed<D: Disk, S: Store> {
    pub(crate) journal: Journal<D>,
    pub(crate) store: S,
    pub(crate) tree: Tree,
    pub(crate) history: History,
    pub(crate) position: Position,
    /// What the authority has done, each act with its seq.
    pub(crate) acts: Vec<(u64, Act)>,
    /// Whose key signs for the last block.
    pub(crate) writer: PublicKey,
    /// The last block's commitment, stored with the next frame.
    pub(crate) commitment: Option<Commitment>,
}

impl<D: Disk, S: Store> Committed<D, S> {
    /// Commits one block of calls that were executed: the profile, if it sets one, and its calls with their receipts, if
    /// those are wanted.
    pub(crate) fn commit(
        &mut self,
        ground: &Ground<'_>,
        draft: Draft,
        is_receipted: bool,
    ) -> Result<(Option<Profile>, Vec<Receipted>), Fault> {
        // 1. The calls were executed on an overlay. A crash here: nothing happened.
        // 2. Compute the root. A crash here: nothing happened; the tree is rebuilt from the store.
        let before = self.store.view();
        let (block, records, sums) =
            draft.seal(ground, &self.position, &before, (&mut self.tree, &mut self.history))?;

        // 3. Encode the proposal, with the commitment over the block before it. A crash: nothing happened.
        // 4. Append it to the journal and fsync. A crash before the fsync has returned: the block is whole
        //    in the journal, and is history, or is torn, and is cut; nobody was told either way. After:
        //    the block is history.
        if planted!(ApplyBeforeSync) {
            self.store.apply(block.header.height, &block.diff)?;
        }
        self.journal.append_summed(&block, self.commitment.as_ref(), Some(sums))?;
        if planted!(SignBeforeSync) {
            self.commitment = ground.keyring.sign(self.writer, ground.genesis, &block.header).ok();
        }
        self.journal.sync()?;

        // 5. The commit certificate is complete: with one writer and no replicas, its own fsync.
        let height = block.header.height;
        assert_eq!(self.journal.durable(), height, "a block is committed only when it is durable");
        self.journal.commit_to(height);

        // 6. Sign the commitment, by the writer that stands after the block. A crash: recovery signs the same
        //    bytes again.
        let acts = block.acts();
        self.writer = writer_after(&acts).filter(|_| !planted!(OldWriterSigns)).unwrap_or(self.writer);
        self.acts.extend(acts);
        let signed = ground.keyring.sign(self.writer, ground.genesis, &block.header);
        let signed = signed.expect("admission lets no act appoint a writer whose key is not held");

        // 7. Hand the diff to the store, which may lose it: a crash here, and any later, is mended by
        //    replaying the journal's blocks after the store's height.
        if !planted!(ApplyBeforeSync) {
            self.store.apply(height, &block.diff)?;
        }
        self.position = Position::after(&block.header);

        // 8. Announce: the answers go out. A crash before they arrive: the same call asked again is known.
        let profile = block.profile();
        let receipts = match is_receipted {
            true => self.sources(ground.genesis).receipts(&block.header, &signed, &records)?,
            false => Vec::new(),
        };
        self.commitment = Some(signed);
        self.history.forget(REMEMBERED);
        Ok((profile, block.entries.into_iter().zip(receipts).collect()))
    }
}
