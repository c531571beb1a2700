//! A second place: beside another machine's files, or on another disk, it remembers how far each shard has come.
//!
//! ```text
//! SHARD.head    the height, the header's hash and the history's size of the last block that was answered for
//! ```
//!
//! Files that were put back from a backup look like any others, and a writer that goes on from them signs a
//! second history. A shard whose journal does not hold the block that is remembered is not opened.

use crate::data::{create_path, write_durably};
use crate::error::NodeError;
use abi::codec::{Decode, Encode};
use abi::fault::Fault;
use abi::id::Hash;
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use journal::Header;
use kernel::Memory;
use kernel::ladder::Remembered;
use std::path::Path;

/// Where one shard's head is remembered.
pub(crate) struct SecondPlace {
    dir: Dir,
    shard: Hash,
    last: Option<Remembered>,
}

/// What is remembered.
struct Entry {
    version: u8,
    shard: Hash,
    height: u64,
    header: Hash,
    size: u64,
}

abi::canonical_array!(Entry { version, shard, height, header, size });

impl SecondPlace {
    /// The second place in a directory, which is made if it is not there.
    pub(crate) fn open(path: &Path, shard: Hash) -> Result<SecondPlace, NodeError> {
        let failed = |error| NodeError::io(format!("open the second place {}", path.display()), error);
        create_path(path).map_err(failed)?;
        let dir = Dir::open_ambient_dir(path, ambient_authority()).map_err(failed)?;
        let mut place = SecondPlace { dir, shard, last: None };
        place.last = place.read()?;
        Ok(place)
    }

    /// The head that is remembered.
    pub(crate) fn remembered(&self) -> Option<Remembered> {
        self.last
    }

    fn name(&self) -> String {
        format!("{}.head", self.shard)
    }

    fn read(&self) -> Result<Option<Remembered>, NodeError> {
        let bytes = match self.dir.read(self.name()) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(NodeError::io(format!("read {}", self.name()), error)),
        };
        match Entry::from_bytes(&bytes) {
            Ok(Entry { version: 1, shard, height, header, .. }) if shard == self.shard => {
                Ok(Some(Remembered { height, header }))
            }
            _ => Err(Fault::corrupt(format!("the second place: {}", self.name())).into()),
        }
    }
}

impl Memory for SecondPlace {
    fn remember(&mut self, header: &Header) -> Result<(), Fault> {
        let now = Remembered { height: header.height, header: header.hash() };
        if self.last == Some(now) {
            return Ok(());
        }
        let size = header.history_size;
        let entry = Entry { version: 1, shard: self.shard, height: now.height, header: now.header, size };
        let written = write_durably(&self.dir, &self.name(), &entry.to_bytes());
        written.map_err(|error| Fault::io("remember the head in the second place", error))?;
        self.last = Some(now);
        Ok(())
    }
}
