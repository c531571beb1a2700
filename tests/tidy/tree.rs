//! The checkout as git and cargo see it.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

/// The top of the checkout that is tested, which another one's binary may do: the variable is read now, and
/// not when this was compiled.
fn root() -> PathBuf {
    let package =
        std::env::var("CARGO_MANIFEST_DIR").unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").to_owned());
    PathBuf::from(package).join("..")
}

/// What `program` prints, run at the top of the checkout; a failure is the test's.
fn run(program: &str, args: &[&str]) -> String {
    let ran = Command::new(program).args(args).current_dir(root()).output();
    let output = ran.unwrap_or_else(|error| panic!("cannot run {program}: {error}"));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {} failed: {stderr}", args.join(" "));
    String::from_utf8(output.stdout).expect("git and cargo print UTF-8 here")
}

/// Every file that is committed or would be, sorted: what git ignores or somebody has deleted is not here.
pub(crate) fn files() -> Vec<String> {
    // The owner of a checkout may be another user than the one who tests it, as in many containers.
    let listed = run("git", &["-c", "safe.directory=*", "ls-files", "-z", "-co", "--exclude-standard"]);
    let mut files: Vec<String> = listed.split_terminator('\0').map(str::to_owned).collect();
    files.sort();
    files.dedup();
    files.retain(|file| root().join(file).exists());
    assert!(!files.is_empty(), "git lists no files");
    files
}

/// The content of a file, with whatever is not UTF-8 replaced.
pub(crate) fn read(file: &str) -> String {
    let bytes =
        std::fs::read(root().join(file)).unwrap_or_else(|error| panic!("cannot read {file}: {error}"));
    String::from_utf8_lossy(&bytes).into_owned()
}

fn cargo(args: &[&str]) -> String {
    run(&std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()), args)
}

/// The packages of the workspace, as `cargo metadata` describes them.
pub(crate) fn packages() -> Vec<Value> {
    let text = cargo(&["metadata", "--format-version", "1", "--no-deps"]);
    let metadata: Value = serde_json::from_str(&text).expect("cargo metadata is JSON");
    metadata["packages"].as_array().expect("cargo metadata lists packages").clone()
}

/// The names of all crates that `package` is built from, itself included, when it is built alone.
///
/// `cargo metadata` could not say: it unites the features that all members ask of a dependency.
pub(crate) fn built_from(package: &str, options: &[&str]) -> Vec<String> {
    let query = ["tree", "--locked", "-e", "normal", "--prefix", "none", "-f", "{p}", "-p", package];
    let tree = cargo(&[&query, options].concat());
    let mut names: Vec<String> =
        tree.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect();
    names.sort();
    names.dedup();
    assert!(names.iter().any(|name| name == package), "{package} is not in its own tree:\n{tree}");
    names
}
