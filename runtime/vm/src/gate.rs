//! Lets no more calls run at once than there are instances for; the rest wait.
//!
//! Without it, one query too many would find the pool of instances empty, and a busy moment would look
//! like a failed machine.

use std::sync::{Condvar, Mutex, PoisonError};

/// A counter of free places.
pub(crate) struct Gate {
    free: Mutex<u32>,
    left: Condvar,
}

/// A place, given back on drop.
#[must_use]
pub(crate) struct Pass<'a>(&'a Gate);

impl Gate {
    /// A gate with `free` places.
    pub(crate) fn new(free: u32) -> Gate {
        assert!(free > 0, "nobody would ever pass");
        Gate { free: Mutex::new(free), left: Condvar::new() }
    }

    /// A place, as soon as there is one.
    pub(crate) fn enter(&self) -> Pass<'_> {
        // A poisoned lock guards a plain number that is never half-written.
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let mut free = self.left.wait_while(free, |free| *free == 0).unwrap_or_else(PoisonError::into_inner);
        *free -= 1;
        Pass(self)
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.left.notify_one();
    }
}
