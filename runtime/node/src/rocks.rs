//! The store on RocksDB: a cache of the journal's fold, so it runs without a log of its own.
//!
//! # Guarantees
//!
//! - The height marker is an entry among those of the state, under a key that no state has, and travels in the same
//!   batch or file as the writes that it marks: after any crash both are there, or neither. What a crash loses, the
//!   journal replays.
//! - What a [`RocksReader`] shows is the state after one block, however many are applied meanwhile.

use crate::reserve::Reserve;
use rocksdb::{
    DB, Direction, ErrorKind, FlushOptions, IngestExternalFileOptions, IteratorMode, Options, ReadOptions,
    Snapshot, SstFileWriter, WriteBatch, WriteOptions,
};
use state::{Diff, Entry, Fault, Fill, Range, Scan, Store, View, must_be_unborn, must_follow};
use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::Arc;

/// The key of the height marker: a key of the state begins with the byte of its space.
const HEIGHT: &[u8] = b"";
/// The least key that a state may have.
const LEAST: &[u8] = &[0];
/// How far a scan of everything reads ahead.
const READAHEAD_BYTES: usize = 2 << 20;
/// Writes of so many bytes at once become a file of their own. Tests have few.
const FILE_BYTES_MIN: usize = if cfg!(test) { 1 << 7 } else { 1 << 20 };
/// That file, before the store has it.
const FILE: &str = "next.sst";

/// A store in one directory.
pub struct RocksStore {
    db: Arc<DB>,
    /// What is given up when there is no room to flush.
    reserve: Option<Reserve>,
    /// Whether what was written is sorted together in the background.
    is_compacting: bool,
}

/// The store as it is now.
struct RocksView {
    db: Arc<DB>,
}

/// A store for another thread, which reads it at one moment while blocks are applied.
#[derive(Clone)]
pub struct RocksReader {
    db: Arc<DB>,
}

/// The store as it was at that moment.
struct FrozenView<'a> {
    db: &'a DB,
    snapshot: Snapshot<'a>,
}

impl RocksReader {
    /// Shows `read` the state after the block that is applied last now, with that block's height.
    pub fn frozen<T>(&self, read: impl FnOnce(u64, &dyn View) -> T) -> Result<T, Fault> {
        let view = FrozenView { db: &self.db, snapshot: self.db.snapshot() };
        let height = height_of(view.snapshot.get(HEIGHT))?;
        Ok(read(height, &view))
    }
}

impl RocksStore {
    /// A reader of this store.
    pub fn reader(&self) -> RocksReader {
        RocksReader { db: self.db.clone() }
    }

    /// Opens the store in `path`, which is made if it is not there.
    pub fn open(path: &Path) -> Result<RocksStore, Fault> {
        let mut options = options();
        options.create_if_missing(true);
        // Opening is no time for it: see `apply_all`.
        options.set_disable_auto_compactions(true);
        let db = DB::open(&options, path).map_err(|e| cannot_open(&e))?;
        Ok(RocksStore { db: Arc::new(db), reserve: None, is_compacting: false })
    }

    /// The same store, which gives this up when there is no room to flush.
    pub(crate) fn with_reserve(self, reserve: Reserve) -> RocksStore {
        RocksStore { reserve: Some(reserve), ..self }
    }

    /// Opens the store in `path` without changing a file; none, if nothing is there.
    pub fn open_to_read(path: &Path) -> Result<Option<RocksStore>, Fault> {
        let is_empty = || path.read_dir().is_ok_and(|mut entries| entries.next().is_none());
        if !path.exists() || is_empty() {
            return Ok(None);
        }
        let options = options();
        // To read a part of them only is no error of RocksDB's.
        let families = DB::list_cf(&options, path).map_err(|e| cannot_open(&e))?;
        if families != ["default"] {
            return Err(Fault::corrupt(format!("store: column families {families:?}")));
        }
        let db = DB::open_for_read_only(&options, path, false).map_err(|e| cannot_open(&e))?;
        Ok(Some(RocksStore { db: Arc::new(db), reserve: None, is_compacting: false }))
    }
}

/// Why a store is not opened: its files are not what was written, or the system refused.
fn cannot_open(error: &rocksdb::Error) -> Fault {
    match error.kind() {
        ErrorKind::Corruption | ErrorKind::InvalidArgument => Fault::corrupt(format!("store: {error}")),
        _ => Fault::io("open the store", error),
    }
}

/// What every opening has in common.
fn options() -> Options {
    let mut options = Options::default();
    options.set_compression_type(rocksdb::DBCompressionType::Lz4);
    options.set_write_buffer_size(32 << 20);
    options.set_max_open_files(256);
    options.set_keep_log_file_num(2);
    options.set_paranoid_checks(true);
    options
}

/// The height that a marker says; 0 where there is none.
fn height_of(marker: Result<Option<Vec<u8>>, rocksdb::Error>) -> Result<u64, Fault> {
    let Some(bytes) = marker.map_err(|e| Fault::io("read the store", e))? else {
        return Ok(0);
    };
    let bytes = bytes.try_into().map_err(|_| Fault::corrupt("store: the height marker"))?;
    Ok(u64::from_be_bytes(bytes))
}

impl RocksStore {
    /// Writes what makes the state that of a height, with that height.
    fn write_at(&self, height: u64, writes: &Diff) -> Result<(), Fault> {
        let mut batch = WriteBatch::default();
        for (key, value) in writes.iter() {
            match value {
                Some(value) => batch.put(key, value),
                None => batch.delete(key),
            }
        }
        batch.put(HEIGHT, height.to_be_bytes());
        self.write(batch)
    }

    /// The same for many writes: durable when it returns.
    fn ingest_at(&self, height: u64, writes: &Diff) -> Result<(), Fault> {
        let (options, file) = (options(), self.db.path().join(FILE));
        let write = || {
            let mut writer = SstFileWriter::create(&options);
            writer.open(&file)?;
            writer.put(HEIGHT, height.to_be_bytes())?;
            for (key, value) in writes.iter() {
                match value {
                    Some(value) => writer.put(key, value)?,
                    None => writer.delete(key)?,
                }
            }
            writer.finish()?;
            let mut moved = IngestExternalFileOptions::default();
            moved.set_move_files(true);
            self.db.ingest_external_file_opts(&moved, vec![&file])
        };
        write().map_err(|e| Fault::io("write the store", e))
    }

    fn write(&self, batch: WriteBatch) -> Result<(), Fault> {
        let mut options = WriteOptions::default();
        options.disable_wal(true);
        self.db.write_opt(batch, &options).map_err(|e| Fault::io("write the store", e))
    }
}

impl Store for RocksStore {
    fn view(&self) -> Arc<dyn View> {
        Arc::new(RocksView { db: self.db.clone() })
    }

    fn applied(&self) -> Result<u64, Fault> {
        height_of(self.db.get(HEIGHT))
    }

    fn apply_all(&mut self, heights: RangeInclusive<u64>, writes: &Diff) -> Result<(), Fault> {
        let is_one = heights.start() == heights.end();
        let height = must_follow(self.applied()?, &heights)?;
        // From the first block on that comes by itself the store is in use, and in the background it is kept tidy.
        if is_one && !std::mem::replace(&mut self.is_compacting, true) {
            let on = self.db.set_options(&[("disable_auto_compactions", "false")]);
            on.map_err(|e| Fault::io("compact the store", e))?;
        }
        match is_one || writes.size() < FILE_BYTES_MIN {
            true => self.write_at(height, writes),
            false => self.ingest_at(height, writes),
        }
    }

    fn flush(&mut self) -> Result<(), Fault> {
        self.reserve.iter().for_each(Reserve::give_up_if_full);
        let mut options = FlushOptions::default();
        options.set_wait(true);
        self.db.flush_opt(&options).map_err(|e| Fault::io("flush the store", e))
    }
}

impl Fill for RocksStore {
    fn fill(&mut self, entries: &[Entry]) -> Result<(), Fault> {
        must_be_unborn(self.applied()?)?;
        let mut batch = WriteBatch::default();
        entries.iter().for_each(|(key, value)| batch.put(key, value));
        self.write(batch)
    }

    fn filled(&mut self, height: u64) -> Result<(), Fault> {
        must_be_unborn(self.applied()?)?;
        let mut batch = WriteBatch::default();
        batch.put(HEIGHT, height.to_be_bytes());
        self.write(batch)?;
        self.flush()
    }
}

impl View for RocksView {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        self.db.get(key).map_err(|e| Fault::io("read the store", e))
    }

    fn scan(&self, scan: &Scan<'_>) -> Result<Vec<Entry>, Fault> {
        scanned(&self.db, ReadOptions::default(), scan)
    }

    fn show(&self, each: &mut dyn FnMut(&[u8], &[u8])) -> Result<(), Fault> {
        shown(&self.db, ReadOptions::default(), each)
    }

    /// One iterator goes from each range to the next.
    fn greatest(&self, ranges: &[Range<'_>]) -> Result<Vec<Option<Entry>>, Fault> {
        let mut entries = self.db.raw_iterator();
        let greatest = |(from, to): &Range<'_>| {
            entries.seek_for_prev(to);
            if entries.key() == Some(to) {
                entries.prev();
            }
            let found = entries.item().filter(|(key, _)| !key.is_empty() && *key >= &from[..]);
            Ok((found.map(|(key, value)| (key.to_vec(), value.to_vec())), entries.status()?).0)
        };
        ranges.iter().map(greatest).collect::<Result<_, _>>().map_err(|e: rocksdb::Error| scan_failed(&e))
    }
}

impl View for FrozenView<'_> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        self.snapshot.get(key).map_err(|e| Fault::io("read the store", e))
    }

    fn scan(&self, scan: &Scan<'_>) -> Result<Vec<Entry>, Fault> {
        let mut options = ReadOptions::default();
        options.set_snapshot(&self.snapshot);
        scanned(self.db, options, scan)
    }

    fn show(&self, each: &mut dyn FnMut(&[u8], &[u8])) -> Result<(), Fault> {
        let mut options = ReadOptions::default();
        options.set_snapshot(&self.snapshot);
        shown(self.db, options, each)
    }
}

/// Shows all entries, read with these options and none copied.
fn shown(db: &DB, mut options: ReadOptions, each: &mut dyn FnMut(&[u8], &[u8])) -> Result<(), Fault> {
    options.set_readahead_size(READAHEAD_BYTES);
    options.fill_cache(false);
    let mut entries = db.raw_iterator_opt(options);
    entries.seek(LEAST);
    while let Some((key, value)) = entries.item() {
        each(key, value);
        entries.next();
    }
    entries.status().map_err(|e| scan_failed(&e))
}

/// The entries of a range, read with these options.
fn scanned(db: &DB, mut options: ReadOptions, scan: &Scan<'_>) -> Result<Vec<Entry>, Fault> {
    let from = scan.from.max(LEAST);
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
    let entries = db.iterator_opt(mode, options).take(scan.limit);
    entries
        .map(|entry| entry.map(|(key, value)| (key.into_vec(), value.into_vec())))
        .collect::<Result<_, _>>()
        .map_err(|e| scan_failed(&e))
}

fn scan_failed(error: &rocksdb::Error) -> Fault {
    Fault::io("scan the store", error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use state::MemoryStore;

    const ALL: Scan<'static> = Scan { from: b"", to: None, reverse: false, limit: usize::MAX };

    /// Both stores answer every read alike.
    #[test]
    fn it_reads_like_the_memory_store() {
        let dir = tempfile::tempdir().unwrap();
        let mut rocks = RocksStore::open(dir.path()).unwrap();
        let (mut memory, mut diffs) = (MemoryStore::default(), Vec::new());
        for height in 1..=20u64 {
            let mut diff = Diff::new();
            for n in 0..8 {
                let key = vec![1, (height * 7 + n * 3).to_le_bytes()[0] % 24];
                diff.put(key, (n % 3 != 0).then(|| height.to_be_bytes().to_vec()));
            }
            rocks.apply(height, &diff).unwrap();
            memory.apply(height, &diff).unwrap();
            assert_eq!(rocks.applied(), memory.applied());
            diffs.push(diff);
        }
        let mut at_once = RocksStore::open(&dir.path().join("at once")).unwrap();
        let writes = |of: &[Diff]| of.iter().flat_map(Diff::iter).collect::<Diff>();
        assert!(at_once.apply_all(2..=3, &Diff::new()).is_err(), "none is left out");
        // Of which the first is large enough for a file, and the second, which deletes what is in it, is not.
        let (first, rest) = diffs.split_at(18);
        assert!(writes(first).size() >= FILE_BYTES_MIN && writes(rest).size() < FILE_BYTES_MIN);
        at_once
            .apply_all(1..=18, &writes(first))
            .and_then(|()| at_once.apply_all(19..=20, &writes(rest)))
            .unwrap();
        assert_eq!((at_once.applied(), at_once.view().scan(&ALL)), (Ok(20), rocks.view().scan(&ALL)));
        let (rocks, memory) = (rocks.view(), memory.view());
        let shown = |view: &dyn View| {
            let mut entries = Vec::new();
            view.show(&mut |key, value| entries.push((key.to_vec(), value.to_vec()))).unwrap();
            entries
        };
        assert_eq!(shown(&*rocks), shown(&*memory));
        let bounds: Vec<[u8; 2]> = (0..26u8).map(|last| [1, last]).collect();
        let ranges: Vec<Range<'_>> = bounds.iter().map(|to| (vec![1, to[1] / 2], &to[..])).collect();
        assert_eq!(rocks.greatest(&ranges), memory.greatest(&ranges));
        let from_the_first = [(Vec::new(), &b"\x01\x00"[..]), (Vec::new(), &b"\x02"[..])];
        assert_eq!(rocks.greatest(&from_the_first), memory.greatest(&from_the_first));
        for from in 0..26u8 {
            for to in [None, Some([1, from / 2]), Some([1, from + 5])] {
                for (reverse, limit) in [(false, 3), (true, 3), (true, 0), (false, 100)] {
                    let from = &[1, from][..];
                    let scan = Scan { from, to: to.as_ref().map(|to| &to[..]), reverse, limit };
                    assert_eq!(rocks.scan(&scan), memory.scan(&scan));
                    assert_eq!(rocks.get(from), memory.get(from));
                }
            }
        }
    }

    #[test]
    fn a_store_with_another_family_is_not_ours() {
        let dir = tempfile::tempdir().unwrap();
        let mut options = options();
        options.create_if_missing(true);
        options.create_missing_column_families(true);
        drop(DB::open_cf(&options, dir.path(), ["default", "state"]).unwrap());
        for refused in [RocksStore::open(dir.path()).err(), RocksStore::open_to_read(dir.path()).err()] {
            assert!(matches!(refused, Some(Fault::Corrupt { .. })), "{refused:?}");
        }
    }

    #[test]
    fn a_frozen_view_stands_still_while_blocks_are_applied() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = RocksStore::open(dir.path()).unwrap();
        let diff = |value: u8| {
            let mut diff = Diff::new();
            (0..10).for_each(|key| diff.put(vec![1, key], (!value.is_multiple_of(3)).then(|| vec![value])));
            diff
        };
        (1..=4u8).for_each(|height| store.apply(height.into(), &diff(height)).unwrap());
        let all = Scan { from: b"", to: None, reverse: false, limit: 100 };
        let before = store.view().scan(&all).unwrap();
        let reader = store.reader();
        let found = reader.frozen(|height, view| {
            (5..=9u8).for_each(|height| store.apply(height.into(), &diff(height)).unwrap());
            store.flush().unwrap();
            (height, view.scan(&all), view.get(&[1, 3]), store.view().scan(&all))
        });
        let (height, frozen, one, live) = found.unwrap();
        assert_eq!((height, frozen.as_ref(), one), (4, Ok(&before), Ok(Some(vec![4]))));
        assert_ne!(live, frozen);
        assert_eq!(reader.frozen(|height, _| height), Ok(9));
    }

    #[test]
    fn a_store_is_filled_once_and_durably() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = RocksStore::open(dir.path()).unwrap();
        store.fill(&[(vec![1], vec![2])]).unwrap();
        assert_eq!(store.applied(), Ok(0), "it is of no block before it is whole");
        store.filled(7).unwrap();
        assert!(store.fill(&[]).is_err() && store.filled(8).is_err());
        drop(store);
        let mut store = RocksStore::open(dir.path()).unwrap();
        assert_eq!((store.applied(), store.view().get(&[1])), (Ok(7), Ok(Some(vec![2]))));
        store.apply(8, &Diff::new()).unwrap();
    }

    #[test]
    fn what_was_flushed_is_there_after_opening_again() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = RocksStore::open(dir.path()).unwrap();
        let mut diff = Diff::new();
        diff.put(vec![1, 1], Some(vec![2]));
        store.apply(1, &diff).unwrap();
        store.flush().unwrap();
        drop(store);
        let store = RocksStore::open(dir.path()).unwrap();
        assert_eq!(store.applied(), Ok(1));
        assert_eq!(store.view().get(&[1, 1]), Ok(Some(vec![2])));
    }
}
