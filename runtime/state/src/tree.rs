//! The tree over a state: follows its diffs, knows its root.

use crate::leaf::{Leaf, key_hash, value_hash};
use crate::trie::{Edit, Trie};
use abi::Hash;
use abi::diff::Diff;
use abi::fault::Fault;
use abi::view::{Scan, View};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Most entries read at once by [`Tree::build`].
const SCAN_ENTRIES: usize = 256;

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
        let mut from = Vec::new();
        loop {
            let scan = Scan { from: &from, to: None, reverse: false, limit: SCAN_ENTRIES };
            let entries = view.scan(&scan)?;
            leaves.extend(entries.iter().map(|(key, value)| Leaf {
                key: key_hash(key),
                value: value_hash(value),
                next: Hash::ZERO,
            }));
            match entries.into_iter().next_back() {
                Some((last, _)) => from = after(&last),
                None => break,
            }
        }
        for at in 1..leaves.len() {
            leaves[at - 1].next = leaves[at].key;
        }
        leaves.sort_unstable_by_key(|leaf| leaf.key);
        if !leaves.is_sorted_by(|a, b| a.key < b.key) {
            return Err(Fault::corrupt("state: a scan shows a key twice"));
        }
        Ok(Tree { trie: Trie::new(&leaves) })
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
        let edits = Batch::new(&self.trie, &**before).edits(diff)?;
        Ok(self.trie.apply(&edits))
    }
}

/// The least key greater than `key`.
fn after(key: &[u8]) -> Vec<u8> {
    [key, &[0]].concat()
}

/// What the tree is asked for is not what the view shows.
pub(crate) fn mismatch(key: &Hash) -> Fault {
    Fault::corrupt(format!("state: the view is not of the tree's state: key hash={key}"))
}

/// A diff on its way to edits of the trie.
///
/// The leaves are a linked list in byte order, and the writes come in that order. So at each write
/// everything before it is linked as it will stay, and everything after it as it was; a key that comes or
/// goes is linked in or out behind its predecessor, which knows what comes next. Only the predecessor is
/// looked for in the view.
struct Batch<'a> {
    trie: &'a Trie,
    before: &'a dyn View,
    edits: BTreeMap<Hash, Option<Leaf>>,
    /// The least key greater than the last write's: between here and the next write lies nothing that the
    /// diff changes.
    from: Vec<u8>,
    /// The hash of the greatest key before `from`, as it will be; the sentinel's if there is none.
    last: Hash,
}

impl<'a> Batch<'a> {
    fn new(trie: &'a Trie, before: &'a dyn View) -> Batch<'a> {
        Batch { trie, before, edits: BTreeMap::new(), from: Vec::new(), last: Leaf::SENTINEL.key }
    }

    fn edits(mut self, diff: &Diff) -> Result<Vec<Edit>, Fault> {
        for (key, value) in diff.iter() {
            self.write(key, value)?;
        }
        Ok(self.edits.into_iter().collect())
    }

    fn write(&mut self, key: &[u8], value: Option<&[u8]>) -> Result<(), Fault> {
        let hash = key_hash(key);
        let found = self.trie.get(&hash).copied();
        self.last = match (found, value.map(value_hash)) {
            (None, None) => return Ok(()),
            (Some(leaf), Some(value)) => {
                if leaf.value != value {
                    self.edits.insert(hash, Some(Leaf { value, ..leaf }));
                }
                hash
            }
            (None, Some(value)) => {
                let previous = self.previous(key)?;
                self.edits.insert(hash, Some(Leaf { key: hash, value, next: previous.next }));
                self.edits.insert(previous.key, Some(Leaf { next: hash, ..previous }));
                hash
            }
            (Some(leaf), None) => {
                let previous = self.previous(key)?;
                if previous.next != hash {
                    return Err(mismatch(&hash));
                }
                self.edits.insert(hash, None);
                self.edits.insert(previous.key, Some(Leaf { next: leaf.next, ..previous }));
                previous.key
            }
        };
        self.from = after(key);
        Ok(())
    }

    /// The leaf before `key`, as it stands with the writes so far.
    fn previous(&self, key: &[u8]) -> Result<Leaf, Fault> {
        let scan = Scan { from: &self.from, to: Some(key), reverse: true, limit: 1 };
        let between = self.before.scan(&scan)?;
        let hash = between.first().map_or(self.last, |(key, _)| key_hash(key));
        let written = self.edits.get(&hash).copied();
        written.unwrap_or_else(|| self.trie.get(&hash).copied()).ok_or_else(|| mismatch(&hash))
    }
}

#[cfg(test)]
mod tests;
