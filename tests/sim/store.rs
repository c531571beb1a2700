//! A store that forgets what it had not flushed, whole blocks at a time.

use crate::fuse::{Burn, Fuse, crashed};
use crate::rng::Rng;
use abi::diff::Diff;
use abi::fault::Fault;
use abi::view::{Entry, Scan, View};
use state::{Fill, MemoryStore, Store};
use std::cell::RefCell;
use std::ops::RangeInclusive;
use std::rc::Rc;
use std::sync::Arc;

/// The store. Clones are the same store: it outlives the process that opened it.
#[derive(Clone, Default)]
pub(crate) struct SimStore {
    inner: Rc<RefCell<Inner>>,
    fuse: Fuse,
}

#[derive(Default)]
struct Inner {
    memory: MemoryStore,
    /// The height and the entries that it was filled with from a snapshot, before the blocks.
    filled: (u64, Vec<Entry>),
    is_filling: bool,
    /// What was applied after that, and the height that it led to.
    applied: Vec<(u64, Diff)>,
    /// How much of it is flushed.
    flushed: usize,
    lie: StoreLie,
}

impl Inner {
    fn height(&self) -> u64 {
        self.applied.last().map_or(self.filled.0, |(height, _)| *height)
    }

    /// Makes the memory anew, of what was applied what `shown` makes of it and of its height.
    fn remember(&mut self, shown: impl Fn(u64, &Diff) -> Diff) -> Result<(), Fault> {
        let ((height, entries), mut memory) = (&self.filled, MemoryStore::default());
        if *height > 0 {
            memory.fill(entries)?;
            memory.filled(*height)?;
        }
        let mut first = height + 1;
        for (height, writes) in &self.applied {
            memory.apply_all(first..=*height, &shown(*height, writes))?;
            first = height + 1;
        }
        self.memory = memory;
        Ok(())
    }
}

/// What is wrong with a store that breaks its contract.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum StoreLie {
    #[default]
    None,
    /// A crash can leave a block's height without one of its writes.
    TornBlock,
}

impl SimStore {
    pub(crate) fn new(fuse: Fuse, lie: StoreLie) -> SimStore {
        SimStore { fuse, inner: Rc::new(RefCell::new(Inner { lie, ..Inner::default() })) }
    }

    /// The height it is at, whatever the machine's health.
    pub(crate) fn height(&self) -> u64 {
        self.inner.borrow().height()
    }

    /// Throws everything away, as an operator does with a store that is not to be trusted.
    pub(crate) fn clear(&self) {
        let mut inner = self.inner.borrow_mut();
        *inner = Inner { lie: inner.lie, ..Inner::default() };
    }

    /// Changes a value behind everybody's back; whether there was one.
    pub(crate) fn rot(&self, rng: &mut Rng) -> Result<bool, Fault> {
        let mut inner = self.inner.borrow_mut();
        let scan = Scan { from: b"", to: None, reverse: false, limit: usize::MAX };
        let entries = inner.memory.view().scan(&scan)?;
        if entries.is_empty() || inner.applied.is_empty() {
            return Ok(false);
        }
        let (key, mut value) = rng.pick(&entries).clone();
        match value.is_empty() {
            true => value.push(0),
            false => value[0] ^= 1,
        }
        let last = inner.height();
        inner.remember(|height, writes| {
            let mut writes = writes.clone();
            if height == last {
                writes.put(key.clone(), Some(value.clone()));
            }
            writes
        })?;
        Ok(true)
    }

    /// Ends the machine. The store may have flushed itself after any block; what it is left with is the
    /// state at one height, not below the last flush.
    pub(crate) fn crash(&self, rng: &mut Rng) -> Result<(), Fault> {
        let mut inner = self.inner.borrow_mut();
        // What is put into a store that was not filled stands for nothing: whoever fills it begins anew.
        if std::mem::take(&mut inner.is_filling) {
            inner.filled = Default::default();
        }
        let kept = inner.flushed + rng.index(inner.applied.len() - inner.flushed + 1);
        let torn = inner.lie == StoreLie::TornBlock && kept > inner.flushed;
        inner.applied.truncate(kept);
        inner.flushed = kept;
        let last = inner.height();
        inner.remember(|height, diff| if torn && height == last { without_one(diff) } else { diff.clone() })
    }
}

fn without_one(diff: &Diff) -> Diff {
    let mut torn = Diff::new();
    for (key, value) in diff.iter().skip(1) {
        torn.put(key.to_vec(), value.map(<[u8]>::to_vec));
    }
    torn
}

impl Store for SimStore {
    fn view(&self) -> Arc<dyn View> {
        self.inner.borrow().memory.view()
    }

    fn applied(&self) -> Result<u64, Fault> {
        self.fuse.check()?;
        self.inner.borrow().memory.applied()
    }

    fn apply_all(&mut self, heights: RangeInclusive<u64>, writes: &Diff) -> Result<(), Fault> {
        if self.fuse.burn() != Burn::Done {
            return Err(crashed());
        }
        let mut inner = self.inner.borrow_mut();
        inner.memory.apply_all(heights.clone(), writes)?;
        inner.applied.push((*heights.end(), writes.clone()));
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Fault> {
        if self.fuse.burn() != Burn::Done {
            return Err(crashed());
        }
        let mut inner = self.inner.borrow_mut();
        inner.flushed = inner.applied.len();
        Ok(())
    }
}

impl Fill for SimStore {
    fn fill(&mut self, entries: &[Entry]) -> Result<(), Fault> {
        if self.fuse.burn() != Burn::Done {
            return Err(crashed());
        }
        let mut inner = self.inner.borrow_mut();
        inner.memory.fill(entries)?;
        inner.is_filling = true;
        inner.filled.1.extend_from_slice(entries);
        Ok(())
    }

    fn filled(&mut self, height: u64) -> Result<(), Fault> {
        if self.fuse.burn() != Burn::Done {
            return Err(crashed());
        }
        let mut inner = self.inner.borrow_mut();
        inner.memory.filled(height)?;
        inner.is_filling = false;
        inner.filled.0 = height;
        Ok(())
    }
}
