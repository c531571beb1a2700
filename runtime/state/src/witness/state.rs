//! The state that a witness shows, for a block to run on.

use super::{Value, Witness};
use crate::batch::{Batch, Bound, Linked};
use crate::leaf::{Leaf, key_hash};
use crate::pruned::{Pruned, Unknown};
use crate::tree::{after, mismatch};
use abi::Hash;
use abi::codec::Bytes;
use abi::diff::Diff;
use abi::fault::Fault;
use abi::view::{Entry, Range, Scan, View};
use std::collections::BTreeMap;

/// A part of a state, proven: it answers what it can, and everything else is
/// [`Fault::WitnessIncomplete`]. That it is enough for a block is proven by running the block.
#[must_use = "an open witness says nothing of a block that was not run on it"]
pub struct WitnessState {
    witness: Witness,
    /// Every leaf that is given, by key hash.
    leaves: BTreeMap<Hash, Leaf>,
    trie: Pruned,
}

impl WitnessState {
    pub(super) fn new(witness: Witness, leaves: BTreeMap<Hash, Leaf>, trie: Pruned) -> WitnessState {
        WitnessState { witness, leaves, trie }
    }

    /// The root of this state with `diff`: what the tree over the whole state comes to.
    pub fn root_after(&self, diff: &Diff) -> Result<Hash, Fault> {
        let edits = Batch::new(&mut &*self).edits_by_hash(diff)?;
        self.trie.root_after(&edits).map_err(cut)
    }

    /// The leaf of a key hash, or that there is none.
    fn leaf(&self, key: &Hash) -> Result<Option<Leaf>, Fault> {
        match (self.trie.has(key).map_err(cut)?, self.leaves.get(key)) {
            (false, _) => Ok(None),
            (true, Some(leaf)) => Ok(Some(*leaf)),
            (true, None) => Err(Fault::incomplete(format!("the leaf of a key: key hash={key}"))),
        }
    }

    fn key(&self, at: usize) -> Option<&[u8]> {
        self.witness.keys.get(at).map(|(key, _)| &**key)
    }

    /// How many of the keys here stand before `key`; all, if there is none.
    fn until(&self, key: Option<&[u8]>) -> usize {
        let keys = &self.witness.keys;
        key.map_or(keys.len(), |key| keys.partition_point(|(other, _)| **other < *key))
    }

    /// Succeeds if nothing stands between the key `at` and the one before it here.
    fn must_link(&self, at: usize) -> Result<(), Fault> {
        match (self.witness.is_linked(at), self.key(at)) {
            (true, _) => Ok(()),
            (false, Some(key)) => {
                Err(Fault::incomplete(format!("what stands before a key: key={}", hex(key))))
            }
            (false, None) => Err(Fault::incomplete("what stands after its last key")),
        }
    }

    fn entry(&self, at: usize) -> Result<Entry, Fault> {
        match &self.witness.keys[at] {
            (key, Some((Value::Whole(value), _))) => Ok((key.0.clone(), value.0.clone())),
            (key, _) => Err(Fault::incomplete(format!("the value of a key: key={}", hex(key)))),
        }
    }

    /// The first entry of `[from, to)`, which is not empty.
    fn next(&self, from: &[u8], to: Option<&[u8]>) -> Result<Option<Entry>, Fault> {
        let at = self.until(Some(from));
        if self.key(at) != Some(from) {
            self.must_link(at)?;
        }
        let within = self.key(at).is_some_and(|key| to.is_none_or(|to| key < to));
        within.then(|| self.entry(at)).transpose()
    }

    /// The last entry of `[from, to)`, which is not empty.
    fn last(&self, from: &[u8], to: Option<&[u8]>) -> Result<Option<Entry>, Fault> {
        let at = self.until(to);
        let last = at.checked_sub(1).filter(|&last| self.key(last) >= Some(from));
        // Nothing fits between a key and the one that comes right after it.
        let is_right_before = |key| to.is_some_and(|to| *to == *after(key));
        if !last.and_then(|last| self.key(last)).is_some_and(is_right_before) {
            self.must_link(at)?;
        }
        last.map(|last| self.entry(last)).transpose()
    }
}

fn hex(key: &[u8]) -> String {
    format!("{:?}", Bytes::from(key))
}

fn cut(Unknown(place): Unknown) -> Fault {
    Fault::incomplete(format!("a part of the trie: key hash={place}"))
}

impl View for WitnessState {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        let at = self.until(Some(key));
        if self.key(at) == Some(key) {
            return self.entry(at).map(|(_, value)| Some(value));
        }
        match self.trie.has(&key_hash(key)).map_err(cut)? {
            false => Ok(None),
            true => Err(Fault::incomplete(format!("the value of a key: key={}", hex(key)))),
        }
    }

    fn scan(&self, scan: &Scan<'_>) -> Result<Vec<Entry>, Fault> {
        let mut entries: Vec<Entry> = Vec::new();
        // What is left of the range: from here, and to there.
        let (mut from, mut to) = (scan.from.to_vec(), scan.to.map(<[u8]>::to_vec));
        while entries.len() < scan.limit && to.as_ref().is_none_or(|to| from < *to) {
            let entry = match scan.reverse {
                false => self.next(&from, to.as_deref())?,
                true => self.last(&from, to.as_deref())?,
            };
            let Some(entry) = entry else { break };
            match scan.reverse {
                false => from = after(&entry.0),
                true => to = Some(entry.0.clone()),
            }
            entries.push(entry);
        }
        Ok(entries)
    }
}

impl Linked for &WitnessState {
    fn bound(&mut self, keys: &[(&[u8], Hash)]) -> Result<Vec<Option<Bound>>, Fault> {
        let bound = |leaf: Leaf| Bound { content: leaf.content(), next: leaf.next };
        keys.iter().map(|(_, hash)| Ok(self.leaf(hash)?.map(bound))).collect()
    }

    fn greatest(&mut self, ranges: &[Range<'_>]) -> Result<Vec<Option<Leaf>>, Fault> {
        let greatest = |(from, to): &Range<'_>| {
            let at = self.until(Some(to));
            self.must_link(at)?;
            let last = at.checked_sub(1).and_then(|last| self.key(last));
            let Some(key) = last.filter(|key| *key >= &**from) else { return Ok(None) };
            let hash = key_hash(key);
            self.leaf(&hash)?.map(Some).ok_or_else(|| mismatch(&hash))
        };
        ranges.iter().map(greatest).collect()
    }

    fn first(&mut self) -> Result<Hash, Fault> {
        let sentinel = self.leaf(&Leaf::SENTINEL.key)?;
        sentinel.map(|leaf| leaf.next).ok_or_else(|| mismatch(&Leaf::SENTINEL.key))
    }
}
