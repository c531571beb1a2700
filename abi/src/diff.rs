//! The ordered writes of a call or block: the only way state changes.

use crate::codec::{Decode, Encode, Error, Reader, Reason, Writer};
use crate::hash::DIFF;
use crate::id::Hash;
use crate::tag::sort_by_key;
use std::fmt;
use std::ops::Range;

/// One entry for each key written, in key order: the new value, or `None` for a deletion. The last write
/// of a key wins, and writes that change nothing are entries too.
///
/// It is made to be read, encoded and handed on: all of it lies in two pieces of memory. What is written to in any
/// order is [`Writes`](crate::writes::Writes).
#[derive(Clone, Default)]
pub struct Diff {
    /// Keys, and behind each its value.
    bytes: Vec<u8>,
    /// Where they lie, by key.
    places: Vec<Place>,
}

/// Where a key begins, its length, and that of its value, or [`DELETED`].
#[derive(Clone, Copy)]
struct Place {
    at: u32,
    key: u32,
    value: u32,
}

/// The length of a value that is not there.
const DELETED: u32 = u32::MAX;

impl Diff {
    /// No writes.
    pub fn new() -> Diff {
        Diff::default()
    }

    /// Writes `key`; whoever wrote it before is overruled. This is quick where the key is greater than all others.
    pub fn put(&mut self, key: Vec<u8>, value: Option<Vec<u8>>) {
        match self.places.last().is_none_or(|last| self.key(last) < &*key) {
            true => self.push(&key, value.as_deref()),
            false => {
                let found = self.places.binary_search_by(|place| self.key(place).cmp(&key));
                self.push(&key, value.as_deref());
                match (found, self.places.pop()) {
                    (Ok(at), Some(place)) => self.places[at] = place,
                    (Err(at), Some(place)) => self.places.insert(at, place),
                    (_, None) => {}
                }
            }
        }
    }

    /// The writes of keys that ascend strictly.
    pub(crate) fn ascending<'a>(writes: impl Iterator<Item = (&'a [u8], Option<&'a [u8]>)>) -> Diff {
        let mut diff = Diff { bytes: Vec::new(), places: Vec::with_capacity(writes.size_hint().0) };
        writes.for_each(|(key, value)| diff.push(key, value));
        diff
    }

    /// Writes a key that is greater than all others.
    fn push(&mut self, key: &[u8], value: Option<&[u8]>) {
        let length = |bytes: usize| u32::try_from(bytes).expect("a diff has less than 4 GiB");
        let value_length = value.map_or(DELETED, |value| length(value.len()));
        self.places.push(Place { at: length(self.bytes.len()), key: length(key.len()), value: value_length });
        self.bytes.extend_from_slice(key);
        self.bytes.extend_from_slice(value.unwrap_or_default());
    }

    fn key(&self, place: &Place) -> &[u8] {
        &self.bytes[place.at as usize..][..place.key as usize]
    }

    fn write(&self, place: &Place) -> (&[u8], Option<&[u8]>) {
        let value = || &self.bytes[place.at as usize + place.key as usize..][..place.value as usize];
        (self.key(place), (place.value != DELETED).then(value))
    }

    /// What `key` was last written to: `None` if it was not.
    pub fn get(&self, key: &[u8]) -> Option<Option<&[u8]>> {
        self.get_among(0..self.len(), key)
    }

    /// The same, where nothing but these of its writes can be of that key.
    pub(crate) fn get_among(&self, writes: Range<usize>, key: &[u8]) -> Option<Option<&[u8]>> {
        let places = &self.places[writes];
        let at = places.binary_search_by(|place| self.key(place).cmp(key)).ok()?;
        Some(self.write(&places[at]).1)
    }

    /// The writes in key order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&[u8], Option<&[u8]>)> + ExactSizeIterator {
        self.places.iter().map(|place| self.write(place))
    }

    /// The writes of keys in `[from, to)`, in key order; no `to` means no end.
    pub fn range<'a>(
        &'a self,
        from: &[u8],
        to: Option<&[u8]>,
    ) -> impl DoubleEndedIterator<Item = (&'a [u8], Option<&'a [u8]>)> {
        let before = |key: &[u8]| self.places.partition_point(|place| self.key(place) < key);
        let end = to.map_or(self.places.len(), before);
        self.places[before(from).min(end)..end].iter().map(|place| self.write(place))
    }

    /// How many keys are written.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether nothing is written.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Bytes of its keys and values.
    pub fn size(&self) -> usize {
        self.iter().map(|(key, value)| key.len() + value.map_or(0, <[u8]>::len)).sum()
    }

    /// The digest that an effect and a block header carry.
    pub fn hash(&self) -> Hash {
        // With room for the heads of its items.
        let mut w = Writer::with_capacity(self.size() + 16 * self.len() + 16);
        self.encode(&mut w);
        DIFF.hash(&w.into_bytes())
    }
}

/// Of writes in any order; of the same key, the last one counts.
impl<'a> FromIterator<(&'a [u8], Option<&'a [u8]>)> for Diff {
    fn from_iter<T: IntoIterator<Item = (&'a [u8], Option<&'a [u8]>)>>(writes: T) -> Diff {
        let writes: Vec<_> = writes.into_iter().collect();
        let key = |number: u32| writes[number as usize].0;
        // The sort keeps the order of equal keys: the last one comes first, and stays.
        let mut order: Vec<u32> =
            (0..u32::try_from(writes.len()).expect("a diff has fewer writes")).rev().collect();
        sort_by_key(&mut order, key);
        order.dedup_by_key(|number| key(*number));
        Diff::ascending(order.into_iter().map(|number| writes[number as usize]))
    }
}

impl PartialEq for Diff {
    fn eq(&self, other: &Diff) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Diff {}

impl fmt::Debug for Diff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl Encode for Diff {
    /// `[[key, value / null], …]`, keys strictly ascending.
    fn encode(&self, w: &mut Writer) {
        w.array(self.len());
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
            r.array_of(2)?;
            let key = r.bytes()?;
            let value = if r.null()? { None } else { Some(r.bytes()?) };
            if diff.places.last().is_some_and(|last| diff.key(last) >= key) {
                return Err(r.error(start, Reason::Order));
            }
            diff.push(key, value);
        }
        Ok(diff)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::writes::Writes;
    use proptest::prelude::*;

    #[test]
    fn last_write_wins_and_order_is_the_keys() {
        let mut diff = Diff::new();
        diff.put(vec![2], Some(vec![1]));
        diff.put(vec![1], None);
        diff.put(vec![2], Some(vec![9]));
        assert_eq!((diff.len(), diff.size()), (2, 3), "what was overruled does not count");
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

    proptest! {
        #[test]
        fn it_is_the_map_that_was_written(
            puts in proptest::collection::vec(
                (proptest::collection::vec(0u8..3, 0..3), proptest::option::of(proptest::collection::vec(0u8..2, 0..2))),
                0..20,
            ),
        ) {
            let (mut diff, mut writes) = (Diff::new(), Writes::new());
            for (key, value) in &puts {
                diff.put(key.clone(), value.clone());
                writes.put(key.clone(), value.clone());
                prop_assert_eq!(diff.get(key), Some(value.as_deref()));
            }
            prop_assert!(diff.iter().eq(writes.iter()));
            let at_once: Diff = puts.iter().map(|(key, value)| (&**key, value.as_deref())).collect();
            prop_assert_eq!(&at_once, &diff);
            prop_assert_eq!(&Diff::from_bytes(&diff.to_bytes()).unwrap(), &diff);
            prop_assert_eq!(Diff::from(writes), diff);
        }
    }
}
