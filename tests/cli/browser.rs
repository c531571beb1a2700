//! The pinned verifier for browsers is what its sources make.

use crate::foil::{Folder, root};
use std::fs;
use std::process::Command;

/// Builds it where the compiler is that made it, and compares byte for byte.
#[test]
#[allow(clippy::print_stderr, reason = "whoever runs this is told that nothing was compared")]
fn the_verifier_for_browsers_matches_its_sources() {
    let script = root().join("runtime/verify/browser/build.sh");
    let check = Command::new(&script).arg("--check-toolchain").status().expect("bash runs");
    if !check.success() {
        eprintln!("skipped: no compiler for wasm32-unknown-unknown");
        return;
    }
    let folder = Folder::new();
    let built = folder.path("verifier.wasm");
    let ran = Command::new(&script).arg("--out").arg(&built).output().expect("bash runs");
    let said = String::from_utf8_lossy(&ran.stderr);
    if ran.status.code() == Some(4) {
        eprintln!("skipped: {said}");
        return;
    }
    assert!(ran.status.success(), "{said}");
    let pinned = fs::read(root().join("runtime/verify/browser/verifier.wasm")).expect("it is pinned");
    let same = pinned == fs::read(&built).expect("it was built");
    assert!(same, "verifier.wasm is not what its sources make: runtime/verify/browser/build.sh");
}
