//! Key files: one Ed25519 seed as 64 hexadecimal digits, readable by its owner alone.

use crate::data::sync_dir;
use crate::error::NodeError;
use abi::sign::SecretKey;
use cap_std::fs::{Dir, File, MetadataExt, OpenOptions, OpenOptionsExt};
use std::io::{Read, Write};
use std::path::Path;
use zeroize::Zeroizing;

/// Makes a new key in `path`, which must not exist. It gets its name when it is whole and durable.
pub fn generate(path: &Path) -> Result<SecretKey, NodeError> {
    let seed = draw()?;
    write(path, &seed)?;
    Ok(SecretKey::from_seed(&seed))
}

/// A new key's seed.
pub fn draw() -> Result<Zeroizing<[u8; 32]>, NodeError> {
    let mut seed = Zeroizing::new([0u8; 32]);
    getrandom::fill(seed.as_mut()).map_err(|e| NodeError::io("draw randomness", e))?;
    Ok(seed)
}

/// Writes the key of a seed to `path`, which must not exist.
pub fn write(path: &Path, seed: &[u8; 32]) -> Result<(), NodeError> {
    let text = Zeroizing::new(format!("{}\n", abi::Hash(*seed)));
    let (dir, name) = place(path)?;
    let written = write_new(&dir, &name.to_string_lossy(), text.as_bytes());
    written.map_err(|e| NodeError::io(format!("create the key file {}", path.display()), e))
}

/// Writes a private file that is not there yet.
fn write_new(dir: &Dir, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    let unfinished = format!("{name}.new");
    let options = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).clone();
    let mut file = dir.open_with(&unfinished, &options)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    // A link, unlike a rename, replaces nothing.
    let linked = dir.hard_link(&unfinished, dir, name);
    dir.remove_file(&unfinished)?;
    linked?;
    sync_dir(dir)
}

/// Reads the key in `path`.
///
/// # Errors
///
/// A file that others may read, or that does not hold a key, is refused.
pub fn read(path: &Path) -> Result<SecretKey, NodeError> {
    read_seed(path).map(|seed| SecretKey::from_seed(&seed))
}

/// Reads the seed of the key in `path`.
///
/// # Errors
///
/// As [`read`].
pub fn read_seed(path: &Path) -> Result<Zeroizing<[u8; 32]>, NodeError> {
    let doing = || format!("read the key file {}", path.display());
    let file = private(path)?;
    let mut text = Zeroizing::new(String::new());
    file.take(128).read_to_string(&mut text).map_err(|e| NodeError::io(doing(), e))?;
    let seed =
        text.trim_end().parse::<abi::Hash>().map_err(|_| NodeError::KeyMalformed { path: path.into() })?;
    Ok(Zeroizing::new(seed.0))
}

/// Opens a file that nobody but its owner may read.
fn private(path: &Path) -> Result<File, NodeError> {
    let failed = |e| NodeError::io(format!("read the key file {}", path.display()), e);
    let file = verify::files::open(path).map_err(failed)?;
    match file.metadata().map_err(failed)?.mode() & 0o777 {
        mode if mode & 0o077 != 0 => Err(NodeError::KeyExposed { path: path.into(), mode }),
        _ => Ok(file),
    }
}

/// Whether a key file, of whatever kind, may be used: nobody but its owner may read it.
pub(crate) fn is_private(path: &Path) -> Result<(), NodeError> {
    private(path).map(drop)
}

fn place(path: &Path) -> Result<(Dir, &Path), NodeError> {
    verify::files::place(path)
        .map_err(|e| NodeError::io(format!("open the directory of {}", path.display()), e))
}

#[cfg(test)]
mod tests {
    use super::*;
    use cap_std::fs::PermissionsExt;

    #[test]
    fn a_key_reads_back_and_is_never_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.key");
        let made = generate(&path).unwrap();
        assert_eq!(read(&path).unwrap().public(), made.public());
        assert!(matches!(generate(&path), Err(NodeError::Io { .. })));
    }

    #[test]
    fn a_key_that_others_may_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.key");
        generate(&path).unwrap();
        let (handle, name) = place(&path).unwrap();
        handle.set_permissions(name, cap_std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(read(&path), Err(NodeError::KeyExposed { mode: 0o644, .. })));
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.key");
        let (handle, name) = place(&path).unwrap();
        let mut file =
            handle.open_with(name, OpenOptions::new().write(true).create(true).mode(0o600)).unwrap();
        file.write_all(b"not a key").unwrap();
        assert!(matches!(read(&path), Err(NodeError::KeyMalformed { .. })));
    }
}
