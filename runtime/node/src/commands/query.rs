//! `foil query`: a question that leaves no trace.

use super::call::FUEL_DEFAULT;
use crate::cli::Global;
use crate::commands::{Identity, log, open};
use crate::error::NodeError;
use crate::output;
use crate::program::{Serving, arguments};
use crate::told::Told;
use abi::interface::Kind;
use clap::Args;
use serde_json::Value;
use std::path::PathBuf;
use verify::Exit;

/// Ask a query.
#[derive(Args, Debug)]
pub struct QueryArgs {
    /// The query.
    method: String,
    /// Its arguments, as name=value.
    #[arg(value_name = "NAME=VALUE")]
    args: Vec<String>,
    /// The caller's key file; without it, nobody asks.
    #[arg(long = "as", value_name = "FILE")]
    identity: Option<PathBuf>,
    /// The most fuel it may use.
    #[arg(long, default_value_t = FUEL_DEFAULT)]
    fuel: u64,
}

/// Runs the command.
pub fn run(global: &Global, args: &QueryArgs) -> Result<Exit, NodeError> {
    let caller = Identity::read(args.identity.as_deref())?.caller();
    let (_data, mut shard) = open(global)?;
    let serving = Serving::of(&mut shard)?;
    let method = serving.method(&args.method, Kind::Query)?;
    let input = arguments(method, &args.args)?;
    let execution = shard.query(caller, &args.method, input, args.fuel)?;
    shard.close()?;
    log(&execution);
    let mut answer = serving.outcome(method, &execution.outcome);
    answer.extend(Told::of(&execution).iter().flat_map(Told::fields));
    output::print(global.output, &Value::Object(answer))?;
    Ok(Exit::of_outcome(&execution.outcome))
}
