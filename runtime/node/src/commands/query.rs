//! `foil query`: a question that leaves no trace.

use super::call::FUEL_DEFAULT;
use super::state::write_proof;
use crate::cli::Global;
use crate::commands::Identity;
use crate::error::NodeError;
use crate::lookup::{Found, Query, Wanted};
use crate::manual;
use crate::output;
use crate::place::reach;
use crate::program::written;
use abi::interface::Kind;
use clap::Args;
use kernel::Effort;
use serde_json::Value;
use std::path::PathBuf;
use verify::Exit;

/// Ask a query.
#[derive(Args, Debug)]
pub struct QueryArgs {
    /// The query.
    method: String,
    /// Its arguments, as name=value or --name value; `foil query METHOD --help` says which.
    #[arg(value_name = "NAME=VALUE")]
    args: Vec<String>,
    /// The caller's key file; without it, nobody asks, and at a node whoever its token is given to.
    #[arg(long = "as", value_name = "FILE")]
    identity: Option<PathBuf>,
    /// The most fuel it may use.
    #[arg(long, default_value_t = FUEL_DEFAULT)]
    fuel: u64,
    /// Ask of the state as it was after this block, of the program that served then.
    #[arg(long, value_name = "HEIGHT")]
    height: Option<u64>,
    /// Write a proof of the answer to this file: what of the state the query touches, and the program.
    #[arg(long, value_name = "FILE")]
    proof: Option<PathBuf>,
    /// Say what the query takes, and ask nothing: what `--help` behind a query comes to.
    #[arg(long, hide = true)]
    describe: bool,
}

/// Runs the command.
pub fn run(global: &Global, args: &QueryArgs) -> Result<Exit, NodeError> {
    let identity = Identity::read(args.identity.as_deref())?;
    let mut place = reach(global)?;
    if args.describe {
        return manual::print(global.output, place, &args.method, Kind::Query);
    }
    let wanted = Wanted { height: args.height, proof: args.proof.is_some(), max: Effort::ALONE };
    let (method, fuel_max) = (args.method.clone(), args.fuel);
    let query = Query { caller: identity.caller(), method, args: written(&args.args)?, fuel_max };
    let (Found { shown, proof }, exit) = place.query(query, wanted)?;
    place.close()?;
    write_proof(args.proof.as_deref(), proof)?;
    output::print(global.output, &Value::Object(shown))?;
    Ok(exit)
}
