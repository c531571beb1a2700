//! `foil query`: a question that leaves no trace.

use super::call::FUEL_DEFAULT;
use super::state::write_proof;
use crate::cli::Global;
use crate::commands::{Identity, log, open};
use crate::error::NodeError;
use crate::output;
use crate::program::{Serving, arguments};
use crate::told::Told;
use abi::interface::Kind;
use clap::Args;
use kernel::Programs;
use serde_json::Value;
use std::path::PathBuf;
use verify::{Claim, Exit, QueryProof};

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
    /// Write a proof of the answer to this file: what of the state the query touches, and the program.
    #[arg(long, value_name = "FILE")]
    proof: Option<PathBuf>,
}

/// Runs the command.
pub fn run(global: &Global, args: &QueryArgs) -> Result<Exit, NodeError> {
    let caller = Identity::read(args.identity.as_deref())?.caller();
    let (data, mut shard) = open(global)?;
    let serving = Serving::of(&mut shard)?;
    let method = serving.method(&args.method, Kind::Query)?;
    let input = arguments(method, &args.args)?;
    let execution = match &args.proof {
        None => shard.query(caller, &args.method, input, args.fuel)?,
        Some(path) => {
            let (execution, witness) =
                shard.query_proven(caller.clone(), &args.method, input.clone(), args.fuel)?;
            let program = data.programs()?.read(&serving.id)?.unwrap_or_default();
            let proof = QueryProof {
                caller,
                method: args.method.clone(),
                args: input.into(),
                fuel_max: args.fuel,
                program: program.into(),
                outcome: execution.outcome.code(),
                output: execution.outcome.output().into(),
                witness,
            };
            write_proof(&shard, Claim::Query(Box::new(proof)), path)?;
            execution
        }
    };
    shard.close()?;
    log(&execution);
    let mut answer = serving.outcome(method, &execution.outcome);
    answer.extend(Told::of(&execution).iter().flat_map(Told::fields));
    output::print(global.output, &Value::Object(answer))?;
    Ok(Exit::of_outcome(&execution.outcome))
}
