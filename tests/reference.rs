//! The reference of the command line, `runtime/node/CLI.md`: it has every command, and says of each what `--help` says.
//!
//! `TRYCMD=overwrite cargo test --release --test reference` writes it anew.

use clap::{Command, CommandFactory};
use std::path::{Path, PathBuf};

const HEAD: &str = "# The command line

What `foil COMMAND --help` says, of every command. A test keeps it true.
";

/// Every command by its words, in the order of the help.
fn commands() -> Vec<String> {
    fn below(command: &Command, words: &str, found: &mut Vec<String>) {
        found.push(words.to_owned());
        for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help") {
            below(inner, &format!("{words} {}", inner.get_name()), found);
        }
    }
    let mut found = Vec::new();
    below(&node::cli::Cli::command(), "foil", &mut found);
    found
}

fn reference() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("tests are in the checkout")
        .join("runtime/node/CLI.md")
}

/// A binary: where the environment says, else next to the tests.
fn foil() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows where it is");
    let beside = || test.ancestors().nth(2).expect("tests are in `deps`").join("foil");
    std::env::var_os("FOIL").map_or_else(beside, PathBuf::from)
}

#[test]
fn the_reference_says_what_the_commands_say() {
    let path = reference();
    if std::env::var_os("TRYCMD").is_some_and(|mode| mode == "overwrite") {
        let section = |words: &String| format!("\n## {words}\n\n```console\n$ {words} --help\n```\n");
        let text = HEAD.to_owned() + &commands().iter().map(section).collect::<String>();
        std::fs::write(&path, text).expect("the reference can be written");
    }
    let text = std::fs::read_to_string(&path).expect("there is a reference");
    let asked = text.lines().filter_map(|line| line.strip_prefix("$ ")?.strip_suffix(" --help"));
    assert_eq!(asked.collect::<Vec<_>>(), commands(), "TRYCMD=overwrite writes the reference anew");
    trycmd::TestCases::new().register_bin("foil", foil()).case(&path).run();
}
