//! Files by path, through handles of their directories.

use cap_std::ambient_authority;
use cap_std::fs::{Dir, File, OpenOptions, OpenOptionsExt};
use rustix::fs::OFlags;
use std::io;
use std::path::Path;

/// The directory of `path`, as a handle, and the file's name in it.
pub fn place(path: &Path) -> io::Result<(Dir, &Path)> {
    let nameless = || io::Error::new(io::ErrorKind::InvalidInput, "the path names no file");
    let name = path.file_name().ok_or_else(nameless)?;
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    Ok((Dir::open_ambient_dir(parent, ambient_authority())?, Path::new(name)))
}

/// Opens a regular file to read.
///
/// # Errors
///
/// Anything else by that name too: a FIFO would be waited for, a device may never end.
pub fn open(path: &Path) -> io::Result<File> {
    let (dir, name) = place(path)?;
    regular(&dir, name)
}

/// Opens a regular file of a directory to read.
///
/// # Errors
///
/// As [`open`].
pub fn regular(dir: &Dir, name: &Path) -> io::Result<File> {
    let flags = OFlags::NONBLOCK.bits().cast_signed();
    let file = dir.open_with(name, OpenOptions::new().read(true).custom_flags(flags))?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file")),
    }
}
