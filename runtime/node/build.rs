//! Puts into the binary what `foil init` writes: the SDKs, the templates and what they are made of.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Where it lies in the checkout.
const PARTS: [&str; 5] = ["Cargo.toml", "abi", "guest-sdk", "guests/Cargo.lock", "guests/counter/src/lib.rs"];

/// Folders in which nothing of it lies.
const WITHOUT: [&str; 3] = ["node_modules", "target", "tests"];

#[allow(clippy::disallowed_methods, reason = "a build script has no directory handles")]
fn main() -> io::Result<()> {
    let var = |name| env::var_os(name).map(PathBuf::from).ok_or(io::Error::other(name));
    let root = var("CARGO_MANIFEST_DIR")?.join("../..").canonicalize()?;
    let mut files = Vec::new();
    for part in PARTS {
        println!("cargo::rerun-if-changed={}", root.join(part).display());
        find(&root.join(part), &mut files)?;
    }
    files.sort();
    let mut table = String::from("&[\n");
    for file in files {
        let name = file.strip_prefix(&root).map_err(io::Error::other)?;
        // Writing to a string does not fail.
        _ = writeln!(table, "({:?}, include_str!({:?})),", name.to_string_lossy(), file.to_string_lossy());
    }
    fs::write(var("OUT_DIR")?.join("files.rs"), table + "]\n")
}

/// All files from `path` on.
fn find(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        let inner = entry?.path();
        if !WITHOUT.iter().any(|name| inner.ends_with(name)) {
            find(&inner, files)?;
        }
    }
    Ok(())
}
