//! A file of zeros that is made before it is needed, by a thread of its own: to fill one takes as long as hundreds of
//! commits.

use super::{REPLACEMENT, filled};
use crate::data::sync_dir;
use cap_std::fs::{Dir, File, OpenOptions};
use std::io::{Error, ErrorKind, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Builder, JoinHandle};

/// What it is called meanwhile. What a crash leaves of it is written over.
fn name() -> String {
    format!("next{REPLACEMENT}")
}

/// A file that is being made, or is made.
pub(super) struct Ahead {
    dir: Dir,
    len: u64,
    making: Option<JoinHandle<Result<File>>>,
    is_given_up: Arc<AtomicBool>,
}

impl Ahead {
    /// Begins to make a file of so many bytes.
    pub(super) fn begin(dir: &Dir, len: u64) -> Result<Ahead> {
        let (dir, is_given_up) = (dir.try_clone()?, Arc::new(AtomicBool::new(false)));
        let (its_dir, seen) = (dir.try_clone()?, is_given_up.clone());
        let make = move || make(&its_dir, len, &seen);
        let making = Some(Builder::new().name("next segment".into()).spawn(make)?);
        Ok(Ahead { dir, len, making, is_given_up })
    }

    /// The file under its own name, durably, if it is of this length; none if there was no making it.
    pub(super) fn take(mut self, name_of_it: &str, len: u64) -> Result<Option<File>> {
        if self.len != len || self.dir.exists(name_of_it) {
            return Ok(None);
        }
        let made = self.making.take().and_then(|making| making.join().ok()?.ok());
        let Some(file) = made else {
            // Half of it may take the room that there is.
            remove(&self.dir);
            return Ok(None);
        };
        self.dir.rename(name(), &self.dir, name_of_it)?;
        sync_dir(&self.dir)?;
        Ok(Some(file))
    }
}

/// What nobody takes goes.
impl Drop for Ahead {
    fn drop(&mut self) {
        if let Some(making) = self.making.take() {
            self.is_given_up.store(true, Ordering::Relaxed);
            _ = making.join();
            remove(&self.dir);
        }
    }
}

fn remove(dir: &Dir) {
    // If it stays it is in nobody's way, and the next one is written over it.
    _ = dir.remove_file(name());
}

fn make(dir: &Dir, len: u64, is_given_up: &AtomicBool) -> Result<File> {
    let options = OpenOptions::new().read(true).write(true).create(true).truncate(true).clone();
    let mut file = dir.open_with(name(), &options)?;
    // Whoever commits meanwhile does not wait for more than a step of it.
    filled(&mut file, len, |file| match is_given_up.load(Ordering::Relaxed) {
        true => Err(Error::from(ErrorKind::Interrupted)),
        false => file.sync_data(),
    })?;
    file.sync_all()?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use cap_std::ambient_authority;
    use std::io::Read;

    const LEN: u64 = 5 << 20;

    fn dir() -> (tempfile::TempDir, Dir) {
        let temporary = tempfile::tempdir().unwrap();
        let dir = Dir::open_ambient_dir(temporary.path(), ambient_authority()).unwrap();
        (temporary, dir)
    }

    fn names(dir: &Dir) -> Vec<String> {
        dir.entries().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn it_is_the_file_that_is_wanted() {
        let (_temporary, dir) = dir();
        dir.write(name(), "left by a crash").unwrap();
        let ahead = Ahead::begin(&dir, LEN).unwrap();
        let mut file = ahead.take("segment", LEN).unwrap().unwrap();
        assert_eq!(names(&dir), ["segment"]);
        let mut bytes = Vec::new();
        std::io::Seek::rewind(&mut file).unwrap();
        file.read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes.len() as u64, LEN);
        assert!(bytes.iter().all(|byte| *byte == 0));
    }

    #[test]
    fn one_that_is_not_wanted_or_cannot_be_made_leaves_nothing() {
        let (_temporary, dir) = dir();
        drop(Ahead::begin(&dir, 1 << 40).unwrap());
        assert!(names(&dir).is_empty());
        assert!(Ahead::begin(&dir, LEN).unwrap().take("segment", LEN + 1).unwrap().is_none());
        assert!(names(&dir).is_empty());
        dir.write("segment", "there").unwrap();
        assert!(Ahead::begin(&dir, LEN).unwrap().take("segment", LEN).unwrap().is_none());
        assert_eq!(names(&dir), ["segment"]);
        dir.remove_file("segment").unwrap();
        dir.create_dir(name()).unwrap();
        assert!(Ahead::begin(&dir, LEN).unwrap().take("segment", LEN).unwrap().is_none());
    }
}
