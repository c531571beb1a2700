//! The pinned guests are what their sources make.

use crate::foil::{Folder, root};
use std::fs;
use std::process::Command;

/// Builds the guests where a compiler for wasm is, and compares byte for byte. Another compiler than the
/// pinned one makes other bytes, and says nothing.
#[test]
#[allow(clippy::print_stderr, reason = "whoever runs this is told what was not compared")]
fn guests_match_their_sources() {
    let script = root().join("guests/build.sh");
    let check = Command::new(&script).arg("--check-toolchain").status().expect("bash runs");
    if !check.success() {
        eprintln!("skipped: no compiler for wasm32-unknown-unknown");
        return;
    }
    let folder = Folder::new();
    let built = Command::new(&script).arg("--out").arg(folder.path("built")).output().expect("bash runs");
    let said = String::from_utf8_lossy(&built.stderr);
    if built.status.code() == Some(4) {
        eprintln!("skipped: {said}");
        return;
    }
    assert!(built.status.success(), "{said}");
    let mut compared = 0;
    for entry in fs::read_dir(root().join("guests/wasm")).expect("the pinned guests are there") {
        let pinned = entry.expect("an entry").path();
        if pinned.extension().is_some_and(|end| end == "wasm") {
            let name = pinned.file_name().expect("a name").to_string_lossy().into_owned();
            let same = fs::read(&pinned).expect("a file") == folder.read(&format!("built/{name}"));
            assert!(same, "{name} is not what its sources make: guests/build.sh");
            compared += 1;
        }
    }
    assert!(compared >= 3, "only {compared} guests were compared");
}
