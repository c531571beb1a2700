//! A history that can be changed and sealed again, so that what is found is the change and no digest over it.

use crate::birth::{authority, caller, writer};
use crate::rng::Rng;
use crate::world::successor;
use abi::call::{Caller, Proof, SignedCall};
use abi::genesis::Genesis;
use abi::profile::Profile;
use abi::sign::{PublicKey, SecretKey};
use abi::system::Act;
use journal::{Block, Commitment, Entry, Frontier, Header, Start, appointed, execution_root};

/// A shard's genesis and blocks, and who signs for each.
#[derive(Clone)]
pub(crate) struct History {
    pub(crate) genesis: Genesis,
    /// What the first block builds on, if that is not the genesis.
    pub(crate) start: Option<Start>,
    pub(crate) blocks: Vec<Block>,
    pub(crate) commitments: Vec<Option<Commitment>>,
}

/// A change of one header.
pub(crate) type Tamper<'a> = &'a mut dyn FnMut(&mut Header);

/// Every key that signs here.
pub(crate) fn secrets() -> Vec<SecretKey> {
    let mut all = vec![writer(), successor()];
    all.extend(authority());
    all.extend((0..3).map(caller));
    all
}

impl History {
    pub(crate) fn new(genesis: Genesis, start: Option<Start>, blocks: Vec<Block>) -> History {
        let mut history = History { genesis, start, blocks, commitments: Vec::new() };
        history.commit();
        history
    }

    /// Makes everything anew in the headers that follows from the rest, and every commitment. `tamper` then
    /// changes the header at `at`; `again` is whether the records are hashed after that.
    pub(crate) fn seal(&mut self, at: usize, tamper: Tamper<'_>, again: bool) {
        let (shard, mut profile) = (self.genesis.id(), self.genesis.profile);
        if let Some(Start { header, links, .. }) = &self.start {
            let said = appointed(&self.genesis, links, header.history_size, &header.history_root);
            profile = said.map_or(profile, |said| said.profile.hash());
        }
        let mut before: Option<Header> = self.start.as_ref().map(|start| start.header);
        let tree = self.start.as_ref().and_then(|start| {
            Frontier::of(start.header.history_size, start.peaks.clone()).filter(|tree| tree.size() < 1 << 32)
        });
        let mut tree = tree.unwrap_or_default();
        for (n, block) in self.blocks.iter_mut().enumerate() {
            settle(block);
            let is_erased = block.is_erased();
            let header = &mut block.header;
            header.shard = shard;
            header.height = before.map_or(1, |before| before.height.wrapping_add(1));
            header.previous = before.map_or(shard, |before| before.hash());
            header.first_seq = tree.size();
            header.count = block.entries.len() as u64;
            header.history_size = header.first_seq + header.count;
            header.root_before = before.map_or(state::empty_root(), |before| before.root_after);
            header.time_ms = block.entries.last().map_or(0, |entry| entry.time_ms);
            if !is_erased {
                header.diff = block.diff.hash();
            }
            if n == at && again {
                tamper(header);
            }
            settle(block);
            profile = block.profile().map_or(profile, |set| set.hash());
            let records = block.records(profile);
            records.iter().for_each(|record| tree.push(&record.leaf()));
            block.header.execution_root = execution_root(&records);
            block.header.history_root = tree.root();
            if n == at && !again {
                tamper(&mut block.header);
                settle(block);
            }
            before = Some(block.header);
        }
        self.commit();
    }

    /// Has the writers sign, each for its blocks.
    fn commit(&mut self) {
        let (mut key, origin) = (self.genesis.writer, self.genesis.origin.clone());
        if let Some(start) = &self.start {
            let Header { history_size, ref history_root, .. } = start.header;
            let said = appointed(&self.genesis, &start.links, history_size, history_root);
            key = said.map_or(key, |said| said.writer);
        }
        let mut commitments = Vec::new();
        for block in &self.blocks {
            for (_, act) in block.acts() {
                key = act.writer().unwrap_or(key);
            }
            let secret = secret(&key).unwrap_or_else(writer);
            commitments.push(Some(Commitment::sign(&secret, &origin, &block.header)));
        }
        self.commitments = commitments;
    }

    /// Erases calls: mostly those of which an act decides it, and some of which none does.
    pub(crate) fn erase(&mut self, rng: &mut Rng) {
        let acts = self.blocks.iter().flat_map(Block::acts);
        let decided: Vec<u64> = acts
            .filter_map(|(_, act)| if let Act::Erase(erase) = act { Some(erase.seq) } else { None })
            .collect();
        for block in &mut self.blocks {
            let first = block.header.first_seq;
            for seq in first..first + block.entries.len() as u64 {
                if rng.percent(if decided.contains(&seq) { 80 } else { 1 }) {
                    block.erase(seq);
                }
            }
        }
    }

    /// Gives the history another genesis: every call is signed again for the new shard.
    pub(crate) fn reborn(&mut self, genesis: Genesis) {
        let shard = genesis.id();
        self.genesis = genesis;
        for entry in self.blocks.iter_mut().flat_map(|block| &mut block.entries) {
            entry.call.call.shard = shard;
            resign(entry);
        }
    }
}

/// Makes of a block one that has a stored form, which cannot say that a call is another shard's, or that time
/// falls from call to call.
pub(crate) fn settle(block: &mut Block) {
    let mut time_ms = 0;
    for entry in &mut block.entries {
        entry.call.call.shard = block.header.shard;
        entry.time_ms = entry.time_ms.max(time_ms);
        time_ms = entry.time_ms;
    }
}

pub(crate) fn secret(key: &PublicKey) -> Option<SecretKey> {
    secrets().into_iter().find(|secret| secret.public() == *key)
}

/// Has the caller sign the call as it is now.
pub(crate) fn resign(entry: &mut Entry) {
    let call = entry.call.call.clone();
    let is_authority =
        matches!(entry.call.proof, Proof::Authority(_)) || Profile::of_system(&entry.program).is_some();
    let key = if let Caller::Key(key) = &call.caller { secret(key) } else { None };
    entry.call = match key {
        Some(key) => SignedCall::sign(call, &key),
        None if is_authority => {
            let [first, second, _] = authority();
            SignedCall::authorize(call, &[&first, &second])
        }
        None => SignedCall { call, proof: Proof::None },
    };
}
