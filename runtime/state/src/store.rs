//! Where state is kept: live entries and the height that they stand for.

use abi::diff::Diff;
use abi::fault::Fault;
use abi::view::{Entry, Scan, View};
use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};

/// The applied state of a shard. It is a cache of the journal's fold: blocks are applied in order, each
/// with its height in the same atomic write, so that whatever survives a crash is the state of some block.
pub trait Store {
    /// What is applied, live: later blocks show through a view taken earlier.
    fn view(&self) -> Arc<dyn View>;

    /// The height of the last applied block; 0 at birth.
    fn applied(&self) -> Result<u64, Fault>;

    /// Applies the diff of block `height`, which is the one after [`applied`](Store::applied), or is a
    /// fault that changes nothing.
    fn apply(&mut self, height: u64, diff: &Diff) -> Result<(), Fault>;

    /// Returns when everything applied is durable.
    fn flush(&mut self) -> Result<(), Fault>;
}

/// The rule every store keeps: block `height` is applied right after block `applied`.
pub fn must_follow(applied: u64, height: u64) -> Result<(), Fault> {
    match applied.checked_add(1) == Some(height) {
        true => Ok(()),
        false => Err(Fault::host(format!("a block applied out of order: applied={applied} height={height}"))),
    }
}

/// A store in memory, for replays and tests. Clones share their entries.
#[derive(Clone, Default)]
pub struct MemoryStore {
    inner: Arc<RwLock<Inner>>,
}

#[derive(Default)]
struct Inner {
    applied: u64,
    entries: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl MemoryStore {
    /// What `read` sees under the lock. A writer that panicked may have left half a block behind, so
    /// that nothing is read after it.
    fn read<T>(&self, read: impl FnOnce(&Inner) -> T) -> Result<T, Fault> {
        self.inner.read().map(|inner| read(&inner)).map_err(|_| Fault::Stopped)
    }
}

impl Store for MemoryStore {
    fn view(&self) -> Arc<dyn View> {
        Arc::new(self.clone())
    }

    fn applied(&self) -> Result<u64, Fault> {
        self.read(|inner| inner.applied)
    }

    fn apply(&mut self, height: u64, diff: &Diff) -> Result<(), Fault> {
        let mut inner = self.inner.write().map_err(|_| Fault::Stopped)?;
        must_follow(inner.applied, height)?;
        for (key, value) in diff.iter() {
            match value {
                Some(value) => inner.entries.insert(key.to_vec(), value.to_vec()),
                None => inner.entries.remove(key),
            };
        }
        inner.applied = height;
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Fault> {
        self.read(|_| ())
    }
}

impl View for MemoryStore {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        self.read(|inner| inner.entries.get(key).cloned())
    }

    fn scan(&self, scan: &Scan<'_>) -> Result<Vec<Entry>, Fault> {
        self.read(|inner| View::scan(&inner.entries, scan))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Scan<'static> = Scan { from: b"", to: None, reverse: false, limit: usize::MAX };

    fn diff(writes: &[(&str, Option<&str>)]) -> Diff {
        let mut diff = Diff::new();
        for (key, value) in writes {
            diff.put(key.as_bytes().to_vec(), value.map(|value| value.as_bytes().to_vec()));
        }
        diff
    }

    #[test]
    fn a_block_is_applied_with_its_height() {
        let mut store = MemoryStore::default();
        assert_eq!(store.applied(), Ok(0));
        store.apply(1, &diff(&[("a", Some("1")), ("b", Some("2"))])).unwrap();
        store.apply(2, &diff(&[("a", None), ("b", Some("3")), ("c", None)])).unwrap();
        store.flush().unwrap();
        assert_eq!(store.applied(), Ok(2));
        assert_eq!(store.view().get(b"a"), Ok(None));
        assert_eq!(store.view().scan(&ALL), Ok(vec![(b"b".to_vec(), b"3".to_vec())]));
    }

    #[test]
    fn a_block_out_of_order_changes_nothing() {
        let mut store = MemoryStore::default();
        store.apply(1, &diff(&[("a", Some("1"))])).unwrap();
        for height in [0, 1, 3, u64::MAX] {
            assert!(matches!(store.apply(height, &diff(&[("a", None)])), Err(Fault::Host { .. })));
        }
        assert!(must_follow(u64::MAX, 0).is_err(), "heights do not wrap");
        assert_eq!(store.applied(), Ok(1));
        assert_eq!(store.view().get(b"a"), Ok(Some(b"1".to_vec())));
    }

    #[test]
    fn views_are_live_and_clones_share() {
        let mut store = MemoryStore::default();
        let (view, twin) = (store.view(), store.clone());
        store.apply(1, &diff(&[("a", Some("1"))])).unwrap();
        assert_eq!(view.get(b"a"), Ok(Some(b"1".to_vec())));
        assert_eq!(twin.applied(), Ok(1));
    }

    #[test]
    fn nothing_is_read_after_a_writer_panicked() {
        let mut store = MemoryStore::default();
        let twin = store.clone();
        let panicked = std::panic::catch_unwind(move || {
            let _held = twin.inner.write();
            panic!("in the middle of a block");
        });
        assert!(panicked.is_err());
        assert_eq!(store.view().get(b"a"), Err(Fault::Stopped));
        assert_eq!(store.apply(1, &Diff::new()), Err(Fault::Stopped));
    }
}
