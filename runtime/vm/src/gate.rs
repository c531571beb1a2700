//! The instances that wait for their next call, and the places for calls that run: no more run at once than
//! there is room for, the rest wait.
//!
//! Without the second, one query too many would find the pool of instances empty, and a busy moment would look
//! like a failed machine.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Places, and idle instances by the code that they are of.
pub(crate) struct Gate<I> {
    inside: Mutex<Inside<I>>,
    left: Condvar,
    idle_max: usize,
}

struct Inside<I> {
    free: u32,
    waiting: u32,
    /// The latest used last.
    idle: Vec<(u64, I)>,
}

/// A place, given back on drop.
#[must_use]
pub(crate) struct Pass<'a, I> {
    gate: &'a Gate<I>,
    code: u64,
    /// The instance to leave behind.
    pub(crate) instance: Option<I>,
}

impl<I> Gate<I> {
    /// A gate with `places`, that keeps up to `idle_max` instances.
    pub(crate) fn new(places: u32, idle_max: usize) -> Gate<I> {
        assert!(places > 0, "nobody would ever pass");
        let inside = Mutex::new(Inside { free: places, waiting: 0, idle: Vec::with_capacity(idle_max) });
        Gate { inside, left: Condvar::new(), idle_max }
    }

    /// A place, as soon as there is one, with an instance of the code of this number if one waits.
    pub(crate) fn enter(&self, code: u64) -> Pass<'_, I> {
        let mut inside = self.lock();
        while inside.free == 0 {
            inside.waiting += 1;
            inside = self.left.wait(inside).unwrap_or_else(PoisonError::into_inner);
            inside.waiting -= 1;
        }
        inside.free -= 1;
        let found = inside.idle.iter().rposition(|(of, _)| *of == code);
        let instance = found.map(|at| inside.idle.remove(at).1);
        drop(inside);
        Pass { gate: self, code, instance }
    }

    fn lock(&self) -> MutexGuard<'_, Inside<I>> {
        // A poisoned lock guards numbers and a list that are never half-changed.
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The idle instances, all or those of one code.
    #[cfg(test)]
    pub(crate) fn idle(&self, code: Option<u64>) -> usize {
        self.lock().idle.iter().filter(|(of, _)| code.is_none_or(|code| code == *of)).count()
    }
}

impl<I> Drop for Pass<'_, I> {
    fn drop(&mut self) {
        let mut inside = self.gate.lock();
        inside.free += 1;
        // Dropped outside of the lock.
        let mut evicted = None;
        if let Some(instance) = self.instance.take() {
            if inside.idle.len() == self.gate.idle_max {
                evicted = Some(inside.idle.remove(0));
            }
            inside.idle.push((self.code, instance));
        }
        let anybody_waits = inside.waiting > 0;
        drop(inside);
        if anybody_waits {
            self.gate.left.notify_one();
        }
        drop(evicted);
    }
}
