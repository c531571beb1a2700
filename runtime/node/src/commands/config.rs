//! `foil config`: what the settings are, and where each comes from.

use crate::cli::Global;
use crate::config::{Settings, Sources};
use crate::error::NodeError;
use crate::output;
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};
use verify::Exit;

/// What the settings are, and where each comes from.
///
/// The nearer counts: a flag, then the environment (`FOIL_DATA` for `--data`), then `foil.toml` of the project, then
/// `foil/config.toml` of the user, then `/etc/foil/config.toml`. A context counts just before what names it.
#[derive(Subcommand, Debug)]
pub enum ConfigCommand {
    /// Read all sources, and refuse what is not as it must be.
    Check,
    /// Show the settings that are made.
    Show(ShowArgs),
}

/// How to show them.
#[derive(Args, Debug)]
pub struct ShowArgs {
    /// With the source that each comes from.
    #[arg(long)]
    origin: bool,
}

/// Runs the command.
pub fn run(global: &Global, command: &ConfigCommand) -> Result<Exit, NodeError> {
    let config = Sources::of_process()?.gather(Settings::default())?;
    let answer = match command {
        ConfigCommand::Check => json!({ "sources": config.read, "settings": config.shown()?.len() }),
        ConfigCommand::Show(args) => {
            let rows = config.shown()?.into_iter().map(|(setting, value, origin)| {
                let mut row = Map::from_iter([
                    ("setting".to_owned(), Value::from(setting)),
                    ("value".to_owned(), value.into()),
                ]);
                if args.origin {
                    row.insert("origin".into(), origin.into());
                }
                Value::Object(row)
            });
            json!({ "settings": rows.collect::<Vec<_>>() })
        }
    };
    output::print(global.output, &answer)?;
    Ok(Exit::Verified)
}
