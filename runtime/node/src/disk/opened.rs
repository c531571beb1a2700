//! Files that are open: the few that were asked for last, however many there are. A journal of a terabyte has more than
//! a process may have open.

use super::ahead::{stand_in, was_taken};
use cap_std::fs::{Dir, OpenOptions};
use std::collections::VecDeque;
use std::fs::File;
use std::io::{ErrorKind, Result};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many. Tests have few.
const OPENED_MAX: usize = if cfg!(test) { 2 } else { 32 };

/// Files of one directory, by name.
pub(super) struct Opened {
    dir: Dir,
    options: OpenOptions,
    /// Those asked for last first.
    files: Mutex<VecDeque<(String, Arc<File>)>>,
}

impl Opened {
    /// None yet, of `dir`; they are opened with these options.
    pub(super) fn new(dir: Dir, options: OpenOptions) -> Opened {
        Opened { dir, options, files: Mutex::default() }
    }

    /// The file of that name, or the one that was taken and has not been given it yet.
    pub(super) fn get(&self, name: &str) -> Result<Arc<File>> {
        let mut files = self.files();
        let found = files.iter().position(|(its, _)| its == name);
        let entry = match found.and_then(|at| files.remove(at)) {
            Some(entry) => entry,
            None => (name.into(), Arc::new(self.open(name)?)),
        };
        let file = entry.1.clone();
        files.push_front(entry);
        files.truncate(OPENED_MAX);
        Ok(file)
    }

    fn open(&self, name: &str) -> Result<File> {
        let open = |name: &str| self.dir.open_with(name, &self.options).map(cap_std::fs::File::into_std);
        match open(name) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let file = open(&stand_in(name)).map_err(|_| error)?;
                if was_taken(&file)? { Ok(file) } else { Err(ErrorKind::NotFound.into()) }
            }
            opened => opened,
        }
    }

    /// The file of that name is another now, or none.
    pub(super) fn forget(&self, name: &str) {
        self.files().retain(|(its, _)| its != name);
    }

    /// Whoever panicked has left whole entries.
    fn files(&self) -> MutexGuard<'_, VecDeque<(String, Arc<File>)>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cap_std::ambient_authority;
    use std::os::unix::fs::FileExt;

    #[test]
    fn few_are_open_and_each_is_what_its_name_says() {
        let temporary = tempfile::tempdir().unwrap();
        let dir = Dir::open_ambient_dir(temporary.path(), ambient_authority()).unwrap();
        let opened = Opened::new(dir.try_clone().unwrap(), OpenOptions::new().read(true).clone());
        let text = |name: &str| {
            let mut bytes = [0; 8];
            let read = opened.get(name)?.read_at(&mut bytes, 0)?;
            Ok::<_, std::io::Error>(String::from_utf8_lossy(&bytes[..read]).into_owned())
        };
        for name in ["a", "b", "c"] {
            dir.write(name, name).unwrap();
        }
        for name in ["a", "b", "a", "c", "b", "a"] {
            assert_eq!(text(name).unwrap(), name);
            assert!(opened.files().len() <= OPENED_MAX);
        }
        dir.write("d", "new").unwrap();
        dir.rename("d", &dir, "a").unwrap();
        assert_eq!(text("a").unwrap(), "a", "it is open");
        opened.forget("a");
        assert_eq!(text("a").unwrap(), "new");
        assert_eq!(text("e").unwrap_err().kind(), ErrorKind::NotFound);
        dir.write("e.ahead", [0; 9]).unwrap();
        assert_eq!(text("e").unwrap_err().kind(), ErrorKind::NotFound, "nobody has taken it");
        dir.write("e.ahead", "taken").unwrap();
        assert_eq!(text("e").unwrap(), "taken");
    }
}
