//! Files by path, through handles of their directories.

use cap_std::ambient_authority;
use cap_std::fs::{Dir, File};
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

/// Opens a file to read.
pub fn open(path: &Path) -> io::Result<File> {
    let (dir, name) = place(path)?;
    dir.open(name)
}
