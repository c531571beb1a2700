//! A part of the trie: all leaves whose key hashes begin with the same few bits. It shares nothing with the other
//! parts, so that all can be edited side by side.

use super::arena::{Link, Slots};
use super::bucket::Buckets;

/// The bits that tell the parts apart, so the depth at which each hangs.
pub(super) const TOP_BITS: usize = 2;
/// How many parts there are.
pub(super) const PARTS: usize = 1 << TOP_BITS;

/// A part of the trie.
pub(super) struct Subtrie {
    pub(super) root: Link,
    /// How many leaves it has.
    pub(super) len: usize,
    /// The hashes of both sides, and beside them what hangs there.
    pub(super) branches: Slots<[Link; 2]>,
    pub(super) buckets: Buckets,
}

impl Subtrie {
    /// The part without leaves.
    pub(super) fn new() -> Subtrie {
        let (branches, buckets) = (Slots::new(1), Buckets::new());
        Subtrie { root: Link::EMPTY, len: 0, branches, buckets }
    }

    /// Bytes of memory that it takes.
    pub(super) fn bytes(&self) -> usize {
        self.branches.bytes() + self.buckets.bytes()
    }
}
