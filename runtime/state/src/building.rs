//! A tree on its way, from all entries of its state in byte order.
//!
//! Of an entry nothing is kept but what the trie keeps of it. Hashes are made in portions.

use crate::leaf::{Leaf, contents};
use crate::tree::Tree;
use crate::trie::{Item, Trie};
use abi::Hash;
use abi::hash::{STATE_KEY, STATE_VALUE};
use abi::lanes::Padded;

/// Entries of a portion.
const PORTION: usize = 4096;

/// The entries so far.
pub(crate) struct Building {
    items: Vec<Item>,
    /// The last leaf of the portion before, of which the next is not known yet.
    last: Leaf,
    keys: Padded,
    values: Padded,
    waiting: usize,
}

impl Building {
    /// Before the first entry.
    pub(crate) fn new() -> Building {
        let (keys, values) = (Padded::new(STATE_KEY), Padded::new(STATE_VALUE));
        Building { items: Vec::new(), last: Leaf::SENTINEL, keys, values, waiting: 0 }
    }

    /// Adds the entry after those so far.
    pub(crate) fn push(&mut self, key: &[u8], value: &[u8]) {
        self.keys.push(key);
        self.values.push(value);
        self.waiting += 1;
        if self.waiting == PORTION {
            self.hash();
        }
    }

    /// Hashes the portion, and leaves its last leaf for the next.
    fn hash(&mut self) {
        let (keys, values) = (self.keys.take(), self.values.take());
        self.waiting = 0;
        let leaves = keys.into_iter().zip(values).map(|(key, value)| {
            let leaf = Leaf { key, value, next: Hash::ZERO };
            Leaf { next: key, ..std::mem::replace(&mut self.last, leaf) }
        });
        let leaves: Vec<Leaf> = leaves.collect();
        self.items.extend(items(&leaves));
    }

    /// The tree. `None` where a key is there twice.
    pub(crate) fn finish(mut self) -> Option<Tree> {
        self.hash();
        self.items.extend(items(&[self.last]));
        let items = sorted(self.items);
        items.is_sorted_by(|a, b| a.key < b.key).then(|| Tree { trie: Trie::of(&items) })
    }
}

/// What the trie keeps of some leaves.
fn items(leaves: &[Leaf]) -> impl Iterator<Item = Item> {
    let contents = contents(leaves.iter().copied());
    leaves.iter().zip(contents).map(|(leaf, content)| Item::new(leaf.key, content, &leaf.next))
}

/// The items by key hash.
fn sorted(items: Vec<Item>) -> Vec<Item> {
    // Hashes seldom agree in their first bytes, and numbers are compared and moved faster than items.
    let mut order: Vec<(u64, u32)> = Vec::with_capacity(items.len());
    order.extend((0u32..).zip(&items).map(|(at, item)| (item.key.prefix(), at)));
    let key = |at: u32| &items[at as usize].key;
    order.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| key(a.1).cmp(key(b.1))));
    order.into_iter().map(|(_, at)| items[at as usize]).collect()
}
