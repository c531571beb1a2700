//! The history tree: SHA-256, in the shape of RFC 9162, section 2.1. Leaf index = seq.
//!
//! ```text
//! leaf = SHA-256(0x00 ‖ record)      node = SHA-256(0x01 ‖ left ‖ right)      empty = SHA-256("")
//! ```
//!
//! Complete nodes are held in memory, level by level: 64 bytes a record, until they are [forgotten](History::forget);
//! then a quarter of a byte. Paths are made in O(log² n) steps.

use crate::tile::{TILE_HEIGHT, TILE_WIDTH};
use abi::Hash;
use sha2::{Digest, Sha256};
use std::collections::VecDeque;

mod recalled;

pub use recalled::Recalled;

/// Leaves of a tile: what lies below a node of the tiles' height is forgotten.
const TILE: u64 = TILE_WIDTH as u64;

/// The tree over all records of a shard.
#[derive(Clone, Debug)]
pub struct History {
    /// The node `i` of level `k` is the root over the leaves from `i · 2^k` to `(i + 1) · 2^k`.
    levels: Vec<Row>,
}

/// The complete nodes of a level, left to right.
#[derive(Clone, Default, Debug)]
struct Row {
    /// How many were forgotten.
    first: u64,
    nodes: VecDeque<Hash>,
}

impl Row {
    fn len(&self) -> u64 {
        self.first + self.nodes.len() as u64
    }

    fn get(&self, index: u64) -> Option<&Hash> {
        self.nodes.get(usize::try_from(index.checked_sub(self.first)?).ok()?)
    }

    fn forget(&mut self, before: u64) {
        while self.first < before && self.nodes.pop_front().is_some() {
            self.first += 1;
        }
    }
}

impl Default for History {
    fn default() -> History {
        History { levels: vec![Row::default()] }
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
                self.levels.push(Row::default());
            }
            let row = &mut self.levels[level];
            row.nodes.push_back(node);
            if !row.len().is_multiple_of(2) {
                break;
            }
            // A tile is forgotten as a whole, so that both of a pair are there, or neither.
            let left = row
                .nodes
                .len()
                .checked_sub(2)
                .expect("the left one of a pair is there while the right one comes");
            node = History::node(&row.nodes[left], &row.nodes[left + 1]);
            level += 1;
        }
    }

    /// Forgets what lies below the tiles that end `keep` records or more before the last one. Whoever asks for what
    /// needs one of them [brings its leaves](Recalled).
    pub fn forget(&mut self, keep: u64) {
        let tiles = self.size().saturating_sub(keep) / TILE;
        for (level, row) in (0..TILE_HEIGHT).zip(&mut self.levels) {
            row.forget(tiles << (TILE_HEIGHT - level));
        }
    }

    /// How many records there are.
    pub fn size(&self) -> u64 {
        self.levels[0].len()
    }

    /// The root over all records.
    pub fn root(&self) -> Hash {
        self.whole().span(0, self.size())
    }

    /// The root when there were `size` records; `None` if there never were as many.
    pub fn root_at(&self, size: u64) -> Option<Hash> {
        self.whole().root_at(size)
    }

    /// The inclusion path of record `seq` in the tree of the first `size` records, leaf to root (RFC 9162,
    /// section 2.1.3.1); `None` if there is no such record or tree.
    pub fn path(&self, seq: u64, size: u64) -> Option<Vec<Hash>> {
        self.whole().path(seq, size)
    }

    /// The proof that the tree of `older` records is a prefix of the tree of `newer` (RFC 9162, section
    /// 2.1.4.1); `None` if there are no such trees. Nothing needs to be shown of the empty tree.
    pub fn consistency(&self, older: u64, newer: u64) -> Option<Vec<Hash>> {
        self.whole().consistency(older, newer)
    }

    /// The roots of the complete subtrees of the tree of the first `size` records, the largest first;
    /// `None` if there never were as many.
    pub fn peaks(&self, size: u64) -> Option<Vec<Hash>> {
        self.whole().peaks(size)
    }

    /// The tree, of which nothing that is asked for was forgotten.
    pub fn whole(&self) -> Recalled<'_> {
        Recalled::from(self)
    }

    /// The tiles of leaves that were forgotten, and without which nothing can be said of these places.
    pub fn forgotten(&self, places: &[u64]) -> Vec<u64> {
        let first = self.levels[0].first / TILE;
        let mut tiles: Vec<u64> =
            places.iter().map(|place| place / TILE).filter(|tile| *tile < first).collect();
        tiles.sort_unstable();
        tiles.dedup();
        tiles
    }

    /// A complete node; `None` if there is none, or it was forgotten.
    fn complete(&self, level: u32, index: u64) -> Option<Hash> {
        self.levels.get(level as usize)?.get(index).copied()
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

#[cfg(test)]
mod tests;
