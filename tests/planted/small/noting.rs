//! A store that takes down at which change of the disk it was handed each block.

use super::disk::SectorDisk;
use abi::diff::Diff;
use abi::fault::Fault;
use abi::view::View;
use journal::Block;
use state::{MemoryStore, Store};
use std::cell::RefCell;
use std::ops::RangeInclusive;
use std::rc::Rc;
use std::sync::Arc;

/// The store. Clones are the same store.
#[derive(Clone)]
pub(crate) struct Noting {
    memory: MemoryStore,
    disk: SectorDisk,
    /// How often the disk had changed, and the height that was applied then.
    applied: Rc<RefCell<Vec<(usize, u64)>>>,
}

impl Noting {
    /// A store beside `disk`, at a height of a history.
    pub(crate) fn at<'a>(disk: &SectorDisk, history: impl Iterator<Item = &'a Block>, height: u64) -> Noting {
        let mut memory = MemoryStore::default();
        for block in history.take_while(|block| block.header.height <= height) {
            memory.apply(block.header.height, &block.diff).expect("nothing fails in memory");
        }
        Noting { memory, disk: disk.clone(), applied: Rc::new(RefCell::new(vec![(0, height)])) }
    }

    /// The height that it had come to by the time of the disk's next change.
    pub(crate) fn height_at(&self, change: usize) -> u64 {
        let applied = self.applied.borrow();
        applied.iter().rev().find(|(at, _)| *at <= change).map_or(0, |(_, height)| *height)
    }
}

impl Store for Noting {
    fn view(&self) -> Arc<dyn View> {
        self.memory.view()
    }

    fn applied(&self) -> Result<u64, Fault> {
        self.memory.applied()
    }

    fn apply_all(&mut self, heights: RangeInclusive<u64>, writes: &Diff) -> Result<(), Fault> {
        self.applied.borrow_mut().push((self.disk.changes(), *heights.end()));
        self.memory.apply_all(heights, writes)
    }

    fn flush(&mut self) -> Result<(), Fault> {
        Ok(())
    }
}
