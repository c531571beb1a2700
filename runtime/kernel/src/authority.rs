//! What a shard's authority has done so far, and the proof of it for strangers.

use crate::recall::{Sources, find};
use crate::shard::{Shard, missing};
use abi::Hash;
use abi::fault::Fault;
use abi::genesis::Genesis;
use abi::profile::Profile;
use abi::record::Record;
use abi::sign::PublicKey;
use abi::system::Act;
use journal::{Block, Disk, Header, Link, Start};
use state::Store;
use std::collections::BTreeSet;

/// The writer that these acts leave; `None` where they appoint nobody.
pub(crate) fn writer_after(acts: &[(u64, Act)]) -> Option<PublicKey> {
    acts.iter().rev().find_map(|(_, act)| act.writer())
}

/// The program that serves after the first `size` records; `None` before the first deploy.
pub(crate) fn program_at(acts: &[(u64, Act)], size: u64) -> Option<Hash> {
    let end = acts.partition_point(|(seq, _)| *seq < size);
    acts[..end].iter().rev().find_map(|(_, act)| act.program())
}

/// The profile of the record at `seq`.
pub(crate) fn profile_at(genesis: &Genesis, acts: &[(u64, Act)], seq: u64) -> Profile {
    let end = acts.partition_point(|(at, _)| *at <= seq);
    let set = acts[..end].iter().rev().find_map(|(_, act)| act.profile());
    // Which profiles are known is checked before a shard is opened.
    set.or(Profile::of(&genesis.profile)).unwrap_or(Profile::One)
}

impl<D: Disk, S: Store> Shard<D, S> {
    /// The profile of the record at `seq`, or of the next one.
    pub fn profile_at(&self, seq: u64) -> Profile {
        profile_at(&self.genesis, &self.committed.acts, seq)
    }

    /// The records of a block.
    pub fn records_of(&self, block: &Block) -> Vec<Record> {
        block.records(self.profile_at(block.header.first_seq).hash())
    }

    /// The program that served after the block of `header`.
    pub fn program_at(&self, header: &Header) -> Option<Hash> {
        program_at(&self.committed.acts, header.history_size)
    }

    /// How the authority appointed who writes at the block of `header`; nothing, if the genesis did.
    pub fn writer_links(&self, header: &Header) -> Result<Vec<Link>, Fault> {
        self.sources().writer_links(header)
    }

    /// What a bundle begins with whose first block is the one after that of `header`.
    pub fn start_after(&self, header: &Header) -> Result<Start, Fault> {
        let sources = self.sources();
        let peaks = sources.recalled(&[header.history_size])?.peaks(header.history_size);
        let peaks = peaks.ok_or_else(|| missing(header.height))?;
        let writer = sources.last_act(header, |act| act.writer().is_some());
        let program = sources.last_act(header, |act| act.program().is_some());
        let acts = sources.profiles(header).chain(writer).chain(program).collect();
        Ok(Start { header: *header, peaks, links: sources.links(header, acts)? })
    }
}

impl<D: Disk> Sources<'_, D> {
    /// As [`Shard::writer_links`].
    pub(crate) fn writer_links(&self, header: &Header) -> Result<Vec<Link>, Fault> {
        let Some(writer) = self.last_act(header, |act| act.writer().is_some()) else {
            return Ok(Vec::new());
        };
        let profiles = self.profiles(header).filter(|seq| *seq < writer);
        self.links(header, profiles.chain([writer]).collect())
    }

    /// Where the profile was set, up to the block of `header`.
    fn profiles(&self, header: &Header) -> impl Iterator<Item = u64> {
        let size = header.history_size;
        let set = self.acts.iter().filter(move |(seq, act)| *seq < size && act.profile().is_some());
        set.map(|(seq, _)| *seq)
    }

    /// The last act of a kind up to the block of `header`.
    fn last_act(&self, header: &Header, is_kind: impl Fn(&Act) -> bool) -> Option<u64> {
        let size = header.history_size;
        self.acts.iter().rev().find(|(seq, act)| *seq < size && is_kind(act)).map(|(seq, _)| *seq)
    }

    /// The acts at these places, each proven in the history of the block of `header`.
    fn links(&self, header: &Header, acts: BTreeSet<u64>) -> Result<Vec<Link>, Fault> {
        let lost = || missing(header.height);
        let link = |seq| {
            let size = header.history_size;
            let path = self.recalled(&[seq, size])?.path(seq, size).ok_or_else(lost)?;
            if let Some(past) = self.journal.past().filter(|past| seq < past.header.history_size) {
                return past.link(seq, path).ok_or_else(lost);
            }
            let (block, index) = find(self.journal, seq)?.ok_or_else(lost)?;
            let profile = profile_at(self.genesis, self.acts, block.header.first_seq).hash();
            let record = block.records(profile).swap_remove(index);
            Ok(Link::new(&block.entries[index].call, &record, path))
        };
        acts.into_iter().map(link).collect()
    }
}
