//! The canonical bytes of many objects, in one piece of memory.

use crate::codec::{Encode, Writer};
use core::ops::Range;

/// Byte strings that follow one another, each the canonical bytes of an object.
#[derive(Default)]
pub struct Encoded {
    bytes: Writer,
    /// Where each of them ends.
    ends: Vec<usize>,
}

impl Encoded {
    /// No objects yet; there is room for so many, of so many bytes each.
    pub fn with_capacity(objects: usize, bytes: usize) -> Encoded {
        Encoded { bytes: Writer::with_capacity(objects * bytes), ends: Vec::with_capacity(objects) }
    }

    /// Adds an object.
    pub fn push(&mut self, object: &impl Encode) {
        self.write(|w| object.encode(w));
    }

    /// Adds the object that `write` writes.
    pub fn write(&mut self, write: impl FnOnce(&mut Writer)) {
        write(&mut self.bytes);
        self.ends.push(self.bytes.written().len());
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// All of them, in their order.
    pub fn all(&self) -> Vec<&[u8]> {
        self.some(0..self.len())
    }

    /// Those at some places.
    pub fn some(&self, places: Range<usize>) -> Vec<&[u8]> {
        let mut from = places.start.checked_sub(1).map_or(0, |before| self.ends[before]);
        let each = |end: &usize| &self.bytes.written()[core::mem::replace(&mut from, *end)..*end];
        self.ends[places].iter().map(each).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_object_is_there_by_itself() {
        let mut encoded = Encoded::with_capacity(2, 9);
        assert!(encoded.is_empty() && encoded.all().is_empty());
        for number in [7u64, 300, 0, 70_000] {
            encoded.push(&number);
        }
        let bytes = [7u64, 300, 0, 70_000].map(|number| number.to_bytes());
        assert_eq!((encoded.len(), encoded.all()), (4, bytes.each_ref().map(|it| &it[..]).to_vec()));
        assert_eq!(encoded.some(1..3), [&bytes[1][..], &bytes[2]]);
        assert!(encoded.some(4..4).is_empty());
    }
}
