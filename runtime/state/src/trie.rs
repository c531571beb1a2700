//! The trie over leaves: branches and buckets in arenas, which take a sorted batch of edits at once.
//!
//! It knows hashes only; [`Tree`](crate::Tree) knows which keys and values they stand for. The upper branches are the
//! [`crown`]; below it, branches stand where there are more than eight leaves; up to eight lie together in a bucket,
//! which hashes as the branches and leaves would that it stands for. Each side of a branch carries the hash of what
//! hangs there, so that rehashing a branch touches no other node. Depth is at most 256, the bits of a key hash, and so
//! is that of every recursion.
//!
//! The first bits of the key hashes cut it into parts, whose edits are made side by side.

mod arena;
mod bucket;
#[cfg(test)]
mod check;
mod crown;
mod edit;
mod edited;
mod find;
mod node;
mod rehash;
mod subtrie;

pub(crate) use bucket::Item;
pub(crate) use find::{Found, Named, Prefix};

use crate::leaf::Leaf;
use crate::shape::{Op, Shape};
use abi::Hash;
use beside::both;
use node::Node;
use subtrie::{PARTS, Subtrie, TOP_BITS};

/// The leaf that stands at a key hash from now on, or that none does.
pub(crate) type Edit = (Hash, Option<Leaf>);

/// From how many leaves on a part of them is worth a thread.
pub(crate) const SHARED: usize = if cfg!(test) { 8 } else { 256 };

/// All leaves, and the root over them.
pub(crate) struct Trie {
    /// By the first bits of the key hashes.
    parts: [Subtrie; PARTS],
    hash: Hash,
}

impl Trie {
    /// The trie without leaves.
    pub(crate) fn new() -> Trie {
        Trie { parts: std::array::from_fn(|_| Subtrie::new()), hash: Hash::ZERO }
    }

    /// The trie of `items`, whose key hashes strictly ascend.
    pub(crate) fn of(items: &[Item]) -> Trie {
        assert!(items.is_sorted_by(|a, b| a.key < b.key), "items ascend");
        let mut trie = Trie::new();
        let mut rest = items;
        let mut lists: [&[Item]; PARTS] = std::array::from_fn(|part| {
            let list;
            (list, rest) = rest.split_at(rest.partition_point(|item| part_of(&item.key) <= part));
            list
        });
        let is_shared = items.len() >= SHARED;
        each_part(&mut trie.parts, &mut lists, is_shared, &|part, items| *part = Subtrie::of(items));
        trie.hash = trie.top().hash(0);
        trie
    }

    /// Makes the edits, which are of different key hashes, and returns the new root.
    pub(crate) fn apply(&mut self, edits: &[Edit]) -> Hash {
        let mut lists: [Vec<&Edit>; PARTS] = std::array::from_fn(|_| Vec::with_capacity(edits.len() / PARTS));
        edits.iter().for_each(|edit| lists[part_of(&edit.0)].push(edit));
        each_part(&mut self.parts, &mut lists, edits.len() >= SHARED, &Subtrie::apply);
        if !edits.is_empty() {
            self.hash = self.top().hash(0);
        }
        self.hash
    }

    /// T of everything.
    pub(crate) fn root(&self) -> Hash {
        self.hash
    }

    /// How many leaves there are.
    pub(crate) fn len(&self) -> usize {
        self.parts.iter().map(|part| part.len).sum()
    }

    /// Bytes of memory that it takes.
    pub(crate) fn bytes(&self) -> usize {
        self.parts.iter().map(Subtrie::bytes).sum()
    }

    fn top(&self) -> Node<'_> {
        Node::above(&self.parts)
    }

    /// The part that a key hash belongs to.
    fn part_of(&self, key: &Hash) -> &Subtrie {
        &self.parts[part_of(key)]
    }

    /// Where a verifier has to look beside the edits: whether one leaf or more hangs on the other side of a
    /// branch of which the edits empty one side decides what becomes of the branch. A key hash of each such
    /// other side, unless an edit leads there itself.
    pub(crate) fn beside(&self, edits: &[Edit]) -> Vec<Hash> {
        let mut beside = Vec::new();
        is_emptied(self.top(), 0, edits, &mut beside);
        beside
    }

    /// The trie with all cut away that is not on the way to a target. `known` targets are present and
    /// their leaves are left to the verifier; both lists strictly ascend, `known` is part of `targets`.
    pub(crate) fn shape(&self, targets: &[Hash], known: &[Hash]) -> Shape {
        assert!(targets.is_sorted_by(|a, b| a < b), "targets ascend");
        let mut shape = Shape::default();
        describe(self.top(), 0, targets, known, &mut shape);
        shape
    }
}

/// The number of the part that a key hash belongs to.
fn part_of(key: &Hash) -> usize {
    usize::from(key.0[0] >> (8 - TOP_BITS))
}

/// Does something to each of the parts with its list, side by side if there is much of it.
fn each_part<T: Send>(
    parts: &mut [Subtrie],
    lists: &mut [T],
    is_shared: bool,
    each: &(impl Fn(&mut Subtrie, &mut T) + Sync),
) {
    if let ([part], [list]) = (&mut *parts, &mut *lists) {
        return each(part, list);
    }
    let (zeros, ones) = parts.split_at_mut(parts.len() / 2);
    let lists = lists.split_at_mut(lists.len() / 2);
    both(
        is_shared,
        || each_part(zeros, lists.0, is_shared, each),
        || each_part(ones, lists.1, is_shared, each),
    );
}

fn is_emptied(node: Node<'_>, depth: usize, edits: &[Edit], beside: &mut Vec<Hash>) -> bool {
    let goes = |key: &Hash| edits.binary_search_by_key(key, |edit| edit.0).is_ok();
    match node {
        Node::Entries([entry]) if !goes(&entry.key()) => false,
        Node::Entries([_] | []) => edits.iter().all(|(_, leaf)| leaf.is_none()),
        _ if edits.is_empty() => false,
        _ => {
            let [zeros, ones] = node.sides(depth);
            let split = edits.split_at(edits.partition_point(|edit| !edit.0.bit(depth)));
            let emptied_zeros = is_emptied(zeros, depth + 1, split.0, beside);
            let emptied_ones = is_emptied(ones, depth + 1, split.1, beside);
            match split {
                ([edit, ..], []) if emptied_zeros => beside.push(edit.0.flipped(depth)),
                ([], [edit, ..]) if emptied_ones => beside.push(edit.0.flipped(depth)),
                _ => {}
            }
            emptied_zeros && emptied_ones
        }
    }
}

fn describe(node: Node<'_>, depth: usize, targets: &[Hash], known: &[Hash], shape: &mut Shape) {
    match node {
        Node::Entries([]) => shape.push(Op::Empty, &[]),
        _ if targets.is_empty() => shape.push(Op::Cut, &[node.hash(depth)]),
        Node::Entries([entry]) => match known.binary_search(&entry.key()) {
            Ok(_) => shape.push(Op::Known, &[]),
            Err(_) => shape.push(Op::Foreign, &[entry.key(), entry.content()]),
        },
        _ => {
            shape.push(Op::Branch, &[]);
            let (zeros, ones) = targets.split_at(targets.partition_point(|key| !key.bit(depth)));
            for (side, targets) in node.sides(depth).into_iter().zip([zeros, ones]) {
                describe(side, depth + 1, targets, known, shape);
            }
        }
    }
}

#[cfg(test)]
mod tests;
