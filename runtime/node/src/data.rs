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
//! self/                   the node's own chain, a shard like the others
//! quarantine/ID/          what is kept and no longer trusted
//! remember                the path of a second place that remembers the shards' heads
//! reserve                 room that is given up when the disk is full, so that shards can be closed
//! ```

use crate::disk::FileDisk;
use crate::error::NodeError;
use crate::home::Home;
use crate::keys;
use crate::lock::Lock;
use crate::own;
use crate::quarantine::{self, Place, Quarantine};
use crate::reserve::Reserve;
use crate::restore;
use crate::rocks::RocksStore;
use crate::second::SecondPlace;
use crate::snapshots::Snapshots;
use abi::codec::Encode;
use abi::fault::Fault;
use abi::genesis::Genesis;
use abi::hash::PROGRAM;
use abi::id::Hash;
use abi::limits::PROGRAM_BYTES_MAX;
use abi::sign::{PublicKey, SecretKey};
use cap_std::ambient_authority;
use cap_std::fs::{Dir, DirBuilder, DirBuilderExt};
use journal::{Disk, Journal, PAGE_BYTES};
use kernel::recover::{Opening, Recovered};
use kernel::{Keyring, Programs, Shard, ShardError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use vm::Cache;

const FORMAT: &str = "counterfoil data 1\n";
const KEY: &str = "node.key";
/// Where the writer keys lie that are not the node's own.
const WRITERS: &str = "writers";

/// A shard on files and RocksDB.
pub type NodeShard = Shard<FileDisk, RocksStore>;

/// A data directory, held by this process until it is dropped.
pub struct Data {
    pub(crate) dir: Dir,
    pub(crate) path: PathBuf,
    /// The second place that remembers the shards' heads.
    second: Option<PathBuf>,
    /// Held by this process.
    pub(crate) lock: Lock,
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
        let lock = Lock::take(&dir)?;
        for name in ["programs", "shards"] {
            make_dir(&dir, name).map_err(|e| NodeError::io(doing(), e))?;
        }
        if !dir.exists(KEY) {
            keys::generate(&path.join(KEY))?;
        }
        // The format comes last: a directory without one was never finished.
        write_durably(&dir, "FORMAT", FORMAT.as_bytes())?;
        Ok(Data { dir, path: path.into(), second: None, lock })
    }

    /// Opens the data directory in `path`.
    pub fn open(path: &Path) -> Result<Data, NodeError> {
        let doing = || format!("open the data directory {}", path.display());
        let not_data = || NodeError::NotData { path: path.into() };
        let dir = Dir::open_ambient_dir(path, ambient_authority()).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => not_data(),
            _ => NodeError::io(doing(), error),
        })?;
        format(&dir, path)?;
        let lock = Lock::take(&dir)?;
        let second = second_place(&dir, path)?;
        Ok(Data { dir, path: path.into(), second, lock })
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

    /// The shard that `wanted` names; without a name, all.
    pub fn meant(&self, wanted: Option<&str>) -> Result<Vec<Hash>, NodeError> {
        match wanted {
            Some(_) => Ok(vec![self.choose(wanted)?]),
            None => self.shards(),
        }
    }

    /// Makes a shard: its directory gets its name once the genesis and the empty journal in it are durable,
    /// so that a crash leaves a whole shard or none.
    pub fn create_shard(&self, genesis: &Genesis, build: String) -> Result<NodeShard, NodeError> {
        let id = genesis.id();
        let shards = self.dir.open_dir("shards").map_err(|e| NodeError::io("open shards", e))?;
        make_home(&shards, &id.to_string(), genesis)?;
        Ok(self.open_shard(id, build)?.0)
    }

    /// Makes the node's own chain.
    pub(crate) fn create_own(&self, genesis: &Genesis, build: String) -> Result<NodeShard, NodeError> {
        make_home(&self.dir, own::NAME, genesis)?;
        self.open_own(build)
    }

    /// Opens the node's own chain.
    pub(crate) fn open_own(&self, build: String) -> Result<NodeShard, NodeError> {
        let home = self.own_home()?;
        Ok(Shard::open(self.opening(&home, &home.store, build)?)?.0)
    }

    /// Where the node's own chain lies.
    pub(crate) fn own_home(&self) -> Result<Home, NodeError> {
        Home::open(&self.dir, &self.path, own::NAME, None)
    }

    /// Where a shard's files lie.
    pub fn home(&self, id: Hash) -> Result<Home, NodeError> {
        Home::open(&self.dir, &self.path, &format!("shards/{id}"), Some(id))
    }

    /// Opens a shard, whatever happened to it before.
    ///
    /// # Errors
    ///
    /// Refuses one whose journal holds bytes that are in quarantine, and one that a second place knows better.
    pub fn open_shard(&self, id: Hash, build: String) -> Result<(NodeShard, Recovered), NodeError> {
        let home = self.home(id)?;
        restore::clear(&home.dir)?;
        self.stands_clear(&home)?;
        let second = self.second_place(id)?;
        let (mut shard, recovered) = Shard::open(self.opening(&home, &home.store, build)?)?;
        if let Some(second) = second {
            is_current(&shard, &second)?;
            shard.remember_in(Box::new(second));
        }
        Ok((shard, recovered))
    }

    /// Has heads remembered in this second place, whatever the directory's `remember` says.
    pub fn remember_in(&mut self, second: Option<&Path>) {
        self.second = second.map(Path::to_path_buf).or_else(|| self.second.take());
    }

    /// Where a shard's head is remembered, if anywhere.
    pub(crate) fn second_place(&self, id: Hash) -> Result<Option<SecondPlace>, NodeError> {
        self.second.as_deref().map(|path| SecondPlace::open(path, id)).transpose()
    }

    /// What is in quarantine, to read.
    pub fn quarantine(&self) -> Result<Quarantine, NodeError> {
        Quarantine::read(&self.dir)
    }

    /// The quarantine, to put something into.
    pub fn quarantine_to_write(&self) -> Result<Quarantine, NodeError> {
        Quarantine::write(&self.dir)
    }

    /// Whether nothing of the shard's journal is in quarantine and still lies where it was found.
    fn stands_clear(&self, home: &Home) -> Result<(), NodeError> {
        let standing = self.quarantine()?.of_journal(home.id)?;
        if standing.is_empty() {
            return Ok(());
        }
        let disk = home.disk_to_read()?;
        for (held, place) in standing {
            if quarantine::holds(&held.item, &pages(&disk, place)) {
                let Place { segment, page, .. } = place;
                return Err(NodeError::Quarantined { shard: home.id, segment, page, item: held.id });
            }
        }
        Ok(())
    }

    /// The snapshots of a shard; the directory for them is made if it is not there.
    pub fn snapshots(&self, id: Hash) -> Result<Snapshots, NodeError> {
        Snapshots::make(&self.dir, &self.path, id, self.key()?)
    }

    /// The snapshots of a shard, if any were ever taken.
    pub fn kept_snapshots(&self, id: Hash) -> Result<Option<Snapshots>, NodeError> {
        Snapshots::there(&self.path, id, self.key()?)
    }

    /// What a shard is opened with, over the store at this path.
    pub(crate) fn opening(
        &self,
        home: &Home,
        store: &Path,
        build: String,
    ) -> Result<Opening<FileDisk, RocksStore>, NodeError> {
        Ok(Opening {
            genesis: home.genesis.clone(),
            keyring: self.keyring()?,
            disk: home.disk()?,
            // RocksDB opens by path and keeps to its own directory.
            store: RocksStore::open(store).map_err(ShardError::from)?.with_reserve(self.reserve()?),
            programs: Box::new(self.programs()?),
            build,
        })
    }

    fn reserve(&self) -> Result<Reserve, NodeError> {
        let dir = self.dir.try_clone().map_err(|e| NodeError::io("open the data directory", e))?;
        Ok(Reserve::keep(dir))
    }

    /// The programs kept here.
    pub fn programs(&self) -> Result<ProgramDir, NodeError> {
        let dir = self.dir.open_dir("programs").map_err(|e| NodeError::io("open programs", e))?;
        Ok(ProgramDir { dir })
    }
}

/// Makes the directory `name` of a shard in `parent`, whole or not at all.
fn make_home(parent: &Dir, name: &str, genesis: &Genesis) -> Result<(), NodeError> {
    genesis.check()?;
    let doing = || format!("create the shard's directory {name}");
    let failed = |error: std::io::Error| NodeError::io(doing(), error);
    if parent.exists(name) {
        return Err(NodeError::io(doing(), "there is one; give it another --nonce"));
    }
    let unfinished = format!("{name}.new");
    if parent.exists(&unfinished) {
        parent.remove_dir_all(&unfinished).map_err(failed)?;
    }
    make_dir(parent, &unfinished).map_err(failed)?;
    let dir = parent.open_dir(&unfinished).map_err(failed)?;
    make_dir(&dir, "journal").map_err(failed)?;
    Journal::create(FileDisk::open(dir.open_dir("journal").map_err(failed)?)?, genesis.id())?;
    write_durably(&dir, "genesis", &genesis.to_bytes())?;
    parent.rename(&unfinished, parent, name).map_err(failed)?;
    sync(parent, name)
}

/// The format of the data directory `dir`, which is ours.
pub(crate) fn format(dir: &Dir, path: &Path) -> Result<String, NodeError> {
    match dir.read_to_string("FORMAT") {
        Ok(found) if found == FORMAT => Ok(found),
        Ok(found) => Err(other_format(&found)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(NodeError::NotData { path: path.into() })
        }
        Err(error) => Err(NodeError::io(format!("open the data directory {}", path.display()), error)),
    }
}

/// Why a format is not ours.
fn other_format(found: &str) -> NodeError {
    let version = |text: &str| text.strip_prefix("counterfoil data ")?.trim_end().parse::<u64>().ok();
    let (found, expected) = (found.chars().take(40).collect::<String>(), FORMAT.trim_end());
    let is_newer = version(&found) > version(FORMAT);
    let found = found.trim_end().into();
    match is_newer {
        true => NodeError::NewerFormat { found, expected },
        false => NodeError::OtherFormat { found, expected },
    }
}

/// Whether a shard's journal holds the block that its second place remembers.
fn is_current(shard: &NodeShard, second: &SecondPlace) -> Result<(), NodeError> {
    let Some(remembered) = second.remembered() else { return Ok(()) };
    if remembered.height + 1 < shard.first() {
        // The shard has gone on since, far enough that the block could be pruned.
        return Ok(());
    }
    let there = shard.header(remembered.height)?.map(|header| header.hash());
    if there == Some(remembered.header) {
        return Ok(());
    }
    let found = match there {
        None => format!("{} blocks", shard.position().height),
        Some(other) => format!("block {}, {other}", remembered.height),
    };
    let (height, header) = (remembered.height, remembered.header);
    Err(NodeError::Stale { shard: shard.id(), found, height, header })
}

/// The bytes of pages of a journal; fewer, where the file has no more.
pub(crate) fn pages(disk: &FileDisk, place: Place) -> Vec<u8> {
    let name = journal::segment_name(place.segment);
    let (from, wanted) = (u64::from(place.page) * PAGE_BYTES as u64, place.pages as usize * PAGE_BYTES);
    let there = disk.len(&name).unwrap_or(0).saturating_sub(from);
    let mut bytes = vec![0; wanted.min(usize::try_from(there).unwrap_or(usize::MAX))];
    if disk.read(&name, from, &mut bytes).is_err() {
        bytes.clear();
    }
    bytes
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

/// The second place that the file `remember` of a data directory names, from there on if it is no whole path.
pub(crate) fn second_place(dir: &Dir, path: &Path) -> Result<Option<PathBuf>, NodeError> {
    match dir.read_to_string("remember") {
        Ok(named) => Ok(Some(path.join(named.trim_end()))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(NodeError::io("read the data directory's remember", error)),
    }
}

/// Makes a directory that only its owner may enter, unless it is there.
pub(crate) fn make_dir(dir: &Dir, name: &str) -> std::io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.mode(0o700);
    match dir.create_dir_with(name, &builder) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        result => result,
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

pub(crate) fn sync(dir: &Dir, name: &str) -> Result<(), NodeError> {
    sync_dir(dir).map_err(|e| NodeError::io(format!("sync the directory of {name}"), e))
}

/// Makes the names in a directory durable. The handle itself is a path, which cannot be synced.
pub(crate) fn sync_dir(dir: &Dir) -> std::io::Result<()> {
    dir.open(".")?.sync_all()
}
