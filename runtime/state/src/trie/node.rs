//! What stands at a place of the trie, on the way down: a branch above the parts or in one of them, or what of a
//! bucket's entries is left.

use super::arena::{Block, Link};
use super::subtrie::Subtrie;
use crate::leaf::{leaf_hash, node_hash};
use abi::Hash;

/// What stands at a place.
#[derive(Clone, Copy)]
pub(super) enum Node<'a> {
    /// The branch above several parts, which have more than one leaf together.
    Above(&'a [Subtrie]),
    /// A branch of a part.
    Branch(&'a Subtrie, u32),
    /// At most eight leaves; one or none may stand higher than where its bucket hangs.
    Entries(&'a [Block]),
}

impl<'a> Node<'a> {
    /// What stands above these parts, of which there are a power of two.
    pub(super) fn above(parts: &'a [Subtrie]) -> Node<'a> {
        let mut with_leaves = parts.iter().filter(|part| part.len > 0);
        match (parts, with_leaves.next(), with_leaves.next()) {
            ([part], ..) | (_, Some(part @ Subtrie { len: 1, .. }), None) => Node::at(part, part.root),
            (_, None, _) => Node::Entries(&[]),
            _ => Node::Above(parts),
        }
    }

    /// What hangs at a link of a part.
    pub(super) fn at(part: &'a Subtrie, link: Link) -> Node<'a> {
        match link.branch() {
            Some(at) => Node::Branch(part, at),
            None => Node::Entries(part.buckets.entries(link)),
        }
    }

    /// What stands below bit 0 and below bit 1, if this stands at `depth`.
    pub(super) fn sides(self, depth: usize) -> [Node<'a>; 2] {
        match self {
            Node::Above(parts) => {
                let (zeros, ones) = parts.split_at(parts.len() / 2);
                [Node::above(zeros), Node::above(ones)]
            }
            Node::Branch(part, at) => part.branches.first(at).map(|link| Node::at(part, link)),
            Node::Entries(entries) => {
                let (zeros, ones) = split(entries, depth);
                [Node::Entries(zeros), Node::Entries(ones)]
            }
        }
    }

    /// T of what stands at `depth`. Recursion is as deep as entries agree, at most 256.
    pub(super) fn hash(self, depth: usize) -> Hash {
        match self {
            Node::Branch(part, at) => {
                let block = &part.branches.blocks(at)[0];
                node_hash(&block.half(0), &block.half(1))
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
