//! What a diff makes of the leaves: the one place where keys are linked in and out.

use crate::leaf::{Leaf, key_hash, value_hash};
use crate::tree::{after, mismatch};
use crate::trie::Edit;
use abi::diff::Diff;
use abi::fault::Fault;
use abi::{Hash, planted};
use std::collections::BTreeMap;

/// The state before a diff, or as much of it as the diff changes.
pub(crate) trait Linked {
    /// The leaf of a key hash, or that there is none.
    fn leaf(&mut self, key: &Hash) -> Result<Option<Leaf>, Fault>;

    /// The hash of the greatest key in `[from, to)`, or that there is none.
    fn greatest(&mut self, from: &[u8], to: &[u8]) -> Result<Option<Hash>, Fault>;
}

/// A diff on its way to edits of the trie.
///
/// The leaves are a linked list in byte order, and the writes come in that order. So at each write
/// everything before it is linked as it will stay, and everything after it as it was; a key that comes or
/// goes is linked in or out behind its predecessor, which knows what comes next. Only the predecessor is
/// looked for among the keys.
pub(crate) struct Batch<'a> {
    before: &'a mut dyn Linked,
    edits: BTreeMap<Hash, Option<Leaf>>,
    /// The least key greater than the last write's: between here and the next write lies nothing that the
    /// diff changes.
    from: Vec<u8>,
    /// The hash of the greatest key before `from`, as it will be; the sentinel's if there is none.
    last: Hash,
}

impl<'a> Batch<'a> {
    /// No writes yet, over the state before them.
    pub(crate) fn new(before: &'a mut dyn Linked) -> Batch<'a> {
        Batch { before, edits: BTreeMap::new(), from: Vec::new(), last: Leaf::SENTINEL.key }
    }

    /// The leaves that `diff` changes, by key hash.
    pub(crate) fn edits(mut self, diff: &Diff) -> Result<Vec<Edit>, Fault> {
        for (key, value) in diff.iter() {
            self.write(key, value)?;
        }
        Ok(self.edits.into_iter().collect())
    }

    fn write(&mut self, key: &[u8], value: Option<&[u8]>) -> Result<(), Fault> {
        let hash = key_hash(key);
        let found = self.before.leaf(&hash)?;
        self.last = match (found, value.map(value_hash)) {
            (None, None) => return Ok(()),
            (Some(leaf), Some(value)) => {
                if leaf.value != value && !planted!(UpdateNotHashed) {
                    self.edits.insert(hash, Some(Leaf { value, ..leaf }));
                }
                hash
            }
            (None, Some(value)) => {
                let previous = self.previous(key)?;
                self.edits.insert(hash, Some(Leaf { key: hash, value, next: previous.next }));
                if !(planted!(SentinelForgotten) && previous.key == Leaf::SENTINEL.key) {
                    self.edits.insert(previous.key, Some(Leaf { next: hash, ..previous }));
                }
                hash
            }
            (Some(leaf), None) => {
                let previous = self.previous(key)?;
                if previous.next != hash {
                    return Err(mismatch(&hash));
                }
                self.edits.insert(hash, None);
                let next = if planted!(DeletedStaysLinked) { hash } else { leaf.next };
                self.edits.insert(previous.key, Some(Leaf { next, ..previous }));
                previous.key
            }
        };
        self.from = after(key);
        Ok(())
    }

    /// The leaf before `key`, as it stands with the writes so far.
    fn previous(&mut self, key: &[u8]) -> Result<Leaf, Fault> {
        let hash = self.before.greatest(&self.from, key)?.unwrap_or(self.last);
        let leaf = match self.edits.get(&hash) {
            Some(written) => *written,
            None => self.before.leaf(&hash)?,
        };
        leaf.ok_or_else(|| mismatch(&hash))
    }
}
