//! `foil key`: key files.

use crate::cli::Global;
use crate::error::NodeError;
use crate::keys;
use crate::output;
use clap::Subcommand;
use serde_json::json;
use std::path::PathBuf;
use verify::Exit;

/// Make and show keys.
#[derive(Subcommand, Debug)]
pub enum KeyCommand {
    /// Make a new key in a file that only you can read, and print its public half.
    Generate {
        /// The file to make.
        file: PathBuf,
    },
    /// Print the public half of a key file.
    Show {
        /// The file.
        file: PathBuf,
    },
}

/// Runs the command.
pub fn run(global: &Global, command: &KeyCommand) -> Result<Exit, NodeError> {
    let key = match command {
        KeyCommand::Generate { file } => keys::generate(file)?,
        KeyCommand::Show { file } => keys::read(file)?,
    };
    output::print(global.output, &json!({ "public_key": key.public().to_string() }))?;
    Ok(Exit::Verified)
}
