//! Writes on their way to a diff, in any order.

use crate::diff::Diff;
use std::collections::BTreeMap;

/// What has been written, by key: the last write of each.
#[derive(Clone, Debug, Default)]
pub struct Writes(BTreeMap<Vec<u8>, Option<Vec<u8>>>);

impl Writes {
    /// No writes.
    pub fn new() -> Writes {
        Writes::default()
    }

    /// Writes `key`; whoever wrote it before is overruled.
    pub fn put(&mut self, key: Vec<u8>, value: Option<Vec<u8>>) {
        self.0.insert(key, value);
    }

    /// Adds the writes of `later`, which win.
    pub fn merge(&mut self, later: &Diff) {
        self.0.extend(later.iter().map(|(key, value)| (key.to_vec(), value.map(<[u8]>::to_vec))));
    }

    /// What `key` was last written to: `None` if it was not.
    pub fn get(&self, key: &[u8]) -> Option<Option<&[u8]>> {
        self.0.get(key).map(|value| value.as_deref())
    }

    /// The writes in key order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&[u8], Option<&[u8]>)> + ExactSizeIterator {
        self.0.iter().map(|(key, value)| (key.as_slice(), value.as_deref()))
    }

    /// The writes of keys in `[from, to)`, in key order; no `to` means no end.
    pub fn range<'a>(
        &'a self,
        from: &[u8],
        to: Option<&[u8]>,
    ) -> impl DoubleEndedIterator<Item = (&'a [u8], Option<&'a [u8]>)> {
        use std::ops::Bound::{Excluded, Included, Unbounded};
        // An inverted range is empty, where `BTreeMap` would panic.
        let to = to.map(|to| to.max(from));
        let bounds = (Included(from), to.map_or(Unbounded, Excluded));
        self.0.range::<[u8], _>(bounds).map(|(key, value)| (key.as_slice(), value.as_deref()))
    }

    /// How many keys are written.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is written.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Writes> for Diff {
    fn from(writes: Writes) -> Diff {
        Diff::ascending(writes.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inverted_range_is_empty() {
        let mut writes = Writes::new();
        writes.put(vec![2], None);
        assert_eq!(writes.range(&[3], Some(&[1])).count(), 0);
        assert_eq!(writes.range(&[2], None).count(), 1);
    }
}
