//! A store in memory, and views of it that stay.

use crate::store::{Fill, Store, must_be_unborn, must_follow};
use abi::diff::Diff;
use abi::fault::Fault;
use abi::planted;
use abi::tag::Headed;
use abi::view::{Entry, Scan, View};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry::{Occupied, Vacant};
use std::ops::Bound::{Excluded, Included, Unbounded};
use std::ops::RangeInclusive;
use std::sync::{Arc, RwLock};

/// A store in memory, for replays and tests. Clones share their entries.
///
/// What a block replaces is kept while somebody is [pinned](MemoryStore::pinned) to a height at which it stood,
/// and after that until the key is written again.
#[derive(Clone, Default)]
pub struct MemoryStore {
    inner: Arc<RwLock<Inner>>,
}

#[derive(Default)]
struct Inner {
    applied: u64,
    entries: BTreeMap<Headed<'static>, Cell>,
    /// The heights that views are pinned to, and how many are to each.
    pins: BTreeMap<u64, usize>,
    /// Keys that are absent now, whose past somebody may still see: since which height.
    absent: Vec<(u64, Vec<u8>)>,
}

/// What has stood at one key.
struct Cell {
    now: Version,
    /// Older ones, the oldest first: each stood until the next one came.
    past: Vec<Version>,
}

/// A value or none, and the height of the block that wrote it.
struct Version {
    since: u64,
    value: Option<Vec<u8>>,
}

/// A view of a [`MemoryStore`] at the height at which it was taken, whatever is applied after.
struct Pinned {
    store: MemoryStore,
    height: u64,
}

impl Cell {
    /// The value at `height`.
    fn at(&self, height: u64) -> Option<&Vec<u8>> {
        let newest_first = std::iter::once(&self.now).chain(self.past.iter().rev());
        newest_first.into_iter().find(|version| version.since <= height)?.value.as_ref()
    }

    /// Writes a newer version. `pins`: the least height and the greatest that anybody is pinned to.
    fn write(&mut self, version: Version, pins: Option<(u64, u64)>) {
        let was = std::mem::replace(&mut self.now, version);
        let Some((least, greatest)) = pins else {
            self.past = Vec::new();
            return;
        };
        if was.since <= greatest {
            self.past.push(was);
        }
        let unseen = self.past.partition_point(|version| version.since <= least).saturating_sub(1);
        self.past.drain(..unseen);
    }
}

impl Inner {
    fn write(&mut self, key: &[u8], version: Version) {
        let pins = self.pins.first_key_value().zip(self.pins.last_key_value());
        let pins = pins.map(|((least, _), (greatest, _))| (*least, *greatest));
        match self.entries.entry(Headed::of(key.to_vec())) {
            Occupied(there) if version.value.is_none() && pins.is_none() => drop(there.remove()),
            Occupied(mut there) => {
                if version.value.is_none() {
                    self.absent.push((version.since, key.to_vec()));
                }
                there.get_mut().write(version, pins);
            }
            Vacant(_) if version.value.is_none() => {}
            Vacant(place) => _ = place.insert(Cell { now: version, past: Vec::new() }),
        }
    }

    /// One view fewer is pinned to `height`: keys are forgotten that nobody sees any more.
    fn unpin(&mut self, height: u64) {
        if let Some(count) = self.pins.get_mut(&height) {
            *count -= 1;
            if *count == 0 {
                self.pins.remove(&height);
            }
        }
        let least = self.pins.first_key_value().map_or(u64::MAX, |(least, _)| *least);
        let unseen = self.absent.partition_point(|(since, _)| *since <= least);
        for (since, key) in self.absent.drain(..unseen) {
            if let Occupied(there) = self.entries.entry(Headed::of(key))
                && (there.get().now.since, &there.get().now.value) == (since, &None)
            {
                there.remove();
            }
        }
    }

    fn get<'a>(&self, key: &'a [u8], height: u64) -> Option<Vec<u8>> {
        let entries: &BTreeMap<Headed<'a>, Cell> = &self.entries;
        entries.get(&Headed::of(key))?.at(height).cloned()
    }

    fn scan<'a>(&self, scan: &Scan<'a>, height: u64) -> Vec<Entry> {
        let entries: &BTreeMap<Headed<'a>, Cell> = &self.entries;
        let to = scan.to.map(|to| Headed::of(to.max(scan.from)));
        let range = entries.range((Included(Headed::of(scan.from)), to.map_or(Unbounded, Excluded)));
        let entry =
            |(key, cell): (&Headed<'_>, &Cell)| Some((key.bytes().to_vec(), cell.at(height)?.clone()));
        match scan.reverse {
            false => range.filter_map(entry).take(scan.limit).collect(),
            true => range.rev().filter_map(entry).take(scan.limit).collect(),
        }
    }
}

impl MemoryStore {
    /// What is applied, as it is now: later blocks do not show through.
    ///
    /// # Errors
    ///
    /// A writer panicked.
    pub fn pinned(&self) -> Result<Arc<dyn View>, Fault> {
        let mut inner = self.inner.write().map_err(|_| Fault::Stopped)?;
        let height = inner.applied;
        *inner.pins.entry(height).or_default() += 1;
        Ok(Arc::new(Pinned { store: self.clone(), height }))
    }

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

    fn apply_all(&mut self, heights: RangeInclusive<u64>, writes: &Diff) -> Result<(), Fault> {
        let mut inner = self.inner.write().map_err(|_| Fault::Stopped)?;
        let height = must_follow(inner.applied, &heights)?;
        for (key, value) in writes.iter() {
            if value.is_none() && planted!(DeleteNotApplied) {
                continue;
            }
            inner.write(key, Version { since: height, value: value.map(<[u8]>::to_vec) });
        }
        inner.applied = height;
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Fault> {
        self.read(|_| ())
    }
}

impl Fill for MemoryStore {
    fn fill(&mut self, entries: &[Entry]) -> Result<(), Fault> {
        let mut inner = self.inner.write().map_err(|_| Fault::Stopped)?;
        must_be_unborn(inner.applied)?;
        entries
            .iter()
            .for_each(|(key, value)| inner.write(key, Version { since: 0, value: Some(value.clone()) }));
        Ok(())
    }

    fn filled(&mut self, height: u64) -> Result<(), Fault> {
        let mut inner = self.inner.write().map_err(|_| Fault::Stopped)?;
        must_be_unborn(inner.applied)?;
        inner.applied = height;
        Ok(())
    }
}

impl View for MemoryStore {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        self.read(|inner| inner.get(key, inner.applied))
    }

    fn scan(&self, scan: &Scan<'_>) -> Result<Vec<Entry>, Fault> {
        self.read(|inner| inner.scan(scan, inner.applied))
    }
}

impl View for Pinned {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        self.store.read(|inner| inner.get(key, self.height))
    }

    fn scan(&self, scan: &Scan<'_>) -> Result<Vec<Entry>, Fault> {
        self.store.read(|inner| inner.scan(scan, self.height))
    }
}

impl Drop for Pinned {
    fn drop(&mut self) {
        // After a panic nothing is read any more, and nothing need be forgotten.
        if let Ok(mut inner) = self.store.inner.write() {
            inner.unpin(self.height);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::{btree_map, vec};
    use proptest::option;
    use proptest::prelude::*;

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
        assert!(must_follow(u64::MAX, &(0..=0)).is_err(), "heights do not wrap");
        assert_eq!(store.applied(), Ok(1));
        assert_eq!(store.view().get(b"a"), Ok(Some(b"1".to_vec())));
    }

    #[test]
    fn a_store_is_filled_once_and_goes_on_from_there() {
        let mut store = MemoryStore::default();
        store.fill(&[(b"a".to_vec(), b"1".to_vec())]).unwrap();
        store.filled(7).unwrap();
        assert_eq!(store.applied(), Ok(7));
        assert!(matches!(store.fill(&[]), Err(Fault::Host { .. })));
        assert!(matches!(store.filled(8), Err(Fault::Host { .. })));
        store.apply(8, &diff(&[("b", Some("2"))])).unwrap();
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

    proptest! {
        /// Whatever is pinned and let go in between: a pinned view shows its height, and nothing is kept for nobody.
        #[test]
        fn a_pinned_view_stays_as_it_was(
            blocks in vec((btree_map(0u8..6, option::of(any::<u8>()), 0..5), any::<bool>(), 0usize..4), 1..24),
            (from, to, reverse, limit) in (0u8..6, 0u8..7, any::<bool>(), 0usize..4),
        ) {
            let (from, to) = ([from], [to]);
            let scan = Scan { from: &from, to: Some(&to), reverse, limit };
            let (mut store, mut model) = (MemoryStore::default(), BTreeMap::<Vec<u8>, Vec<u8>>::new());
            let mut pinned = Vec::new();
            for (height, (writes, pins, lets_go)) in (1..).zip(blocks) {
                let mut diff = Diff::new();
                for (key, value) in writes {
                    diff.put(vec![key], value.map(|value| vec![value]));
                    match value {
                        Some(value) => model.insert(vec![key], vec![value]),
                        None => model.remove(&vec![key]),
                    };
                }
                store.apply(height, &diff).unwrap();
                if pins {
                    pinned.push((store.pinned().unwrap(), model.clone()));
                }
                if lets_go < pinned.len() {
                    pinned.remove(lets_go);
                }
                for (view, model) in &pinned {
                    prop_assert_eq!(view.scan(&ALL), View::scan(model, &ALL));
                    prop_assert_eq!(view.scan(&scan), View::scan(model, &scan));
                    prop_assert_eq!(view.get(&from), View::get(model, &from));
                }
                prop_assert_eq!(store.view().scan(&ALL), View::scan(&model, &ALL));
            }
            pinned.clear();
            let inner = store.inner.read().unwrap();
            prop_assert_eq!(inner.entries.len(), model.len());
            prop_assert!(inner.pins.is_empty() && inner.absent.is_empty());
        }
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
