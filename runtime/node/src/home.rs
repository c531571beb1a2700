//! Where one shard's files lie in a data directory, and what they say.
//!
//! ```text
//! genesis       a shard's birth certificate
//! journal/      the truth
//! store/        a cache of its fold
//! store.new/    a store that is being made of a snapshot
//! ```

use crate::disk::FileDisk;
use crate::error::NodeError;
use crate::restore;
use crate::rocks::RocksStore;
use abi::codec::Decode;
use abi::genesis::Genesis;
use abi::id::Hash;
use cap_std::fs::Dir;
use journal::Journal;
use kernel::ladder::{Remembered, StoreFound, Survey};
use state::{Store, Tree};
use std::path::{Path, PathBuf};

/// The directory of the store.
pub(crate) const STORE: &str = "store";

/// A shard's directory.
pub struct Home {
    /// The shard.
    pub id: Hash,
    /// What it was born with.
    pub genesis: Genesis,
    /// The directory, as `shards/ID`.
    pub name: String,
    /// The directory.
    pub dir: Dir,
    /// The store, which RocksDB opens by path.
    pub store: PathBuf,
}

impl Home {
    /// The directory `name` of the data directory `data`, which lies in `path`; of the shard `id`, or of the
    /// shard whose genesis is there.
    pub fn open(data: &Dir, path: &Path, name: &str, id: Option<Hash>) -> Result<Home, NodeError> {
        let dir = data.open_dir(name).map_err(|e| NodeError::io(format!("open {name}"), e))?;
        let bytes = dir.read("genesis").map_err(|e| NodeError::io(format!("read {name}/genesis"), e))?;
        let damaged = |because| NodeError::GenesisDamaged { shard: id.unwrap_or(Hash::ZERO), because };
        let genesis = Genesis::from_bytes(&bytes).map_err(damaged)?;
        let found = genesis.id();
        match id {
            Some(named) if named != found => Err(NodeError::OtherShard { named, found }),
            _ => {
                let store = path.join(name).join(STORE);
                Ok(Home { id: found, genesis, name: name.into(), dir, store })
            }
        }
    }

    /// The journal's disk.
    pub fn disk(&self) -> Result<FileDisk, NodeError> {
        Ok(FileDisk::open(self.journal()?)?)
    }

    /// The journal's disk, of which nothing is changed.
    pub fn disk_to_read(&self) -> Result<FileDisk, NodeError> {
        Ok(FileDisk::open_to_read(self.journal()?)?)
    }

    fn journal(&self) -> Result<Dir, NodeError> {
        let doing = || format!("open {}/journal", self.name);
        self.dir.open_dir("journal").map_err(|e| NodeError::io(doing(), e))
    }

    /// Where a store is made before it takes its place.
    pub(crate) fn new_store(&self) -> PathBuf {
        self.store.with_file_name(restore::UNFINISHED)
    }

    /// What all its files say, but for its snapshots; none is changed.
    pub fn survey(&self, remembered: Option<Remembered>) -> Result<Survey, NodeError> {
        let journal = Journal::survey(&self.disk_to_read()?, self.id)?;
        Ok(Survey { journal, store: self.store_found(), snapshots: Vec::new(), remembered })
    }

    /// What there is of its store.
    pub fn store_found(&self) -> StoreFound {
        let described = || {
            let Some(store) = RocksStore::open_to_read(&self.store)? else { return Ok(StoreFound::Missing) };
            let (height, tree) = (store.applied()?, Tree::build(&*store.view())?);
            Ok(StoreFound::At { height, root: tree.root(), entries: tree.len() as u64 })
        };
        let unreadable = |fault: state::Fault| StoreFound::Unreadable { because: fault.to_string() };
        described().unwrap_or_else(unreadable)
    }
}
