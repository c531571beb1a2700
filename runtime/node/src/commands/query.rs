//! `foil query`: a question that leaves no trace.

use super::call::FUEL_DEFAULT;
use super::state::write_proof;
use crate::cli::Global;
use crate::commands::{Identity, after, log, open};
use crate::error::NodeError;
use crate::output;
use crate::program::{Serving, arguments};
use crate::told::Told;
use abi::call::Caller;
use abi::effect::Execution;
use abi::interface::Kind;
use clap::Args;
use kernel::{After, Effort, Programs};
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
    /// Ask of the state as it was after this block, of the program that served then.
    #[arg(long, value_name = "HEIGHT")]
    height: Option<u64>,
    /// Write a proof of the answer to this file: what of the state the query touches, and the program.
    #[arg(long, value_name = "FILE")]
    proof: Option<PathBuf>,
}

/// Runs the command.
pub fn run(global: &Global, args: &QueryArgs) -> Result<Exit, NodeError> {
    let caller = Identity::read(args.identity.as_deref())?.caller();
    let (data, mut shard) = open(global)?;
    let mut then = after(&mut shard, args.height, Effort::ALONE)?;
    let serving = Serving::after(&mut then)?;
    let method = serving.method(&args.method, Kind::Query)?;
    let input = arguments(method, &args.args)?;
    let asked = Asked { caller, method: args.method.clone(), args: input, fuel_max: args.fuel };
    let execution = match &args.proof {
        None => asked.answer(&mut then)?,
        Some(path) => {
            let (execution, claim) = asked.proven(&mut then, &data.programs()?)?;
            let seq = then.position().seq;
            write_proof(&shard, seq, claim, path)?;
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

/// A query, and who asks it.
pub(crate) struct Asked {
    pub(crate) caller: Caller,
    pub(crate) method: String,
    pub(crate) args: Vec<u8>,
    pub(crate) fuel_max: u64,
}

impl Asked {
    /// Its answer.
    pub(crate) fn answer(self, then: &mut After<'_>) -> Result<Execution, NodeError> {
        Ok(then.query(self.caller, &self.method, self.args, self.fuel_max)?)
    }

    /// Its answer, and what proves it.
    pub(crate) fn proven(
        self,
        then: &mut After<'_>,
        programs: &impl Programs,
    ) -> Result<(Execution, Claim), NodeError> {
        let Asked { caller, method, args, fuel_max } = self;
        let (execution, witness) = then.query_proven(caller.clone(), &method, args.clone(), fuel_max)?;
        let program = then.serving()?.map_or(Ok(None), |id| programs.read(&id))?.unwrap_or_default();
        let proof = QueryProof {
            caller,
            method,
            args: args.into(),
            fuel_max,
            program: program.into(),
            outcome: execution.outcome.code(),
            output: execution.outcome.output().into(),
            witness,
        };
        Ok((execution, Claim::Query(Box::new(proof))))
    }
}
