//! What the store and its readers share: the database, and the pages over it.

use super::read::Stored;
use super::{HEIGHT, MEMORY_BYTES_MAX, cannot_write, height_of};
use abi::view::show_scanned;
use rocksdb::{DB, FlushOptions, WriteBatch, WriteOptions};
use state::{Diff, Entry, Fault, Gap, Pages, Range, Scan, View};
use std::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

/// The database and what is in memory.
pub(super) struct Shared {
    pub(super) db: DB,
    memory: RwLock<Memory>,
}

/// What is in memory.
pub(super) struct Memory {
    pub(super) pages: Pages,
    /// The height of the last block that was applied.
    pub(super) applied: u64,
    /// The height that is being written back, or was last.
    frozen: u64,
}

impl Shared {
    pub(super) fn new(db: DB) -> Result<Shared, Fault> {
        let applied = height_of(db.get(HEIGHT))?;
        Ok(Shared { db, memory: RwLock::new(Memory { pages: Pages::new(), applied, frozen: applied }) })
    }

    /// A thread that panicked may have left half a block behind, so that nothing is read after it.
    pub(super) fn read(&self) -> Result<RwLockReadGuard<'_, Memory>, Fault> {
        self.memory.read().map_err(|_| Fault::Stopped)
    }

    pub(super) fn write(&self) -> Result<RwLockWriteGuard<'_, Memory>, Fault> {
        self.memory.write().map_err(|_| Fault::Stopped)
    }

    /// The block of this height is applied.
    pub(super) fn applied(&self, height: u64) -> Result<(), Fault> {
        let mut memory = self.write()?;
        memory.applied = height;
        memory.pages.forget(MEMORY_BYTES_MAX);
        Ok(())
    }

    /// The database is at this height now, and nothing is in memory.
    pub(super) fn begin_anew(&self, height: u64) -> Result<(), Fault> {
        *self.write()? = Memory { pages: Pages::new(), applied: height, frozen: height };
        Ok(())
    }

    /// Writes back everything that is applied, if the database has not got it.
    pub(super) fn write_back(&self) -> Result<(), Fault> {
        let memory = self.read()?;
        let is_done = memory.pages.is_clean() && memory.applied == memory.frozen;
        drop(memory);
        if is_done {
            return Ok(());
        }
        self.freeze()?;
        self.write_frozen()
    }

    /// What is applied now is written back next.
    pub(super) fn freeze(&self) -> Result<(), Fault> {
        let mut memory = self.write()?;
        memory.frozen = memory.applied;
        memory.pages.freeze();
        Ok(())
    }

    /// Writes back what was applied when that was said.
    pub(super) fn write_frozen(&self) -> Result<(), Fault> {
        let height = self.read()?.frozen;
        let written = self.write_to(height);
        self.write()?.pages.flushed(written.is_ok());
        written
    }

    /// One batch, which the database's own buffer takes as a whole. Of a file that it takes in instead, the list of
    /// files may name it and it be gone, where that list could not be synced.
    fn write_to(&self, height: u64) -> Result<(), Fault> {
        let mut batch = WriteBatch::default();
        while let Some(portion) = self.take()? {
            for (key, value) in portion.iter() {
                match value {
                    Some(value) => batch.put(key, value),
                    None => batch.delete(key),
                }
            }
        }
        batch.put(HEIGHT, height.to_be_bytes());
        self.put(batch)?;
        self.flush()
    }

    /// Puts a batch into the database's buffer.
    pub(super) fn put(&self, batch: WriteBatch) -> Result<(), Fault> {
        let mut options = WriteOptions::default();
        options.disable_wal(true);
        self.db.write_opt(batch, &options).map_err(|e| cannot_write(&e))
    }

    /// Returns when what is in that buffer is durable.
    pub(super) fn flush(&self) -> Result<(), Fault> {
        let mut options = FlushOptions::default();
        options.set_wait(true);
        self.db.flush_opt(&options).map_err(|e| Fault::io("flush the store", e))
    }

    fn take(&self) -> Result<Option<Diff>, Fault> {
        Ok(self.write()?.pages.take())
    }

    /// Asks the pages, and reads in the database what they do not know.
    fn ask<T>(&self, mut ask: impl FnMut(&Pages) -> Result<T, Gap>) -> Result<T, Fault> {
        loop {
            let answer = ask(&self.read()?.pages);
            let gap = match answer {
                Ok(answer) => return Ok(answer),
                Err(gap) => gap,
            };
            let stretch = gap.read(&Stored::now(&self.db))?;
            let mut memory = self.write()?;
            memory.pages.fill(stretch);
            memory.pages.forget(MEMORY_BYTES_MAX);
        }
    }
}

/// The state as it is now.
impl View for Shared {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        self.ask(|pages| Ok(pages.get(key)?.map(<[u8]>::to_vec)))
    }

    fn scan(&self, scan: &Scan<'_>) -> Result<Vec<Entry>, Fault> {
        let mut found = Vec::new();
        self.ask(|pages| pages.scan(scan, &mut found))?;
        Ok(found)
    }

    fn show(&self, each: &mut dyn FnMut(&[u8], &[u8])) -> Result<(), Fault> {
        let is_clean = self.read()?.pages.is_clean();
        match is_clean {
            true => Stored::now(&self.db).show(each),
            false => show_scanned(self, each),
        }
    }

    fn greatest(&self, ranges: &[Range<'_>]) -> Result<Vec<Option<Entry>>, Fault> {
        ranges.iter().map(|(from, to)| self.ask(|pages| pages.greatest(from, to))).collect()
    }
}
