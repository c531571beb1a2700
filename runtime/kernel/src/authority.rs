//! What a shard's authority has done so far, and the proof of it for strangers.

use crate::shard::{Shard, missing};
use abi::Hash;
use abi::fault::Fault;
use abi::sign::PublicKey;
use abi::system::Act;
use journal::{Disk, Header, Link, ReceiptFile, Start};
use state::Store;

/// The writer that these acts leave; `None` where they appoint nobody.
pub(crate) fn writer_after(acts: &[(u64, Act)]) -> Option<PublicKey> {
    acts.iter().rev().find_map(|(_, act)| act.writer())
}

/// The program that serves after the first `size` records; `None` before the first deploy.
pub(crate) fn program_at(acts: &[(u64, Act)], size: u64) -> Option<Hash> {
    let end = acts.partition_point(|(seq, _)| *seq < size);
    acts[..end].iter().rev().find_map(|(_, act)| act.program())
}

impl<D: Disk, S: Store> Shard<D, S> {
    /// The receipt of the record at `seq` as a file that stands alone, under the head of its block.
    pub fn receipt_file(&self, seq: u64) -> Result<Option<ReceiptFile>, Fault> {
        let Some((block, index)) = self.find(seq)? else {
            return Ok(None);
        };
        let receipt = self.receipt_of(&block, index)?;
        let links = self.writer_links(&block.header)?;
        Ok(Some(ReceiptFile { genesis: Some(self.genesis.clone()), receipt, links }))
    }

    /// The program that served after the block of `header`.
    pub fn program_at(&self, header: &Header) -> Option<Hash> {
        program_at(&self.acts, header.history_size)
    }

    /// How the authority appointed who writes at the block of `header`; nothing, if the genesis did.
    pub fn writer_links(&self, header: &Header) -> Result<Vec<Link>, Fault> {
        let link = self.last_link(header, |act| act.writer().is_some())?;
        Ok(link.into_iter().map(|(_, link)| link).collect())
    }

    /// What a bundle begins with whose first block is the one after that of `header`.
    pub fn start_after(&self, header: &Header) -> Result<Start, Fault> {
        let peaks = self.history.peaks(header.history_size).ok_or_else(|| missing(header.height))?;
        let writer = self.last_link(header, |act| act.writer().is_some())?;
        let program = self.last_link(header, |act| act.program().is_some())?;
        let mut links: Vec<(u64, Link)> = writer.into_iter().chain(program).collect();
        links.sort_by_key(|(seq, _)| *seq);
        Ok(Start { header: *header, peaks, links: links.into_iter().map(|(_, link)| link).collect() })
    }

    /// The last act of a kind up to the block of `header`, proven in the history of that block.
    fn last_link(
        &self,
        header: &Header,
        is_kind: impl Fn(&Act) -> bool,
    ) -> Result<Option<(u64, Link)>, Fault> {
        let size = header.history_size;
        let Some(&(seq, _)) = self.acts.iter().rev().find(|(seq, act)| *seq < size && is_kind(act)) else {
            return Ok(None);
        };
        let lost = || missing(header.height);
        let (block, index) = self.find(seq)?.ok_or_else(lost)?;
        let record = block.records(self.machine.profile()).swap_remove(index);
        let path = self.history.path(seq, size).ok_or_else(lost)?;
        Ok(Some((seq, Link::new(&block.entries[index].call, &record, path))))
    }
}
