//! Writes on their way to a diff, in any order.

use crate::diff::Diff;
use crate::tag::Headed;
use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Included, Unbounded};

/// What has been written, by key: the last write of each.
#[derive(Clone, Default)]
pub struct Writes(BTreeMap<Headed<'static>, Option<Vec<u8>>>);

impl Writes {
    /// No writes.
    pub fn new() -> Writes {
        Writes::default()
    }

    /// Writes `key`; whoever wrote it before is overruled.
    pub fn put(&mut self, key: Vec<u8>, value: Option<Vec<u8>>) {
        self.0.insert(Headed::of(key), value);
    }

    /// Adds the writes of `later`, which win.
    pub fn merge(&mut self, later: &Diff) {
        let later = later.iter().map(|(key, value)| (Headed::of(key.to_vec()), value.map(<[u8]>::to_vec)));
        match self.is_empty() {
            // They come in order.
            true => self.0 = later.collect(),
            false => self.0.extend(later),
        }
    }

    /// What `key` was last written to: `None` if it was not.
    pub fn get<'a>(&'a self, key: &'a [u8]) -> Option<Option<&'a [u8]>> {
        let writes: &BTreeMap<Headed<'a>, Option<Vec<u8>>> = &self.0;
        writes.get(&Headed::of(key)).map(Option::as_deref)
    }

    /// The writes in key order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&[u8], Option<&[u8]>)> + ExactSizeIterator {
        self.0.iter().map(|(key, value)| (key.bytes(), value.as_deref()))
    }

    /// The writes of keys in `[from, to)`, in key order; no `to` means no end.
    pub fn range<'a>(
        &'a self,
        from: &[u8],
        to: Option<&[u8]>,
    ) -> impl DoubleEndedIterator<Item = (&'a [u8], Option<&'a [u8]>)> {
        // An inverted range is empty, where `BTreeMap` would panic.
        let to = to.map(|to| Headed::of(to.max(from).to_vec()));
        let bounds = (Included(Headed::of(from.to_vec())), to.map_or(Unbounded, Excluded));
        self.0.range(bounds).map(|(key, value)| (key.bytes(), value.as_deref()))
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
