//! Building a shard's store anew from a snapshot, beside the one that is there, and putting it in its place.
//!
//! # Order
//!
//! 1. What an earlier attempt left is removed. A crash here, and up to step 4: the old store is untouched.
//! 2. The snapshot is loaded into `store.new`: chunks are hashed, the root is rebuilt, and only then is it of a
//!    height.
//! 3. The shard is opened over it as it always is: the blocks after that height are replayed, each to the root
//!    that its header names, and the store is flushed.
//! 4. The two directories change places in one step, or the new one takes an empty place, and the parent is
//!    synced. A crash leaves the old store or the new one under the name `store`, never none that was there.
//! 5. The old one, which is called `store.new` now, is removed. A crash leaves it to the next opening.
//!
//! A `store.new` is therefore never needed, whatever it is: the journal is the truth, and a store a cache.

use crate::data::{Data, sync_dir};
use crate::disk::FileDisk;
use crate::error::NodeError;
use crate::home::{Home, STORE};
use crate::rocks::RocksStore;
use crate::snapshots::{Loaded, SnapshotsError};
use abi::Hash;
use cap_std::fs::Dir;
use journal::{Header, Journal};
use kernel::Shard;
use rustix::fs::{RenameFlags, renameat_with};
use std::io;

pub(crate) const UNFINISHED: &str = "store.new";

/// A store that was restored.
#[derive(Debug)]
pub struct Restored {
    /// The snapshot, and those that were refused before it.
    pub loaded: Loaded,
    /// The height that the replayed blocks lead to.
    pub height: u64,
    /// The root of the state there.
    pub root: Hash,
}

impl Data {
    /// Restores a shard's store from the snapshot `wanted`, or from the newest usable one.
    pub fn restore_shard(
        &self,
        id: Hash,
        wanted: Option<&str>,
        build: String,
    ) -> Result<Restored, NodeError> {
        let home = self.home(id)?;
        clear(&home.dir)?;

        let (journal, _) = Journal::open(home.disk()?, id)?;
        let loaded = self.load(&home, wanted, &journal)?;
        drop(journal);

        let (shard, recovered) = Shard::open(self.opening(&home, &home.new_store(), build)?)?;
        assert_eq!(recovered.store_height, loaded.height, "the store is of its snapshot's height");
        let (height, root) = (shard.position().height, shard.position().root);
        drop(shard.close()?);

        swap(&home.dir).map_err(|e| NodeError::io("put the restored store in its place", e))?;
        clear(&home.dir)?;
        Ok(Restored { loaded, height, root })
    }

    /// Loads a snapshot of this very journal into the new store.
    fn load(
        &self,
        home: &Home,
        wanted: Option<&str>,
        journal: &Journal<FileDisk>,
    ) -> Result<Loaded, NodeError> {
        let snapshots = self.snapshots(home.id)?;
        let mut store = RocksStore::open(&home.new_store())?;
        let loaded = match wanted {
            Some(wanted) => {
                let height = snapshots.load(wanted, &mut store)?;
                Loaded { id: wanted.into(), height, refused: Vec::new() }
            }
            None => snapshots.load_newest(journal.height(), &mut store)?,
        };
        let header: Header = snapshots.manifest(&loaded.id)?.standing.checkpoint.header;
        match journal.header(loaded.height)? == Some(header) {
            true => Ok(loaded),
            false => Err(SnapshotsError::OtherHistory { id: loaded.id, height: loaded.height }.into()),
        }
    }
}

/// Removes a store that was never finished, or has been replaced.
pub(crate) fn clear(dir: &Dir) -> Result<(), NodeError> {
    match dir.remove_dir_all(UNFINISHED) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(NodeError::io(format!("remove {UNFINISHED}"), error))
        }
        _ => Ok(()),
    }
}

/// Puts the new store in the place of the old one, which gets the new one's name; durably.
pub(crate) fn swap(dir: &Dir) -> io::Result<()> {
    match dir.exists(STORE) {
        true => renameat_with(dir, UNFINISHED, dir, STORE, RenameFlags::EXCHANGE)?,
        false => dir.rename(UNFINISHED, dir, STORE)?,
    }
    sync_dir(dir)
}

#[cfg(test)]
mod tests {
    use super::*;
    use cap_std::ambient_authority;

    #[test]
    fn the_new_store_takes_the_place_of_the_old_one_or_an_empty_one() {
        let folder = tempfile::tempdir().unwrap();
        let dir = Dir::open_ambient_dir(folder.path(), ambient_authority()).unwrap();
        let make = |name: &str, content: &str| {
            dir.create_dir(name).unwrap();
            dir.write(format!("{name}/file"), content).unwrap();
        };
        make(UNFINISHED, "first");
        swap(&dir).unwrap();
        assert_eq!(dir.read_to_string("store/file").unwrap(), "first");
        assert!(!dir.exists(UNFINISHED));
        make(UNFINISHED, "second");
        swap(&dir).unwrap();
        assert_eq!(dir.read_to_string("store/file").unwrap(), "second");
        assert_eq!(dir.read_to_string("store.new/file").unwrap(), "first");
        clear(&dir).unwrap();
        clear(&dir).unwrap();
        assert!(!dir.exists(UNFINISHED) && dir.exists(STORE));
    }
}
