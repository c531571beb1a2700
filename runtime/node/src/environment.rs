//! What a node needs of the machine that it runs on.

use crate::commands::time::now_ms;
use crate::commands::{half_of_memory, random};
use crate::config::{Settings, Sources};
use crate::error::NodeError;
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use rustix::fs::{StatVfsMountFlags, fstatfs, fstatvfs};
use rustix::process::{Resource, getrlimit};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Instant;
use vm::{Engine, Vm};

/// Files that a node may have open: those of RocksDB, of journals, and a connection each.
const FILES_MIN: u64 = 4_096;
/// Room below which a disk is as good as full.
const ROOM_MIN: u64 = 1 << 30;
/// Before this nobody has run this build: 1 January 2026, in milliseconds.
const CLOCK_MIN_MS: u64 = 1_767_225_600_000;
/// The kinds of file systems that forget, or do not keep what they were made to sync, by their magic numbers (statfs(2)).
const UNSOUND: [(i64, &str); 4] =
    [(0x0102_1994, "tmpfs"), (0x8584_58f6, "ramfs"), (0x6969, "nfs"), (0x794c_7630, "overlayfs")];
/// What is written to time a sync.
const PROBE: &str = "probe.new";
const PROBE_BYTES: usize = 4 << 10;

/// One thing that was looked at: whether it will do, and what was found.
pub(crate) struct Check {
    name: &'static str,
    found: Result<String, String>,
}

impl Check {
    /// Whether it will do.
    pub(crate) fn is_ok(&self) -> bool {
        self.found.is_ok()
    }

    /// For a person.
    pub(crate) fn shown(&self) -> Value {
        let (state, details) = match &self.found {
            Ok(details) => ("ok", details),
            Err(details) => ("wrong", details),
        };
        json!({ "check": self.name, "state": state, "details": details })
    }
}

/// Looks at everything, for a data directory that is, or will be, in `path`.
pub(crate) fn examine(path: &Path) -> Vec<Check> {
    let dir = path.ancestors().find_map(|dir| {
        let dir = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
        Dir::open_ambient_dir(dir, ambient_authority()).ok()
    });
    let on_disk = |check: fn(&Dir) -> Result<String, String>| match &dir {
        Some(dir) => check(dir),
        None => Err(format!("no directory on the way to {} can be opened", path.display())),
    };
    let checks = [
        ("settings", settings().map_err(|error| error.to_string())),
        ("clock", clock()),
        ("randomness", random::<32>().map(|_| "there is some".into()).map_err(|error| error.to_string())),
        ("memory", Ok(format!("{} MiB of it for the tree over the state", half_of_memory() >> 20))),
        ("open files", open_files()),
        ("engine", engine()),
        ("file system", on_disk(file_system)),
        ("room", on_disk(room)),
        ("sync", on_disk(sync)),
    ];
    checks.map(|(name, found)| Check { name, found }).into()
}

fn settings() -> Result<String, NodeError> {
    let config = Sources::of_process()?.gather(Settings::default())?;
    Ok(format!("{} sources", config.read.len()))
}

fn clock() -> Result<String, String> {
    let now_ms = now_ms();
    match now_ms >= CLOCK_MIN_MS {
        true => Ok(format!("{now_ms} ms of Unix time")),
        false => Err(format!("{now_ms} ms of Unix time is long past: set the clock, and keep it set (NTP)")),
    }
}

fn open_files() -> Result<String, String> {
    let most = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    match most >= FILES_MIN {
        true => Ok(format!("{most}")),
        false => Err(format!(
            "{most}, of which {FILES_MIN} may be needed: `ulimit -n`, or LimitNOFILE of the unit"
        )),
    }
}

fn engine() -> Result<String, String> {
    let engine = Engine::default();
    Vm::new(engine).map(|_| engine.name().to_owned()).map_err(|error| error.to_string())
}

fn file_system(dir: &Dir) -> Result<String, String> {
    let kind = fstatfs(dir).map_err(|error| error.to_string())?.f_type;
    match UNSOUND.iter().find(|(magic, _)| *magic == kind) {
        None => Ok(format!("kind {kind:#x}")),
        Some((_, name)) => Err(format!("{name} may lose what it was made to sync: use a local disk")),
    }
}

fn room(dir: &Dir) -> Result<String, String> {
    let found = fstatvfs(dir).map_err(|error| error.to_string())?;
    let free = found.f_bavail.saturating_mul(found.f_frsize);
    if found.f_flag.contains(StatVfsMountFlags::RDONLY) {
        return Err("the file system can only be read".into());
    }
    match free >= ROOM_MIN {
        true => Ok(format!("{} MiB", free >> 20)),
        false => Err(format!("{} MiB: calls are refused when the disk is full", free >> 20)),
    }
}

/// For how long a call has to wait at the least.
fn sync(dir: &Dir) -> Result<String, String> {
    let timed = || -> std::io::Result<u128> {
        let mut file = dir.create(PROBE)?;
        std::io::Write::write_all(&mut file, &[0; PROBE_BYTES])?;
        let begun = Instant::now();
        file.sync_data()?;
        Ok(begun.elapsed().as_micros())
    };
    let took = timed();
    // Where it could not be made, it is not there.
    _ = dir.remove_file(PROBE);
    took.map(|micros| format!("{micros} µs for a page")).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of<'a>(checks: &'a [Check], name: &str) -> &'a Check {
        checks.iter().find(|check| check.name == name).unwrap()
    }

    #[test]
    fn a_directory_that_is_not_there_yet_is_looked_for_where_it_will_be() {
        let dir = tempfile::tempdir().unwrap();
        let checks = examine(&dir.path().join("a/b"));
        let (room, sync) = (of(&checks, "room"), of(&checks, "sync"));
        assert!(room.shown()["details"].as_str().unwrap().contains("MiB"), "{}", room.shown());
        assert!(sync.is_ok(), "{}", sync.shown());
        assert!(of(&checks, "engine").is_ok() && of(&checks, "clock").is_ok());
        let (handle, _) = verify::files::place(&dir.path().join("x")).unwrap();
        assert_eq!(handle.entries().unwrap().count(), 0, "nothing is left there");
    }

    #[test]
    fn what_forgets_is_told() {
        let Ok(dir) = Dir::open_ambient_dir("/dev/shm", ambient_authority()) else { return };
        let is_tmpfs = fstatfs(&dir).is_ok_and(|it| it.f_type == 0x0102_1994);
        assert_eq!(file_system(&dir).is_err(), is_tmpfs);
    }
}
