//! `foil completion` and `foil man`: what shells and `man` want to know, made of the command line itself.

use crate::cli::Cli;
use crate::commands::open_dir;
use crate::error::NodeError;
use clap::{Args, CommandFactory};
use clap_complete::Shell;
use std::io::{self, Write};
use std::path::PathBuf;
use verify::Exit;

/// For which shell.
#[derive(Args, Debug)]
pub struct CompletionArgs {
    /// The shell.
    shell: Shell,
}

/// Where to.
#[derive(Args, Debug)]
pub struct ManArgs {
    /// The directory that gets a page for each command.
    dir: PathBuf,
}

/// Prints the completions of a shell.
pub fn completion(args: &CompletionArgs) -> Result<Exit, NodeError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "foil", &mut script);
    match io::stdout().write_all(&script) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(NodeError::io("write the script", error))
        }
        _ => Ok(Exit::Verified),
    }
}

/// Writes a page for each command.
pub fn man(args: &ManArgs) -> Result<Exit, NodeError> {
    let dir = open_dir(&args.dir)?;
    let mut command = Cli::command();
    command.build();
    write_pages(&dir, &command)?;
    Ok(Exit::Verified)
}

fn write_pages(dir: &cap_std::fs::Dir, command: &clap::Command) -> Result<(), NodeError> {
    let page = clap_mangen::Man::new(command.clone());
    let (name, mut text) = (page.get_filename(), Vec::new());
    let written = page.render(&mut text).and_then(|()| dir.write(&name, text));
    written.map_err(|e| NodeError::io(format!("write {name}"), e))?;
    command.get_subcommands().filter(|it| it.get_name() != "help").try_for_each(|it| write_pages(dir, it))
}
