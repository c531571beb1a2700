//! A disk as the journal sees it: named files of a fixed length.

use abi::fault::Fault;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Where segments are kept: files behind a directory handle, or a simulation of them.
///
/// What the implementation owes the journal:
///
/// 1. `create` and `remove` are durable when they return: contents, length and the directory's entry. A
///    crash inside `create` leaves no file, or one of zeros that may be shorter.
/// 2. What `write` wrote is durable once a later `sync` of the file has returned without an error, and not
///    before; until then each 512-byte sector holds its old bytes or its new ones, in any mixture.
/// 3. After an error of `write` or `sync` nothing is promised of that file's unsynced bytes.
/// 4. A disk that is opened anew reads what the medium holds or will come to hold, and not what a sync that
///    failed has left in a cache: such bytes look written, and no later sync brings them to the medium.
/// 5. `Fault::Full` comes of `create`, `write` and `replace` alone, and says that they changed nothing: no file
///    was made, no byte written.
/// 6. `replace` is durable when it returns, and a crash inside it leaves the old file or the new one.
pub trait Disk {
    /// The names of all files.
    fn list(&self) -> Result<Vec<String>, Fault>;

    /// A file's length in bytes.
    fn len(&self, name: &str) -> Result<u64, Fault>;

    /// Makes a file of `len` zero bytes, which must not exist yet.
    fn create(&mut self, name: &str, len: u64) -> Result<(), Fault>;

    /// Before long a file of that name and of `len` bytes will be created. A disk may begin with it, unless it has begun
    /// with one; what it makes until then is no file of anybody's.
    fn ahead(&mut self, _name: &str, _len: u64) {}

    /// Fills `buf` from `offset`; a file that ends before that is an error.
    fn read(&self, name: &str, offset: u64, buf: &mut [u8]) -> Result<(), Fault>;

    /// Has whatever is read from now on come from the medium, not from a cache. A disk without one does nothing.
    fn reread(&mut self) -> Result<(), Fault> {
        Ok(())
    }

    /// Writes within the file's length.
    fn write(&mut self, name: &str, offset: u64, bytes: &[u8]) -> Result<(), Fault>;

    /// Makes all that was written to the file durable.
    fn sync(&mut self, name: &str) -> Result<(), Fault>;

    /// Removes a file.
    fn remove(&mut self, name: &str) -> Result<(), Fault>;

    /// Puts a file of these bytes into the place of the one of that name. A disk on which nothing is ever erased
    /// need not.
    fn replace(&mut self, name: &str, _bytes: &[u8]) -> Result<(), Fault> {
        Err(Fault::io(format!("replace {name}"), "this disk does not"))
    }

    /// Leaves a file of what `write` writes, in the place of the one of that name, for whoever can do without it: nothing
    /// is synced, and after a crash it may be there, or not, or be anything. A disk need not leave it, nor have it written
    /// while the caller waits.
    fn leave(&mut self, _name: &str, _write: impl FnOnce(&mut dyn Write) -> io::Result<()> + Send + 'static) {
    }
}

/// What the name of a file ends with that was made ahead, and is to have the name before that: it counts once something
/// stands in it, and the file of that name is not there.
pub const AHEAD: &str = ".ahead";

/// Whether a file that was made ahead counts, by its first page: whoever takes it writes there first.
pub fn is_taken(first_page: &[u8]) -> bool {
    first_page.iter().any(|byte| *byte != 0)
}

/// A disk in memory, which never fails and never forgets: for tests.
#[derive(Clone, Default, Debug)]
pub struct MemoryDisk {
    files: BTreeMap<String, Vec<u8>>,
}

impl MemoryDisk {
    /// An empty disk.
    pub fn new() -> MemoryDisk {
        MemoryDisk::default()
    }

    /// A file's bytes, to look at and to spoil.
    pub fn file_mut(&mut self, name: &str) -> Option<&mut Vec<u8>> {
        self.files.get_mut(name)
    }

    fn file(&self, name: &str) -> Result<&Vec<u8>, Fault> {
        self.files.get(name).ok_or_else(|| Fault::io(format!("open {name}"), "no such file"))
    }
}

/// The bytes from `offset` on, `len` of them, as a range of a file of `size` bytes.
fn within(name: &str, offset: u64, len: usize, size: usize) -> Result<std::ops::Range<usize>, Fault> {
    let start = usize::try_from(offset).ok().filter(|start| start.saturating_add(len) <= size);
    let outside = || Fault::io(format!("reach {name}"), format!("beyond its end: offset={offset} len={len}"));
    start.map(|start| start..start + len).ok_or_else(outside)
}

impl Disk for MemoryDisk {
    fn list(&self) -> Result<Vec<String>, Fault> {
        Ok(self.files.keys().cloned().collect())
    }

    fn len(&self, name: &str) -> Result<u64, Fault> {
        Ok(self.file(name)?.len() as u64)
    }

    fn create(&mut self, name: &str, len: u64) -> Result<(), Fault> {
        if self.files.contains_key(name) {
            return Err(Fault::io(format!("create {name}"), "it exists"));
        }
        let len = usize::try_from(len).map_err(|error| Fault::io(format!("create {name}"), error))?;
        self.files.insert(name.into(), vec![0; len]);
        Ok(())
    }

    fn read(&self, name: &str, offset: u64, buf: &mut [u8]) -> Result<(), Fault> {
        let file = self.file(name)?;
        buf.copy_from_slice(&file[within(name, offset, buf.len(), file.len())?]);
        Ok(())
    }

    fn write(&mut self, name: &str, offset: u64, bytes: &[u8]) -> Result<(), Fault> {
        let range = within(name, offset, bytes.len(), self.file(name)?.len())?;
        if let Some(file) = self.files.get_mut(name) {
            file[range].copy_from_slice(bytes);
        }
        Ok(())
    }

    fn sync(&mut self, name: &str) -> Result<(), Fault> {
        self.file(name).map(|_| ())
    }

    fn remove(&mut self, name: &str) -> Result<(), Fault> {
        self.file(name)?;
        self.files.remove(name);
        Ok(())
    }

    fn replace(&mut self, name: &str, bytes: &[u8]) -> Result<(), Fault> {
        self.file(name)?;
        self.files.insert(name.into(), bytes.to_vec());
        Ok(())
    }

    fn leave(&mut self, name: &str, write: impl FnOnce(&mut dyn Write) -> io::Result<()> + Send + 'static) {
        let mut bytes = Vec::new();
        if write(&mut bytes).is_ok() {
            self.files.insert(name.into(), bytes);
        }
    }
}
