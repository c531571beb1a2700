//! Typed state: a cell holds one value, a map one for each key, in the keys' order. A set is a map to nothing, a
//! log one from ordinals, and an index a set or a map of its own.
//!
//! ```text
//! cell           field name ‖ 0x00
//! map            field name ‖ 0x00 ‖ key              (the encoding of `abi::key`)
//! set            field name ‖ 0x00 ‖ key              the empty array
//! log            field name ‖ 0x00 ‖ ordinal
//! index          field name ‖ 0x00 ‖ by ‖ key         the empty array
//! unique index   field name ‖ 0x00 ‖ by               the key
//! ```
//!
//! Values are canonical CBOR. A field name holds no zero byte, so no field's keys are within another's.

use crate::{Value, host};
use abi::interface::Schema;
use abi::key::Key;
use alloc::vec::Vec;
use core::marker::PhantomData;
use core::ops::{Bound, RangeBounds};

mod index;
mod log;
mod set;

pub use index::{All, Index, IndexedMap, Indexing, Link, Linked, UniqueIndex, all, entries};
pub use log::Log;
pub use set::{Keys, Set};

/// A field of a program's state.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no field of a state",
    label = "not kept in state",
    note = "a field is a `Cell<T>`, `Map<K, V>`, `Set<K>`, `Log<T>`, or an `IndexedMap<K, V>` with its indexes, of \
            keys and values that can be kept: #[derive(Value)] makes your own types values"
)]
pub trait Stored {
    /// The form of its keys; a cell has none.
    const KEY: Option<&'static Schema>;
    /// The form of its values.
    const VALUE: &'static Schema;

    /// The field whose keys begin with `prefix`: its name and a zero byte.
    fn at(prefix: &'static [u8]) -> Self;
}

/// One value, or none.
pub struct Cell<T> {
    key: &'static [u8],
    value: PhantomData<T>,
}

impl<T: Value> Cell<T> {
    /// The value; `None` before the first is set.
    pub fn get(&self) -> Option<T> {
        host::get(self.key).map(|bytes| stored(&bytes))
    }

    /// Sets the value.
    pub fn set(&mut self, value: &T) {
        host::put(self.key, &value.to_bytes());
    }

    /// Removes the value.
    pub fn clear(&mut self) {
        host::delete(self.key);
    }
}

impl<T: Value> Stored for Cell<T> {
    const KEY: Option<&'static Schema> = None;
    const VALUE: &'static Schema = T::SCHEMA;

    fn at(prefix: &'static [u8]) -> Cell<T> {
        Cell { key: prefix, value: PhantomData }
    }
}

/// A value for each key, ordered by key.
///
/// That entries are read in the order of their keys is part of the contract: numbers by size, text and bytes by their
/// bytes, tuples by their first members first. It is the same on every engine, and in every version of a program.
pub struct Map<K, V> {
    prefix: &'static [u8],
    entry: PhantomData<(K, V)>,
}

impl<K: Key, V: Value> Map<K, V> {
    /// The value of `key`.
    pub fn get(&self, key: &K) -> Option<V> {
        host::get(&self.full(key)).map(|bytes| stored(&bytes))
    }

    /// Whether `key` has a value.
    pub fn contains(&self, key: &K) -> bool {
        host::has(&self.full(key))
    }

    /// Sets the value of `key`.
    pub fn insert(&mut self, key: &K, value: &V) {
        host::put(&self.full(key), &value.to_bytes());
    }

    /// Removes `key` and its value; there may be none.
    pub fn remove(&mut self, key: &K) {
        host::delete(&self.full(key));
    }

    /// All entries, in order.
    pub fn iter(&self) -> Entries<K, V> {
        self.range(..)
    }

    /// The entries of a range of keys, in order. A call can read 256 ranges at once, each from its first entry
    /// until it is dropped.
    pub fn range(&self, keys: impl RangeBounds<K>) -> Entries<K, V> {
        let from = match keys.start_bound() {
            Bound::Unbounded => self.prefix.to_vec(),
            Bound::Included(key) => self.full(key),
            Bound::Excluded(key) => self.behind(key),
        };
        let to = match keys.end_bound() {
            Bound::Unbounded => {
                // The prefix ends in a zero byte; what follows all its keys ends in a one.
                let mut end = self.prefix.to_vec();
                end.pop();
                end.push(1);
                end
            }
            Bound::Included(key) => self.behind(key),
            Bound::Excluded(key) => self.full(key),
        };
        self.entries(from, to)
    }

    /// The entries of the keys that begin with `head`, in order: those of `(head, …)`, where keys are tuples.
    pub fn of<H: Key>(&self, head: &H) -> Entries<K, V>
    where
        K: Begins<H>,
    {
        self.within((Bound::Included(head), Bound::Included(head)))
    }

    /// The entries of the keys whose beginnings are in a range, in order.
    pub fn within<H: Key>(&self, heads: impl RangeBounds<H>) -> Entries<K, V>
    where
        K: Begins<H>,
    {
        let from = match heads.start_bound() {
            Bound::Unbounded => self.prefix.to_vec(),
            Bound::Included(head) => self.head(head),
            Bound::Excluded(head) => past(self.head(head)),
        };
        let to = match heads.end_bound() {
            Bound::Unbounded => past(self.prefix.to_vec()),
            Bound::Included(head) => past(self.head(head)),
            Bound::Excluded(head) => self.head(head),
        };
        self.entries(from, to)
    }

    fn entries(&self, from: Vec<u8>, to: Vec<u8>) -> Entries<K, V> {
        let skip = self.prefix.len();
        Entries { from, to, skip, reverse: false, cursor: None, entry: Vec::new(), types: PhantomData }
    }

    /// The entry with the least key.
    pub fn first(&self) -> Option<(K, V)> {
        self.iter().next()
    }

    /// The entry with the greatest key.
    pub fn last(&self) -> Option<(K, V)> {
        self.iter().reversed().next()
    }

    fn full(&self, key: &K) -> Vec<u8> {
        let mut full = Vec::with_capacity(self.prefix.len() + 40);
        full.extend_from_slice(self.prefix);
        key.encode_key(&mut full);
        full
    }

    /// What the full keys begin with whose keys begin with `head`.
    fn head<H: Key>(&self, head: &H) -> Vec<u8> {
        let mut full = self.prefix.to_vec();
        head.encode_key(&mut full);
        full
    }

    /// The least key behind `key`: no encoding begins with another.
    fn behind(&self, key: &K) -> Vec<u8> {
        let mut full = self.full(key);
        full.push(0);
        full
    }
}

/// The least key behind all that begin with `head`, which begins with the name of a field: some byte of it is not the
/// greatest.
fn past(mut head: Vec<u8>) -> Vec<u8> {
    while let Some(last) = head.pop() {
        if last < u8::MAX {
            head.push(last + 1);
            break;
        }
    }
    head
}

/// A key that begins with an `H`: a tuple, with its first members.
pub trait Begins<H> {}

impl<A, B> Begins<A> for (A, B) {}
impl<A, B, C> Begins<A> for (A, B, C) {}
impl<A, B, C> Begins<(A, B)> for (A, B, C) {}
impl<A, B, C, D> Begins<A> for (A, B, C, D) {}
impl<A, B, C, D> Begins<(A, B)> for (A, B, C, D) {}
impl<A, B, C, D> Begins<(A, B, C)> for (A, B, C, D) {}

impl<K: Key + abi::interface::Describe, V: Value> Stored for Map<K, V> {
    const KEY: Option<&'static Schema> = Some(K::SCHEMA);
    const VALUE: &'static Schema = V::SCHEMA;

    fn at(prefix: &'static [u8]) -> Map<K, V> {
        Map { prefix, entry: PhantomData }
    }
}

/// The entries of a range. It sees what the call writes meanwhile, and so does not borrow the map.
pub struct Entries<K, V> {
    from: Vec<u8>,
    to: Vec<u8>,
    skip: usize,
    reverse: bool,
    cursor: Option<u32>,
    entry: Vec<u8>,
    types: PhantomData<(K, V)>,
}

impl<K, V> Entries<K, V> {
    /// The same entries, the greatest key first.
    ///
    /// # Panics
    ///
    /// If an entry has been read.
    pub fn reversed(mut self) -> Entries<K, V> {
        assert!(self.cursor.is_none(), "the range is being read");
        self.reverse = !self.reverse;
        self
    }
}

impl<K: Key, V: Value> Iterator for Entries<K, V> {
    type Item = (K, V);

    fn next(&mut self) -> Option<(K, V)> {
        let cursor = match self.cursor {
            Some(cursor) => cursor,
            None => *self.cursor.insert(host::scan_open(&self.from, &self.to, self.reverse)),
        };
        if !host::scan_next(cursor, &mut self.entry) {
            return None;
        }
        match entry(&self.entry, self.skip) {
            Some((key, value)) => Some((key, stored(value))),
            None => foreign(),
        }
    }
}

impl<K, V> Drop for Entries<K, V> {
    fn drop(&mut self) {
        if let Some(cursor) = self.cursor {
            host::scan_close(cursor);
        }
    }
}

/// The parts of `key length (4 bytes, little-endian) ‖ key ‖ value`, the key without its field's prefix.
fn entry<K: Key>(bytes: &[u8], skip: usize) -> Option<(K, &[u8])> {
    let (len, rest) = bytes.split_first_chunk::<4>()?;
    let (key, value) = rest.split_at_checked(u32::from_le_bytes(*len) as usize)?;
    let mut key = key.get(skip..)?;
    let decoded = K::decode_key(&mut key)?;
    key.is_empty().then_some((decoded, value))
}

fn stored<T: Value>(bytes: &[u8]) -> T {
    T::from_bytes(bytes).unwrap_or_else(|_| foreign())
}

/// Only a program whose field had another type can have written it.
#[cold]
fn foreign() -> ! {
    panic!("an entry in state is not of its field's type")
}

#[cfg(test)]
mod tests;
