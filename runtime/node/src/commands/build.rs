//! `foil build`: a project's program, and what it is made of.

use super::inspect::{functions, methods, sections};
use crate::authors::{self, Built, Project};
use crate::cli::Global;
use crate::error::NodeError;
use crate::output;
use abi::codec::Decode;
use abi::interface::Described;
use clap::Args;
use serde_json::json;
use std::path::{Path, PathBuf};
use verify::Exit;
use vm::Anatomy;

/// Build a program.
#[derive(Args, Debug)]
pub struct BuildArgs {
    /// The project's folder.
    #[arg(default_value = ".", value_name = "FOLDER")]
    project: PathBuf,
    /// How many of its largest functions to show.
    #[arg(long, default_value_t = 10, value_name = "COUNT")]
    largest: usize,
}

/// Runs the command.
pub fn run(global: &Global, args: &BuildArgs) -> Result<Exit, NodeError> {
    let project = Project::find(&args.project)?;
    let Built { wasm, path, program } = authors::build(&project)?;
    let anatomy = Anatomy::of(&wasm);
    let described = program.interface().and_then(|it| Described::from_bytes(it).ok());
    let answer = json!({
        "program": program.id().to_string(),
        "wasm": shown(&path),
        "bytes": wasm.len(),
        "methods": methods(&program, described.as_ref()),
        "sections": sections(&anatomy),
        "functions": anatomy.functions.len(),
        "largest": functions(&anatomy, args.largest),
    });
    output::print(global.output, &answer)?;
    Ok(Exit::Verified)
}

/// A path as seen from the working directory, where it lies there.
pub(super) fn shown(path: &Path) -> String {
    let here = std::env::current_dir().and_then(|here| here.canonicalize()).unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path).display().to_string()
}
