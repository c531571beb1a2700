//! Keys with what they were written to, found by hash.
//!
//! Writing is quick: a new key is put behind the others and its number into a table by its hash, and a known key's value
//! takes the place of the old one.

use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::BuildHasher;

/// The last write of each key, which has a number: 0 for the first that was written.
#[derive(Default)]
pub(super) struct Table {
    /// Keys and values, and what has been overwritten.
    bytes: Vec<u8>,
    slots: Vec<Slot>,
    /// The slots' numbers, by key.
    by_key: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

/// Where a key and its value lie.
#[derive(Clone, Copy)]
struct Slot {
    key_at: usize,
    value_at: usize,
    key: u32,
    /// Or [`DELETED`].
    value: u32,
}

/// The length of a value that is not there.
const DELETED: u32 = u32::MAX;

/// A key, and what it was written to: `None` if it was deleted.
pub(super) type Write<'a> = (&'a [u8], Option<&'a [u8]>);

impl Table {
    /// One that has room for somewhat more than this one has: to make room while it is written takes long.
    pub(super) fn next(&self) -> Table {
        let room = |length: usize| length + length / 4;
        let (bytes, slots) = (room(self.bytes.len()), room(self.slots.len()));
        let by_key = HashTable::with_capacity(slots);
        let (bytes, slots) = (Vec::with_capacity(bytes), Vec::with_capacity(slots));
        Table { bytes, slots, by_key, hasher: DefaultHashBuilder::default() }
    }

    /// Forgets everything, and keeps the memory.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.slots.clear();
        self.by_key.clear();
    }

    /// Bytes of memory that hold something.
    pub(super) fn size(&self) -> usize {
        self.bytes.len() + self.slots.len() * (size_of::<Slot>() + 2 * size_of::<u32>())
    }

    pub(super) fn key(&self, number: u32) -> &[u8] {
        let slot = &self.slots[number as usize];
        &self.bytes[slot.key_at..][..slot.key as usize]
    }

    pub(super) fn write(&self, number: u32) -> Write<'_> {
        let slot = &self.slots[number as usize];
        let value = || &self.bytes[slot.value_at..][..slot.value as usize];
        (self.key(number), (slot.value != DELETED).then(value))
    }

    fn number(&self, hash: u64, key: &[u8]) -> Option<u32> {
        self.by_key.find(hash, |number| self.key(*number) == key).copied()
    }

    /// What a key was written to: `None` if it was not.
    pub(super) fn get(&self, key: &[u8]) -> Option<Option<&[u8]>> {
        let number = self.number(self.hasher.hash_one(key), key)?;
        Some(self.write(number).1)
    }

    /// Writes a key: its number, if it is a new one.
    pub(super) fn put(&mut self, key: &[u8], value: Option<&[u8]>) -> Option<u32> {
        let hash = self.hasher.hash_one(key);
        match self.number(hash, key) {
            Some(number) => {
                self.replace(number, value);
                None
            }
            None => Some(self.push(hash, key, value)),
        }
    }

    /// Writes a key that is here: whether it is.
    pub(super) fn put_known(&mut self, key: &[u8], value: Option<&[u8]>) -> bool {
        let number = self.number(self.hasher.hash_one(key), key);
        number.inspect(|number| self.replace(*number, value)).is_some()
    }

    fn push(&mut self, hash: u64, key: &[u8], value: Option<&[u8]>) -> u32 {
        let number = length(self.slots.len());
        let (key_at, value_at) = (self.bytes.len(), self.bytes.len() + key.len());
        self.bytes.extend_from_slice(key);
        self.bytes.extend_from_slice(value.unwrap_or_default());
        let value = value.map_or(DELETED, |value| length(value.len()));
        self.slots.push(Slot { key_at, value_at, key: length(key.len()), value });
        let Table { bytes, slots, by_key, hasher } = self;
        by_key.insert_unique(hash, number, |number| {
            let slot = &slots[*number as usize];
            hasher.hash_one(&bytes[slot.key_at..][..slot.key as usize])
        });
        number
    }

    /// The new value takes the place of the old one, if there is room.
    fn replace(&mut self, number: u32, value: Option<&[u8]>) {
        let slot = &mut self.slots[number as usize];
        let room = if slot.value == DELETED { 0 } else { slot.value as usize };
        slot.value = value.map_or(DELETED, |value| length(value.len()));
        let value = value.unwrap_or_default();
        if value.len() <= room {
            self.bytes[slot.value_at..][..value.len()].copy_from_slice(value);
        } else {
            slot.value_at = self.bytes.len();
            self.bytes.extend_from_slice(value);
        }
    }
}

fn length(bytes: usize) -> u32 {
    u32::try_from(bytes).expect("neither a value nor the keys of a table are so many")
}
