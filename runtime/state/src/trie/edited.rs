//! The trie that edits would make, known without making them: its root, and its shape.

use super::arena::Block;
use super::node::Node;
use super::{Edit, Trie, describe};
use crate::leaf::{contents, leaf_hash, node_hash};
use crate::shape::{Op, Shape};
use abi::Hash;

/// The entry that stands at a key hash from now on, or that none does.
type Change = (Hash, Option<Block>);

/// What is left below a place.
#[derive(Clone, Copy)]
enum Left {
    Nothing,
    Leaf(Block),
    /// More than one leaf, and T of them.
    More(Hash),
}

impl Left {
    /// What stands at `depth` where nothing changes.
    fn of(node: Node<'_>, depth: usize) -> Left {
        match node {
            Node::Entries([]) => Left::Nothing,
            Node::Entries([entry]) => Left::Leaf(*entry),
            node => Left::More(node.hash(depth)),
        }
    }

    /// What is left of a branch with these sides: one leaf alone hangs higher.
    fn above(zeros: Left, ones: Left) -> Left {
        match (zeros, ones) {
            (Left::Nothing, only @ (Left::Nothing | Left::Leaf(_)))
            | (only @ Left::Leaf(_), Left::Nothing) => only,
            _ => Left::More(node_hash(&zeros.hash(), &ones.hash())),
        }
    }

    fn hash(self) -> Hash {
        match self {
            Left::Nothing => Hash::ZERO,
            Left::Leaf(entry) => leaf_hash(&entry.key(), &entry.content()),
            Left::More(hash) => hash,
        }
    }
}

impl Trie {
    /// The root of the trie that these edits would make, whose key hashes strictly ascend, and its
    /// [`shape`](Trie::shape).
    pub(crate) fn edited(&self, edits: &[Edit], targets: &[Hash], known: &[Hash]) -> (Hash, Shape) {
        assert!(edits.is_sorted_by(|a, b| a.0 < b.0), "edits ascend");
        assert!(targets.is_sorted_by(|a, b| a < b), "targets ascend");
        let mut contents = contents(edits.iter().filter_map(|edit| edit.1)).into_iter();
        let change = |(key, leaf): &Edit| (*key, leaf.and_then(|_| Some(Block::of(key, &contents.next()?))));
        let changes: Vec<Change> = edits.iter().map(change).collect();
        let mut shape = Shape::default();
        let left = describe_changed(self.top(), 0, &changes, targets, known, &mut shape);
        (left.hash(), shape)
    }
}

/// As [`describe`], of what the changes leave of a node; what that is.
fn describe_changed(
    node: Node<'_>,
    depth: usize,
    changes: &[Change],
    targets: &[Hash],
    known: &[Hash],
    shape: &mut Shape,
) -> Left {
    if let (Node::Entries(entries), false) = (node, changes.is_empty()) {
        let entries = changed(entries, changes);
        return describe_changed(Node::Entries(&entries), depth, &[], targets, known, shape);
    }
    if changes.is_empty() {
        let left = Left::of(node, depth);
        match left {
            Left::More(hash) if targets.is_empty() => shape.push(Op::Cut, &[hash]),
            _ => describe(node, depth, targets, known, shape),
        }
        return left;
    }
    let start = (shape.ops.len(), shape.hashes.len());
    shape.push(Op::Branch, &[]);
    let [zeros, ones] = node.sides(depth);
    let changes = changes.split_at(changes.partition_point(|change| !change.0.bit(depth)));
    let sides = targets.split_at(targets.partition_point(|key| !key.bit(depth)));
    let zeros = describe_changed(zeros, depth + 1, changes.0, sides.0, known, shape);
    let ones = describe_changed(ones, depth + 1, changes.1, sides.1, known, shape);
    let left = Left::above(zeros, ones);
    let is_branch = matches!(left, Left::More(_));
    if !is_branch || targets.is_empty() {
        // It is none any more, or cut off.
        shape.ops.truncate(start.0);
        shape.hashes.truncate(start.1);
        match &left {
            Left::More(hash) => shape.push(Op::Cut, &[*hash]),
            Left::Leaf(entry) => describe(Node::Entries(&[*entry]), depth, targets, known, shape),
            Left::Nothing => shape.push(Op::Empty, &[]),
        }
    }
    left
}

/// The entries that changes leave of a bucket's.
fn changed(entries: &[Block], changes: &[Change]) -> Vec<Block> {
    let stays = |entry: &&Block| changes.binary_search_by_key(&entry.key(), |change| change.0).is_err();
    let stay = entries.iter().filter(stays).copied();
    let mut left: Vec<Block> = stay.chain(changes.iter().filter_map(|change| change.1)).collect();
    left.sort_unstable_by_key(Block::key);
    left
}
