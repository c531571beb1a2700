//! `foil init`: a project to begin with.

use crate::authors::{self, Language};
use crate::cli::Global;
use crate::error::NodeError;
use crate::output;
use clap::Args;
use serde_json::json;
use std::path::PathBuf;
use verify::Exit;

/// Begin a project.
#[derive(Args, Debug)]
pub struct InitArgs {
    /// The project: a new folder, whose name is the program's.
    name: PathBuf,
    /// The language: rust, c, assemblyscript or zig.
    #[arg(long, default_value = "rust", value_name = "LANGUAGE")]
    lang: String,
}

/// Runs the command.
pub fn run(global: &Global, args: &InitArgs) -> Result<Exit, NodeError> {
    let language = Language::named(&args.lang)?;
    let files = authors::init(&args.name, language)?;
    let path = args.name.display().to_string();
    let next = format!("cd {path} && foil dev");
    let answer = json!({ "project": path, "language": language.name, "files": files, "next": next });
    output::print(global.output, &answer)?;
    Ok(Exit::Verified)
}
