//! Key files: one Ed25519 seed as 64 hexadecimal digits, readable by its owner alone.

use crate::data::sync_dir;
use crate::error::NodeError;
use abi::sign::SecretKey;
use cap_std::fs::{Dir, File, MetadataExt, OpenOptions, OpenOptionsExt};
use rustix::process::geteuid;
use std::io::{Read, Write};
use std::path::Path;
use zeroize::Zeroizing;

/// No key file is longer.
const FILE_BYTES_MAX: usize = 128;

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
    let mut bytes = Zeroizing::new(Vec::with_capacity(FILE_BYTES_MAX));
    file.take(FILE_BYTES_MAX as u64).read_to_end(&mut bytes).map_err(|e| NodeError::io(doing(), e))?;
    parse(&bytes).ok_or_else(|| NodeError::KeyMalformed { path: path.into() })
}

/// The seed that a key file's bytes are.
pub(crate) fn parse(bytes: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
    let seed = std::str::from_utf8(bytes).ok()?.trim_end().parse::<abi::Hash>().ok()?;
    Some(Zeroizing::new(seed.0))
}

/// Opens a file that nobody but its owner may read, who is the user of this process or the system's.
pub(crate) fn private(path: &Path) -> Result<File, NodeError> {
    let failed = |e| NodeError::io(format!("read the key file {}", path.display()), e);
    let file = verify::files::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    let (mode, owner, user) = (metadata.mode() & 0o777, metadata.uid(), geteuid().as_raw());
    if mode & 0o077 != 0 {
        return Err(NodeError::KeyExposed { path: path.into(), mode });
    }
    match owner == user || owner == 0 {
        true => Ok(file),
        false => Err(NodeError::KeyForeign { path: path.into(), owner, user }),
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

    /// Whoever owns a file may open it to others at any time.
    #[test]
    fn a_key_of_another_user_is_refused() {
        if !geteuid().is_root() {
            // Nobody else can give a file away.
            return;
        }
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.key");
        generate(&path).unwrap();
        let (handle, name) = place(&path).unwrap();
        let other = Some(rustix::fs::Uid::from_raw(12_345));
        rustix::fs::chownat(&handle, name, other, None, rustix::fs::AtFlags::empty()).unwrap();
        assert!(matches!(read(&path), Err(NodeError::KeyForeign { owner: 12_345, user: 0, .. })));
    }

    /// Writes a key file that holds this, and reads it.
    fn read_as(bytes: &[u8]) -> Result<SecretKey, NodeError> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.key");
        let (handle, name) = place(&path).unwrap();
        let options = OpenOptions::new().write(true).create(true).mode(0o600).clone();
        handle.open_with(name, &options).unwrap().write_all(bytes).unwrap();
        read(&path)
    }

    #[test]
    fn what_is_no_key_is_refused() {
        assert!(matches!(read_as(b"not a key"), Err(NodeError::KeyMalformed { .. })));
    }

    proptest::proptest! {
        /// Whatever a file holds, it is a key's 64 digits or refused.
        #[test]
        fn no_key_file_is_too_strange(
            bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200),
            text in "[0-9a-fA-F]{60,66}[ \\n\u{85}]{0,3}",
        ) {
            for bytes in [&*bytes, text.as_bytes()] {
                let is_key = std::str::from_utf8(bytes).is_ok_and(|text| {
                    let digits = text.trim_end();
                    digits.len() == 64 && digits.bytes().all(|it| it.is_ascii_digit() || (b'a'..=b'f').contains(&it))
                });
                proptest::prop_assert_eq!(read_as(bytes).is_ok(), is_key && bytes.len() <= 128);
            }
        }
    }
}
