//! Making the witness of a block, from the tree and a view of the state before it.

use super::{Value, Witness};
use crate::batch::{Batch, Bound, Linked};
use crate::edited::Edited;
use crate::leaf::{Leaf, key_hash};
use crate::reads::{Reads, Stretch};
use crate::tree::{Tree, after, mismatch};
use abi::Hash;
use abi::codec::{Bytes, Encode};
use abi::diff::Diff;
use abi::fault::Fault;
use abi::limits::{WITNESS_BYTES_MAX, WITNESS_KEYS_MAX};
use abi::view::{Entry, Range, Scan, View};
use std::collections::BTreeMap;

impl Tree {
    /// The witness of a block that has read `reads` of the tree's own state, which `view` shows, and is to
    /// change it by `diff`: what is needed to run the block, and to know the root after it.
    pub fn witness(&self, view: &dyn View, reads: &Reads, diff: &Diff) -> Result<Witness, Fault> {
        let tree = self.unedited();
        let mut making = Making::of(&tree, view, reads)?;
        // What the linking of the writes asks for here, it will ask of the witness.
        let edits = Batch::new(&mut making).edits_by_hash(diff)?;
        for (key, _) in diff.iter() {
            if self.trie.get(&key_hash(key)).is_some() {
                making.name(key.to_vec());
            }
        }
        let beside = self.trie.beside(&edits);
        openable(making.finish(beside))
    }
}

impl Edited<'_> {
    /// The witness of a query that has read `reads` of the tree's own state, which `view` shows.
    pub fn witness(&self, view: &dyn View, reads: &Reads) -> Result<Witness, Fault> {
        openable(Making::of(self, view, reads)?.finish(Vec::new()))
    }
}

/// A witness that others will open: it is within the limits.
fn openable(witness: Witness) -> Result<Witness, Fault> {
    let (keys, bytes) = (witness.keys.len(), witness.to_bytes().len());
    let is_within = keys <= WITNESS_KEYS_MAX && bytes <= WITNESS_BYTES_MAX;
    if is_within { Ok(witness) } else { Err(Fault::WitnessTooLarge { keys, bytes }) }
}

/// A witness that is being put together.
struct Making<'a> {
    tree: &'a Edited<'a>,
    view: &'a dyn View,
    /// The key hashes that have to be found in the trie, or found missing.
    asked: BTreeMap<Hash, Option<Leaf>>,
    /// The keys to name, with the values to show.
    keys: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
}

impl<'a> Making<'a> {
    /// That of what was read.
    fn of(tree: &'a Edited<'a>, view: &'a dyn View, reads: &Reads) -> Result<Making<'a>, Fault> {
        let mut making = Making { tree, view, asked: BTreeMap::new(), keys: BTreeMap::new() };
        for key in &reads.keys {
            match view.get(key)? {
                Some(value) => making.show(key.clone(), value)?,
                None => drop(making.leaf(key, None)?),
            }
        }
        for stretch in reads.stretches() {
            making.cover(&stretch)?;
        }
        Ok(making)
    }

    fn name(&mut self, key: Vec<u8>) {
        self.keys.entry(key).or_default();
    }

    /// Asks for the leaf of a key, of which the view has this value.
    fn leaf(&mut self, key: &[u8], value: Option<&[u8]>) -> Result<Option<Leaf>, Fault> {
        let hash = key_hash(key);
        let leaf = self.tree.leaf(self.view, (key, hash), value)?;
        self.asked.insert(hash, leaf);
        Ok(leaf)
    }

    /// Asks for the sentinel's leaf.
    fn sentinel(&mut self) -> Result<Leaf, Fault> {
        let leaf = Leaf { next: self.tree.first(self.view)?, ..Leaf::SENTINEL };
        self.asked.insert(leaf.key, Some(leaf));
        Ok(leaf)
    }

    fn show(&mut self, key: Vec<u8>, value: Vec<u8>) -> Result<(), Fault> {
        self.leaf(&key, Some(&value))?;
        self.keys.insert(key, Some(value));
        Ok(())
    }

    /// Shows what is in a stretch, and that nothing else is.
    fn cover(&mut self, (from, to): &Stretch) -> Result<(), Fault> {
        let scan = Scan { from, to: to.as_deref(), reverse: false, limit: usize::MAX };
        let entries = self.view.scan(&scan)?;
        if entries.first().is_none_or(|(key, _)| key != from) {
            self.link(Some(from))?;
        }
        if entries.last().is_some_and(|(key, _)| to.as_ref() != Some(&after(key))) {
            self.link(to.as_deref())?;
        }
        entries.into_iter().try_for_each(|(key, value)| self.show(key, value))
    }

    /// Shows that nothing stands between `at` and the greatest key before it, which is the answer, nor
    /// between `at` and the least key from there on.
    fn link(&mut self, at: Option<&[u8]>) -> Result<Option<(Vec<u8>, Leaf)>, Fault> {
        let first = |entries: Vec<Entry>| entries.into_iter().next();
        let before = first(self.view.scan(&Scan { from: b"", to: at, reverse: true, limit: 1 })?);
        let next = match at {
            Some(from) => first(self.view.scan(&Scan { from, to: None, reverse: false, limit: 1 })?),
            None => None,
        };
        let leaf = match &before {
            Some((key, value)) => self.leaf(key, Some(value))?.ok_or_else(|| mismatch(&key_hash(key)))?,
            None => self.sentinel()?,
        };
        if leaf.next != next.as_ref().map_or(Hash::ZERO, |(key, _)| key_hash(key)) {
            return Err(mismatch(&leaf.key));
        }
        before.iter().chain(&next).for_each(|(key, _)| self.name(key.clone()));
        Ok(before.map(|(key, _)| (key, leaf)))
    }

    /// The witness, in which it is seen what is at these key hashes, too.
    fn finish(mut self, beside: Vec<Hash>) -> Witness {
        for key in beside {
            self.asked.entry(key).or_default();
        }
        let first = self.asked.get(&Leaf::SENTINEL.key).is_some_and(Option::is_some);
        let mut keys = Vec::new();
        let mut next = Hash::ZERO;
        for (key, value) in self.keys.into_iter().rev() {
            let hash = key_hash(&key);
            let shown = self.asked.get(&hash).copied().flatten().map(|leaf| {
                let value = value.map_or(Value::Hash(leaf.value), |value| Value::Whole(value.into()));
                (value, Some(leaf.next).filter(|named| *named != next))
            });
            keys.push((Bytes::from(key), shown));
            next = hash;
        }
        keys.reverse();
        let targets: Vec<Hash> = self.asked.keys().copied().collect();
        let known: Vec<Hash> = self.asked.values().flatten().map(|leaf| leaf.key).collect();
        let shown = keys.iter().filter(|(_, shown)| shown.is_some()).count();
        assert_eq!(shown + usize::from(first), known.len(), "whoever asks for a leaf names its key");
        Witness { first, keys, shape: self.tree.shape(targets, known) }
    }
}

impl Linked for Making<'_> {
    fn bound(&mut self, keys: &[(&[u8], Hash)]) -> Result<Vec<Option<Bound>>, Fault> {
        let mut bound = Vec::with_capacity(keys.len());
        for (key, _) in keys {
            let value = self.view.get(key)?;
            let leaf = self.leaf(key, value.as_deref())?;
            bound.push(leaf.map(|leaf| Bound { content: leaf.content(), next: leaf.next }));
        }
        Ok(bound)
    }

    fn greatest(&mut self, ranges: &[Range<'_>]) -> Result<Vec<Option<Leaf>>, Fault> {
        let mut greatest = Vec::new();
        for (from, to) in ranges {
            let before = self.link(Some(to))?;
            greatest.push(before.filter(|(key, _)| key >= from).map(|(_, leaf)| leaf));
        }
        Ok(greatest)
    }

    fn first(&mut self) -> Result<Hash, Fault> {
        self.sentinel().map(|leaf| leaf.next)
    }
}
