//! Work that nobody waits for, on threads that let others go first.

use std::io::Result;
use std::panic::resume_unwind;
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
    Builder::new().name(name.into()).spawn(|| nicely(work))
}

/// Does on such a thread what this one waits for, or here, if there is none to be had.
pub(crate) fn within<T: Send>(name: &str, work: impl Fn() -> T + Sync) -> T {
    std::thread::scope(|scope| {
        let thread = Builder::new().name(name.into()).spawn_scoped(scope, || nicely(&work));
        let done = thread.ok().map(|thread| thread.join());
        done.unwrap_or_else(|| Ok(work())).unwrap_or_else(|panic| resume_unwind(panic))
    })
}

/// Works on a thread of its own.
fn nicely<T>(work: impl FnOnce() -> T) -> T {
    // On Linux this is of the thread alone; where it cannot be had, it works as fast as others.
    _ = rustix::process::nice(NICE);
    work()
}

/// Work that says nothing when it is done; whoever drops this waits for it.
pub(crate) struct Awaited(Option<JoinHandle<()>>);

impl Awaited {
    /// As [`begin`].
    pub(crate) fn begin(name: &str, work: impl FnOnce() + Send + 'static) -> Result<Awaited> {
        begin(name, work).map(|thread| Awaited(Some(thread)))
    }
}

impl Drop for Awaited {
    fn drop(&mut self) {
        // What a thread that panicked leaves half done, others can do without.
        _ = self.0.take().map(JoinHandle::join);
    }
}
