//! What stands at a place of the trie, on the way down: a branch above the parts or in one of them, or what of a
//! bucket's entries is left.

use super::arena::{Block, Link, Place};
use super::subtrie::Subtrie;
use crate::leaf::{leaf_hash, node_hash};
use abi::Hash;

/// What stands at a place.
#[derive(Clone, Copy)]
pub(super) enum Node<'a> {
    /// The branch above several parts, which have more than one leaf together.
    Above(&'a [Subtrie]),
    /// A branch of a part, of its crown or below it.
    Branch(&'a Subtrie, Branch),
    /// At most eight leaves; one or none may stand higher than where its bucket hangs.
    Entries(&'a [Block]),
}

/// Where a branch is kept.
#[derive(Clone, Copy)]
pub(super) enum Branch {
    /// In the crown, by number.
    Crown(u32),
    /// Below it, by slot.
    Below(u32),
}

impl Branch {
    fn sides(self) -> [Place; 2] {
        match self {
            Branch::Crown(number) => [2 * number, 2 * number + 1].map(Place::in_crown),
            Branch::Below(at) => [0, 1].map(|side| Place::below(at, side)),
        }
    }
}

impl<'a> Node<'a> {
    /// What stands above these parts, of which there are a power of two.
    pub(super) fn above(parts: &'a [Subtrie]) -> Node<'a> {
        let mut with_leaves = parts.iter().filter(|part| part.len > 0);
        match (parts, with_leaves.next(), with_leaves.next()) {
            ([part], ..) | (_, Some(part @ Subtrie { len: 1, .. }), None) => Node::at(part, Place::ROOT),
            (_, None, _) => Node::Entries(&[]),
            _ => Node::Above(parts),
        }
    }

    /// What hangs at a place of a part.
    pub(super) fn at(part: &'a Subtrie, place: Place) -> Node<'a> {
        match part.link(place) {
            Link::CROWN => Node::Branch(part, Branch::Crown(place.number())),
            link => match link.branch() {
                Some(at) => Node::Branch(part, Branch::Below(at)),
                None => Node::Entries(part.buckets.entries(link)),
            },
        }
    }

    /// What stands below bit 0 and below bit 1, if this stands at `depth`.
    pub(super) fn sides(self, depth: usize) -> [Node<'a>; 2] {
        match self {
            Node::Above(parts) => {
                let (zeros, ones) = parts.split_at(parts.len() / 2);
                [Node::above(zeros), Node::above(ones)]
            }
            Node::Branch(part, branch) => branch.sides().map(|place| Node::at(part, place)),
            Node::Entries(entries) => {
                let (zeros, ones) = split(entries, depth);
                [Node::Entries(zeros), Node::Entries(ones)]
            }
        }
    }

    /// T of what stands at `depth`. Recursion is as deep as entries agree, at most 256.
    pub(super) fn hash(self, depth: usize) -> Hash {
        match self {
            Node::Branch(part, branch) => {
                let [zeros, ones] = branch.sides().map(|place| part.hash(place));
                node_hash(&zeros, &ones)
            }
            Node::Entries([]) => Hash::ZERO,
            Node::Entries([entry]) => leaf_hash(&entry.key(), &entry.content()),
            Node::Above(_) | Node::Entries(_) => {
                let [zeros, ones] = self.sides(depth).map(|side| side.hash(depth + 1));
                node_hash(&zeros, &ones)
            }
        }
    }
}

/// The entries whose bit is 0, and those whose bit is 1.
pub(super) fn split(entries: &[Block], bit: usize) -> (&[Block], &[Block]) {
    // To count takes no turns that the processor would have to guess.
    entries.split_at(entries.iter().map(|entry| usize::from(!entry.bit(bit))).sum())
}
