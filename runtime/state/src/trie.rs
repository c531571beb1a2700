//! The trie over leaves: an arena of nodes that takes a sorted batch of edits in one descent.
//!
//! It knows hashes only; [`Tree`](crate::Tree) knows which keys and values they stand for. Each side of a
//! branch carries the hash of what hangs there, so that rehashing a branch touches no other node, and an
//! edit hashes each branch above it once, however many edits share it. Depth is at most 256, the bits of a
//! key hash, and so is that of every recursion here.

use crate::beside::beside;
use crate::leaf::{Leaf, node_hash};
use crate::shape::{Op, Shape};
use crate::tree::LEAVES_SHARED;
use abi::{Hash, planted};

/// The leaf that stands at a key hash from now on, or that none does.
pub(crate) type Edit = (Hash, Option<Leaf>);

/// All leaves, and the root over them.
pub(crate) struct Trie {
    root: Subtree,
    leaves: Slots<Leaf>,
    branches: Slots<Sides>,
}

/// A part of the trie: where it is kept, and T of it.
#[derive(Clone, Copy)]
struct Subtree {
    link: Link,
    hash: Hash,
}

#[derive(Clone, Copy)]
enum Link {
    Empty,
    Leaf(u32),
    Branch(u32),
}

/// What hangs below bit 0 and below bit 1.
type Sides = [Subtree; 2];

const EMPTY: Subtree = Subtree { link: Link::Empty, hash: Hash::ZERO };

impl Trie {
    /// The trie of `leaves`, whose key hashes strictly ascend.
    pub(crate) fn new(leaves: &[Leaf]) -> Trie {
        assert!(leaves.is_sorted_by(|a, b| a.key < b.key), "leaves ascend");
        let grown = |depth, leaves| {
            let mut trie = Trie { root: EMPTY, leaves: Slots::default(), branches: Slots::default() };
            trie.root = trie.grown(depth, leaves);
            trie
        };
        if leaves.len() < LEAVES_SHARED {
            return grown(0, leaves);
        }
        let (zeros, ones) = leaves.split_at(leaves.partition_point(|leaf| !leaf.key.bit(0)));
        let (zeros, ones) = beside(|| grown(1, zeros), || grown(1, ones));
        zeros.joined(ones)
    }

    /// The trie of these leaves, whose key hashes begin with a 0, and those of `ones`, which begin with a 1.
    fn joined(mut self, ones: Trie) -> Trie {
        let (leaves, branches) = (self.leaves.end(), self.branches.end());
        let moved = |subtree: Subtree| {
            let link = match subtree.link {
                Link::Empty => Link::Empty,
                Link::Leaf(at) => Link::Leaf(at + leaves),
                Link::Branch(at) => Link::Branch(at + branches),
            };
            Subtree { link, ..subtree }
        };
        self.leaves.items.extend(ones.leaves.items);
        self.branches.items.extend(ones.branches.items.into_iter().map(|sides| sides.map(moved)));
        self.root = self.branch([self.root, moved(ones.root)]);
        self
    }

    /// T of everything.
    pub(crate) fn root(&self) -> Hash {
        self.root.hash
    }

    /// How many leaves there are.
    pub(crate) fn len(&self) -> usize {
        self.leaves.len()
    }

    /// The leaf of `key`.
    pub(crate) fn get(&self, key: &Hash) -> Option<&Leaf> {
        let mut subtree = self.root;
        let mut depth = 0;
        loop {
            match subtree.link {
                Link::Empty => return None,
                Link::Leaf(at) => return Some(self.leaves.at(at)).filter(|leaf| leaf.key == *key),
                Link::Branch(at) => subtree = self.branches.at(at)[usize::from(key.bit(depth))],
            }
            depth += 1;
        }
    }

    /// Makes the edits, whose key hashes strictly ascend, and returns the new root.
    pub(crate) fn apply(&mut self, edits: &[Edit]) -> Hash {
        assert!(edits.is_sorted_by(|a, b| a.0 < b.0), "edits ascend");
        self.root = self.edited(self.root, 0, edits);
        self.root.hash
    }

    fn edited(&mut self, subtree: Subtree, depth: usize, edits: &[Edit]) -> Subtree {
        if edits.is_empty() {
            return subtree;
        }
        let old = match subtree.link {
            Link::Branch(at) => return self.edited_branch(at, depth, edits),
            Link::Leaf(at) => Some(self.leaves.take(at)),
            Link::Empty => None,
        };
        let mut leaves: Vec<Leaf> = edits.iter().filter_map(|(_, leaf)| *leaf).collect();
        // A leaf that was here stays, unless an edit says what becomes of it.
        if let Some(old) = old.filter(|old| edits.binary_search_by_key(&old.key, |edit| edit.0).is_err()) {
            leaves.insert(leaves.partition_point(|leaf| leaf.key < old.key), old);
        }
        self.grown(depth, &leaves)
    }

    fn edited_branch(&mut self, at: u32, depth: usize, edits: &[Edit]) -> Subtree {
        let [zeros, ones] = *self.branches.at(at);
        let (edits_zeros, edits_ones) = edits.split_at(edits.partition_point(|edit| !edit.0.bit(depth)));
        let zeros = self.edited(zeros, depth + 1, edits_zeros);
        let ones = self.edited(ones, depth + 1, edits_ones);
        // A branch stands over two leaves at least; what is left of a smaller one takes its place.
        if let (Link::Empty | Link::Leaf(_), Link::Empty) = (zeros.link, ones.link) {
            self.branches.take(at);
            return zeros;
        }
        if let (Link::Empty, Link::Leaf(_)) = (zeros.link, ones.link)
            && !planted!(BranchNotCollapsed)
        {
            self.branches.take(at);
            return ones;
        }
        *self.branches.at_mut(at) = [zeros, ones];
        Subtree { link: Link::Branch(at), hash: node_hash(&zeros.hash, &ones.hash) }
    }

    /// A new subtree of `leaves`, whose key hashes agree in the first `depth` bits.
    fn grown(&mut self, depth: usize, leaves: &[Leaf]) -> Subtree {
        match leaves {
            [] => EMPTY,
            [leaf] => Subtree { link: Link::Leaf(self.leaves.put(*leaf)), hash: leaf.hash() },
            _ => {
                let (zeros, ones) = leaves.split_at(leaves.partition_point(|leaf| !leaf.key.bit(depth)));
                let sides = [self.grown(depth + 1, zeros), self.grown(depth + 1, ones)];
                self.branch(sides)
            }
        }
    }

    /// A new branch over two sides.
    fn branch(&mut self, sides: Sides) -> Subtree {
        let hash = node_hash(&sides[0].hash, &sides[1].hash);
        Subtree { link: Link::Branch(self.branches.put(sides)), hash }
    }

    /// Where a verifier has to look beside the edits: whether one leaf or more hangs on the other side of a
    /// branch of which the edits empty one side decides what becomes of the branch. A key hash of each such
    /// other side, unless an edit leads there itself.
    pub(crate) fn beside(&self, edits: &[Edit]) -> Vec<Hash> {
        let mut beside = Vec::new();
        self.is_emptied(self.root, 0, edits, &mut beside);
        beside
    }

    fn is_emptied(&self, subtree: Subtree, depth: usize, edits: &[Edit], beside: &mut Vec<Hash>) -> bool {
        let goes = |key: &Hash| edits.binary_search_by_key(key, |edit| edit.0).is_ok();
        match subtree.link {
            Link::Branch(_) if edits.is_empty() => false,
            Link::Branch(at) => {
                let [zeros, ones] = *self.branches.at(at);
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
            Link::Leaf(at) if !goes(&self.leaves.at(at).key) => false,
            Link::Leaf(_) | Link::Empty => edits.iter().all(|(_, leaf)| leaf.is_none()),
        }
    }

    /// The trie with all cut away that is not on the way to a target. `known` targets are present and
    /// their leaves are left to the verifier; both lists strictly ascend, `known` is part of `targets`.
    pub(crate) fn shape(&self, targets: &[Hash], known: &[Hash]) -> Shape {
        assert!(targets.is_sorted_by(|a, b| a < b), "targets ascend");
        let mut shape = Shape::default();
        self.describe(self.root, 0, targets, known, &mut shape);
        shape
    }

    fn describe(&self, subtree: Subtree, depth: usize, targets: &[Hash], known: &[Hash], shape: &mut Shape) {
        match subtree.link {
            Link::Empty => shape.push(Op::Empty, &[]),
            _ if targets.is_empty() => shape.push(Op::Cut, &[subtree.hash]),
            Link::Leaf(at) => {
                let leaf = self.leaves.at(at);
                match known.binary_search(&leaf.key) {
                    Ok(_) => shape.push(Op::Known, &[]),
                    Err(_) => shape.push(Op::Foreign, &[leaf.key, leaf.content()]),
                }
            }
            Link::Branch(at) => {
                shape.push(Op::Branch, &[]);
                let (zeros, ones) = targets.split_at(targets.partition_point(|key| !key.bit(depth)));
                for (&side, targets) in self.branches.at(at).iter().zip([zeros, ones]) {
                    self.describe(side, depth + 1, targets, known, shape);
                }
            }
        }
    }
}

/// Numbered places, reused after they are freed.
struct Slots<T> {
    items: Vec<T>,
    free: Vec<u32>,
}

impl<T> Default for Slots<T> {
    fn default() -> Slots<T> {
        Slots { items: Vec::new(), free: Vec::new() }
    }
}

impl<T: Copy> Slots<T> {
    fn len(&self) -> usize {
        self.items.len() - self.free.len()
    }

    fn at(&self, at: u32) -> &T {
        &self.items[at as usize]
    }

    fn at_mut(&mut self, at: u32) -> &mut T {
        &mut self.items[at as usize]
    }

    fn put(&mut self, item: T) -> u32 {
        if let Some(at) = self.free.pop() {
            *self.at_mut(at) = item;
            return at;
        }
        let at = self.end();
        self.items.push(item);
        at
    }

    /// The place after the last.
    fn end(&self) -> u32 {
        u32::try_from(self.items.len()).expect("fewer than 2^32 nodes, the crate's limit")
    }

    fn take(&mut self, at: u32) -> T {
        self.free.push(at);
        *self.at(at)
    }
}

#[cfg(test)]
mod tests;
