//! One page: the entries of a range of keys, in two pieces of memory.

use super::Kept;
use abi::tag::{Tag, alike, tag};
use std::sync::atomic::{AtomicBool, Ordering};

/// Entries in key order.
#[derive(Default)]
pub(super) struct Page {
    /// Keys, and behind each its value; and what has been overwritten.
    bytes: Vec<u8>,
    slots: Vec<Slot>,
    /// So many bytes all keys begin with alike.
    alike: usize,
    /// Bytes of what has been overwritten.
    waste: usize,
    /// Whether all entries of the range are here, or nothing is known of it.
    pub(super) is_whole: bool,
    /// Whether somebody has read it since that was last asked.
    was_read: AtomicBool,
}

/// Where a key begins, its length, and that of its value behind it.
#[derive(Clone, Copy)]
struct Slot {
    /// The bytes of the key behind those that are alike: most keys are told apart by them.
    tag: Tag<1>,
    at: u32,
    key: u32,
    value: u32,
}

/// More entries than these, or more bytes, are split in two. Tests have few.
const ENTRIES_MAX: usize = if cfg!(test) { 4 } else { 64 };
const BYTES_MAX: usize = 32 << 10;

impl Page {
    fn key(&self, slot: &Slot) -> &[u8] {
        &self.bytes[slot.at as usize..][..slot.key as usize]
    }

    fn value(&self, slot: &Slot) -> &[u8] {
        &self.bytes[(slot.at + slot.key) as usize..][..slot.value as usize]
    }

    fn find(&self, key: &[u8]) -> Result<usize, usize> {
        let Some(first) = self.slots.first() else { return Err(0) };
        let alike = &self.key(first)[..self.alike];
        if !key.starts_with(alike) {
            return Err(if key < alike { 0 } else { self.slots.len() });
        }
        let tag = tag(key, self.alike);
        self.slots.binary_search_by(|slot| slot.tag.cmp(&tag).then_with(|| self.key(slot).cmp(key)))
    }

    /// Puts an entry of a new key in its place.
    fn insert(&mut self, at: usize, key: &[u8], value: &[u8]) {
        let slot = self.pushed(key, value);
        self.slots.insert(at, slot);
        if at == 0 || at + 1 == self.slots.len() {
            self.tell_apart();
        }
    }

    /// Finds out how many bytes all keys begin with alike, and tags them by what follows.
    fn tell_apart(&mut self) {
        let (Some(first), Some(last)) = (self.slots.first(), self.slots.last()) else { return };
        let alike = alike(self.key(first), self.key(last));
        if alike == self.alike {
            return;
        }
        self.alike = alike;
        for at in 0..self.slots.len() {
            self.slots[at].tag = tag(self.key(&self.slots[at]), alike);
        }
    }

    /// How many entries lie before `key`.
    fn before(&self, key: &[u8]) -> usize {
        self.find(key).unwrap_or_else(|at| at)
    }

    /// The value of a key.
    pub(super) fn get(&self, key: &[u8]) -> Option<&[u8]> {
        self.was_read.store(true, Ordering::Relaxed);
        self.find(key).ok().map(|at| self.value(&self.slots[at]))
    }

    /// The last entry of a key before `to`.
    pub(super) fn greatest(&self, to: &[u8]) -> Option<Kept<'_>> {
        self.was_read.store(true, Ordering::Relaxed);
        let slot = &self.slots[self.before(to).checked_sub(1)?];
        Some((self.key(slot), self.value(slot)))
    }

    /// The entries of keys in `[from, to)`, in key order.
    pub(super) fn range(&self, from: &[u8], to: Option<&[u8]>) -> impl DoubleEndedIterator<Item = Kept<'_>> {
        self.was_read.store(true, Ordering::Relaxed);
        let end = to.map_or(self.slots.len(), |to| self.before(to));
        let slots = &self.slots[self.before(from).min(end)..end];
        slots.iter().map(|slot| (self.key(slot), self.value(slot)))
    }

    /// Writes a key, if its range is known.
    pub(super) fn put(&mut self, key: &[u8], value: Option<&[u8]>) {
        if !self.is_whole {
            return;
        }
        match (self.find(key), value) {
            (Ok(at), Some(value)) => self.slots[at] = self.replaced(self.slots[at], value),
            (Err(at), Some(value)) => self.insert(at, key, value),
            (Ok(at), None) => {
                let slot = self.slots.remove(at);
                self.waste += (slot.key + slot.value) as usize;
            }
            (Err(_), None) => {}
        }
        if self.waste > self.bytes.len() / 2 {
            self.tighten();
        }
    }

    /// Makes it whole with all entries of its range.
    pub(super) fn complete(&mut self, entries: &[(Vec<u8>, Vec<u8>)]) {
        for (key, value) in entries {
            let slot = self.pushed(key, value);
            self.slots.push(slot);
        }
        self.tell_apart();
        self.is_whole = true;
        // Whoever asked for it is about to.
        self.was_read.store(true, Ordering::Relaxed);
    }

    fn pushed(&mut self, key: &[u8], value: &[u8]) -> Slot {
        let length = |bytes: usize| u32::try_from(bytes).expect("a page is split long before it has 4 GiB");
        let at = length(self.bytes.len());
        self.bytes.extend_from_slice(key);
        self.bytes.extend_from_slice(value);
        Slot { tag: tag(key, self.alike), at, key: length(key.len()), value: length(value.len()) }
    }

    /// The place of a key with its new value, which takes that of the old one if there is room.
    fn replaced(&mut self, slot: Slot, value: &[u8]) -> Slot {
        let (old, new) = (slot.value as usize, value.len());
        if new <= old {
            let at = (slot.at + slot.key) as usize;
            self.bytes[at..at + new].copy_from_slice(value);
            self.waste += old - new;
            let new = u32::try_from(new).expect("it is no longer than the old one");
            return Slot { value: new, ..slot };
        }
        self.waste += slot.key as usize + old;
        let key = self.key(&slot).to_vec();
        self.pushed(&key, value)
    }

    /// A page of only these of its entries, without waste.
    fn of(&self, slots: &[Slot]) -> Page {
        let was_read = AtomicBool::new(self.was_read.load(Ordering::Relaxed));
        let mut page = Page { is_whole: self.is_whole, was_read, ..Page::default() };
        page.bytes.reserve_exact(slots.iter().map(|slot| (slot.key + slot.value) as usize).sum());
        page.slots.reserve_exact(slots.len());
        for slot in slots {
            let new = page.pushed(self.key(slot), self.value(slot));
            page.slots.push(new);
        }
        page.tell_apart();
        page
    }

    /// Gives up what is waste.
    fn tighten(&mut self) {
        *self = self.of(&self.slots);
    }

    /// Forgets its entries, unless one was read since this was last called.
    pub(super) fn forget(&mut self) {
        if !self.was_read.swap(false, Ordering::Relaxed) {
            *self = Page::default();
        }
    }

    /// Whether it is to be split.
    pub(super) fn is_large(&self) -> bool {
        self.slots.len() > ENTRIES_MAX || (self.bytes.len() > BYTES_MAX && self.slots.len() > 1)
    }

    /// The key at which it is to be split, if it is so large.
    pub(super) fn middle(&self) -> Option<Box<[u8]>> {
        self.is_large().then(|| self.key(&self.slots[self.slots.len() / 2]).into())
    }

    /// Splits off a page of the entries from `key` on.
    pub(super) fn split_off(&mut self, key: &[u8]) -> Page {
        let at = self.before(key);
        let upper = self.of(&self.slots[at..]);
        self.slots.truncate(at);
        self.tighten();
        upper
    }

    /// Bytes of memory that it takes, beside its first key.
    pub(super) fn size(&self) -> usize {
        size_of::<Page>() + self.bytes.capacity() + self.slots.capacity() * size_of::<Slot>()
    }
}
