//! A part of the trie: all leaves whose key hashes begin with the same few bits. It shares nothing with the other
//! parts, so that all can be edited side by side.

use super::arena::{Link, Place, Slots};
use super::bucket::Buckets;
use abi::Hash;

/// The bits that tell the parts apart, so the depth at which each hangs.
pub(super) const TOP_BITS: usize = 2;
/// How many parts there are.
pub(super) const PARTS: usize = 1 << TOP_BITS;

/// A part of the trie.
pub(super) struct Subtrie {
    /// How many leaves it has.
    pub(super) len: usize,
    /// The upper branches, by number; what hangs at the root is side 1 of number 0, which is no branch.
    pub(super) crown: Slots<[Link; 2]>,
    /// The others: the hashes of both sides, and beside them what hangs there.
    pub(super) branches: Slots<[Link; 2]>,
    pub(super) buckets: Buckets,
}

impl Subtrie {
    /// The part without leaves.
    pub(super) fn new() -> Subtrie {
        let (mut crown, branches) = (Slots::new(1), Slots::new(1));
        assert_eq!(crown.take(), 0, "the root hangs below number 0");
        Subtrie { len: 0, crown, branches, buckets: Buckets::new() }
    }

    /// Bytes of memory that it takes.
    pub(super) fn bytes(&self) -> usize {
        self.crown.bytes() + self.branches.bytes() + self.buckets.bytes()
    }

    fn branches_of(&self, place: Place) -> &Slots<[Link; 2]> {
        if place.is_in_crown() { &self.crown } else { &self.branches }
    }

    fn branches_of_mut(&mut self, place: Place) -> &mut Slots<[Link; 2]> {
        if place.is_in_crown() { &mut self.crown } else { &mut self.branches }
    }

    /// What hangs at `place`.
    pub(super) fn link(&self, place: Place) -> Link {
        self.branches_of(place).first(place.branch())[place.side()]
    }

    pub(super) fn hang(&mut self, place: Place, link: Link) {
        self.branches_of_mut(place).beside_mut(place.branch())[0][place.side()] = link;
    }

    /// The hash of what hangs at `place`.
    pub(super) fn hash(&self, place: Place) -> Hash {
        self.branches_of(place).blocks(place.branch())[0].half(place.side())
    }

    pub(super) fn set_hash(&mut self, place: Place, hash: &Hash) {
        self.branches_of_mut(place).blocks_mut(place.branch())[0].set(place.side(), hash);
    }
}
