//! A file of zeros that is made before it is needed, by a thread of its own: to fill one takes as long as hundreds of
//! commits, and to make a name durable as long as the file system takes to write all that it has in hand.
//!
//! The file is made under a name that stands for its own, and that name is durable before it is taken. So it can be
//! written to at once; it is given its own name meanwhile, or when the directory is opened again. Whether it was taken
//! is told by whether something stands in it.

use super::filled;
use crate::background::{self, Awaited};
use crate::data::sync_dir;
use cap_std::fs::{Dir, File, OpenOptions};
use journal::{AHEAD, PAGE_BYTES, is_taken};
use std::io::{Error, ErrorKind, Result};
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

/// The name that stands for a name.
pub(super) fn stand_in(name: &str) -> String {
    format!("{name}{AHEAD}")
}

/// The name that a name stands for.
pub(super) fn stood_for(name: &str) -> Option<&str> {
    name.strip_suffix(AHEAD)
}

/// Whether such a file was taken.
pub(super) fn was_taken(file: &std::fs::File) -> Result<bool> {
    let mut first = [0; PAGE_BYTES];
    let read = file.read_at(&mut first, 0)?;
    Ok(is_taken(&first[..read]))
}

/// Gives a file that was taken its own name, durably.
pub(super) fn name_it(dir: &Dir, name: &str) -> Result<()> {
    dir.rename(stand_in(name), dir, name)?;
    sync_dir(dir)
}

/// A file that is being made, or is made.
pub(super) struct Ahead {
    dir: Dir,
    name: String,
    len: u64,
    making: Option<JoinHandle<Result<File>>>,
    is_given_up: Arc<AtomicBool>,
}

impl Ahead {
    /// Begins to make a file of so many bytes.
    pub(super) fn begin(dir: &Dir, name: &str, len: u64) -> Result<Ahead> {
        let (dir, is_given_up) = (dir.try_clone()?, Arc::new(AtomicBool::new(false)));
        let (its_dir, its_name, seen) = (dir.try_clone()?, stand_in(name), is_given_up.clone());
        let make = move || make(&its_dir, &its_name, len, &seen);
        let making = Some(background::begin("next segment", make)?);
        Ok(Ahead { dir, name: name.into(), len, making, is_given_up })
    }

    /// The file, durably there, and what gives it its own name meanwhile, if it is the one that is wanted; none if there
    /// was no making it.
    pub(super) fn take(mut self, name: &str, len: u64) -> Result<Option<(File, Option<Awaited>)>> {
        if (&*self.name, self.len) != (name, len) || self.dir.exists(name) {
            return Ok(None);
        }
        let made = self.making.take().and_then(|making| making.join().ok()?.ok());
        let Some(file) = made else {
            // Half of it may take the room that there is.
            self.remove();
            return Ok(None);
        };
        let (dir, name) = (self.dir.try_clone()?, self.name.clone());
        let naming = Awaited::begin("name segment", move || {
            if let Err(error) = name_it(&dir, &name) {
                tracing::warn!(%error, "a segment has the name that stands for its own until the journal is opened again");
            }
        });
        if naming.is_err() {
            // There is no thread to be had.
            name_it(&self.dir, &self.name)?;
        }
        Ok(Some((file, naming.ok())))
    }

    fn remove(&self) {
        // If it stays it is in nobody's way, and the next one is written over it.
        _ = self.dir.remove_file(stand_in(&self.name));
    }
}

/// What nobody takes goes.
impl Drop for Ahead {
    fn drop(&mut self) {
        if let Some(making) = self.making.take() {
            self.is_given_up.store(true, Ordering::Relaxed);
            _ = making.join();
            self.remove();
        }
    }
}

fn make(dir: &Dir, name: &str, len: u64, is_given_up: &AtomicBool) -> Result<File> {
    let options = OpenOptions::new().read(true).write(true).create(true).truncate(true).clone();
    let mut file = dir.open_with(name, &options)?;
    // Whoever commits meanwhile does not wait for more than a step of it.
    filled(&mut file, len, |file| match is_given_up.load(Ordering::Relaxed) {
        true => Err(Error::from(ErrorKind::Interrupted)),
        false => file.sync_data(),
    })?;
    file.sync_all()?;
    sync_dir(dir)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::super::FileDisk;
    use super::*;
    use cap_std::ambient_authority;
    use journal::Disk;

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
        dir.write("segment.ahead", "left by a crash").unwrap();
        let ahead = Ahead::begin(&dir, "segment", LEN).unwrap();
        let (file, naming) = ahead.take("segment", LEN).unwrap().unwrap();
        drop(naming);
        assert_eq!(names(&dir), ["segment"]);
        let file = file.into_std();
        assert!(!was_taken(&file).unwrap());
        let mut bytes = vec![1; usize::try_from(LEN).unwrap()];
        file.read_exact_at(&mut bytes, 0).unwrap();
        assert!(bytes.iter().all(|byte| *byte == 0));
        assert_eq!(file.metadata().unwrap().len(), LEN);
    }

    #[test]
    fn one_that_is_not_wanted_or_cannot_be_made_leaves_nothing() {
        let (_temporary, dir) = dir();
        let begin = |len| Ahead::begin(&dir, "segment", len).unwrap();
        drop(begin(1 << 40));
        assert!(names(&dir).is_empty());
        assert!(begin(LEN).take("segment", LEN + 1).unwrap().is_none());
        assert!(begin(LEN).take("another", LEN).unwrap().is_none());
        assert!(names(&dir).is_empty());
        dir.write("segment", "there").unwrap();
        assert!(begin(LEN).take("segment", LEN).unwrap().is_none());
        assert_eq!(names(&dir), ["segment"]);
        dir.remove_file("segment").unwrap();
        dir.create_dir("segment.ahead").unwrap();
        assert!(begin(LEN).take("segment", LEN).unwrap().is_none());
    }

    /// Between two crashes of its naming: what was written to is there, what was not is not.
    #[test]
    fn one_that_was_taken_and_not_named_is_there_when_the_directory_is_opened() {
        let (_temporary, dir) = dir();
        let listed = |disk: std::result::Result<FileDisk, state::Fault>| disk.unwrap().list().unwrap();
        let opened = || FileDisk::open(dir.try_clone().unwrap());
        let opened_to_read = || FileDisk::open_to_read(dir.try_clone().unwrap());
        dir.write("segment.ahead", [0; 2 * PAGE_BYTES]).unwrap();
        assert!(listed(opened_to_read()).is_empty() && listed(opened()).is_empty());
        dir.write("segment.ahead", b"a label").unwrap();
        assert_eq!(listed(opened_to_read()), ["segment"]);
        assert_eq!(names(&dir), ["segment.ahead"]);
        assert_eq!(listed(opened()), ["segment"]);
        assert_eq!(names(&dir), ["segment"]);
        dir.write("segment.ahead", b"another").unwrap();
        let mut label = [0; 7];
        opened().unwrap().read("segment", 0, &mut label).unwrap();
        assert_eq!(&label, b"a label");
    }
}
