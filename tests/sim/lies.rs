//! Disks and stores that break their contract without a word, each of which the checkers must find.

use crate::disk::{SECTOR_BYTES, SimDisk};
use crate::store::StoreLie;
use abi::fault::Fault;
use journal::Disk;
use std::io::{self, Write};

/// How hardware lies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Lie {
    /// It does not.
    None,
    /// A sync returns at once, and is done before the next change: answers go out too early.
    AckBeforeFsync,
    /// A sync does nothing.
    LostSync,
    /// A write lands one page further.
    MisplacedWrite,
    /// A page that was synced is zeros.
    ZeroedPage,
    /// A bit that was synced is another.
    FlippedBit,
    /// A store's block is applied without one of its writes.
    TornStore,
}

impl Lie {
    pub(crate) fn of_store(self) -> StoreLie {
        if self == Lie::TornStore { StoreLie::TornBlock } else { StoreLie::None }
    }
}

/// How many writes go right before one that goes wrong.
const WRITES_BETWEEN: u64 = 17;
const PAGE_BYTES: usize = 4096;

/// A disk that lies.
pub(crate) struct LyingDisk {
    disk: SimDisk,
    lie: Lie,
    /// The file whose sync was promised.
    due: Option<String>,
    writes: u64,
    /// Where the last write was.
    last: (String, u64),
}

impl LyingDisk {
    pub(crate) fn new(disk: SimDisk, lie: Lie) -> LyingDisk {
        LyingDisk { disk, lie, due: None, writes: 0, last: Default::default() }
    }

    /// Keeps the promise of a sync.
    fn settle(&mut self) -> Result<(), Fault> {
        self.due.take().map_or(Ok(()), |name| self.disk.sync(&name))
    }

    fn goes_wrong(&self, lie: Lie) -> bool {
        self.lie == lie && self.writes.is_multiple_of(WRITES_BETWEEN)
    }
}

impl Disk for LyingDisk {
    fn list(&self) -> Result<Vec<String>, Fault> {
        self.disk.list()
    }

    fn len(&self, name: &str) -> Result<u64, Fault> {
        self.disk.len(name)
    }

    fn create(&mut self, name: &str, len: u64) -> Result<(), Fault> {
        self.settle()?;
        self.disk.create(name, len)
    }

    fn read(&self, name: &str, offset: u64, buf: &mut [u8]) -> Result<(), Fault> {
        self.disk.read(name, offset, buf)
    }

    fn write(&mut self, name: &str, offset: u64, bytes: &[u8]) -> Result<(), Fault> {
        self.settle()?;
        self.writes += 1;
        self.last = (name.into(), offset);
        let further = offset + PAGE_BYTES as u64;
        let fits = further + bytes.len() as u64 <= self.disk.len(name)?;
        let misplaced = fits && self.goes_wrong(Lie::MisplacedWrite);
        self.disk.write(name, if misplaced { further } else { offset }, bytes)
    }

    fn sync(&mut self, name: &str) -> Result<(), Fault> {
        match self.lie {
            Lie::AckBeforeFsync => {
                self.settle()?;
                self.due = Some(name.into());
                return Ok(());
            }
            Lie::LostSync => return Ok(()),
            _ => self.disk.sync(name)?,
        }
        let (file, offset) = &self.last;
        if self.goes_wrong(Lie::ZeroedPage) {
            self.disk.spoil(file, *offset, &[0; PAGE_BYTES]);
        }
        if self.goes_wrong(Lie::FlippedBit) {
            let mut sector = [0; SECTOR_BYTES];
            self.disk.read(file, *offset, &mut sector)?;
            sector[100] ^= 4;
            self.disk.spoil(file, *offset, &sector);
        }
        Ok(())
    }

    fn remove(&mut self, name: &str) -> Result<(), Fault> {
        self.settle()?;
        self.disk.remove(name)
    }

    fn leave(&mut self, name: &str, write: impl FnOnce(&mut dyn Write) -> io::Result<()> + Send + 'static) {
        self.disk.leave(name, write);
    }
}
