//! Buckets: up to eight entries that hang at one place, sorted by key hash.

use super::arena::{BUCKET_ENTRIES_MAX, Block, Link, Slots};
use abi::Hash;

/// How much of the next key's hash an entry keeps: as good as all of it, since the rest can be looked up.
/// In this crate's own tests so little that it often is not enough.
pub(super) const NEXT_BITS: usize = if cfg!(test) { 8 } else { 64 };

/// What an entry keeps of a next key's hash.
pub(super) fn prefix(next: &Hash) -> u64 {
    next.prefix() & (u64::MAX << (64 - NEXT_BITS))
}

/// An entry on its way into a bucket.
#[derive(Clone, Copy)]
pub(crate) struct Item {
    /// The key's hash.
    pub(crate) key: Hash,
    /// What the leaf binds the key to.
    pub(crate) content: Hash,
    next: u64,
}

impl Item {
    /// Of a leaf with this content and this next key.
    pub(crate) fn new(key: Hash, content: Hash, next: &Hash) -> Item {
        Item { key, content, next: prefix(next) }
    }
}

/// Buckets of every size.
pub(super) struct Buckets {
    sizes: [Slots<u64>; super::arena::SIZES],
}

impl Buckets {
    pub(super) fn new() -> Buckets {
        Buckets { sizes: std::array::from_fn(|size| Slots::new(size + 1)) }
    }

    /// The entries of the bucket at `link`, which is no branch.
    pub(super) fn entries(&self, link: Link) -> &[Block] {
        match link {
            Link::EMPTY => &[],
            link => {
                let (size, at) = link.bucket();
                &self.sizes[size].blocks(at)[..link.len()]
            }
        }
    }

    /// The prefix of the next key's hash, for each entry.
    pub(super) fn nexts(&self, link: Link) -> &[u64] {
        match link {
            Link::EMPTY => &[],
            link => {
                let (size, at) = link.bucket();
                &self.sizes[size].beside(at)[..link.len()]
            }
        }
    }

    /// Another content and next for the entry of `item`'s key, or `false` if there is none.
    pub(super) fn update(&mut self, link: Link, item: &Item) -> bool {
        let Some(index) = self.entries(link).iter().position(|entry| entry.is_of(&item.key)) else {
            return false;
        };
        let (size, at) = link.bucket();
        self.sizes[size].blocks_mut(at)[index].set(1, &item.content);
        self.sizes[size].beside_mut(at)[index] = item.next;
        true
    }

    /// Appends the entries to `items`.
    pub(super) fn copy(&self, link: Link, items: &mut Vec<Item>) {
        let entries = self.entries(link).iter().zip(self.nexts(link));
        let item =
            |(entry, next): (&Block, &u64)| Item { key: entry.key(), content: entry.content(), next: *next };
        items.extend(entries.map(item));
    }

    /// A new bucket of these entries, whose key hashes ascend.
    pub(super) fn put(&mut self, items: &[Item]) -> Link {
        assert!(items.len() <= BUCKET_ENTRIES_MAX, "a bucket's entries have room");
        if items.is_empty() {
            return Link::EMPTY;
        }
        let size = super::arena::size_for(items.len());
        let slots = &mut self.sizes[size];
        let at = slots.take();
        for (block, item) in slots.blocks_mut(at).iter_mut().zip(items) {
            *block = Block::of(&item.key, &item.content);
        }
        for (next, item) in slots.beside_mut(at).iter_mut().zip(items) {
            *next = item.next;
        }
        Link::of_bucket(at, items.len())
    }

    pub(super) fn free(&mut self, link: Link) {
        if link != Link::EMPTY {
            let (size, at) = link.bucket();
            self.sizes[size].free(at);
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.sizes.iter().map(Slots::bytes).sum()
    }

    /// The buckets that are in use, by size.
    #[cfg(test)]
    pub(super) fn used(&self) -> Vec<(usize, u32)> {
        let used = |(size, slots): (usize, &Slots<u64>)| slots.used().into_iter().map(move |at| (size, at));
        self.sizes.iter().enumerate().flat_map(used).collect()
    }
}
