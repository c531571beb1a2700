//! The tree over a state: follows its diffs, knows its root.

use crate::batch::{Batch, Linked};
use crate::beside::beside;
use crate::leaf::{Leaf, key_hash};
use crate::trie::Trie;
use abi::Hash;
use abi::diff::Diff;
use abi::fault::Fault;
use abi::view::{Scan, View};
use std::sync::Arc;

/// From how many leaves on half of them are worth a thread.
pub(crate) const LEAVES_SHARED: usize = 1 << 14;

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
        Tree { trie: Trie::new(&[Leaf::SENTINEL]) }
    }

    /// The tree over the state that `view` shows.
    pub fn build(view: &dyn View) -> Result<Tree, Fault> {
        let mut leaves = vec![Leaf::SENTINEL];
        view.show(&mut |key, value| leaves.push(Leaf::of(key, value)))?;
        Tree::of_entries(leaves).ok_or_else(|| Fault::corrupt("state: a scan shows a key twice"))
    }

    /// The tree over the entries that these are the leaves of: the sentinel, then all keys in byte order.
    /// Which one is next is filled in here. `None` where a key is there twice.
    pub(crate) fn of_entries(mut leaves: Vec<Leaf>) -> Option<Tree> {
        for at in 1..leaves.len() {
            leaves[at - 1].next = leaves[at].key;
        }
        sort(&mut leaves);
        leaves.is_sorted_by(|a, b| a.key < b.key).then(|| Tree { trie: Trie::new(&leaves) })
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

    /// Brings the tree from the state `before` to `before` with `diff`, and returns the new root. After a
    /// fault the tree is as it was.
    pub fn apply(&mut self, before: &Arc<dyn View>, diff: &Diff) -> Result<Hash, Fault> {
        let mut whole = Whole { trie: &self.trie, view: &**before };
        let edits = Batch::new(&mut whole).edits(diff)?;
        Ok(self.trie.apply(&edits))
    }
}

/// Sorts leaves by their key hashes, one half of many beside the other.
fn sort(leaves: &mut [Leaf]) {
    // Hashes seldom agree in their first bytes, and numbers are compared faster than bytes.
    let order = |a: &Leaf, b: &Leaf| a.key.prefix().cmp(&b.key.prefix()).then_with(|| a.key.cmp(&b.key));
    if leaves.len() < LEAVES_SHARED {
        return leaves.sort_unstable_by(order);
    }
    let (lesser, _, greater) = leaves.select_nth_unstable_by(leaves.len() / 2, order);
    beside(|| lesser.sort_unstable_by(order), || greater.sort_unstable_by(order));
}

/// The least key greater than `key`.
pub(crate) fn after(key: &[u8]) -> Vec<u8> {
    [key, &[0]].concat()
}

/// What the tree is asked for is not what the view shows.
pub(crate) fn mismatch(key: &Hash) -> Fault {
    Fault::corrupt(format!("state: the view is not of the tree's state: key hash={key}"))
}

/// The whole state: its trie, and a view of it.
struct Whole<'a> {
    trie: &'a Trie,
    view: &'a dyn View,
}

impl Linked for Whole<'_> {
    fn leaf(&mut self, key: &Hash) -> Result<Option<Leaf>, Fault> {
        Ok(self.trie.get(key).copied())
    }

    fn greatest(&mut self, from: &[u8], to: &[u8]) -> Result<Option<Hash>, Fault> {
        let between = self.view.scan(&Scan { from, to: Some(to), reverse: true, limit: 1 })?;
        Ok(between.first().map(|(key, _)| key_hash(key)))
    }
}

#[cfg(test)]
mod tests;
