//! What holds of a trie between batches, checked in tests.

use super::arena::{BUCKET_ENTRIES_MAX, Link, Place};
use super::bucket::{Item, prefix};
use super::node::Node;
use super::subtrie::{Subtrie, TOP_BITS};
use super::{Edit, Found, Trie};
use crate::leaf::{Leaf, node_hash};
use abi::Hash;
use std::collections::BTreeSet;

impl Trie {
    /// The trie of these leaves, whose key hashes strictly ascend.
    pub(crate) fn of_leaves(leaves: &[Leaf]) -> Trie {
        let item = |leaf: &Leaf| Item::new(leaf.key, leaf.content(), &leaf.next);
        Trie::of(&leaves.iter().map(item).collect::<Vec<_>>())
    }

    /// Whether these leaves, and no others, are in it.
    pub(crate) fn holds(&self, leaves: &[Leaf]) -> bool {
        let found = |leaf: &Leaf| Found { content: leaf.content(), next: super::Prefix::of(&leaf.next) };
        self.len() == leaves.len() && leaves.iter().all(|leaf| self.get(&leaf.key) == Some(found(leaf)))
    }

    /// Panics unless everything is where it belongs, once, and hashed.
    pub(crate) fn check(&self) {
        for (number, part) in self.parts.iter().enumerate() {
            part.check((0..TOP_BITS).rev().map(|bit| number >> bit & 1 == 1).collect());
        }
        assert_eq!(self.top().hash(0), self.hash, "the root is of all leaves");
    }

    /// How many branches the parts have.
    pub(super) fn branches(&self) -> usize {
        self.parts.iter().map(|part| part.branches.used().len()).sum()
    }
}

impl Subtrie {
    fn check(&self, mut path: Vec<bool>) {
        let mut seen = Seen::default();
        self.check_at(Place::ROOT, &mut path, &mut seen);
        assert_eq!(seen.entries, self.len, "every leaf is counted");
        assert_eq!(self.branches.used(), seen.branches.into_iter().collect::<Vec<_>>(), "no branch is lost");
        assert_eq!(self.buckets.used(), seen.buckets.into_iter().collect::<Vec<_>>(), "no bucket is lost");
        let (numbers, crown) = (seen.crown.into_iter(), 1..self.crown.taken());
        assert!(numbers.eq(crown), "the crown's branches stand in the order of a heap");
        assert!(self.bytes() >= self.len * 72 + self.branches.used().len() * 72);
    }

    /// Checks what hangs at a place, and says what its hash is.
    fn check_at(&self, place: Place, path: &mut Vec<bool>, seen: &mut Seen) -> Hash {
        let before = seen.entries;
        let hash = if place.is_in_crown() && place.number() < self.crown.taken() {
            assert!(seen.crown.insert(place.number()), "a branch of the crown stands at one place");
            let sides =
                self.check_sides([0, 1].map(|side| Place::in_crown(2 * place.number() + side)), path, seen);
            match (seen.entries - before, self.link(place)) {
                (0 | 1, link) => {
                    assert!(
                        link.is_lone() && link.len() == seen.entries - before,
                        "one leaf hangs by itself"
                    );
                    Node::at(self, place).hash(path.len())
                }
                (_, link) => {
                    assert_eq!(link, Link::CROWN);
                    node_hash(&sides[0], &sides[1])
                }
            }
        } else if let Some(at) = self.link(place).branch() {
            assert!(seen.branches.insert(at), "a branch hangs at one place");
            let [zeros, ones] = self.check_sides([0, 1].map(|side| Place::below(at, side)), path, seen);
            assert!(seen.entries - before > BUCKET_ENTRIES_MAX, "a branch has more leaves than a bucket");
            node_hash(&zeros, &ones)
        } else {
            self.check_bucket(place, path, seen)
        };
        assert_eq!(self.hash(place), hash, "at depth {}", path.len());
        hash
    }

    fn check_sides(&self, sides: [Place; 2], path: &mut Vec<bool>, seen: &mut Seen) -> [Hash; 2] {
        [0, 1].map(|side| {
            path.push(side == 1);
            let hash = self.check_at(sides[side], path, seen);
            path.pop();
            hash
        })
    }

    fn check_bucket(&self, place: Place, path: &[bool], seen: &mut Seen) -> Hash {
        let link = self.link(place);
        let entries = self.buckets.entries(link);
        if link != Link::EMPTY {
            assert!((1..=BUCKET_ENTRIES_MAX).contains(&link.len()));
            assert!(seen.buckets.insert(link.bucket()), "a bucket hangs at one place");
        }
        assert!(entries.is_sorted_by(|a, b| a.key() < b.key()), "entries ascend");
        let is_here = |key: Hash| path.iter().enumerate().all(|(bit, is_one)| key.bit(bit) == *is_one);
        assert!(entries.iter().all(|entry| is_here(entry.key())), "entries are where their bits lead");
        assert!(self.buckets.nexts(link).iter().all(|next| *next == prefix(&prefixed(*next))));
        seen.entries += entries.len();
        Node::at(self, place).hash(path.len())
    }
}

fn prefixed(next: u64) -> Hash {
    let mut hash = Hash([0xff; 32]);
    hash.0[..8].copy_from_slice(&next.to_be_bytes());
    hash
}

/// The leaves that edits leave of a model.
pub(crate) fn edit(model: &mut std::collections::BTreeMap<Hash, Leaf>, edits: &[Edit]) -> Vec<Leaf> {
    for &(key, leaf) in edits {
        match leaf {
            Some(leaf) => model.insert(key, leaf),
            None => model.remove(&key),
        };
    }
    model.values().copied().collect()
}

#[derive(Default)]
struct Seen {
    crown: BTreeSet<u32>,
    branches: BTreeSet<u32>,
    buckets: BTreeSet<(usize, u32)>,
    entries: usize,
}
