//! A tree on its way, from all entries of its state in byte order.
//!
//! Of an entry nothing is kept but what the trie keeps of it. Hashes are made in portions, on another thread than the
//! one that reads the entries.

use crate::leaf::{Leaf, contents};
use crate::tree::Tree;
use crate::trie::{Item, Trie};
use abi::Hash;
use abi::hash::{STATE_KEY, STATE_VALUE};
use abi::lanes::Padded;
use beside::both;

/// Entries of a portion.
const PORTION: usize = 4096;

/// Entries that follow one another, copied from where they lie.
#[derive(Default)]
pub(crate) struct Portion {
    bytes: Vec<u8>,
    /// Of each key and its value.
    lengths: Vec<(usize, usize)>,
}

impl Portion {
    /// Adds the next entry; a portion that is full by it is taken, and another begun.
    pub(crate) fn push(&mut self, key: &[u8], value: &[u8]) -> Option<Portion> {
        self.bytes.extend_from_slice(key);
        self.bytes.extend_from_slice(value);
        self.lengths.push((key.len(), value.len()));
        (self.lengths.len() == PORTION).then(|| std::mem::take(self))
    }

    /// The entries.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.lengths.iter().scan(self.bytes.as_slice(), |left, (key, value)| {
            let (entry, rest) = left.split_at_checked(key + value)?;
            *left = rest;
            entry.split_at_checked(*key)
        })
    }
}

/// The entries so far.
pub(crate) struct Building {
    items: Vec<Item>,
    /// The last leaf so far, of which the next is not known yet.
    last: Leaf,
}

impl Building {
    /// Before the first entry.
    pub(crate) fn new() -> Building {
        Building { items: Vec::new(), last: Leaf::SENTINEL }
    }

    /// Adds the entries after those so far; the last one's leaf waits for the next.
    pub(crate) fn add<'a>(&mut self, entries: impl Iterator<Item = (&'a [u8], &'a [u8])>) {
        let (mut keys, mut values) = (Padded::new(STATE_KEY), Padded::new(STATE_VALUE));
        for (key, value) in entries {
            keys.push(key);
            values.push(value);
        }
        let leaves = keys.take().into_iter().zip(values.take()).map(|(key, value)| {
            let leaf = Leaf { key, value, next: Hash::ZERO };
            Leaf { next: key, ..std::mem::replace(&mut self.last, leaf) }
        });
        let leaves: Vec<Leaf> = leaves.collect();
        self.items.extend(items(&leaves));
    }

    /// The tree. `None` where a key is there twice.
    pub(crate) fn finish(mut self) -> Option<Tree> {
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

/// The items by key hash: the lower half beside the upper one.
fn sorted(items: Vec<Item>) -> Vec<Item> {
    // Hashes seldom agree in their first bytes, and numbers are compared and moved faster than items.
    let order = (0u32..).zip(&items).map(|(at, item)| (item.key.prefix(), at));
    let (lower, upper): (Vec<_>, Vec<_>) = order.partition(|(prefix, _)| prefix >> 63 == 0);
    let key = |at: u32| &items[at as usize].key;
    let sorted = |mut order: Vec<(u64, u32)>| {
        order.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| key(a.1).cmp(key(b.1))));
        order.into_iter().map(|(_, at)| items[at as usize]).collect::<Vec<Item>>()
    };
    let (mut lower, upper) = both(items.len() >= PORTION, || sorted(lower), || sorted(upper));
    lower.extend(upper);
    lower
}
