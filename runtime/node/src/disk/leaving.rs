//! A file that whoever comes next can do without, written by a thread of its own.

use crate::background;
use std::fs::File;
use std::io::Write;
use std::thread::JoinHandle;

/// A file that is being written; whoever drops this waits for it.
pub(super) struct Leaving(Option<JoinHandle<()>>);

impl Leaving {
    /// Begins to write what `bytes` makes to an empty file; nothing, if there is no thread to be had.
    pub(super) fn begin(file: File, bytes: impl FnOnce() -> Vec<u8> + Send + 'static) -> Option<Leaving> {
        let write = move || {
            if (&file).write_all(&bytes()).is_err() {
                // What there is of it is in nobody's way, and may take room.
                _ = file.set_len(0);
            }
        };
        background::begin("leave summary", write).ok().map(|thread| Leaving(Some(thread)))
    }
}

impl Drop for Leaving {
    fn drop(&mut self) {
        // A thread that panicked has left half a file, which is as good as none.
        _ = self.0.take().map(JoinHandle::join);
    }
}
