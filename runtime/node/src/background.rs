//! Work that nobody waits for, on threads that let others go first.

use std::io::Result;
use std::thread::{Builder, JoinHandle};

/// By how much such a thread is nicer than whoever commits: with two that want a core, it gets a tenth of it.
const NICE: i32 = 10;

/// Begins to work on a thread of this name.
///
/// # Errors
///
/// There is no thread to be had.
pub(crate) fn begin<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<JoinHandle<T>> {
    Builder::new().name(name.into()).spawn(move || {
        // On Linux this is of the thread alone; where it cannot be had, it works as fast as others.
        _ = rustix::process::nice(NICE);
        work()
    })
}
