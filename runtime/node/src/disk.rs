//! The journal's disk: files of one directory, through a cap-std handle.

use crate::background::Awaited;
use crate::data::sync_dir;
use ahead::{Ahead, name_it, stood_for};
use cap_std::fs::{Dir, File, OpenOptions};
use journal::Disk;
use opened::Opened;
use rustix::fs::{Advice, fadvise};
use state::Fault;
use std::collections::BTreeSet;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

mod ahead;
mod opened;

/// Files of one directory; every operation stays inside it.
pub struct FileDisk {
    dir: Dir,
    names: BTreeSet<String>,
    opened: Opened,
    /// The file that was created or written last, with its name. It stays open, as an error of its sync is told to whoever
    /// has had it open since it was written.
    written: Option<(String, Arc<std::fs::File>)>,
    /// The file that is made next, if that has begun.
    ahead: Option<Ahead>,
    /// What gives the last one of these its name.
    naming: Option<Awaited>,
    /// What writes the file that was left last.
    leaving: Option<Awaited>,
}

/// How much is zero-filled at a time.
const ZEROS: usize = 1 << 20;
/// What the name of a file ends with that is to take the place of another.
const REPLACEMENT: &str = ".new";

impl FileDisk {
    /// The disk in `dir`. What the page cache holds of the files that are there is dropped: after a sync that failed it
    /// holds bytes that never reached the medium, and never will.
    pub fn open(dir: Dir) -> Result<FileDisk, Fault> {
        let (disk, taken) = FileDisk::open_with(dir, OpenOptions::new().read(true).write(true))?;
        for name in taken {
            name_it(&disk.dir, &name).map_err(|e| Fault::io(format!("name journal/{name}"), e))?;
        }
        Ok(disk)
    }

    /// The same disk, on which every change is refused.
    pub fn open_to_read(dir: Dir) -> Result<FileDisk, Fault> {
        Ok(FileDisk::open_with(dir, OpenOptions::new().read(true))?.0)
    }

    /// With the names of those files that a crash has kept from having them.
    fn open_with(dir: Dir, options: &OpenOptions) -> Result<(FileDisk, Vec<String>), Fault> {
        let (mut names, mut stand_ins) = (BTreeSet::new(), Vec::new());
        for entry in dir.entries().map_err(|e| Fault::io("list the journal", e))? {
            let entry = entry.map_err(|e| Fault::io("list the journal", e))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            // A replacement that a crash interrupted is made again, and nobody reads it.
            if name.ends_with(REPLACEMENT) {
                continue;
            }
            match stood_for(&name) {
                Some(name) => stand_ins.push(name.to_owned()),
                None => _ = names.insert(name),
            }
        }
        let opened =
            Opened::new(dir.try_clone().map_err(|e| Fault::io("open the journal", e))?, options.clone());
        // Of those that were made ahead, the one that was taken is there, under the name that is its own.
        let mut taken = Vec::new();
        for name in stand_ins.into_iter().filter(|name| !names.contains(name)) {
            match opened.get(&name) {
                Ok(_) => taken.push(name),
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(Fault::io(format!("open journal/{name}"), error)),
            }
        }
        names.extend(taken.iter().cloned());
        let mut disk =
            FileDisk { dir, names, opened, written: None, ahead: None, naming: None, leaving: None };
        disk.reread()?;
        Ok((disk, taken))
    }

    fn file(&self, doing: &str, name: &str) -> Result<Arc<std::fs::File>, Fault> {
        if let Some((_, file)) = self.written.as_ref().filter(|(its, _)| its == name) {
            return Ok(file.clone());
        }
        let opened = match self.names.contains(name) {
            true => self.opened.get(name),
            false => Err(std::io::Error::other("no such file")),
        };
        opened.map_err(|e| Fault::io(format!("{doing} journal/{name}"), e))
    }

    /// From now on the file of that name is this one.
    fn is_now(&mut self, name: &str, file: File) {
        self.opened.forget(name);
        self.names.insert(name.into());
        self.written = Some((name.into(), Arc::new(file.into_std())));
    }

    /// From now on there is no file of that name, or another.
    fn is_gone(&mut self, name: &str) {
        self.opened.forget(name);
        self.names.remove(name);
        self.written = self.written.take().filter(|(its, _)| its != name);
    }

    /// Makes a file under a temporary name, and gives it its own once it is durable.
    fn put(&self, name: &str, bytes: &[u8]) -> std::io::Result<File> {
        let temporary = format!("{name}{REPLACEMENT}");
        let options = OpenOptions::new().read(true).write(true).create(true).truncate(true).clone();
        let mut file = self.dir.open_with(&temporary, &options)?;
        let written = file.write_all(bytes).and_then(|()| file.sync_all());
        if let Err(error) = written {
            self.dir.remove_file(&temporary)?;
            return Err(error);
        }
        self.dir.rename(&temporary, &self.dir, name)?;
        sync_dir(&self.dir)?;
        Ok(file)
    }

    fn create_filled(&mut self, name: &str, len: u64) -> std::io::Result<File> {
        if let Some(ahead) = self.ahead.take()
            && let Some((file, naming)) = ahead.take(name, len)?
        {
            self.naming = naming;
            return Ok(file);
        }
        let mut file =
            self.dir.open_with(name, OpenOptions::new().read(true).write(true).create_new(true))?;
        filled(&mut file, len, |_| Ok(()))?;
        file.sync_all()?;
        sync_dir(&self.dir)?;
        Ok(file)
    }
}

/// Fills a file with so many zeros, step by step.
fn filled(
    file: &mut File,
    len: u64,
    mut step: impl FnMut(&File) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let zeros = vec![0u8; ZEROS];
    let mut left = len;
    while left > 0 {
        let next = usize::try_from(left).map_or(ZEROS, |left| left.min(ZEROS));
        file.write_all(&zeros[..next])?;
        step(file)?;
        left -= next as u64;
    }
    Ok(())
}

/// Whether the disk is full, or may not be written: nothing is wrong with what is on it.
pub(crate) fn has_no_room(error: &std::io::Error) -> bool {
    use ErrorKind::{QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded | ReadOnlyFilesystem)
}

impl Disk for FileDisk {
    fn list(&self) -> Result<Vec<String>, Fault> {
        Ok(self.names.iter().cloned().collect())
    }

    fn len(&self, name: &str) -> Result<u64, Fault> {
        let file = self.file("measure", name)?;
        file.metadata().map(|data| data.len()).map_err(|e| Fault::io(format!("measure journal/{name}"), e))
    }

    fn create(&mut self, name: &str, len: u64) -> Result<(), Fault> {
        let doing = || format!("create journal/{name}");
        let file = match self.create_filled(name, len) {
            Ok(file) => file,
            Err(error) if has_no_room(&error) => {
                // What was made of it goes, so that nothing has happened.
                if self.dir.exists(name) {
                    let removed = self.dir.remove_file(name).and_then(|()| sync_dir(&self.dir));
                    removed.map_err(|e| Fault::io(format!("remove journal/{name}"), e))?;
                }
                return Err(Fault::full(doing(), error));
            }
            Err(error) => return Err(Fault::io(doing(), error)),
        };
        self.is_now(name, file);
        Ok(())
    }

    fn ahead(&mut self, name: &str, len: u64) {
        // Without it the file is made when it is needed.
        self.ahead = self.ahead.take().or_else(|| Ahead::begin(&self.dir, name, len).ok());
    }

    fn read(&self, name: &str, offset: u64, buf: &mut [u8]) -> Result<(), Fault> {
        let file = self.file("read", name)?;
        file.read_exact_at(buf, offset).map_err(|e| Fault::io(format!("read journal/{name}"), e))
    }

    fn reread(&mut self) -> Result<(), Fault> {
        self.names.iter().try_for_each(|name| {
            let file = self.file("open", name)?;
            let dropped = fadvise(&*file, 0, None, Advice::DontNeed);
            dropped.map_err(|e| Fault::io(format!("drop what is cached of journal/{name}"), e))
        })
    }

    fn write(&mut self, name: &str, offset: u64, bytes: &[u8]) -> Result<(), Fault> {
        let file = self.file("write", name)?;
        self.written = Some((name.into(), file.clone()));
        let doing = || format!("write journal/{name}");
        let written = match file.write_at(bytes, offset) {
            Ok(written) => written,
            Err(error) if has_no_room(&error) => return Err(Fault::full(doing(), error)),
            Err(error) if error.kind() == ErrorKind::Interrupted => 0,
            Err(error) => return Err(Fault::io(doing(), error)),
        };
        // Part of it is written: whatever fails now, nobody knows what is there.
        let rest = file.write_all_at(&bytes[written..], offset + written as u64);
        rest.map_err(|e| Fault::io(doing(), e))
    }

    fn sync(&mut self, name: &str) -> Result<(), Fault> {
        let file = self.file("sync", name)?;
        file.sync_data().map_err(|e| Fault::io(format!("sync journal/{name}"), e))
    }

    fn remove(&mut self, name: &str) -> Result<(), Fault> {
        // It may be what is being named.
        self.naming = None;
        self.is_gone(name);
        let removed = match self.dir.remove_file(name) {
            // Whoever took it away was there first: a summary is in nobody's keeping.
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            removed => removed,
        };
        let removed = removed.and_then(|()| sync_dir(&self.dir));
        removed.map_err(|e| Fault::io(format!("remove journal/{name}"), e))
    }

    fn replace(&mut self, name: &str, bytes: &[u8]) -> Result<(), Fault> {
        let doing = || format!("replace journal/{name}");
        let file = match self.put(name, bytes) {
            Ok(file) => file,
            Err(error) if has_no_room(&error) => return Err(Fault::full(doing(), error)),
            Err(error) => return Err(Fault::io(doing(), error)),
        };
        self.is_now(name, file);
        Ok(())
    }

    fn leave(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut dyn Write) -> std::io::Result<()> + Send + 'static,
    ) {
        let options = OpenOptions::new().read(true).write(true).create(true).truncate(true).clone();
        self.leaving = None;
        self.is_gone(name);
        let Ok(file) = self.dir.open_with(name, &options) else { return };
        self.names.insert(name.into());
        let mut file = file.into_std();
        let work = move || {
            if write(&mut file).is_err() {
                // What there is of it is in nobody's way, and may take room.
                _ = file.set_len(0);
            }
        };
        self.leaving = Awaited::begin("leave summary", work).ok();
    }
}
