//! What a witness remembers: of each log, the newest head that it cosigned, as a file.
//!
//! ```text
//! LOCK                        held by the one process that cosigns from here
//! HASH.checkpoint             the head, signed by the log and cosigned; HASH is the origin's SHA-256
//! HASH.SIZE.fork              the proof that the log signed two heads of one size: `foil-verify` judges it
//! ```
//!
//! A witness whose memory is lost could be led to cosign another history: it is retired together with its
//! key, not started anew.

use crate::commands::open_dir;
use crate::data::write_durably;
use crate::error::NodeError;
use crate::lock::Lock;
use abi::Hash;
use abi::codec::Encode;
use abi::crypto::sha256;
use cap_std::fs::Dir;
use journal::{HeadsForkFile, Note, Witness};
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// The memory of one witness, by the hashes of the logs' origins.
pub(crate) struct Memory {
    dir: Dir,
    newest: BTreeMap<Hash, Note>,
    _lock: Lock,
}

impl Memory {
    /// Opens or makes a memory in `path`, and reads what there is of the logs that the witness knows.
    ///
    /// # Errors
    ///
    /// What this witness did not cosign is refused: it is another's memory, or damaged.
    pub(crate) fn open(path: &Path, witness: &Witness) -> Result<Memory, NodeError> {
        let dir = open_dir(path)?;
        let lock = Lock::take(&dir)?;
        let mut newest = BTreeMap::new();
        for origin in witness.origins() {
            let hash = hash_of(origin);
            match dir.read(format!("{hash}.checkpoint")) {
                Ok(bytes) => newest.insert(hash, witness.restore(origin, &bytes)?),
                Err(error) if error.kind() == io::ErrorKind::NotFound => None,
                Err(error) => return Err(NodeError::io(format!("read {hash}.checkpoint"), error)),
            };
        }
        Ok(Memory { dir, newest, _lock: lock })
    }

    /// The newest head of an origin.
    pub(crate) fn newest(&self, origin: Hash) -> Option<&Note> {
        self.newest.get(&origin)
    }

    /// Remembers a head as the newest one; it is durable when this returns.
    pub(crate) fn store(&mut self, origin: Hash, note: Note) -> Result<(), NodeError> {
        write_durably(&self.dir, &format!("{origin}.checkpoint"), note.to_string().as_bytes())?;
        self.newest.insert(origin, note);
        Ok(())
    }

    /// Keeps two heads of one size of an origin: the first such pair says it all, and a log cannot fill the disk with more.
    pub(crate) fn keep(&self, size: u64, origin: Hash, evidence: &HeadsForkFile) -> Result<(), NodeError> {
        let name = format!("{origin}.{size}.fork");
        tracing::error!(file = name, "a log has signed two histories");
        match self.dir.exists(&name) {
            true => Ok(()),
            false => write_durably(&self.dir, &name, &evidence.to_bytes()),
        }
    }
}

/// The SHA-256 hash of an origin, by which C2SP names its files.
pub(crate) fn hash_of(origin: &str) -> Hash {
    Hash(sha256(origin.as_bytes()))
}
