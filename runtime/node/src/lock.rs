//! Who has a directory: one process at a time, by a lock that goes with it, however it ends.

use crate::error::NodeError;
use cap_std::fs::{Dir, File, OpenOptions};
use rustix::fs::{FlockOperation, flock};
use std::io::{Read, Write};

const NAME: &str = "LOCK";
/// No URL is longer.
const URL_BYTES_MAX: u64 = 256;

/// A lock on a directory, held until this is dropped.
pub(crate) struct Lock(File);

impl Lock {
    /// Takes the lock.
    ///
    /// # Errors
    ///
    /// Another process has it; where that serves is told, if it does.
    pub(crate) fn take(dir: &Dir) -> Result<Lock, NodeError> {
        let failed = |e| NodeError::io("open the data directory's LOCK", e);
        let options = OpenOptions::new().read(true).write(true).create(true).clone();
        let mut file = dir.open_with(NAME, &options).map_err(failed)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => file.set_len(0).map(|()| Lock(file)).map_err(failed),
            Err(rustix::io::Errno::WOULDBLOCK) => {
                let mut serves_at = String::new();
                // Without it, the lock is held all the same.
                _ = (&mut file).take(URL_BYTES_MAX).read_to_string(&mut serves_at);
                Err(NodeError::InUse { serves_at })
            }
            Err(error) => Err(NodeError::io("lock the data directory", error)),
        }
    }

    /// Tells whoever finds it locked at which URL this process serves.
    pub(crate) fn serves_at(&self, url: &str) -> Result<(), NodeError> {
        (&self.0).write_all(url.as_bytes()).map_err(|e| NodeError::io("write the data directory's LOCK", e))
    }
}
