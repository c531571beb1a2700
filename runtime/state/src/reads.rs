//! What a block looks at: the keys and the stretches of keys that were read through a view.

use crate::tree::after;
use abi::fault::Fault;
use abi::view::{Entry, Scan, View};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

/// What was read of a state, whatever was found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Reads {
    pub(crate) keys: BTreeSet<Vec<u8>>,
    /// Keys `[from, to)` of which it was seen which are there; no `to` means no end.
    stretches: BTreeSet<Stretch>,
}

pub(crate) type Stretch = (Vec<u8>, Option<Vec<u8>>);

impl Reads {
    /// The stretches in order, those that touch made one.
    pub(crate) fn stretches(&self) -> Vec<Stretch> {
        let mut joined: Vec<Stretch> = Vec::new();
        for (from, to) in &self.stretches {
            match joined.last_mut() {
                Some((_, end)) if end.as_ref().is_none_or(|end| from <= end) => {
                    *end = end.take().zip(to.clone()).map(|(a, b)| a.max(b));
                }
                _ => joined.push((from.clone(), to.clone())),
            }
        }
        joined
    }

    /// Takes down the stretch that a scan has seen: up to its last entry where it stopped at its limit, and
    /// to its bound where it did not.
    fn scanned(&mut self, scan: &Scan<'_>, entries: &[Entry]) {
        let (mut from, mut to) = (scan.from.to_vec(), scan.to.map(<[u8]>::to_vec));
        if entries.len() == scan.limit {
            match (entries.last(), scan.reverse) {
                (None, _) => return,
                (Some((last, _)), true) => from.clone_from(last),
                (Some((last, _)), false) => to = Some(after(last)),
            }
        }
        if to.as_ref().is_none_or(|to| from < *to) {
            self.stretches.insert((from, to));
        }
    }
}

/// A view that takes down what is read through it. Writes that are laid over it hide what they hide: what a
/// block reads of its own writes is not read here.
pub struct Recording {
    view: Arc<dyn View>,
    reads: Mutex<Reads>,
}

impl Recording {
    /// A recording of what is read of `view`.
    pub fn new(view: Arc<dyn View>) -> Recording {
        Recording { view, reads: Mutex::default() }
    }

    /// Everything read so far, which is forgotten here.
    pub fn take(&self) -> Result<Reads, Fault> {
        self.record(std::mem::take)
    }

    /// A reader that panicked may have left half a record behind, so that nothing is read after it.
    fn record<T>(&self, record: impl FnOnce(&mut Reads) -> T) -> Result<T, Fault> {
        self.reads.lock().map(|mut reads| record(&mut reads)).map_err(|_| Fault::Stopped)
    }
}

impl View for Recording {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        let value = self.view.get(key)?;
        self.record(|reads| reads.keys.insert(key.to_vec()))?;
        Ok(value)
    }

    fn scan(&self, scan: &Scan<'_>) -> Result<Vec<Entry>, Fault> {
        let entries = self.view.scan(scan)?;
        self.record(|reads| reads.scanned(scan, &entries))?;
        Ok(entries)
    }
}
