//! The ordered writes of a call or block: the only way state changes.

use crate::codec::{Bytes, Decode, Encode, Error, Reader, Reason, Writer};
use crate::hash::DIFF;
use crate::id::Hash;
use std::collections::BTreeMap;

/// One entry for each key written, in key order: the new value, or `None` for a deletion. The last write
/// of a key wins, and writes that change nothing are entries too.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Diff(BTreeMap<Vec<u8>, Option<Vec<u8>>>);

impl Diff {
    /// No writes.
    pub fn new() -> Diff {
        Diff::default()
    }

    /// Writes `key`; whoever wrote it before is overruled.
    pub fn put(&mut self, key: Vec<u8>, value: Option<Vec<u8>>) {
        self.0.insert(key, value);
    }

    /// What `key` was last written to: `None` if it was not.
    pub fn get(&self, key: &[u8]) -> Option<Option<&[u8]>> {
        self.0.get(key).map(|value| value.as_deref())
    }

    /// Adds the writes of `later`, which win.
    pub fn merge(&mut self, later: Diff) {
        self.0.extend(later.0);
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

    /// The digest that an effect and a block header carry.
    pub fn hash(&self) -> Hash {
        DIFF.hash(&self.to_bytes())
    }
}

impl Encode for Diff {
    /// `[[key, value / null], …]`, keys strictly ascending.
    fn encode(&self, w: &mut Writer) {
        w.array(self.0.len());
        for (key, value) in self.iter() {
            w.array(2);
            w.bytes(key);
            match value {
                Some(value) => w.bytes(value),
                None => w.null(),
            }
        }
    }
}

impl Decode for Diff {
    fn decode(r: &mut Reader<'_>) -> Result<Diff, Error> {
        let mut diff = Diff::new();
        for _ in 0..r.array()? {
            let start = r.offset();
            let (key, value) = <(Bytes, Option<Bytes>)>::decode(r)?;
            if diff.0.last_key_value().is_some_and(|(last, _)| *last >= key.0) {
                return Err(r.error(start, Reason::Order));
            }
            diff.0.insert(key.0, value.map(|value| value.0));
        }
        Ok(diff)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_write_wins_and_order_is_the_keys() {
        let mut diff = Diff::new();
        diff.put(vec![2], Some(vec![1]));
        diff.put(vec![1], None);
        diff.put(vec![2], Some(vec![9]));
        assert_eq!(diff.to_bytes(), [0x82, 0x82, 0x41, 1, 0xf6, 0x82, 0x41, 2, 0x41, 9]);
        assert_eq!(Diff::from_bytes(&diff.to_bytes()), Ok(diff));
    }

    #[test]
    fn unordered_or_repeated_keys_are_refused() {
        for bytes in [
            [0x82, 0x82, 0x41, 2, 0xf6, 0x82, 0x41, 1, 0xf6],
            [0x82, 0x82, 0x41, 1, 0xf6, 0x82, 0x41, 1, 0xf6],
        ] {
            assert_eq!(Diff::from_bytes(&bytes).unwrap_err().reason, Reason::Order);
        }
    }

    #[test]
    fn an_inverted_range_is_empty() {
        let mut diff = Diff::new();
        diff.put(vec![2], None);
        assert_eq!(diff.range(&[3], Some(&[1])).count(), 0);
        assert_eq!(diff.range(&[2], None).count(), 1);
    }
}
