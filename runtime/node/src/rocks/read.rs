//! Reading the database itself, and the state as it is at one moment.

use super::generation::{Generation, Written};
use super::memory::Shared;
use super::scanning::Scanning;
use abi::view::show_scanned;
use rocksdb::{DB, Direction, IteratorMode, ReadOptions, Snapshot};
use state::{Entry, Fault, Scan, View};
use std::sync::Arc;

/// The least key that a state may have.
const LEAST: &[u8] = &[0];
/// How far a scan of everything reads ahead.
const READAHEAD_BYTES: usize = 2 << 20;

/// A store for another thread, which reads it at one moment while blocks are applied.
#[derive(Clone)]
pub struct RocksReader {
    shared: Arc<Shared>,
}

impl RocksReader {
    pub(super) fn new(shared: &Arc<Shared>) -> RocksReader {
        RocksReader { shared: shared.clone() }
    }

    /// Shows `read` the state after the block that was last applied, with that block's height: as it is now, however
    /// many are applied meanwhile.
    pub fn frozen<T>(&self, read: impl FnOnce(u64, &dyn View) -> T) -> Result<T, Fault> {
        let moment = self.shared.moment()?;
        Ok(read(moment.height, &moment))
    }
}

/// Writes up to a height, to which nothing is added any more.
pub(super) struct Frozen {
    pub(super) height: u64,
    pub(super) writes: Generation,
}

/// The state at a height.
pub(super) struct Moment<'a> {
    pub(super) height: u64,
    /// What the database may not have yet, the oldest first.
    pub(super) frozen: Vec<Arc<Frozen>>,
    pub(super) stored: Stored<'a>,
}

impl Moment<'_> {
    fn generations(&self) -> impl Iterator<Item = &Generation> {
        self.frozen.iter().rev().map(|frozen| &frozen.writes)
    }
}

impl View for Moment<'_> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        match self.generations().find_map(|generation| generation.get(key)) {
            Some(value) => Ok(value.map(<[u8]>::to_vec)),
            None => self.stored.get(key),
        }
    }

    fn scan(&self, scan: &Scan<'_>) -> Result<Vec<Entry>, Fault> {
        let mut scanning = Scanning::new(*scan);
        let stored = |rest: &Scan<'_>, found: &mut Vec<Entry>| {
            found.extend(self.stored.scan(rest)?);
            Ok(())
        };
        scanning.go_on(0, stored, |rest| Written::new(self.generations(), rest))?;
        Ok(scanning.found)
    }

    fn show(&self, each: &mut dyn FnMut(&[u8], &[u8])) -> Result<(), Fault> {
        if self.frozen.is_empty() { self.stored.show(each) } else { show_scanned(self, each) }
    }
}

/// What the database holds, now or at a moment.
pub(super) struct Stored<'a> {
    db: &'a DB,
    snapshot: Option<Snapshot<'a>>,
}

impl Stored<'_> {
    pub(super) fn now(db: &DB) -> Stored<'_> {
        Stored { db, snapshot: None }
    }

    /// As it is now, whatever is written to it.
    pub(super) fn frozen(db: &DB) -> Stored<'_> {
        Stored { db, snapshot: Some(db.snapshot()) }
    }

    fn options(&self) -> ReadOptions {
        let mut options = ReadOptions::default();
        self.snapshot.iter().for_each(|snapshot| options.set_snapshot(snapshot));
        options
    }
}

impl View for Stored<'_> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        self.db.get_opt(key, &self.options()).map_err(|e| Fault::io("read the store", e))
    }

    fn scan(&self, scan: &Scan<'_>) -> Result<Vec<Entry>, Fault> {
        let (from, mut options) = (scan.from.max(LEAST), self.options());
        if scan.to.is_some_and(|to| to <= from) {
            return Ok(Vec::new());
        }
        options.set_iterate_lower_bound(from);
        if let Some(to) = scan.to {
            options.set_iterate_upper_bound(to);
        }
        // A reverse iterator starts at the last key within its bounds.
        let mode = match scan.reverse {
            false => IteratorMode::From(from, Direction::Forward),
            true => IteratorMode::End,
        };
        let entries = self.db.iterator_opt(mode, options).take(scan.limit);
        entries
            .map(|entry| entry.map(|(key, value)| (key.into_vec(), value.into_vec())))
            .collect::<Result<_, _>>()
            .map_err(|e| scan_failed(&e))
    }

    /// None is copied.
    fn show(&self, each: &mut dyn FnMut(&[u8], &[u8])) -> Result<(), Fault> {
        let mut options = self.options();
        options.set_readahead_size(READAHEAD_BYTES);
        options.fill_cache(false);
        let mut entries = self.db.raw_iterator_opt(options);
        entries.seek(LEAST);
        while let Some((key, value)) = entries.item() {
            each(key, value);
            entries.next();
        }
        entries.status().map_err(|e| scan_failed(&e))
    }
}

fn scan_failed(error: &rocksdb::Error) -> Fault {
    Fault::io("scan the store", error)
}
