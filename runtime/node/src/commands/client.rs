//! `foil client`: a program's methods as functions of another language.

use crate::authors::client::{Language, source};
use crate::cli::Global;
use crate::commands::receipt::write_file;
use crate::commands::{admit, read_wasm};
use crate::error::NodeError;
use crate::output;
use crate::place::reach;
use crate::program::Serving;
use clap::Args;
use serde_json::json;
use std::path::PathBuf;
use verify::Exit;

/// Write a typed client of a program.
#[derive(Args, Debug)]
pub struct ClientArgs {
    /// The program's wasm file; without it, the program that serves the shard.
    file: Option<PathBuf>,
    /// The language.
    #[arg(long, value_name = "LANGUAGE")]
    lang: Language,
    /// The file to write.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Runs the command.
pub fn run(global: &Global, args: &ClientArgs) -> Result<Exit, NodeError> {
    let Serving { id, interface } = match &args.file {
        Some(path) => Serving::of_program(&admit(&read_wasm(path)?)?)?,
        None => {
            let mut place = reach(global)?;
            let serving = place.serving()?;
            place.close()?;
            serving
        }
    };
    let text = source(args.lang, &id, &interface)?;
    write_file(&args.out, text.as_bytes())?;
    let answer = json!({
        "program": id.to_string(),
        "name": interface.name,
        "methods": interface.methods.len(),
        "file": args.out.display().to_string(),
        "bytes": text.len(),
    });
    output::print(global.output, &answer)?;
    Ok(Exit::Verified)
}
