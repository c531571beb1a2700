//! The tree over a state: follows its diffs, knows its root.

use crate::batch::{Batch, Bound, Linked};
use crate::building::{Building, Portion};
use crate::leaf::{Leaf, contents, key_hash, key_hashes, value_hash, value_hashes};
use crate::trie::{Named, Prefix, SHARED, Trie};
use abi::Hash;
use abi::diff::Diff;
use abi::fault::Fault;
use abi::view::{Range, Scan, View};
use beside::{each_beside, halves};
use std::sync::Arc;

/// The root of the state without keys: T of the sentinel alone.
pub fn empty_root() -> Hash {
    Leaf::SENTINEL.hash()
}

/// The Merkle tree over one state, in memory. It holds hashes; keys and values stay in the state, and the
/// caller brings a [`View`] of it whenever they are needed.
pub struct Tree {
    pub(crate) trie: Trie,
}

impl Default for Tree {
    fn default() -> Tree {
        Tree::new()
    }
}

impl Tree {
    /// The tree over the state without keys.
    pub fn new() -> Tree {
        Building::new().finish().expect("no key is there twice where there is none")
    }

    /// The tree over the state that `view` shows.
    pub fn build(view: &dyn View) -> Result<Tree, Fault> {
        let (mut building, mut portion) = (Building::new(), Portion::default());
        each_beside(
            |full: Portion| building.add(full.iter()),
            |add| view.show(&mut |key, value| portion.push(key, value).into_iter().for_each(&mut *add)),
        )?;
        building.add(portion.iter());
        building.finish().ok_or_else(|| Fault::corrupt("state: a scan shows a key twice"))
    }

    /// The root of the state.
    pub fn root(&self) -> Hash {
        self.trie.root()
    }

    /// How many keys the state has.
    pub fn len(&self) -> usize {
        self.trie.len() - 1
    }

    /// Whether the state has no keys.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of memory that the tree takes.
    pub fn bytes(&self) -> usize {
        self.trie.bytes()
    }

    /// Brings the tree from the state `before` to `before` with `diff`, and returns the new root. After a
    /// fault the tree is as it was.
    pub fn apply(&mut self, before: &Arc<dyn View>, diff: &Diff) -> Result<Hash, Fault> {
        let mut whole = Whole { tree: self, view: &**before };
        let edits = Batch::new(&mut whole).edits(diff)?;
        Ok(self.trie.apply(&edits))
    }

    /// The leaf of the key of this hash, with the value that `view` shows. It is the tree's own, or neither
    /// knows one.
    pub(crate) fn leaf(
        &self,
        view: &dyn View,
        (key, hash): (&[u8], Hash),
        value: Option<&[u8]>,
    ) -> Result<Option<Leaf>, Fault> {
        match value {
            Some(value) => Ok(self.leaves(view, &[(key, hash)], &[value_hash(value)])?.pop()),
            None if self.trie.get(&hash).is_none() => Ok(None),
            None => Err(mismatch(&hash)),
        }
    }

    /// The leaves of these keys with the values of these hashes, if they are the tree's own.
    fn leaves(&self, view: &dyn View, keys: &[(&[u8], Hash)], values: &[Hash]) -> Result<Vec<Leaf>, Fault> {
        let bound = self.bound(view, keys)?;
        let mut leaves = Vec::with_capacity(keys.len());
        for (((_, key), value), bound) in keys.iter().zip(values).zip(&bound) {
            let next = bound.ok_or_else(|| mismatch(key))?.next;
            leaves.push(Leaf { key: *key, value: *value, next });
        }
        let contents = contents(leaves.iter().copied()).into_iter().map(Some);
        let mut both = contents.zip(bound.iter().map(|bound| bound.map(|bound| bound.content)));
        match both.position(|(shown, kept)| shown != kept) {
            Some(at) => Err(mismatch(&leaves[at].key)),
            None => Ok(leaves),
        }
    }

    /// What each of these keys is bound to. A view is asked for the next key only where the trie's prefix of
    /// its hash is that of several.
    pub(crate) fn bound(&self, view: &dyn View, keys: &[(&[u8], Hash)]) -> Result<Vec<Option<Bound>>, Fault> {
        let hashes: Vec<Hash> = keys.iter().map(|(_, hash)| *hash).collect();
        let found = self.trie.find(&hashes);
        let prefixes: Vec<Prefix> = found.iter().flatten().map(|found| found.next).collect();
        let mut named = self.trie.named(&prefixes).into_iter();
        let mut bound = Vec::with_capacity(keys.len());
        for ((key, hash), found) in keys.iter().zip(found) {
            let next = match found.and_then(|_| named.next()) {
                None => None,
                Some(Named::One(next)) => Some(next),
                Some(Named::None) => return Err(mismatch(hash)),
                Some(Named::Many) if *hash == Leaf::SENTINEL.key => Some(least(view, b"")?),
                Some(Named::Many) => Some(least(view, &after(key))?),
            };
            bound.push(found.zip(next).map(|(found, next)| Bound { content: found.content, next }));
        }
        Ok(bound)
    }

    /// The hash of the first key, the sentinel's next.
    pub(crate) fn first(&self, view: &dyn View) -> Result<Hash, Fault> {
        let sentinel = self.bound(view, &[(b"", Leaf::SENTINEL.key)])?[0];
        sentinel.map(|bound| bound.next).ok_or_else(|| mismatch(&Leaf::SENTINEL.key))
    }
}

/// The hash of the least key from `from` on; zero if there is none.
fn least(view: &dyn View, from: &[u8]) -> Result<Hash, Fault> {
    let first = view.scan(&Scan { from, to: None, reverse: false, limit: 1 })?;
    Ok(first.first().map_or(Hash::ZERO, |(key, _)| key_hash(key)))
}

/// The least key greater than `key`.
pub(crate) fn after(key: &[u8]) -> Vec<u8> {
    [key, &[0]].concat()
}

/// What the tree is asked for is not what the view shows.
pub(crate) fn mismatch(key: &Hash) -> Fault {
    Fault::corrupt(format!("state: the view is not of the tree's state: key hash={key}"))
}

/// The whole state: its tree, and a view of it.
pub(crate) struct Whole<'a> {
    pub(crate) tree: &'a Tree,
    pub(crate) view: &'a dyn View,
}

impl Linked for Whole<'_> {
    fn bound(&mut self, keys: &[(&[u8], Hash)]) -> Result<Vec<Option<Bound>>, Fault> {
        let Whole { tree, view } = *self;
        halves(keys.len(), SHARED, |part| tree.bound(view, &keys[part]))
    }

    fn greatest(&mut self, ranges: &[Range<'_>]) -> Result<Vec<Option<Leaf>>, Fault> {
        let Whole { tree, view } = *self;
        halves(ranges.len(), SHARED, |part| {
            let entries = view.greatest(&ranges[part])?;
            let found = || entries.iter().flatten();
            let hashes = key_hashes(found().map(|(key, _)| &**key));
            let keys: Vec<(&[u8], Hash)> = found().map(|(key, _)| &**key).zip(hashes).collect();
            let values = value_hashes(found().map(|(_, value)| &**value));
            let mut leaves = tree.leaves(view, &keys, &values)?.into_iter();
            Ok(entries.iter().map(|entry| entry.as_ref().and_then(|_| leaves.next())).collect())
        })
    }

    fn first(&mut self) -> Result<Hash, Fault> {
        self.tree.first(self.view)
    }
}

#[cfg(test)]
mod tests;
