//! A shard's directory as a source: its genesis, its journal, and the programs beside it.
//!
//! Nothing in it is changed. A torn last frame is left as it is, and not read. Where the oldest blocks were pruned,
//! it is verified as what goes on from the past that the journal keeps of them: from the middle.

use crate::exit::Exit;
use crate::files;
use crate::report::Verdict;
use crate::source::{PROGRAMS_BYTES_MAX, Part, Preface, Programs, Source, Step};
use abi::Coded;
use abi::codec::Decode;
use abi::fault::Fault;
use abi::genesis::Genesis;
use abi::hash::PROGRAM;
use cap_std::ambient_authority;
use cap_std::fs::{Dir, File, FileExt};
use journal::{AHEAD, Disk, JournalReader, PAGE_BYTES, is_taken};
use std::collections::BTreeSet;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The longest genesis that is read, in bytes.
const GENESIS_BYTES_MAX: u64 = 64 << 10;

/// A shard's directory.
pub struct DirectorySource {
    path: PathBuf,
    programs: bool,
    journal: Option<JournalReader<ReadDisk>>,
}

impl DirectorySource {
    /// The shard in `path`, a directory that holds a `genesis` and a `journal`; its programs are read if calls
    /// are to be run: from `programs` in it, or where a node keeps them, `../../programs`.
    pub fn new(path: &Path, programs: bool) -> DirectorySource {
        DirectorySource { path: path.into(), programs, journal: None }
    }

    fn open(&self) -> io::Result<(Genesis, ReadDisk, Programs)> {
        let dir = Dir::open_ambient_dir(&self.path, ambient_authority())?;
        let mut bytes = Vec::new();
        files::regular(&dir, Path::new("genesis"))?.take(GENESIS_BYTES_MAX).read_to_end(&mut bytes)?;
        let genesis = Genesis::from_bytes(&bytes)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, format!("genesis: {error}")))?;
        let disk = ReadDisk(dir.open_dir("journal")?);
        let programs = if self.programs { programs(&self.path, &dir)? } else { Programs::new() };
        Ok((genesis, disk, programs))
    }
}

impl Source for DirectorySource {
    fn kind(&self) -> &'static str {
        "journal"
    }

    fn preface(&mut self) -> Step<Preface> {
        let (genesis, disk, programs) = self.open().map_err(|error| {
            let (exit, code) = match error.kind() {
                io::ErrorKind::InvalidData => (Exit::Invalid, 6012),
                _ => (Exit::Io, 6009),
            };
            Box::new(Verdict::new(exit, code, format!("cannot read {}: {error}", self.path.display())))
        })?;
        let journal = JournalReader::open(disk, genesis.id()).map_err(|fault| unreadable(&fault))?;
        let start = match journal.past() {
            Some(past) => Some(past.start().ok_or_else(|| {
                unreadable(&Fault::corrupt("the journal's past names acts that are not in it"))
            })?),
            None => None,
        };
        self.journal = Some(journal);
        Ok(Preface { genesis, start, programs })
    }

    fn next(&mut self) -> Step<Option<Part>> {
        let Some(journal) = &mut self.journal else { return Ok(None) };
        let read = journal.read().map_err(|fault| unreadable(&fault))?;
        Ok(read.map(|(block, commitment)| Part { block, commitment, witness: None }))
    }

    fn offset(&self) -> Option<u64> {
        None
    }
}

/// The verdict on a journal whose bytes are not what was written, or that cannot be read.
fn unreadable(fault: &Fault) -> Box<Verdict> {
    let exit = match fault {
        Fault::Corrupt { .. } | Fault::Foreign { .. } => Exit::Invalid,
        _ => Exit::Io,
    };
    Box::new(Verdict::new(exit, fault.code(), fault.to_string()))
}

/// The programs in `programs` beside the journal, or in the data directory around the shard's.
fn programs(path: &Path, shard: &Dir) -> io::Result<Programs> {
    let dir = match shard.open_dir("programs") {
        Ok(dir) => dir,
        Err(_) => Dir::open_ambient_dir(path.join("../../programs"), ambient_authority())?,
    };
    let (mut programs, mut bytes) = (Programs::new(), 0);
    for entry in dir.entries()? {
        let name = entry?.file_name();
        if !name.to_string_lossy().ends_with(".wasm") {
            continue;
        }
        let mut wasm = Vec::new();
        let room = PROGRAMS_BYTES_MAX - bytes;
        files::regular(&dir, Path::new(&name))?.take(room as u64 + 1).read_to_end(&mut wasm)?;
        if wasm.len() > room {
            return Err(io::Error::other(format!("the programs are too large: max={PROGRAMS_BYTES_MAX}")));
        }
        bytes += wasm.len();
        programs.insert(PROGRAM.hash(&wasm), wasm);
    }
    Ok(programs)
}

/// The journal's files, of which nothing is written: what opening a journal would mend is left as it is.
struct ReadDisk(Dir);

impl ReadDisk {
    /// The file of a name, or the one that is to have it.
    fn file(&self, name: &str) -> Result<File, Fault> {
        let file = match files::regular(&self.0, Path::new(name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                files::regular(&self.0, Path::new(&format!("{name}{AHEAD}")))
            }
            file => file,
        };
        file.map_err(|e| Fault::io(format!("open journal/{name}"), e))
    }

    /// Whether a file that was made ahead counts.
    fn is_taken(&self, ahead: &str) -> io::Result<bool> {
        let mut first = Vec::new();
        files::regular(&self.0, Path::new(ahead))?.take(PAGE_BYTES as u64).read_to_end(&mut first)?;
        Ok(is_taken(&first))
    }

    fn names(&self) -> io::Result<Vec<String>> {
        let mut names = BTreeSet::new();
        for entry in self.0.entries()? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            match name.strip_suffix(AHEAD) {
                None => names.insert(name),
                Some(to_have) => self.is_taken(&name)? && names.insert(to_have.into()),
            };
        }
        Ok(names.into_iter().collect())
    }
}

impl Disk for ReadDisk {
    fn list(&self) -> Result<Vec<String>, Fault> {
        self.names().map_err(|e| Fault::io("list the journal", e))
    }

    fn len(&self, name: &str) -> Result<u64, Fault> {
        let data = self.file(name)?.metadata();
        data.map(|data| data.len()).map_err(|e| Fault::io(format!("measure journal/{name}"), e))
    }

    fn create(&mut self, name: &str, _: u64) -> Result<(), Fault> {
        Err(Fault::io(format!("create journal/{name}"), "it is only read here"))
    }

    fn read(&self, name: &str, offset: u64, buf: &mut [u8]) -> Result<(), Fault> {
        let read = self.file(name)?.read_exact_at(buf, offset);
        read.map_err(|e| Fault::io(format!("read journal/{name}"), e))
    }

    fn write(&mut self, _: &str, _: u64, _: &[u8]) -> Result<(), Fault> {
        Ok(())
    }

    fn sync(&mut self, _: &str) -> Result<(), Fault> {
        Ok(())
    }

    fn remove(&mut self, _: &str) -> Result<(), Fault> {
        Ok(())
    }
}
