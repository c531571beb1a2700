//! The smallest disk: files of sectors, and those that were written and not synced.

use abi::fault::Fault;
use journal::Disk;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

const SECTOR: usize = 512;

/// Every file's bytes.
pub(crate) type Image = BTreeMap<String, Vec<u8>>;

/// What a disk holds, and what it may lose.
#[derive(Clone, Default)]
pub(crate) struct Content {
    pub(crate) synced: Image,
    /// File, sector, bytes: in the order of writing.
    unsynced: Vec<(String, usize, Vec<u8>)>,
}

/// A disk that remembers its content after every operation that changed it.
#[derive(Clone)]
pub(crate) struct SectorDisk(Rc<RefCell<Inner>>);

struct Inner {
    content: Content,
    moments: Vec<Content>,
}

impl SectorDisk {
    pub(crate) fn new(synced: Image) -> SectorDisk {
        let content = Content { synced, unsynced: Vec::new() };
        SectorDisk(Rc::new(RefCell::new(Inner { moments: vec![content.clone()], content })))
    }

    /// What a power cut now leaves at least.
    pub(crate) fn synced(&self) -> Image {
        self.0.borrow().content.synced.clone()
    }

    /// How often it was changed.
    pub(crate) fn changes(&self) -> usize {
        self.0.borrow().moments.len() - 1
    }

    /// What it held, operation by operation.
    pub(crate) fn moments(&self) -> Vec<Content> {
        self.0.borrow().moments.clone()
    }

    fn change<T>(&self, change: impl FnOnce(&mut Content) -> Result<T, Fault>) -> Result<T, Fault> {
        let mut inner = self.0.borrow_mut();
        let done = change(&mut inner.content)?;
        let content = inner.content.clone();
        inner.moments.push(content);
        Ok(done)
    }
}

impl Content {
    /// Every image that a power cut may leave: each subset of the sectors that were not synced.
    pub(crate) fn images(&self) -> Vec<Image> {
        let mut lost: Vec<&(String, usize, Vec<u8>)> = Vec::new();
        for sector in &self.unsynced {
            let (name, index, bytes) = sector;
            if self.synced[name][index * SECTOR..][..SECTOR] != bytes[..] {
                lost.push(sector);
            }
        }
        assert!(lost.len() <= 10, "the scope is small: {} sectors", lost.len());
        let image = |kept: u32| {
            let mut image = self.synced.clone();
            for (bit, (name, index, bytes)) in lost.iter().enumerate() {
                if let (true, Some(file)) = (kept & (1 << bit) != 0, image.get_mut(name)) {
                    file[index * SECTOR..][..SECTOR].copy_from_slice(bytes);
                }
            }
            image
        };
        (0..1u32 << lost.len()).map(image).collect()
    }

    /// What is left where nothing that was not synced is lost, and where all of it is.
    pub(crate) fn ends(&self) -> Vec<Image> {
        let mut kept = self.synced.clone();
        for (name, file) in &mut kept {
            *file = self.seen(name).expect("it is there");
        }
        if kept == self.synced { vec![kept] } else { vec![kept, self.synced.clone()] }
    }

    /// What a reader sees.
    fn seen(&self, name: &str) -> Result<Vec<u8>, Fault> {
        let mut file = self.synced.get(name).cloned().ok_or_else(|| Fault::io("open", "no such file"))?;
        for (_, index, bytes) in self.unsynced.iter().filter(|(of, ..)| of == name) {
            file[index * SECTOR..][..SECTOR].copy_from_slice(bytes);
        }
        Ok(file)
    }
}

fn range(offset: u64, len: usize) -> std::ops::Range<usize> {
    let start = usize::try_from(offset).expect("the scope is small");
    start..start + len
}

impl Disk for SectorDisk {
    fn list(&self) -> Result<Vec<String>, Fault> {
        Ok(self.0.borrow().content.synced.keys().cloned().collect())
    }

    fn len(&self, name: &str) -> Result<u64, Fault> {
        Ok(self.0.borrow().content.seen(name)?.len() as u64)
    }

    fn create(&mut self, name: &str, len: u64) -> Result<(), Fault> {
        let len = usize::try_from(len).expect("the scope is small");
        // A crash in the middle leaves a file of zeros that is too short.
        for len in [len / 2, len] {
            self.change(|content| {
                content.synced.insert(name.into(), vec![0; len]);
                Ok(())
            })?;
        }
        Ok(())
    }

    fn read(&self, name: &str, offset: u64, buf: &mut [u8]) -> Result<(), Fault> {
        let file = self.0.borrow().content.seen(name)?;
        buf.copy_from_slice(&file[range(offset, buf.len())]);
        Ok(())
    }

    fn write(&mut self, name: &str, offset: u64, bytes: &[u8]) -> Result<(), Fault> {
        assert!(offset.is_multiple_of(SECTOR as u64) && bytes.len().is_multiple_of(SECTOR), "whole sectors");
        let first = range(offset, 0).start / SECTOR;
        self.change(|content| {
            for (index, sector) in (first..).zip(bytes.chunks_exact(SECTOR)) {
                content.unsynced.retain(|(of, at, _)| (of.as_str(), *at) != (name, index));
                content.unsynced.push((name.into(), index, sector.to_vec()));
            }
            Ok(())
        })
    }

    fn sync(&mut self, name: &str) -> Result<(), Fault> {
        self.change(|content| {
            let seen = content.seen(name)?;
            content.unsynced.retain(|(of, ..)| of != name);
            content.synced.insert(name.into(), seen);
            Ok(())
        })
    }

    fn remove(&mut self, name: &str) -> Result<(), Fault> {
        self.change(|content| {
            content.synced.remove(name);
            content.unsynced.retain(|(of, ..)| of != name);
            Ok(())
        })
    }
}
