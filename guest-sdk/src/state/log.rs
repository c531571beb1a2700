//! Values in the order in which they came.

use crate::Value;
use crate::state::{Entries, Map, Stored};
use abi::interface::{Describe, Schema};
use core::ops::RangeBounds;

/// Values that are only ever added, each under its ordinal, from 0.
pub struct Log<T>(Map<u64, T>);

impl<T: Value> Log<T> {
    /// Adds a value behind the others; its ordinal.
    pub fn append(&mut self, value: &T) -> u64 {
        let ordinal = self.len();
        self.0.insert(&ordinal, value);
        ordinal
    }

    /// How many there are. No count is kept: this looks at the last value.
    pub fn len(&self) -> u64 {
        self.last().map_or(0, |(ordinal, _)| ordinal + 1)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of an ordinal.
    pub fn get(&self, ordinal: u64) -> Option<T> {
        self.0.get(&ordinal)
    }

    /// All of them with their ordinals, the oldest first.
    pub fn iter(&self) -> Entries<u64, T> {
        self.0.iter()
    }

    /// Those of a range of ordinals, as [`Map::range`].
    pub fn range(&self, ordinals: impl RangeBounds<u64>) -> Entries<u64, T> {
        self.0.range(ordinals)
    }

    /// The newest one.
    pub fn last(&self) -> Option<(u64, T)> {
        self.0.last()
    }
}

impl<T: Value> Stored for Log<T> {
    const KEY: Option<&'static Schema> = Some(u64::SCHEMA);
    const VALUE: &'static Schema = T::SCHEMA;

    fn at(prefix: &'static [u8]) -> Log<T> {
        Log(Map::at(prefix))
    }
}
