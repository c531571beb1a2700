//! The trie over leaves: branches and buckets in arenas, which take a sorted batch of edits at once.
//!
//! It knows hashes only; [`Tree`](crate::Tree) knows which keys and values they stand for. Branches stand
//! where there are more than eight leaves; up to eight lie together in a bucket, which hashes as the
//! branches and leaves would that it stands for. Each side of a branch carries the hash of what hangs there,
//! so that rehashing a branch touches no other node. Depth is at most 256, the bits of a key hash, and so is
//! that of every recursion.
//!
//! The first bits of the key hashes cut it into parts, whose edits are made side by side.

mod arena;
mod bucket;
#[cfg(test)]
mod check;
mod edit;
mod find;
mod node;
mod rehash;
mod subtrie;

pub(crate) use bucket::Item;
pub(crate) use find::{Found, Named, Prefix};

use crate::leaf::Leaf;
use crate::shape::{Op, Shape};
use abi::Hash;
use beside::beside_if;
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
        each_part(&mut trie.parts, 0, items, |item| item.key, &|part, items| *part = Subtrie::of(items));
        trie.hash = trie.top().hash(0);
        trie
    }

    /// Makes the edits, whose key hashes strictly ascend, and returns the new root.
    pub(crate) fn apply(&mut self, edits: &[Edit]) -> Hash {
        assert!(edits.is_sorted_by(|a, b| a.0 < b.0), "edits ascend");
        if !edits.is_empty() {
            each_part(&mut self.parts, 0, edits, |edit| edit.0, &Subtrie::apply);
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
        &self.parts[usize::from(key.0[0] >> (8 - TOP_BITS))]
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

/// Does something to each of the parts, which hang together at `depth`, and what belongs to it: its range of a list that
/// ascends by key hash. Much of it is done side by side.
fn each_part<T: Sync>(
    parts: &mut [Subtrie],
    depth: usize,
    list: &[T],
    key: fn(&T) -> Hash,
    each: &(impl Fn(&mut Subtrie, &[T]) + Sync),
) {
    if list.is_empty() {
        return;
    }
    if let [part] = parts {
        return each(part, list);
    }
    let (zeros, ones) = parts.split_at_mut(parts.len() / 2);
    let lists = list.split_at(list.partition_point(|item| !key(item).bit(depth)));
    beside_if(
        list.len() >= SHARED,
        || each_part(zeros, depth + 1, lists.0, key, each),
        || each_part(ones, depth + 1, lists.1, key, each),
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
