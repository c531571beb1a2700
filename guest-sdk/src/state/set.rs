//! Keys without values.

use crate::state::{Begins, Entries, Map, Stored};
use abi::interface::{Describe, Schema};
use abi::key::Key;
use core::ops::RangeBounds;

/// Keys, in order.
pub struct Set<K>(Map<K, ()>);

impl<K: Key> Set<K> {
    /// Whether `key` is in it.
    pub fn contains(&self, key: &K) -> bool {
        self.0.contains(key)
    }

    /// Puts `key` in; it may be there.
    pub fn insert(&mut self, key: &K) {
        self.0.insert(key, &());
    }

    /// Takes `key` out; it may not be there.
    pub fn remove(&mut self, key: &K) {
        self.0.remove(key);
    }

    /// All keys, in order.
    pub fn iter(&self) -> Keys<K> {
        Keys(self.0.iter())
    }

    /// Those of a range, in order, as [`Map::range`].
    pub fn range(&self, keys: impl RangeBounds<K>) -> Keys<K> {
        Keys(self.0.range(keys))
    }

    /// Those that begin with `head`, in order, as [`Map::of`].
    pub fn of<H: Key>(&self, head: &H) -> Keys<K>
    where
        K: Begins<H>,
    {
        Keys(self.0.of(head))
    }

    /// Those whose beginnings are in a range, in order, as [`Map::within`].
    pub fn within<H: Key>(&self, heads: impl RangeBounds<H>) -> Keys<K>
    where
        K: Begins<H>,
    {
        Keys(self.0.within(heads))
    }

    /// The least key.
    pub fn first(&self) -> Option<K> {
        self.iter().next()
    }

    /// The greatest key.
    pub fn last(&self) -> Option<K> {
        self.iter().reversed().next()
    }
}

impl<K: Key + Describe> Stored for Set<K> {
    const KEY: Option<&'static Schema> = Some(K::SCHEMA);
    const VALUE: &'static Schema = <()>::SCHEMA;

    fn at(prefix: &'static [u8]) -> Set<K> {
        Set(Map::at(prefix))
    }
}

/// The keys of a range, as [`Entries`] are read.
pub struct Keys<K>(Entries<K, ()>);

impl<K> Keys<K> {
    /// The same keys, the greatest first.
    ///
    /// # Panics
    ///
    /// If one has been read.
    pub fn reversed(self) -> Keys<K> {
        Keys(self.0.reversed())
    }
}

impl<K: Key> Iterator for Keys<K> {
    type Item = K;

    fn next(&mut self) -> Option<K> {
        self.0.next().map(|(key, ())| key)
    }
}
