//! The past: what the records up to a block come to, for a journal that no longer holds them.
//!
//! ```text
//! past = ["counterfoil past", version, header, decision, << leaf hashes >>, [[<< signed call >>, << record >>]…],
//!         digest]
//! ```
//!
//! The header is of the last block that is gone; the leaf hashes are those of all records up to it, 32 bytes
//! each. The decision is the place of the act by which the authority let them go: it comes after them. Then all
//! acts of the authority among those records; last the digest of all bytes before it.
//!
//! # Guarantees
//!
//! - The leaf hashes lead to the history root in the header, and each act's record is one of the leaves.
//! - A history that goes on from it has the tree, the paths and the acts of the whole history.
//!
//! # Limits
//!
//! Which idempotency keys were live is not in it: nothing is dropped while one of them lives. That no act is left
//! out, and that the header is history, shows when a later block is verified that leads back to it.

use crate::authority::Link;
use crate::block::{Block, Header};
use crate::bundle::Start;
use crate::frontier::Frontier;
use crate::history::History;
use crate::packed::Packed;
use crate::sealed::{check_seal, seal};
use abi::call::SignedCall;
use abi::codec::{Bytes, Decode, Encode, Error, Reader, Writer};
use abi::fault::Fault;
use abi::hash::PAST;
use abi::profile::Profile;
use abi::record::Record;
use abi::system::Act;
use abi::{Hash, VERSION, canonical_array};

/// The longest past, in bytes: that of some 130 million records.
pub(crate) const PAST_BYTES_MAX: u64 = 4 << 30;

const MAGIC: &str = "counterfoil past";
const MEMBERS: usize = 7;

/// What the records up to a block come to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Past {
    /// The header of the block.
    pub header: Header,
    /// The place of the act that let the blocks up to there go.
    pub decision: u64,
    /// The hashes of the leaves of all records up to there.
    pub leaves: Vec<Hash>,
    /// What the authority did up to there, in order.
    pub acts: Vec<PastAct>,
}

/// An act of the authority whose block is gone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PastAct {
    /// The call's canonical bytes, with the authority's signatures.
    pub call: Bytes,
    /// The record's canonical bytes.
    pub record: Bytes,
}

canonical_array!(PastAct { call, record });

impl PastAct {
    /// The acts that were done in a block under `profile`.
    pub fn of(block: &Block, profile: Hash) -> Vec<PastAct> {
        if block.acts().is_empty() {
            return Vec::new();
        }
        let entries = block.entries.iter().zip(block.records(profile));
        let acts = entries.filter(|(entry, _)| entry.done().is_some());
        acts.map(|(entry, record)| PastAct {
            call: Bytes(entry.call.to_bytes()),
            record: Bytes(record.to_bytes()),
        })
        .collect()
    }

    /// Its place, and what it was; `None` where it is no act that was done in the shard.
    pub(crate) fn read(&self, shard: &Hash) -> Option<(u64, Act)> {
        let call = SignedCall::from_bytes(&self.call).ok()?.call;
        let effect = Record::from_bytes(&self.record).ok()?.effect;
        let is_one = effect.shard == *shard && effect.outcome == 0 && effect.call == call.digest();
        let act = Act::from_call(Profile::of_system(&effect.program)?, &call.method, &call.args)?;
        is_one.then_some((effect.seq, act))
    }
}

impl Past {
    /// The past that these bytes are, of the shard `shard`.
    ///
    /// # Errors
    ///
    /// `Foreign` for another shard's; `Corrupt` for bytes that are no past, or do not hold together.
    pub fn open(bytes: &[u8], shard: &Hash) -> Result<Past, Fault> {
        let past = Past::from_bytes(bytes).map_err(|error| Fault::corrupt(error.to_string()))?;
        if past.header.shard != *shard {
            return Err(Fault::foreign(format!("the past is of shard {}, not {shard}", past.header.shard)));
        }
        past.check().map_err(|because| Fault::corrupt(because.to_owned()))?;
        Ok(past)
    }

    fn check(&self) -> Result<(), &'static str> {
        let header = &self.header;
        if header.version != VERSION || !(1..u64::MAX).contains(&header.height) {
            return Err("its header is of another version, or of no block that another follows");
        }
        let mut tree = Frontier::new();
        self.leaves.iter().for_each(|leaf| tree.push_hash(*leaf));
        if (tree.size(), tree.root()) != (header.history_size, header.history_root) {
            return Err("its leaves do not lead to the history root");
        }
        if self.decision < header.history_size {
            return Err("the decision does not come after what it lets go");
        }
        let mut next = 0;
        for act in &self.acts {
            let (seq, _) = act.read(&header.shard).ok_or("an act was not done in this shard")?;
            let leaf = usize::try_from(seq).ok().and_then(|seq| self.leaves.get(seq));
            if seq < next || leaf != Some(&History::leaf_hash(&act.record)) {
                return Err("an act is not among its records, or out of order");
            }
            next = seq + 1;
        }
        Ok(())
    }

    /// The acts with their places.
    pub fn acts(&self) -> impl Iterator<Item = (u64, Act)> {
        self.acts.iter().filter_map(|act| act.read(&self.header.shard))
    }

    /// The act at `seq` as a link, proven by `path`.
    pub fn link(&self, seq: u64, path: Vec<Hash>) -> Option<Link> {
        let found = self.acts.iter().zip(self.acts()).find(|(_, (at, _))| *at == seq);
        found.map(|(act, _)| Link { call: act.call.clone(), record: act.record.clone(), path })
    }

    /// What a history begins with whose first block is the one after.
    pub fn start(&self) -> Option<Start> {
        let mut history = History::new();
        self.leaves.iter().for_each(|leaf| history.push_hash(*leaf));
        let size = history.size();
        let acts: Vec<(u64, Act)> = self.acts().collect();
        let last = |is_kind: fn(&Act) -> bool| acts.iter().rposition(|(_, act)| is_kind(act));
        let (writer, program) = (last(|act| act.writer().is_some()), last(|act| act.program().is_some()));
        let is_needed = |index: &usize| {
            Some(*index) == writer || Some(*index) == program || acts[*index].1.profile().is_some()
        };
        let link = |index: usize| self.link(acts[index].0, history.path(acts[index].0, size)?);
        let links = (0..acts.len()).filter(is_needed).map(link).collect::<Option<Vec<Link>>>()?;
        Some(Start { header: self.header, peaks: history.peaks(size)?, links })
    }

    /// The fault of who asks for what is gone.
    pub fn gone(&self) -> Fault {
        Fault::Pruned { first: self.header.height + 1, decision: self.decision }
    }

    fn encode_members(&self, w: &mut Writer) {
        w.array(MEMBERS);
        w.text(MAGIC);
        VERSION.encode(w);
        self.header.encode(w);
        self.decision.encode(w);
        Packed(&self.leaves[..]).encode(w);
        self.acts.encode(w);
    }
}

impl Encode for Past {
    fn encode(&self, w: &mut Writer) {
        seal(w, PAST, |w| self.encode_members(w));
    }
}

impl Decode for Past {
    fn decode(r: &mut Reader<'_>) -> Result<Past, Error> {
        let start = r.offset();
        r.array_of(MEMBERS)?;
        r.named(MAGIC)?;
        let (header, decision) = (Decode::decode(r)?, Decode::decode(r)?);
        let Packed(leaves) = Decode::decode(r)?;
        let acts = Decode::decode(r)?;
        check_seal(r, PAST, start)?;
        Ok(Past { header, decision, leaves, acts })
    }
}

#[cfg(test)]
pub(crate) mod tests;
