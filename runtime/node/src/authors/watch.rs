//! Whether a project's sources have changed, by their times and sizes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How often is looked.
const EVERY: Duration = Duration::from_millis(300);
/// What sources end in.
const SOURCES: [&str; 9] = ["c", "h", "json", "lock", "mjs", "rs", "toml", "ts", "zig"];
/// Folders in which there are none.
const WITHOUT: [&str; 3] = ["foil-data", "node_modules", "target"];

/// The sources as they were when they were last looked at.
pub(crate) struct Watch {
    dir: PathBuf,
    seen: BTreeMap<PathBuf, (Option<SystemTime>, u64)>,
}

impl Watch {
    /// Those of a project, as they are now.
    pub(crate) fn new(dir: &Path) -> Watch {
        Watch { dir: dir.into(), seen: look(dir) }
    }

    /// Waits until they have changed, and are the same for a moment: editors write several files, and some twice.
    pub(crate) fn wait(&mut self) {
        let before = self.seen.clone();
        loop {
            std::thread::sleep(EVERY);
            let now = look(&self.dir);
            let is_still = now == self.seen;
            self.seen = now;
            if is_still && self.seen != before {
                return;
            }
        }
    }
}

/// All sources below a folder. What cannot be read is not there.
fn look(dir: &Path) -> BTreeMap<PathBuf, (Option<SystemTime>, u64)> {
    let mut found = BTreeMap::new();
    for entry in dir.read_dir().into_iter().flatten().filter_map(Result::ok) {
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy();
        // A link is not followed: it may lead back.
        let Ok(metadata) = entry.metadata() else { continue };
        if metadata.is_dir() && !name.starts_with('.') && !WITHOUT.contains(&&*name) {
            found.extend(look(&path));
        } else if metadata.is_file()
            && path.extension().is_some_and(|it| SOURCES.iter().any(|end| it == *end))
        {
            found.insert(path, (metadata.modified().ok(), metadata.len()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use cap_std::ambient_authority;
    use cap_std::fs::Dir;

    #[test]
    fn sources_are_seen_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let dir = Dir::open_ambient_dir(folder.path(), ambient_authority()).unwrap();
        for name in ["src", "target", "foil-data", ".git"] {
            dir.create_dir(name).unwrap();
            dir.write(format!("{name}/a.rs"), "1").unwrap();
        }
        dir.write("me.key", "1").unwrap();
        let seen = look(folder.path());
        assert_eq!(seen.keys().collect::<Vec<_>>(), [&folder.path().join("src/a.rs")]);
        dir.write("src/a.rs", "12").unwrap();
        assert_ne!(look(folder.path()), seen);
    }

    #[test]
    fn a_change_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let mut watch = Watch::new(folder.path());
        let dir = Dir::open_ambient_dir(folder.path(), ambient_authority()).unwrap();
        dir.write("program.c", "int x;").unwrap();
        watch.wait();
        assert_eq!(watch.seen.len(), 1);
    }
}
