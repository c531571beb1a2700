//! The README's first two minutes, which are run as they stand there.

use crate::foil::{Folder, root};
use crate::projects::{target, turn};
use std::path::Path;

/// What stands in the README for whatever is not the same each time.
const ELIDED: &str = "…";
/// The shard's id.
const SHARD: &str = "SHARD";

/// The transcript: the first block of a terminal behind this title.
fn transcript() -> String {
    let readme = std::fs::read_to_string(root().join("README.md")).expect("there is a README");
    let behind = readme.split_once("## The first two minutes\n").expect("it has the title").1;
    let block = behind.split_once("```console\n").expect("it has a transcript").1;
    block.split_once("```").expect("it ends").0.to_owned()
}

/// Runs a transcript in a folder.
fn hold(folder: &Folder, name: &str, text: &str) {
    let case = folder.path(name);
    // An answer's last line ends where an empty one follows, which nobody wants to read.
    let text = text.replace("\n$ ", "\n\n$ ");
    std::fs::write(&case, format!("```console\n{text}\n```\n")).expect("there is room");
    let bin = |variable: &str, name: &str| {
        let command = folder.command(variable, name, "");
        Path::new(command.get_program()).to_owned()
    };
    trycmd::TestCases::new()
        .register_bin("foil", bin("FOIL", "foil"))
        .env("CARGO_TARGET_DIR", target().to_string_lossy())
        .env("XDG_CONFIG_HOME", folder.path("config").to_string_lossy())
        .case(&case)
        .run();
}

/// The commands run in the folder of the case's name and `.in`, one after the other.
#[test]
fn the_first_two_minutes_are_as_the_readme_says() {
    let _turn = turn();
    let text = transcript().replace(ELIDED, "[..]");
    let folder = Folder::new();
    std::fs::create_dir(folder.path("work")).unwrap();
    for part in ["build.in", "verify.in"] {
        std::os::unix::fs::symlink(folder.path("work"), folder.path(part)).unwrap();
    }
    let (build, verify) = text.split_at(text.find("$ foil verify").expect("it is verified"));
    hold(&folder, "build.md", &build.replace(SHARD, "[..]"));
    let listed = folder.foil("--data work/demo/foil-data shard list").ok();
    let shard = listed["shards"][0]["shard"].as_str().expect("there is a shard");
    hold(&folder, "verify.md", &verify.replace(SHARD, shard));
}
