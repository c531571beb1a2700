//! Values that were read of the database lately, by key.
//!
//! [`Pages`](super::pages::Pages) answer every question, but to find a key in them takes a dozen cache misses: most
//! keys that are asked for by themselves are asked for again, and are found here in three. Absent ones are not: they are
//! asked for before they are written, and then are in a generation.
//!
//! # Guarantees
//!
//! - It holds what the database does, or what it will hold once a generation is in it that lies above: who asks comes
//!   here when no generation knows the key.

use super::table::{Table, Write};

/// Of some keys, the last values that were read, and those before them. When the last ones are many, those before them
/// are forgotten; what is read of them counts as read now.
#[derive(Default)]
pub(super) struct Values {
    last: Table,
    before: Table,
}

impl Values {
    /// What a key holds: `None` where that is not known here.
    pub(super) fn get(&mut self, key: &[u8], bytes_max: usize) -> Option<Option<Vec<u8>>> {
        if let Some(value) = self.last.get(key) {
            return Some(value.map(<[u8]>::to_vec));
        }
        let value = self.before.get(key)?.map(<[u8]>::to_vec);
        if let Some(value) = &value {
            self.put(key, value, bytes_max);
        }
        Some(value)
    }

    /// Takes in what was read, for as much memory as that.
    pub(super) fn put(&mut self, key: &[u8], value: &[u8], bytes_max: usize) {
        if self.last.size() >= bytes_max / 2 {
            std::mem::swap(&mut self.last, &mut self.before);
            self.last.clear();
        }
        self.last.put(key, Some(value));
    }

    /// Whether nothing is known here.
    pub(super) fn is_empty(&self) -> bool {
        self.last.size() + self.before.size() == 0
    }

    /// The database holds another value now, or is about to.
    pub(super) fn update(&mut self, (key, value): Write<'_>) {
        // A table of either kind may know the key, or both; the last values are the ones that are asked first.
        if !self.last.put_known(key, value) {
            self.before.put_known(key, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_stays_and_shows_what_is_written() {
        let (mut values, bytes_max) = (Values::default(), 400);
        let read = |values: &mut Values, key: u8| values.get(&[key], bytes_max);
        values.put(&[1], b"one", bytes_max);
        values.put(&[2], b"two", bytes_max);
        values.update((&[2], None));
        assert_eq!(read(&mut values, 1), Some(Some(b"one".to_vec())));
        assert_eq!(read(&mut values, 2), Some(None), "that a key is gone is known, too");
        assert_eq!(read(&mut values, 3), None);
        // So many that the first ones are no longer among the last.
        (10..16).for_each(|key| values.put(&[key], b"more", bytes_max));
        values.update((&[1], Some(b"longer")));
        values.update((&[3], Some(b"never read")));
        values.update((&[15], None));
        assert_eq!(read(&mut values, 1), Some(Some(b"longer".to_vec())));
        assert_eq!(read(&mut values, 15), Some(None));
        assert_eq!(read(&mut values, 3), None);
        // It was read, so that it stays where others go; a value that changes meanwhile is never shown as it was.
        values.update((&[1], Some(b"last")));
        for key in 20..60 {
            values.put(&[key], b"more", bytes_max);
            assert_eq!(read(&mut values, 1), Some(Some(b"last".to_vec())), "{key}");
        }
        assert_eq!(read(&mut values, 2), None, "nobody has read it since");
        assert!(values.last.size() + values.before.size() <= bytes_max + 100);
    }
}
