//! The trie over leaves: an arena of branches and buckets that takes a sorted batch of edits at once.
//!
//! It knows hashes only; [`Tree`](crate::Tree) knows which keys and values they stand for. Branches stand
//! where there are more than eight leaves; up to eight lie together in a bucket, which hashes as the
//! branches and leaves would that it stands for. Each side of a branch carries the hash of what hangs there,
//! so that rehashing a branch touches no other node. Depth is at most 256, the bits of a key hash, and so is
//! that of every recursion.

mod arena;
mod bucket;
#[cfg(test)]
mod check;
mod edit;
mod find;
mod rehash;

pub(crate) use bucket::Item;
pub(crate) use find::{Found, Named, Prefix};

use crate::leaf::Leaf;
use crate::shape::{Op, Shape};
use abi::Hash;
use arena::{Link, Slots};
use bucket::{Buckets, Part};

/// The leaf that stands at a key hash from now on, or that none does.
pub(crate) type Edit = (Hash, Option<Leaf>);

/// All leaves, and the root over them.
pub(crate) struct Trie {
    root: Link,
    hash: Hash,
    /// How many leaves there are.
    len: usize,
    /// The hashes of both sides, and beside them what hangs there.
    branches: Slots<[Link; 2]>,
    buckets: Buckets,
}

impl Trie {
    /// The trie without leaves.
    pub(crate) fn new() -> Trie {
        let (branches, buckets) = (Slots::new(1), Buckets::new());
        Trie { root: Link::EMPTY, hash: Hash::ZERO, len: 0, branches, buckets }
    }

    /// T of everything.
    pub(crate) fn root(&self) -> Hash {
        self.hash
    }

    /// How many leaves there are.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Bytes of memory that it takes.
    pub(crate) fn bytes(&self) -> usize {
        self.branches.bytes() + self.buckets.bytes()
    }

    /// Where a verifier has to look beside the edits: whether one leaf or more hangs on the other side of a
    /// branch of which the edits empty one side decides what becomes of the branch. A key hash of each such
    /// other side, unless an edit leads there itself.
    pub(crate) fn beside(&self, edits: &[Edit]) -> Vec<Hash> {
        let mut beside = Vec::new();
        self.is_emptied(self.part(self.root), 0, edits, &mut beside);
        beside
    }

    fn is_emptied(&self, part: Part<'_>, depth: usize, edits: &[Edit], beside: &mut Vec<Hash>) -> bool {
        let goes = |key: &Hash| edits.binary_search_by_key(key, |edit| edit.0).is_ok();
        match part {
            Part::Entries([entry]) if !goes(&entry.key()) => false,
            Part::Entries([_] | []) => edits.iter().all(|(_, leaf)| leaf.is_none()),
            _ if edits.is_empty() => false,
            _ => {
                let [zeros, ones] = self.sides(part, depth);
                let split = edits.split_at(edits.partition_point(|edit| !edit.0.bit(depth)));
                let emptied_zeros = self.is_emptied(zeros, depth + 1, split.0, beside);
                let emptied_ones = self.is_emptied(ones, depth + 1, split.1, beside);
                match split {
                    ([edit, ..], []) if emptied_zeros => beside.push(edit.0.flipped(depth)),
                    ([], [edit, ..]) if emptied_ones => beside.push(edit.0.flipped(depth)),
                    _ => {}
                }
                emptied_zeros && emptied_ones
            }
        }
    }

    /// The trie with all cut away that is not on the way to a target. `known` targets are present and
    /// their leaves are left to the verifier; both lists strictly ascend, `known` is part of `targets`.
    pub(crate) fn shape(&self, targets: &[Hash], known: &[Hash]) -> Shape {
        assert!(targets.is_sorted_by(|a, b| a < b), "targets ascend");
        let mut shape = Shape::default();
        self.describe(self.part(self.root), 0, targets, known, &mut shape);
        shape
    }

    fn describe(&self, part: Part<'_>, depth: usize, targets: &[Hash], known: &[Hash], shape: &mut Shape) {
        match part {
            Part::Entries([]) => shape.push(Op::Empty, &[]),
            _ if targets.is_empty() => shape.push(Op::Cut, &[self.hash_of(part, depth)]),
            Part::Entries([entry]) => match known.binary_search(&entry.key()) {
                Ok(_) => shape.push(Op::Known, &[]),
                Err(_) => shape.push(Op::Foreign, &[entry.key(), entry.content()]),
            },
            _ => {
                shape.push(Op::Branch, &[]);
                let (zeros, ones) = targets.split_at(targets.partition_point(|key| !key.bit(depth)));
                for (side, targets) in self.sides(part, depth).into_iter().zip([zeros, ones]) {
                    self.describe(side, depth + 1, targets, known, shape);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
