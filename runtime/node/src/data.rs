//! A node's data directory.
//!
//! ```text
//! FORMAT                  the layout's name and version
//! LOCK                    held by the one process that uses the directory
//! node.key                the node's key, which writes its shards
//! writers/KEY.key         other writer keys, made or imported here
//! programs/ID.wasm        programs by the digest of their bytes
//! programs/KEY.compiled   a cache of what this machine compiled them to
//! shards/ID/genesis       a shard's birth certificate
//! shards/ID/journal/      the truth
//! shards/ID/store/        a cache of its fold
//! shards/ID/store.new/    another one in the making, or the one that it has replaced
//! snapshots/ID/           a shard's snapshots
//! ```

use crate::disk::FileDisk;
use crate::error::NodeError;
use crate::keys;
use crate::restore;
use crate::rocks::RocksStore;
use crate::snapshots::Snapshots;
use abi::codec::{Decode, Encode};
use abi::fault::Fault;
use abi::genesis::Genesis;
use abi::hash::PROGRAM;
use abi::id::Hash;
use abi::limits::PROGRAM_BYTES_MAX;
use abi::sign::{PublicKey, SecretKey};
use cap_std::ambient_authority;
use cap_std::fs::{Dir, DirBuilder, DirBuilderExt, File};
use journal::Journal;
use kernel::recover::{Opening, Recovered};
use kernel::{Keyring, Programs, Shard};
use rustix::fs::{FlockOperation, flock};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use vm::Cache;

const FORMAT: &str = "counterfoil data 1\n";
const KEY: &str = "node.key";
/// Where the writer keys lie that are not the node's own.
const WRITERS: &str = "writers";

/// Where a shard's store lies.
pub(crate) const STORE: &str = "store";
const SNAPSHOTS: &str = "snapshots";

/// A shard on files and RocksDB.
pub type NodeShard = Shard<FileDisk, RocksStore>;

/// A data directory, held by this process until it is dropped.
pub struct Data {
    dir: Dir,
    path: PathBuf,
    _lock: File,
}

impl Data {
    /// Makes a data directory in `path`, with a new node key, or opens the one that is there.
    pub fn create(path: &Path) -> Result<Data, NodeError> {
        let doing = || format!("create the data directory {}", path.display());
        if path.join("FORMAT").exists() {
            return Data::open(path);
        }
        create_path(path).map_err(|e| NodeError::io(doing(), e))?;
        let dir = Dir::open_ambient_dir(path, ambient_authority()).map_err(|e| NodeError::io(doing(), e))?;
        // What an earlier attempt left is gone on with; anything else is somebody's.
        for entry in dir.entries().map_err(|e| NodeError::io(doing(), e))? {
            let name = entry.map_err(|e| NodeError::io(doing(), e))?.file_name();
            if !["LOCK", "FORMAT.new", "programs", "shards", WRITERS, KEY, "node.key.new"]
                .iter()
                .any(|ours| name == *ours)
            {
                return Err(NodeError::io(doing(), "it holds other files; choose an empty directory"));
            }
        }
        let lock = lock(&dir)?;
        for name in ["programs", "shards"] {
            make_dir(&dir, name).map_err(|e| NodeError::io(doing(), e))?;
        }
        if !dir.exists(KEY) {
            keys::generate(&path.join(KEY))?;
        }
        // The format comes last: a directory without one was never finished.
        write_durably(&dir, "FORMAT", FORMAT.as_bytes())?;
        Ok(Data { dir, path: path.into(), _lock: lock })
    }

    /// Opens the data directory in `path`.
    pub fn open(path: &Path) -> Result<Data, NodeError> {
        let doing = || format!("open the data directory {}", path.display());
        let not_data = || NodeError::NotData { path: path.into() };
        let dir = Dir::open_ambient_dir(path, ambient_authority()).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => not_data(),
            _ => NodeError::io(doing(), error),
        })?;
        let found = match dir.read_to_string("FORMAT") {
            Ok(found) => found,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(not_data()),
            Err(error) => return Err(NodeError::io(doing(), error)),
        };
        if found != FORMAT {
            let found: String = found.chars().take(40).collect();
            return Err(NodeError::OtherFormat {
                found: found.trim_end().into(),
                expected: FORMAT.trim_end(),
            });
        }
        let lock = lock(&dir)?;
        Ok(Data { dir, path: path.into(), _lock: lock })
    }

    /// The node's key.
    pub fn key(&self) -> Result<SecretKey, NodeError> {
        keys::read(&self.path.join(KEY))
    }

    /// All keys that this node may write under: its own, and those imported.
    pub fn keyring(&self) -> Result<Keyring, NodeError> {
        let mut held = vec![self.key()?];
        let doing = "list the writer keys";
        if self.dir.exists(WRITERS) {
            for entry in self.dir.read_dir(WRITERS).map_err(|e| NodeError::io(doing, e))? {
                let name = entry.map_err(|e| NodeError::io(doing, e))?.file_name();
                if name.to_str().is_some_and(|name| name.ends_with(".key")) {
                    held.push(keys::read(&self.path.join(WRITERS).join(name))?);
                }
            }
        }
        Ok(Keyring::new(held))
    }

    /// Keeps a writer's key, durably, beside the node's own.
    pub fn keep_writer(&self, seed: &[u8; 32]) -> Result<PublicKey, NodeError> {
        let key = SecretKey::from_seed(seed).public();
        make_dir(&self.dir, WRITERS).map_err(|e| NodeError::io("make the directory of writer keys", e))?;
        sync(&self.dir, WRITERS)?;
        let path = self.path.join(WRITERS).join(format!("{key}.key"));
        if !path.exists() {
            keys::write(&path, seed)?;
        }
        Ok(key)
    }

    /// The shards that live here.
    pub fn shards(&self) -> Result<Vec<Hash>, NodeError> {
        let doing = "list the shards";
        let mut shards = Vec::new();
        for entry in self.dir.read_dir("shards").map_err(|e| NodeError::io(doing, e))? {
            let name = entry.map_err(|e| NodeError::io(doing, e))?.file_name();
            shards.extend(name.to_str().and_then(|name| name.parse::<Hash>().ok()));
        }
        shards.sort();
        Ok(shards)
    }

    /// The shard that `wanted` names, by its id or the start of it; without a name, the only one.
    pub fn choose(&self, wanted: Option<&str>) -> Result<Hash, NodeError> {
        let prefix = wanted.unwrap_or_default();
        let found: Vec<Hash> =
            self.shards()?.into_iter().filter(|id| id.to_string().starts_with(prefix)).collect();
        match found.as_slice() {
            [only] => Ok(*only),
            [] => Err(NodeError::WhichShard(format!(
                "no shard's id begins with {prefix:?} here; `foil shard create` makes one"
            ))),
            many => Err(NodeError::WhichShard(format!("{} shards match; name one with --on", many.len()))),
        }
    }

    /// Makes a shard: its directory gets its name once the genesis and the empty journal in it are durable,
    /// so that a crash leaves a whole shard or none.
    pub fn create_shard(&self, genesis: &Genesis, build: String) -> Result<NodeShard, NodeError> {
        genesis.check()?;
        let id = genesis.id();
        let doing = || format!("create shards/{id}");
        let failed = |error: std::io::Error| NodeError::io(doing(), error);
        let shards = self.dir.open_dir("shards").map_err(failed)?;
        if shards.exists(id.to_string()) {
            return Err(NodeError::io(doing(), "there is one; give it another --nonce"));
        }
        let unfinished = format!("{id}.new");
        if shards.exists(&unfinished) {
            shards.remove_dir_all(&unfinished).map_err(failed)?;
        }
        make_dir(&shards, &unfinished).map_err(failed)?;
        let dir = shards.open_dir(&unfinished).map_err(failed)?;
        make_dir(&dir, "journal").map_err(failed)?;
        Journal::create(FileDisk::open(dir.open_dir("journal").map_err(failed)?)?, id)?;
        write_durably(&dir, "genesis", &genesis.to_bytes())?;
        shards.rename(&unfinished, &shards, id.to_string()).map_err(failed)?;
        sync(&shards, "shards")?;
        Ok(self.open_shard(id, build)?.0)
    }

    /// Opens a shard, whatever happened to it before.
    pub fn open_shard(&self, id: Hash, build: String) -> Result<(NodeShard, Recovered), NodeError> {
        let dir = self.shard_dir(id)?;
        restore::clear(&dir)?;
        let genesis = self.genesis(&dir, id)?;
        Ok(Shard::open(self.opening(&dir, id, (genesis, STORE), build)?)?)
    }

    /// The genesis of a shard, which must be its own.
    pub(crate) fn genesis(&self, dir: &Dir, id: Hash) -> Result<Genesis, NodeError> {
        let bytes = dir.read("genesis").map_err(|e| NodeError::io(format!("read shards/{id}/genesis"), e))?;
        let genesis = Genesis::from_bytes(&bytes)
            .map_err(|because| NodeError::GenesisDamaged { shard: id, because })?;
        if genesis.id() != id {
            return Err(NodeError::OtherShard { named: id, found: genesis.id() });
        }
        Ok(genesis)
    }

    /// The snapshots of a shard.
    pub fn snapshots(&self, id: Hash) -> Result<Snapshots, NodeError> {
        let failed = |e: std::io::Error| NodeError::io("make the directory of snapshots", e);
        make_dir(&self.dir, SNAPSHOTS).map_err(failed)?;
        sync(&self.dir, SNAPSHOTS)?;
        let all = self.dir.open_dir(SNAPSHOTS).map_err(failed)?;
        make_dir(&all, &id.to_string()).map_err(failed)?;
        sync(&all, SNAPSHOTS)?;
        let place = self.path.join(format!("{SNAPSHOTS}/{id}"));
        Ok(Snapshots::in_directory(&place, id, self.key()?)?)
    }

    /// Removes the files that were being written among a shard's snapshots when a process died. Nobody may
    /// be writing there.
    pub fn sweep_snapshots(&self, id: Hash) -> Result<(), NodeError> {
        let failed = |e: std::io::Error| NodeError::io("sweep the snapshots", e);
        let place = self.dir.open_dir(format!("{SNAPSHOTS}/{id}")).map_err(failed)?;
        for folder in place.entries().map_err(failed)? {
            let folder = folder.and_then(|folder| folder.open_dir()).map_err(failed)?;
            for entry in folder.entries().map_err(failed)? {
                let name = entry.map_err(failed)?.file_name();
                // So the objects' library names what it has not finished.
                if name.to_string_lossy().contains('#') {
                    folder.remove_file(&name).map_err(failed)?;
                }
            }
        }
        Ok(())
    }

    pub(crate) fn shard_dir(&self, id: Hash) -> Result<Dir, NodeError> {
        self.dir.open_dir(format!("shards/{id}")).map_err(|e| NodeError::io(format!("open shards/{id}"), e))
    }

    /// What the shard is opened with: its genesis and the name of its store.
    pub(crate) fn opening(
        &self,
        dir: &Dir,
        id: Hash,
        (genesis, store): (Genesis, &str),
        build: String,
    ) -> Result<Opening<FileDisk, RocksStore>, NodeError> {
        let journal =
            dir.open_dir("journal").map_err(|e| NodeError::io(format!("open shards/{id}/journal"), e))?;
        Ok(Opening {
            genesis,
            keyring: self.keyring()?,
            disk: FileDisk::open(journal)?,
            // RocksDB opens by path and keeps to its own directory.
            store: RocksStore::open(&self.store_path(id, store))?,
            programs: Box::new(self.programs()?),
            build,
        })
    }

    pub(crate) fn store_path(&self, id: Hash, store: &str) -> PathBuf {
        self.path.join(format!("shards/{id}/{store}"))
    }

    /// The programs kept here.
    pub fn programs(&self) -> Result<ProgramDir, NodeError> {
        let dir = self.dir.open_dir("programs").map_err(|e| NodeError::io("open programs", e))?;
        Ok(ProgramDir { dir })
    }
}

/// Programs as files, named by their digests.
pub struct ProgramDir {
    dir: Dir,
}

impl ProgramDir {
    /// Keeps a program, durably; its digest.
    pub fn keep(&self, wasm: &[u8]) -> Result<Hash, NodeError> {
        let id = PROGRAM.hash(wasm);
        if self.read(&id)?.is_none() {
            write_durably(&self.dir, &format!("{id}.wasm"), wasm)?;
        }
        Ok(id)
    }
}

impl Programs for ProgramDir {
    fn read(&self, id: &Hash) -> Result<Option<Vec<u8>>, Fault> {
        let name = format!("{id}.wasm");
        let doing = || format!("read programs/{name}");
        let file = match self.dir.open(&name) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Fault::io(doing(), error)),
        };
        let mut wasm = Vec::new();
        file.take(PROGRAM_BYTES_MAX as u64 + 1).read_to_end(&mut wasm).map_err(|e| Fault::io(doing(), e))?;
        Ok(Some(wasm))
    }

    fn cache(&self) -> Option<&dyn Cache> {
        Some(self)
    }
}

/// Compiled programs lie where the node's key lies: who can write here is believed anyway.
impl Cache for ProgramDir {
    fn load(&self, key: &Hash) -> Option<Vec<u8>> {
        self.dir.read(format!("{key}.compiled")).ok()
    }

    fn keep(&self, key: &Hash, artifact: &[u8]) {
        // What cannot be kept is compiled again.
        let _ = write_durably(&self.dir, &format!("{key}.compiled"), artifact);
    }
}

/// Makes a directory and those above it that are not there, each durably.
pub(crate) fn create_path(path: &Path) -> std::io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    create_path(parent)?;
    let parent = Dir::open_ambient_dir(parent, ambient_authority())?;
    parent.create_dir(path.file_name().unwrap_or_default())?;
    sync_dir(&parent)
}

/// Makes a directory that only its owner may enter, unless it is there.
fn make_dir(dir: &Dir, name: &str) -> std::io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.mode(0o700);
    match dir.create_dir_with(name, &builder) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        result => result,
    }
}

pub(crate) fn lock(dir: &Dir) -> Result<File, NodeError> {
    let lock = dir.create("LOCK").map_err(|e| NodeError::io("open the data directory's LOCK", e))?;
    match flock(&lock, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(lock),
        Err(rustix::io::Errno::WOULDBLOCK) => Err(NodeError::InUse),
        Err(error) => Err(NodeError::io("lock the data directory", error)),
    }
}

/// Writes a file under a temporary name, and gives it its own once it is durable.
pub fn write_durably(dir: &Dir, name: &str, bytes: &[u8]) -> Result<(), NodeError> {
    let doing = || format!("write {name}");
    let temporary = format!("{name}.new");
    let mut file = dir.create(&temporary).map_err(|e| NodeError::io(doing(), e))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(|e| NodeError::io(doing(), e))?;
    dir.rename(&temporary, dir, name).map_err(|e| NodeError::io(doing(), e))?;
    sync(dir, name)
}

fn sync(dir: &Dir, name: &str) -> Result<(), NodeError> {
    sync_dir(dir).map_err(|e| NodeError::io(format!("sync the directory of {name}"), e))
}

/// Makes the names in a directory durable. The handle itself is a path, which cannot be synced.
pub(crate) fn sync_dir(dir: &Dir) -> std::io::Result<()> {
    dir.open(".")?.sync_all()
}
