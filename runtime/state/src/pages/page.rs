//! One page: the entries of a range of keys, in two pieces of memory.

use std::sync::atomic::{AtomicBool, Ordering};

/// Entries in key order, each with the generation of writes that it is of.
pub(super) struct Page {
    /// Keys, and behind each its value; and what has been overwritten.
    bytes: Vec<u8>,
    slots: Vec<Slot>,
    /// So many bytes all keys begin with alike.
    alike: usize,
    /// Bytes of what has been overwritten.
    waste: usize,
    /// The greatest generation of an entry.
    newest: u32,
    /// Whether all entries of the range are here, or only those that were written.
    pub(super) is_whole: bool,
    /// Whether somebody has read it since that was last asked.
    was_read: AtomicBool,
}

/// Where a key begins, its length, and that of its value, or [`DELETED`].
#[derive(Clone, Copy)]
struct Slot {
    /// The bytes of the key behind those that are alike: most keys are told apart by them.
    tag: u64,
    at: u32,
    key: u32,
    value: u32,
    generation: u32,
}

/// The bytes of a key behind the first `alike`: of two keys that begin so, the one with the lesser tag is the lesser.
fn tag(key: &[u8], alike: usize) -> u64 {
    let behind = key.get(alike..).unwrap_or_default();
    let mut tag = [0; 8];
    let length = behind.len().min(8);
    tag[..length].copy_from_slice(&behind[..length]);
    u64::from_be_bytes(tag)
}

/// The length of a value that is not there: the key was deleted.
const DELETED: u32 = u32::MAX;

/// More entries than these, or more bytes, are split in two. Tests have few.
const ENTRIES_MAX: usize = if cfg!(test) { 4 } else { 64 };
const BYTES_MAX: usize = 32 << 10;

impl Page {
    pub(super) fn new(is_whole: bool) -> Page {
        let (bytes, slots) = (Vec::new(), Vec::new());
        Page { bytes, slots, alike: 0, waste: 0, newest: 0, is_whole, was_read: AtomicBool::new(true) }
    }

    fn key(&self, slot: &Slot) -> &[u8] {
        &self.bytes[slot.at as usize..][..slot.key as usize]
    }

    fn value(&self, slot: &Slot) -> Option<&[u8]> {
        let value = || &self.bytes[(slot.at + slot.key) as usize..][..slot.value as usize];
        (slot.value != DELETED).then(value)
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
    fn insert(&mut self, at: usize, key: &[u8], value: Option<&[u8]>, generation: u32) {
        let slot = self.pushed(key, value, generation);
        self.slots.insert(at, slot);
        if at == 0 || at + 1 == self.slots.len() {
            self.tell_apart();
        }
    }

    /// Finds out how many bytes all keys begin with alike, and tags them by what follows.
    fn tell_apart(&mut self) {
        let (Some(first), Some(last)) = (self.slots.first(), self.slots.last()) else { return };
        let both = self.key(first).iter().zip(self.key(last));
        let alike = both.take_while(|(one, other)| one == other).count();
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

    /// What is known of a key: its value, or that it was deleted.
    pub(super) fn get(&self, key: &[u8]) -> Option<Option<&[u8]>> {
        self.was_read.store(true, Ordering::Relaxed);
        self.find(key).ok().map(|at| self.value(&self.slots[at]))
    }

    /// The entries of keys in `[from, to)` that have a value, in key order.
    pub(super) fn live(
        &self,
        from: &[u8],
        to: Option<&[u8]>,
    ) -> impl DoubleEndedIterator<Item = (&[u8], &[u8])> {
        self.was_read.store(true, Ordering::Relaxed);
        let end = to.map_or(self.slots.len(), |to| self.before(to));
        let slots = &self.slots[self.before(from).min(end)..end];
        slots.iter().filter_map(|slot| Some((self.key(slot), self.value(slot)?)))
    }

    /// What was written by generations after `flushed` and not after `last`, in key order.
    pub(super) fn written(&self, flushed: u32, last: u32) -> impl Iterator<Item = (&[u8], Option<&[u8]>)> {
        let slots = if self.newest > flushed { &self.slots[..] } else { &[] };
        let is_of = move |slot: &&Slot| slot.generation > flushed && slot.generation <= last;
        slots.iter().filter(is_of).map(|slot| (self.key(slot), self.value(slot)))
    }

    /// Writes a key. What it says before is handed to `before` with its generation.
    pub(super) fn put(
        &mut self,
        key: &[u8],
        value: Option<&[u8]>,
        generation: u32,
        before: impl FnOnce(u32, Option<&[u8]>),
    ) {
        self.newest = self.newest.max(generation);
        match self.find(key) {
            Ok(at) => {
                let slot = self.slots[at];
                before(slot.generation, self.value(&slot));
                self.slots[at] = self.replaced(slot, value, generation);
            }
            Err(at) => self.insert(at, key, value, generation),
        }
        if self.waste > self.bytes.len() / 2 {
            self.keep(|_| true);
        }
    }

    /// Makes it whole with all entries of its range as they are in the backing. Where something is known of a key,
    /// that counts.
    pub(super) fn complete(&mut self, entries: &[(Vec<u8>, Vec<u8>)]) {
        for (key, value) in entries {
            if let Err(at) = self.find(key) {
                self.insert(at, key, Some(value), 0);
            }
        }
        self.is_whole = true;
        // Whoever asked for it is about to.
        self.was_read.store(true, Ordering::Relaxed);
    }

    fn pushed(&mut self, key: &[u8], value: Option<&[u8]>, generation: u32) -> Slot {
        let length = |bytes: usize| u32::try_from(bytes).expect("a page is split long before it has 4 GiB");
        let (at, key_length) = (length(self.bytes.len()), length(key.len()));
        self.bytes.extend_from_slice(key);
        self.bytes.extend_from_slice(value.unwrap_or_default());
        let value = value.map_or(DELETED, |value| length(value.len()));
        Slot { tag: tag(key, self.alike), at, key: key_length, value, generation }
    }

    /// The place of a key with its new value, which takes that of the old one if there is room.
    fn replaced(&mut self, slot: Slot, value: Option<&[u8]>, generation: u32) -> Slot {
        let old = self.value(&slot).map_or(0, <[u8]>::len);
        let new = value.map_or(0, <[u8]>::len);
        if new <= old {
            let at = (slot.at + slot.key) as usize;
            self.bytes[at..at + new].copy_from_slice(value.unwrap_or_default());
            self.waste += old - new;
            let length = |value: &[u8]| u32::try_from(value.len()).expect("it is no longer than the old one");
            return Slot { value: value.map_or(DELETED, length), generation, ..slot };
        }
        self.waste += slot.key as usize + old;
        let key = self.key(&slot).to_vec();
        self.pushed(&key, value, generation)
    }

    /// A page of only these of its entries, without waste.
    fn of(&self, slots: &[Slot]) -> Page {
        let mut page = Page::new(self.is_whole);
        let length = |slot: &Slot| slot.key as usize + self.value(slot).map_or(0, <[u8]>::len);
        page.bytes.reserve_exact(slots.iter().map(length).sum());
        page.slots.reserve_exact(slots.len());
        for slot in slots {
            let new = page.pushed(self.key(slot), self.value(slot), slot.generation);
            page.slots.push(new);
            page.newest = page.newest.max(slot.generation);
        }
        page.tell_apart();
        page
    }

    /// Keeps only these entries, and no waste.
    fn keep(&mut self, is_kept: impl Fn(&Slot) -> bool) {
        self.slots.retain(is_kept);
        let was_read = AtomicBool::new(*self.was_read.get_mut());
        *self = Page { was_read, ..self.of(&self.slots) };
    }

    /// Forgets deletions that the backing knows of, up to generation `flushed`.
    pub(super) fn tidy(&mut self, flushed: u32) {
        let is_gone = |slot: &Slot| slot.value == DELETED && slot.generation <= flushed;
        if self.is_whole && self.slots.iter().any(is_gone) {
            self.keep(|slot| !is_gone(slot));
        }
    }

    /// Forgets all that the backing knows, up to generation `flushed`, unless it was read since this was last asked.
    pub(super) fn forget(&mut self, flushed: u32) {
        if !self.was_read.swap(false, Ordering::Relaxed) {
            self.keep(|slot| slot.generation > flushed);
            self.is_whole = false;
        }
    }

    /// Whether nothing is known of its range.
    pub(super) fn is_blank(&self) -> bool {
        self.slots.is_empty() && !self.is_whole
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
        self.keep(|_| true);
        upper
    }

    /// Bytes of memory that it takes, beside its first key.
    pub(super) fn size(&self) -> usize {
        size_of::<Page>() + self.bytes.capacity() + self.slots.capacity() * size_of::<Slot>()
    }
}
