//! Streaming verification of a history: everything that can be known without executing a program.
//!
//! Guarantees: a block that [`Chain`] accepts is linked to all before it; its calls are proved, live, in
//! time and within their limits; programs are those that the authority deployed; roots and digests are
//! those of its own body. What remains for others: that the calls came to what the block says
//! (`kernel::replay`), and that its diff leads from one state root to the next (`state`).
//!
//! # Order
//!
//! The first broken rule is the one named, in the same order everywhere: the header's links, the body's
//! totals, call by call its rules, the execution root, the history root; and last, call by call, the
//! signatures, so that they can be checked elsewhere.
//!
//! # Limits
//!
//! The live idempotency keys are held in memory, and the erased calls that no act has named yet: nothing else
//! that grows with the history.

use crate::authority::{Appointed, appointed};
use crate::block::{Block, Header, diff_over_limit, execution_root, execution_root_with};
use crate::bundle::Start;
use crate::commitment::{Commitment, Issuer};
use crate::frontier::Frontier;
use crate::window::{Scope, Window};
use abi::genesis::Genesis;
use abi::limits::{BLOCK_CALLS_MAX, BLOCK_ITEMS_MAX};
use abi::profile::Profile;
use abi::record::{Record, leaves};
use abi::system::Act;
use abi::{Hash, VERSION, planted};
use std::collections::BTreeSet;

mod calls;
mod reason;

pub use calls::prove;
pub use reason::{Invalid, Reason};

/// A history, verified up to a block.
///
/// It does not say that the last block is signed for: [`commitment`](Chain::commitment) does. One that
/// [started](Chain::start) in the middle of a history does not know which idempotency keys were live there.
#[derive(Clone, Debug)]
pub struct Chain {
    genesis: Genesis,
    issuer: Issuer,
    /// The root of an empty state.
    empty_root: Hash,
    history: Frontier,
    window: Window,
    /// The program that serves, once one is deployed.
    program: Option<Hash>,
    profile: Profile,
    /// The erased calls of which no act has said yet that they are to be.
    undecided: BTreeSet<u64>,
    head: Option<Header>,
}

impl Chain {
    /// The history of `genesis` before its first block; `empty_root` is the root of an empty state.
    ///
    /// # Errors
    ///
    /// A genesis that breaks a rule, or names a profile that is not ours.
    pub fn new(genesis: &Genesis, empty_root: Hash) -> Result<Chain, Invalid> {
        genesis.check().map_err(|error| Invalid::of(Reason::Genesis(error)))?;
        let profile = Profile::of(&genesis.profile).ok_or(Invalid::of(Reason::Profile))?;
        Ok(Chain {
            genesis: genesis.clone(),
            issuer: Issuer::of(genesis),
            empty_root,
            history: Frontier::new(),
            window: Window::new(),
            program: None,
            profile,
            undecided: BTreeSet::new(),
            head: None,
        })
    }

    /// The history of `genesis` after the block of `start`, which is believed: that it is history shows only
    /// when a commitment to a later block is verified, whose header leads back to it.
    ///
    /// # Errors
    ///
    /// As [`new`](Chain::new), and a start that does not hold together, or whose links are not in it.
    pub fn start(genesis: &Genesis, start: &Start, empty_root: Hash) -> Result<Chain, Invalid> {
        let mut chain = Chain::new(genesis, empty_root)?;
        let header = start.header;
        let at = |reason| Invalid { height: Some(header.height), ..Invalid::of(reason) };
        if header.version != VERSION {
            return Err(at(Reason::Version));
        }
        if header.shard != chain.shard() {
            return Err(at(Reason::Shard));
        }
        let history = Frontier::of(header.history_size, start.peaks.clone());
        chain.history = history
            .filter(|history| history.root() == header.history_root)
            .filter(|_| (1..u64::MAX).contains(&header.height))
            .ok_or(at(Reason::Start))?;
        let said = appointed(genesis, &start.links, header.history_size, &header.history_root)
            .map_err(|error| at(Reason::Commitment(error)))?;
        (chain.issuer.key, chain.program, chain.profile) = (said.writer, said.program, said.profile);
        chain.head = Some(header);
        Ok(chain)
    }

    /// Checks the next block against all before it, moves on, and returns its records.
    ///
    /// # Errors
    ///
    /// Names the first rule that the block breaks, and where. The chain then stands where it stood.
    pub fn block(&mut self, block: &Block) -> Result<Vec<Record>, Invalid> {
        let next = self.check(block)?;
        prove(block, &digests(&next.records))?;
        Ok(self.advance(block, next))
    }

    /// The same without the calls' signatures, which are left to [`prove`]: only with them is the block
    /// verified.
    ///
    /// # Errors
    ///
    /// As [`block`](Chain::block).
    pub fn unproved(&mut self, block: &Block) -> Result<Vec<Record>, Invalid> {
        let next = self.check(block)?;
        Ok(self.advance(block, next))
    }

    /// Follows the next block by its header: that it links to the one before, and whom the authority appoints in
    /// it, by acts that are live, new and in the header's execution root. Nothing else of the body is looked at.
    ///
    /// # Errors
    ///
    /// Names the first rule of a header that it breaks.
    pub fn follow(&mut self, block: &Block) -> Result<(), Invalid> {
        let header = &block.header;
        let at = |reason| Invalid { height: Some(header.height), ..Invalid::of(reason) };
        link(&self.issuer.shard, self.head.as_ref(), header).map_err(at)?;
        if self.head.is_none() && header.root_before != self.empty_root {
            return Err(at(Reason::RootBefore));
        }
        let records = block.records(self.profile_of(block).hash());
        if execution_root(&records) != header.execution_root {
            return Err(at(Reason::ExecutionRoot));
        }
        let acts = block.entries.iter().zip(&records).filter(|(entry, _)| entry.is_act());
        for (entry, record) in acts {
            self.appoint(entry, record)
                .map_err(|reason| Invalid { seq: Some(record.effect.seq), ..at(reason) })?;
        }
        self.erasures(block);
        self.head = Some(*header);
        Ok(())
    }

    /// Everything but the signatures.
    fn check(&self, block: &Block) -> Result<Next, Invalid> {
        let header = &block.header;
        let at = |reason| Invalid { height: Some(header.height), ..Invalid::of(reason) };
        link(&self.issuer.shard, self.head.as_ref(), header).map_err(at)?;
        self.totals(block).map_err(at)?;
        let records = block.records(self.profile_of(block).hash());
        let serving =
            self.calls(block, &records).map_err(|(seq, reason)| Invalid { seq: Some(seq), ..at(reason) })?;
        let mut history = self.history.clone();
        let root = execution_root_with(&records, |some, effects| {
            let leaves = leaves(effects, some.iter().map(|record| record.fuel), some[0].placement);
            leaves.all().into_iter().for_each(|leaf| history.push(leaf));
        });
        if root != header.execution_root {
            return Err(at(Reason::ExecutionRoot));
        }
        if history.root() != header.history_root && !planted!(SkipHistoryRoot) {
            return Err(at(Reason::HistoryRoot));
        }
        Ok(Next { records, serving, history })
    }

    /// Moves on by a checked block.
    fn advance(&mut self, block: &Block, next: Next) -> Vec<Record> {
        let Next { records, serving, history } = next;
        for record in &records {
            let effect = &record.effect;
            self.window.advance(effect.time_ms);
            self.window.insert(Scope::of(&effect.caller, &effect.key), effect.expires_ms, effect.seq);
        }
        (self.program, self.issuer.key, self.profile) = (serving.program, serving.writer, serving.profile);
        self.history = history;
        self.erasures(block);
        self.head = Some(block.header);
        assert!(self.history.size() == block.header.history_size, "the header's size was checked");
        records
    }

    /// Notes what of the block is erased, and what its acts have decided to erase.
    fn erasures(&mut self, block: &Block) {
        self.undecided.extend(block.erased());
        for (_, act) in block.acts() {
            if let Act::Erase(erase) = act {
                self.undecided.remove(&erase.seq);
            }
        }
    }

    /// Checks that `commitment` is the writer's to the last block.
    ///
    /// # Errors
    ///
    /// Names the rule that it breaks.
    pub fn commitment(&self, commitment: &Commitment) -> Result<(), Invalid> {
        let Some(head) = &self.head else {
            return Err(Invalid::of(Reason::NoBlock));
        };
        let invalid = |error| Invalid { height: Some(head.height), ..Invalid::of(Reason::Commitment(error)) };
        commitment.verify(&self.issuer, head).map_err(invalid)
    }

    /// What a block's header says of its body as a whole.
    fn totals(&self, block: &Block) -> Result<(), Reason> {
        let (header, entries) = (&block.header, &block.entries);
        if self.head.is_none() && header.root_before != self.empty_root {
            return Err(Reason::RootBefore);
        }
        if header.count != entries.len() as u64 {
            return Err(Reason::Count);
        }
        if entries.len() > BLOCK_CALLS_MAX {
            return Err(Reason::Limit("calls"));
        }
        if entries.last().is_some_and(|last| last.time_ms != header.time_ms) {
            return Err(Reason::LastTime);
        }
        if let Some(what) = diff_over_limit(&block.diff) {
            return Err(Reason::Limit(what));
        }
        if block.items() > BLOCK_ITEMS_MAX {
            return Err(Reason::Limit("items"));
        }
        if !block.is_erased() && block.diff.hash() != header.diff && !planted!(SkipDiffHash) {
            return Err(Reason::Diff);
        }
        // The merged diff of one call is the call's.
        if matches!(entries.as_slice(), [only] if only.diff != header.diff) {
            return Err(Reason::CallDiff);
        }
        Ok(())
    }

    /// The shard.
    pub fn shard(&self) -> Hash {
        self.issuer.shard
    }

    /// The genesis.
    pub fn genesis(&self) -> &Genesis {
        &self.genesis
    }

    /// Who signs for the last block, and for the next unless it appoints another writer.
    pub fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// The height of the last block; 0 before the first.
    pub fn height(&self) -> u64 {
        self.head.map_or(0, |head| head.height)
    }

    /// The state root after the last block.
    pub fn root(&self) -> Hash {
        self.head.map_or(self.empty_root, |head| head.root_after)
    }

    /// The logical time of the last call.
    pub fn time(&self) -> u64 {
        self.head.map_or(self.genesis.time.start_ms, |head| head.time_ms)
    }

    /// The last block's header.
    pub fn header(&self) -> Option<&Header> {
        self.head.as_ref()
    }

    /// The right edge of the history tree.
    pub fn history(&self) -> &Frontier {
        &self.history
    }

    /// The live idempotency keys.
    pub fn window(&self) -> &Window {
        &self.window
    }

    /// The program that serves, once one is deployed.
    pub fn program(&self) -> Option<Hash> {
        self.program
    }

    /// The erased calls of which nothing so far has decided that they are to be, by their places in history.
    pub fn undecided(&self) -> impl Iterator<Item = u64> {
        self.undecided.iter().copied()
    }

    /// The profile of the last block, and of the next unless it sets another.
    pub fn profile(&self) -> Profile {
        self.profile
    }

    /// The profile of the block that is to come next.
    pub fn profile_of(&self, block: &Block) -> Profile {
        block.profile().unwrap_or(self.profile)
    }
}

/// The digests of the calls of records.
pub fn digests(records: &[Record]) -> Vec<Hash> {
    records.iter().map(|record| record.effect.call).collect()
}

/// What a checked block leaves.
struct Next {
    records: Vec<Record>,
    serving: Appointed,
    history: Frontier,
}

/// What links a header to the one before it: all that headers alone can show.
pub(crate) fn link(shard: &Hash, before: Option<&Header>, header: &Header) -> Result<(), Reason> {
    let (below, previous, first_seq, epoch) =
        before.map_or((0, *shard, 0, 1), |b| (b.height, b.hash(), b.history_size, b.epoch));
    let rules = [
        (header.version == VERSION, Reason::Version),
        (header.shard == *shard, Reason::Shard),
        (header.height.checked_sub(1) == Some(below), Reason::Height),
        (header.previous == previous, Reason::Previous),
        (header.epoch >= epoch, Reason::Epoch),
        (header.first_seq == first_seq, Reason::FirstSeq),
        (header.count > 0, Reason::Empty),
        (first_seq.checked_add(header.count) == Some(header.history_size), Reason::HistorySize),
        (before.is_none_or(|before| header.root_before == before.root_after), Reason::RootBefore),
        (before.is_none_or(|before| header.time_ms >= before.time_ms), Reason::TimeFell),
    ];
    rules.into_iter().find(|(holds, _)| !holds).map_or(Ok(()), |(_, reason)| Err(reason))
}

#[cfg(test)]
mod tests;
