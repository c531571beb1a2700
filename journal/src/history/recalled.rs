//! A history tree with what it has forgotten, as far as that is needed.

use super::{History, TILE, sha256, split};
use crate::tile::TILE_HEIGHT;
use abi::Hash;
use std::collections::BTreeMap;
use std::ops::Range;

/// A history tree, and tiles of it that were brought back.
#[derive(Clone, Debug)]
pub struct Recalled<'a> {
    history: &'a History,
    /// The tree of each tile's leaves.
    tiles: BTreeMap<u64, History>,
}

impl<'a> From<&'a History> for Recalled<'a> {
    fn from(history: &'a History) -> Recalled<'a> {
        Recalled { history, tiles: BTreeMap::new() }
    }
}

impl Recalled<'_> {
    /// Brings a tile back, by the hashes of its leaves; whether they are those that were forgotten.
    #[must_use]
    pub fn bring(&mut self, tile: u64, leaves: &[Hash]) -> bool {
        let mut tree = History::new();
        leaves.iter().for_each(|leaf| tree.push_hash(*leaf));
        let is_it = tree.size() == TILE && self.history.complete(TILE_HEIGHT, tile) == Some(tree.root());
        if is_it {
            self.tiles.insert(tile, tree);
        }
        is_it
    }

    /// How many records there are.
    pub fn size(&self) -> u64 {
        self.history.size()
    }

    /// As [`History::root_at`].
    pub fn root_at(&self, size: u64) -> Option<Hash> {
        (size <= self.size()).then(|| self.span(0, size))
    }

    /// As [`History::path`].
    pub fn path(&self, seq: u64, size: u64) -> Option<Vec<Hash>> {
        self.paths(seq..seq.checked_add(1)?, size)?.pop()
    }

    /// The paths of some records, in order, each as [`History::path`] has it: what they share is computed once.
    pub fn paths(&self, records: Range<u64>, size: u64) -> Option<Vec<Vec<Hash>>> {
        let mut paths = Vec::new();
        if !records.is_empty() {
            let is_there = records.end <= size && size <= self.size();
            is_there.then(|| self.paths_below(&records, 0..size, &mut Vec::new(), &mut paths))?;
        }
        Some(paths)
    }

    /// Those of records below a node over `leaves`, to which the path from the root is `above`.
    fn paths_below(
        &self,
        records: &Range<u64>,
        leaves: Range<u64>,
        above: &mut Vec<Hash>,
        paths: &mut Vec<Vec<Hash>>,
    ) {
        if leaves.end - leaves.start == 1 {
            return paths.push(above.iter().rev().copied().collect());
        }
        let middle = leaves.start + split(leaves.end - leaves.start);
        let (left, right) = (leaves.start..middle, middle..leaves.end);
        for (one, other) in [(left.clone(), &right), (right.clone(), &left)] {
            if records.start < one.end && one.start < records.end {
                above.push(self.span(other.start, other.end));
                self.paths_below(records, one, above, paths);
                above.pop();
            }
        }
    }

    /// As [`History::consistency`].
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

    /// As [`History::peaks`].
    pub fn peaks(&self, size: u64) -> Option<Vec<Hash>> {
        if size > self.size() {
            return None;
        }
        let bits = (0..u64::BITS).rev().filter(|bit| size >> bit & 1 == 1);
        Some(bits.map(|bit| self.complete(bit, (size >> bit) - 1)).collect())
    }

    /// Some complete nodes over `2^level` records each; `None` where there are not so many.
    pub(crate) fn nodes(&self, level: u32, from: u64, count: u64) -> Option<Vec<Hash>> {
        let to = from.checked_add(count).filter(|to| *to <= self.size() >> level)?;
        Some((from..to).map(|index| self.complete(level, index)).collect())
    }

    /// The root over the leaves in `[from, to)`, a subtree of some tree of the list.
    pub(super) fn span(&self, from: u64, to: u64) -> Hash {
        let size = to - from;
        if size == 0 {
            return sha256(&[]);
        }
        if size.is_power_of_two() {
            assert!(from.is_multiple_of(size), "a complete subtree starts at a multiple of its size");
            return self.complete(size.trailing_zeros(), from / size);
        }
        let middle = from + split(size);
        History::node(&self.span(from, middle), &self.span(middle, to))
    }

    /// A complete node of the tree.
    fn complete(&self, level: u32, index: u64) -> Hash {
        let below = || {
            let tile = index >> TILE_HEIGHT.checked_sub(level)?;
            self.tiles.get(&tile)?.complete(level, index - (tile << (TILE_HEIGHT - level)))
        };
        let found = self.history.complete(level, index).or_else(below);
        found.expect("whoever asks for what was forgotten has brought it back")
    }
}
