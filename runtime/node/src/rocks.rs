//! The store on RocksDB: a cache of the journal's fold, so it runs without a log of its own.
//!
//! Blocks are applied in memory, to a [`Generation`](generation::Generation) of writes laid over the database. When it
//! is large enough it is frozen, and written back in one batch beside what goes on. What many blocks wrote at once, as
//! they are replayed, goes into the database's own buffer without that. What is read of the database is kept in
//! [`Pages`](pages::Pages), and as [`Values`](values::Values).
//!
//! # Guarantees
//!
//! - The height marker is an entry among those of the state, under a key that no state has, and travels in the same
//!   file or batch as the writes that it marks: after any crash both are there, or neither. What a crash loses, the
//!   journal replays.
//! - What a [`RocksReader`] shows is the state after one block, however many are applied meanwhile.
//! - Beside what is being written back, never more than twice what is written back at once waits for that, and one
//!   block.

use crate::reserve::Reserve;
use memory::Shared;
use rocksdb::{DB, Env, ErrorKind, Options, WriteBatch};
use state::{Diff, Entry, Fault, Fill, Store, View, must_be_unborn, must_follow};
use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

mod generation;
mod memory;
mod pages;
mod read;
mod scanning;
mod table;
mod values;

pub use read::RocksReader;

/// The key of the height marker: a key of the state begins with the byte of its space.
const HEIGHT: &[u8] = b"";
/// From so many bytes of keys and values on they are written back. Tests have few, here and below.
const GENERATION_BYTES: usize = if cfg!(test) { 1 << 7 } else { 32 << 20 };
/// Memory for what was read lately, as pages and as single values. Beyond it, that is read anew.
const PAGES_BYTES_MAX: usize = if cfg!(test) { 1 << 11 } else { 256 << 20 };
const VALUES_BYTES_MAX: usize = if cfg!(test) { 1 << 8 } else { 256 << 20 };

/// A store in one directory.
pub struct RocksStore {
    shared: Arc<Shared>,
    /// What is given up when there is no room to flush.
    reserve: Option<Reserve>,
    /// Whether what was written is sorted together in the background.
    is_compacting: bool,
    /// What writes a generation back.
    writing_back: Option<JoinHandle<Result<(), Fault>>>,
}

impl RocksStore {
    /// Opens the store in `path`, which is made if it is not there.
    pub fn open(path: &Path) -> Result<RocksStore, Fault> {
        let mut options = options();
        options.create_if_missing(true);
        // Opening is no time for it: see `apply_all`.
        options.set_disable_auto_compactions(true);
        yield_to_others(&mut options)?;
        RocksStore::over(DB::open(&options, path).map_err(|e| cannot_open(&e))?)
    }

    fn over(db: DB) -> Result<RocksStore, Fault> {
        let shared = Arc::new(Shared::new(db)?);
        Ok(RocksStore { shared, reserve: None, is_compacting: false, writing_back: None })
    }

    /// The same store, which gives this up when there is no room to flush.
    pub(crate) fn with_reserve(mut self, reserve: Reserve) -> RocksStore {
        self.reserve = Some(reserve);
        self
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
        RocksStore::over(db).map(Some)
    }

    /// A reader of what is applied now, or later.
    pub fn reader(&self) -> RocksReader {
        RocksReader::new(&self.shared)
    }
}

/// Whoever commits goes before what works in the background, which has time while others wait for a disk.
fn yield_to_others(options: &mut Options) -> Result<(), Fault> {
    let mut env = Env::new().map_err(|e| cannot_open(&e))?;
    env.lower_thread_pool_cpu_priority();
    env.lower_high_priority_thread_pool_cpu_priority();
    options.set_env(&env);
    Ok(())
}

/// Why a store is not opened: its files are not what was written, or the system refused.
fn cannot_open(error: &rocksdb::Error) -> Fault {
    match error.kind() {
        ErrorKind::Corruption | ErrorKind::InvalidArgument => Fault::corrupt(format!("store: {error}")),
        _ => Fault::io("open the store", error),
    }
}

fn cannot_write(error: &rocksdb::Error) -> Fault {
    Fault::io("write the store", error)
}

/// What every opening has in common.
fn options() -> Options {
    let mut options = Options::default();
    options.set_compression_type(rocksdb::DBCompressionType::Lz4);
    options.set_write_buffer_size(32 << 20);
    options.set_max_open_files(256);
    options.set_bytes_per_sync(1 << 19);
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
    /// From the first block on that comes by itself the store is in use, and in the background it is kept tidy.
    fn keep_tidy(&mut self) -> Result<(), Fault> {
        if std::mem::replace(&mut self.is_compacting, true) {
            return Ok(());
        }
        let on = self.shared.db.set_options(&[("disable_auto_compactions", "false")]);
        on.map_err(|e| Fault::io("compact the store", e))
    }

    /// Starts to write back what was applied, if it is enough, and waits if it is too much.
    fn write_back(&mut self) -> Result<(), Fault> {
        let unwritten = self.shared.read()?.unwritten();
        let is_running = self.writing_back.as_ref().is_some_and(|thread| !thread.is_finished());
        if unwritten < GENERATION_BYTES || (is_running && unwritten < 3 * GENERATION_BYTES) {
            return Ok(());
        }
        if let Err(fault) = self.settle() {
            // All of it is in the journal, and still here.
            tracing::warn!(%fault, "the store was not written back; it is tried again");
            self.shared.write_frozen()?;
        }
        self.shared.freeze()?;
        let shared = self.shared.clone();
        let thread = Builder::new().name("write frozen".into()).spawn(move || shared.write_frozen());
        match thread {
            Ok(thread) => self.writing_back = Some(thread),
            // There is no thread to be had.
            Err(_) => self.shared.write_frozen()?,
        }
        Ok(())
    }

    /// Waits for what is being written back.
    fn settle(&mut self) -> Result<(), Fault> {
        let joined = self.writing_back.take().map(JoinHandle::join);
        joined.unwrap_or(Ok(Ok(()))).unwrap_or_else(|_| Err(Fault::host("writing back panicked")))
    }
}

impl Store for RocksStore {
    fn view(&self) -> Arc<dyn View> {
        self.shared.clone()
    }

    fn applied(&self) -> Result<u64, Fault> {
        Ok(self.shared.read()?.applied)
    }

    fn apply_all(&mut self, heights: RangeInclusive<u64>, writes: &Diff) -> Result<(), Fault> {
        let height = must_follow(self.applied()?, &heights)?;
        let is_one = heights.start() == heights.end();
        if is_one {
            self.keep_tidy()?;
        }
        if !is_one && self.shared.read()?.is_clean() {
            self.shared.put_all(height, writes.iter())?;
            return self.shared.begin_anew(height);
        }
        self.shared.write()?.apply(height, writes);
        self.write_back()
    }

    fn flush(&mut self) -> Result<(), Fault> {
        self.reserve.iter().for_each(Reserve::give_up_if_full);
        if let Err(fault) = self.settle() {
            tracing::warn!(%fault, "the store was not written back; it is tried again");
        }
        self.shared.freeze()?;
        self.shared.write_frozen()?;
        self.shared.flush()
    }
}

impl Drop for RocksStore {
    fn drop(&mut self) {
        if let Err(fault) = self.settle() {
            tracing::warn!(%fault, "the store was not written back; the journal has it");
        }
    }
}

impl Fill for RocksStore {
    fn fill(&mut self, entries: &[Entry]) -> Result<(), Fault> {
        must_be_unborn(self.applied()?)?;
        let mut batch = WriteBatch::default();
        entries.iter().for_each(|(key, value)| batch.put(key, value));
        self.shared.put(batch)
    }

    fn filled(&mut self, height: u64) -> Result<(), Fault> {
        must_be_unborn(self.applied()?)?;
        let mut batch = WriteBatch::default();
        batch.put(HEIGHT, height.to_be_bytes());
        self.shared.put(batch)?;
        self.reserve.iter().for_each(Reserve::give_up_if_full);
        self.shared.flush()?;
        self.shared.begin_anew(height)
    }
}

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;
