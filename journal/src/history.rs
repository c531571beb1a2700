//! The history tree: SHA-256, in the shape of RFC 9162, section 2.1. Leaf index = seq.
//!
//! ```text
//! leaf = SHA-256(0x00 ‖ record)      node = SHA-256(0x01 ‖ left ‖ right)      empty = SHA-256("")
//! ```
//!
//! All complete nodes are held in memory, level by level: 64 bytes a record, paths in O(log² n) steps.

use abi::Hash;
use sha2::{Digest, Sha256};

/// The tree over all records of a shard.
#[derive(Clone, Debug)]
pub struct History {
    /// `levels[k][i]` is the root over the leaves from `i · 2^k` to `(i + 1) · 2^k`.
    levels: Vec<Vec<Hash>>,
}

impl Default for History {
    fn default() -> History {
        History { levels: vec![Vec::new()] }
    }
}

impl History {
    /// The tree of no records.
    pub fn new() -> History {
        History::default()
    }

    /// The hash of a leaf.
    pub fn leaf_hash(record_bytes: &[u8]) -> Hash {
        sha256(&[&[0], record_bytes])
    }

    /// The hash of an inner node.
    pub fn node(left: &Hash, right: &Hash) -> Hash {
        sha256(&[&[1], &left.0, &right.0])
    }

    /// The root over no records.
    pub fn empty_root() -> Hash {
        sha256(&[])
    }

    /// Adds a record, as its canonical bytes.
    pub fn push(&mut self, record_bytes: &[u8]) {
        self.push_hash(History::leaf_hash(record_bytes));
    }

    /// Adds a record, as the hash of its leaf.
    pub fn push_hash(&mut self, leaf: Hash) {
        let (mut node, mut level) = (leaf, 0);
        loop {
            if level == self.levels.len() {
                self.levels.push(Vec::new());
            }
            let row = &mut self.levels[level];
            row.push(node);
            match row.as_slice() {
                [.., left, right] if row.len().is_multiple_of(2) => node = History::node(left, right),
                _ => break,
            }
            level += 1;
        }
    }

    /// How many records there are.
    pub fn size(&self) -> u64 {
        self.levels[0].len() as u64
    }

    /// The root over all records.
    pub fn root(&self) -> Hash {
        self.span(0, self.size())
    }

    /// The root when there were `size` records; `None` if there never were as many.
    pub fn root_at(&self, size: u64) -> Option<Hash> {
        (size <= self.size()).then(|| self.span(0, size))
    }

    /// The hashes of all leaves.
    pub fn leaves(&self) -> &[Hash] {
        self.row(0)
    }

    /// The complete nodes over `2^level` records each, left to right.
    pub(crate) fn row(&self, level: u32) -> &[Hash] {
        self.levels.get(level as usize).map_or(&[], Vec::as_slice)
    }

    /// The inclusion path of record `seq` in the tree of the first `size` records, leaf to root (RFC 9162,
    /// section 2.1.3.1); `None` if there is no such record or tree.
    pub fn path(&self, seq: u64, size: u64) -> Option<Vec<Hash>> {
        if seq >= size || size > self.size() {
            return None;
        }
        let mut path = Vec::new();
        let (mut from, mut to) = (0, size);
        while to - from > 1 {
            let middle = from + split(to - from);
            if seq < middle {
                path.push(self.span(middle, to));
                to = middle;
            } else {
                path.push(self.span(from, middle));
                from = middle;
            }
        }
        path.reverse();
        Some(path)
    }

    /// The proof that the tree of `older` records is a prefix of the tree of `newer` (RFC 9162, section
    /// 2.1.4.1); `None` if there are no such trees. Nothing needs to be shown of the empty tree.
    pub fn consistency(&self, older: u64, newer: u64) -> Option<Vec<Hash>> {
        if older > newer || newer > self.size() {
            return None;
        }
        let mut path = Vec::new();
        let (mut from, mut to) = (0, newer);
        // The verifier knows the older root, so it is left out where it is itself a node of the proof.
        while older != to && older != 0 {
            let middle = from + split(to - from);
            if older <= middle {
                path.push(self.span(middle, to));
                to = middle;
            } else {
                path.push(self.span(from, middle));
                from = middle;
            }
        }
        if from != 0 {
            path.push(self.span(from, to));
        }
        path.reverse();
        Some(path)
    }

    /// The roots of the complete subtrees of the tree of the first `size` records, the largest first;
    /// `None` if there never were as many.
    pub fn peaks(&self, size: u64) -> Option<Vec<Hash>> {
        if size > self.size() {
            return None;
        }
        let bits = (0..u64::BITS).rev().filter(|bit| size >> bit & 1 == 1);
        Some(bits.map(|bit| self.levels[bit as usize][index((size >> bit) - 1)]).collect())
    }

    /// The root over the leaves in `[from, to)`, a subtree of some tree of the list.
    fn span(&self, from: u64, to: u64) -> Hash {
        let size = to - from;
        if size == 0 {
            return sha256(&[]);
        }
        if size.is_power_of_two() {
            assert!(from.is_multiple_of(size), "a complete subtree starts at a multiple of its size");
            return self.levels[size.trailing_zeros() as usize][index(from / size)];
        }
        let middle = from + split(size);
        History::node(&self.span(from, middle), &self.span(middle, to))
    }
}

/// Whether `path` proves that the tree of `older` records with root `before` is a prefix of the tree of
/// `newer` with root `after` (RFC 9162, section 2.1.4.2).
pub fn is_consistent(older: u64, before: &Hash, newer: u64, after: &Hash, path: &[Hash]) -> bool {
    if older == 0 {
        return path.is_empty() && *before == sha256(&[]);
    }
    if older >= newer {
        return older == newer && path.is_empty() && before == after;
    }
    let (mut fn_, mut sn) = (older - 1, newer - 1);
    let known = older.is_power_of_two().then_some(before);
    let mut nodes = known.into_iter().chain(path);
    let Some(&start) = nodes.next() else {
        return false;
    };
    let shared = fn_.trailing_ones();
    (fn_, sn) = (fn_ >> shared, sn >> shared);
    let (mut first, mut second) = (start, start);
    for node in nodes {
        if sn == 0 {
            return false;
        }
        if fn_ & 1 == 1 || fn_ == sn {
            first = History::node(node, &first);
            second = History::node(node, &second);
            while fn_ & 1 == 0 && fn_ != 0 {
                (fn_, sn) = (fn_ >> 1, sn >> 1);
            }
        } else {
            second = History::node(&second, node);
        }
        (fn_, sn) = (fn_ >> 1, sn >> 1);
    }
    sn == 0 && first == *before && second == *after
}

fn sha256(parts: &[&[u8]]) -> Hash {
    let mut hasher = Sha256::new();
    parts.iter().for_each(|part| hasher.update(part));
    Hash(hasher.finalize().into())
}

/// The largest power of two below `size`, for `size` of at least two.
fn split(size: u64) -> u64 {
    assert!(size > 1, "one leaf is not split");
    1 << (u64::BITS - 1 - (size - 1).leading_zeros())
}

/// A position in a list that is in memory.
fn index(position: u64) -> usize {
    usize::try_from(position).expect("what lies in memory is counted by a usize")
}

#[cfg(test)]
mod tests;
