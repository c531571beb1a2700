//! What the store and its readers share: the database, what was written over it, and what was read of it.

use super::generation::{Generation, Written};
use super::pages::{Gap, Pages};
use super::read::{Frozen, Moment, Stored};
use super::scanning::Scanning;
use super::table::Write;
use super::values::Values;
use super::{HEIGHT, PAGES_BYTES_MAX, VALUES_BYTES_MAX, cannot_write, height_of};
use crate::background;
use abi::view::show_scanned;
use hashbrown::DefaultHashBuilder;
use rocksdb::{DB, FlushOptions, WriteBatch, WriteOptions};
use state::{Diff, Entry, Fault, Range, Scan, View};
use std::collections::VecDeque;
use std::hash::BuildHasher;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::thread::sleep;
use std::time::Instant;

/// How many times as long as it held a lock a thread that needs much of it leaves it to others.
const GIVEN: u32 = 3;

/// Values that are brought up to date at one time.
const UPDATED: usize = if cfg!(test) { 2 } else { 64 };

/// In so many parts values are kept.
const PARTS: usize = if cfg!(test) { 2 } else { 64 };

/// The database and what is in memory.
pub(super) struct Shared {
    pub(super) db: DB,
    memory: RwLock<Memory>,
}

/// What is in memory.
pub(super) struct Memory {
    /// What is written now.
    now: Generation,
    /// What was written before and is not yet in the database, the oldest first.
    frozen: VecDeque<Arc<Frozen>>,
    /// What was frozen, and is empty again: to give such memory back and to take it anew holds others up.
    spare: Option<Generation>,
    /// What was read of the database, in the order of keys.
    pages: Pages,
    /// The same of keys that were asked for by themselves, each in one part by its hash. One table of all would be
    /// copied whole where it grows, while everybody waits.
    values: [Mutex<Values>; PARTS],
    hasher: DefaultHashBuilder,
    /// The height of the last block that was applied.
    pub(super) applied: u64,
    /// That of what is frozen, or else of the database.
    settled: u64,
}

impl Memory {
    fn at(height: u64) -> Memory {
        Memory {
            now: Generation::default(),
            frozen: VecDeque::new(),
            spare: None,
            pages: Pages::new(),
            values: std::array::from_fn(|_| Mutex::default()),
            hasher: DefaultHashBuilder::default(),
            applied: height,
            settled: height,
        }
    }

    /// Whether the database has everything.
    pub(super) fn is_clean(&self) -> bool {
        self.frozen.is_empty() && self.settled == self.applied
    }

    /// Applies the blocks up to a height. Nobody sees a part of them.
    pub(super) fn apply(&mut self, height: u64, writes: &Diff) {
        self.now.put(writes.iter());
        self.applied = height;
    }

    /// Bytes that were written and are not yet in the database.
    pub(super) fn unwritten(&self) -> usize {
        self.generations().map(Generation::written).sum()
    }

    /// Ends the generation that is written, if there is something in it.
    fn freeze(&mut self) {
        if self.settled != self.applied {
            self.settled = self.applied;
            let next = self.spare.take().unwrap_or_else(|| self.now.next());
            let writes = std::mem::replace(&mut self.now, next);
            self.frozen.push_back(Arc::new(Frozen { height: self.applied, writes }));
        }
    }

    /// What was written, the newest generation first.
    fn generations(&self) -> impl Iterator<Item = &Generation> {
        std::iter::once(&self.now).chain(self.frozen.iter().rev().map(|frozen| &frozen.writes))
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Gap> {
        if let Some(value) = self.generations().find_map(|generation| generation.get(key)) {
            return Ok(value.map(<[u8]>::to_vec));
        }
        let mut values = self.values(key);
        if let Some(value) = values.get(key, VALUES_BYTES_MAX / PARTS) {
            return Ok(value);
        }
        let value = self.pages.get(key)?;
        if let Some(value) = value {
            values.put(key, value, VALUES_BYTES_MAX / PARTS);
        }
        Ok(value.map(<[u8]>::to_vec))
    }

    /// The values of some keys, this one among them.
    fn values(&self, key: &[u8]) -> MutexGuard<'_, Values> {
        let hash = self.hasher.hash_one(key) % PARTS as u64;
        lock(&self.values[usize::try_from(hash).expect("there are not so many parts")])
    }

    fn scan(&self, scanning: &mut Scanning<'_>) -> Result<(), Gap> {
        let stored = |rest: &Scan<'_>, found: &mut Vec<Entry>| self.pages.scan(rest, found);
        let written = |rest: &Scan<'_>| Written::new(self.generations(), rest);
        scanning.go_on(self.pages.version(), stored, written)
    }

    /// The greatest entry in a range; nothing is said if the key that would be it was deleted lately.
    fn greatest(&self, (from, to): &Range<'_>) -> Result<Option<Option<Entry>>, Gap> {
        let stored = self.pages.greatest(from, to)?;
        let written = self.generations().filter_map(|generation| generation.greatest(to));
        // Of equal ones the first, which is the newest, counts.
        let written = written.reduce(|best, next| if next.0 > best.0 { next } else { best });
        let found = match written.filter(|(key, _)| *key >= &**from) {
            Some((key, value)) if stored.is_none_or(|(stored, _)| stored <= key) => {
                let Some(value) = value else { return Ok(None) };
                Some((key, value))
            }
            _ => stored,
        };
        Ok(Some(found.map(|(key, value)| (key.to_vec(), value.to_vec()))))
    }
}

impl Shared {
    pub(super) fn new(db: DB) -> Result<Shared, Fault> {
        let height = height_of(db.get(HEIGHT))?;
        Ok(Shared { db, memory: RwLock::new(Memory::at(height)) })
    }

    /// A thread that panicked may have left half a block behind, so that nothing is read after it.
    pub(super) fn read(&self) -> Result<RwLockReadGuard<'_, Memory>, Fault> {
        self.memory.read().map_err(|_| Fault::Stopped)
    }

    pub(super) fn write(&self) -> Result<RwLockWriteGuard<'_, Memory>, Fault> {
        self.memory.write().map_err(|_| Fault::Stopped)
    }

    /// The database is at this height now, and nothing is in memory.
    pub(super) fn begin_anew(&self, height: u64) -> Result<(), Fault> {
        let mut memory = self.write()?;
        *memory = Memory { pages: memory.pages.anew(), ..Memory::at(height) };
        Ok(())
    }

    /// What is applied now is written back next.
    pub(super) fn freeze(&self) -> Result<(), Fault> {
        self.write()?.freeze();
        Ok(())
    }

    /// The state as it is now, which stays as it is.
    pub(super) fn moment(&self) -> Result<Moment<'_>, Fault> {
        let mut memory = self.write()?;
        memory.freeze();
        // In this order nothing is missed that is written back meanwhile.
        let frozen = memory.frozen.iter().cloned().collect();
        Ok(Moment { height: memory.settled, frozen, stored: Stored::frozen(&self.db) })
    }

    /// Writes back what is frozen, one generation after the other.
    pub(super) fn write_frozen(&self) -> Result<(), Fault> {
        loop {
            let Some(frozen) = self.read()?.frozen.front().cloned() else { return Ok(()) };
            background::within("write back", || self.write_to(&frozen))?;
            // Not in the background: who lets others go first, while they wait for a lock that it holds, has them wait.
            self.bring_up_to_date(&frozen.writes)?;
            // Unless a reader holds it.
            if let Some(Frozen { writes, .. }) = Arc::into_inner(frozen) {
                let spare = writes.emptied();
                self.write()?.spare = Some(spare);
            }
        }
    }

    /// Has the pages show what the database holds, which these writes have changed, and takes the oldest generation away,
    /// which they are.
    fn bring_up_to_date(&self, writes: &Generation) -> Result<(), Fault> {
        self.write()?.pages.renew();
        let mut left = writes.in_order().peekable();
        while left.peek().is_some() {
            let mut memory = self.write()?;
            give_way_after(|| {
                memory.pages.update(&mut left);
                memory.pages.forget(PAGES_BYTES_MAX);
                drop(memory);
            });
        }
        // What these writes are of is not read below them, and so does not come in meanwhile.
        if !self.read()?.values.iter().all(|part| lock(part).is_empty()) {
            let mut left = writes.in_order().peekable();
            while left.peek().is_some() {
                let memory = self.read()?;
                left.by_ref().take(UPDATED).for_each(|write| memory.values(write.0).update(write));
            }
        }
        let mut memory = self.write()?;
        memory.pages.renew();
        memory.frozen.pop_front();
        Ok(())
    }

    fn write_to(&self, frozen: &Frozen) -> Result<(), Fault> {
        self.put_all(frozen.height, frozen.writes.in_order())?;
        self.flush()
    }

    /// Puts writes that make the state that of a height into the database's buffer, which takes all of them or none. Of
    /// a file that it takes in instead, the list of files may name it and it be gone, where that list could not be
    /// synced.
    pub(super) fn put_all<'a>(
        &self,
        height: u64,
        writes: impl Iterator<Item = Write<'a>>,
    ) -> Result<(), Fault> {
        let mut batch = WriteBatch::default();
        for (key, value) in writes {
            match value {
                Some(value) => batch.put(key, value),
                None => batch.delete(key),
            }
        }
        batch.put(HEIGHT, height.to_be_bytes());
        self.put(batch)
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

    /// Asks what is in memory, and reads in the database what is not known.
    fn ask<T>(&self, mut ask: impl FnMut(&Memory) -> Result<T, Gap>) -> Result<T, Fault> {
        loop {
            let answer = ask(&*self.read()?);
            let gap = match answer {
                Ok(answer) => return Ok(answer),
                Err(gap) => gap,
            };
            let stretch = gap.read(&Stored::now(&self.db))?;
            let mut memory = self.write()?;
            memory.pages.fill(stretch);
            memory.pages.forget(PAGES_BYTES_MAX);
        }
    }

    /// Before something is asked for in the order of keys.
    fn tidy(&self) -> Result<(), Fault> {
        if self.read()?.now.is_untidy() {
            self.write()?.now.tidy();
        }
        Ok(())
    }

    fn scanned(&self, scan: Scan<'_>) -> Result<Vec<Entry>, Fault> {
        let mut scanning = Scanning::new(scan);
        self.ask(|memory| memory.scan(&mut scanning))?;
        Ok(scanning.found)
    }
}

/// A thread that panicked has left at most some bytes that nobody looks at.
fn lock(values: &Mutex<Values>) -> MutexGuard<'_, Values> {
    values.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Does what holds a lock and lets go of it. Whoever waits would not get it from a thread that wants it back at once.
fn give_way_after(held: impl FnOnce()) {
    let begun = Instant::now();
    held();
    sleep(GIVEN * begun.elapsed());
}

/// The state as it is now.
impl View for Shared {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        self.ask(|memory| memory.get(key))
    }

    fn scan(&self, scan: &Scan<'_>) -> Result<Vec<Entry>, Fault> {
        self.tidy()?;
        self.scanned(*scan)
    }

    fn show(&self, each: &mut dyn FnMut(&[u8], &[u8])) -> Result<(), Fault> {
        let is_clean = self.read()?.is_clean();
        match is_clean {
            true => Stored::now(&self.db).show(each),
            false => show_scanned(self, each),
        }
    }

    fn greatest(&self, ranges: &[Range<'_>]) -> Result<Vec<Option<Entry>>, Fault> {
        // Where every key is there already, nobody needs them in order.
        if ranges.is_empty() {
            return Ok(Vec::new());
        }
        self.tidy()?;
        let greatest = |range: &Range<'_>| match self.ask(|memory| memory.greatest(range))? {
            Some(found) => Ok(found),
            None => {
                let (from, to) = range;
                Ok(self.scanned(Scan { from, to: Some(to), reverse: true, limit: 1 })?.pop())
            }
        };
        ranges.iter().map(greatest).collect()
    }
}
