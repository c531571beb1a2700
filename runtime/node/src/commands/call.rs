//! `foil call`: one call, and its receipt.

use super::time::parse_seconds;
use crate::cli::Global;
use crate::commands::{Identity, Submitted, receipt};
use crate::error::NodeError;
use crate::manual;
use crate::output;
use crate::place::{CallAsked, reach};
use crate::program::written;
use crate::told::Told;
use abi::interface::Kind;
use clap::Args;
use serde_json::{Value, json};
use std::path::PathBuf;
use verify::Exit;

/// Fuel of a call that does not say.
pub const FUEL_DEFAULT: u64 = 1_000_000_000;

/// Call a method.
#[derive(Args, Debug)]
pub struct CallArgs {
    /// The method.
    method: String,
    /// Its arguments, as name=value or --name value; `foil call METHOD --help` says which.
    #[arg(value_name = "NAME=VALUE")]
    args: Vec<String>,
    /// The caller's key file; without it, nobody calls, and at a node whoever its token is given to.
    #[arg(long = "as", value_name = "FILE")]
    identity: Option<PathBuf>,
    /// The idempotency key, as a text; drawn, if not given. The same call with the same key is made once.
    #[arg(long, value_name = "TEXT")]
    key: Option<String>,
    /// The most fuel it may use.
    #[arg(long, default_value_t = FUEL_DEFAULT)]
    fuel: u64,
    /// The host's time, in Unix seconds; now, if not given.
    #[arg(long, value_parser = parse_seconds, value_name = "SECONDS")]
    at: Option<u64>,
    /// Write the receipt to this file.
    #[arg(long, value_name = "FILE")]
    receipt: Option<PathBuf>,
    /// Say what the method takes, and make no call: what `--help` behind a method comes to.
    #[arg(long, hide = true)]
    describe: bool,
}

/// Runs the command.
pub fn run(global: &Global, args: &CallArgs) -> Result<Exit, NodeError> {
    let identity = Identity::read(args.identity.as_deref())?;
    let mut place = reach(global)?;
    if args.describe {
        return manual::print(global.output, place, &args.method, Kind::Call);
    }
    let asked = CallAsked {
        identity: &identity,
        method: &args.method,
        args: written(&args.args)?,
        key: args.key.as_deref(),
        fuel_max: args.fuel,
        at: args.at,
    };
    let Submitted { seq, known, told } = place.call(&asked)?;
    let (record, exit) = place.record(seq)?;
    let mut answer = json!({ "seq": seq, "known": known });
    if let (Some(answer), Value::Object(record)) = (answer.as_object_mut(), record) {
        answer.extend(record);
        answer.extend(told.iter().flat_map(Told::fields));
    }
    // The answer comes first: the call is history now, whether its receipt can be written or not.
    output::print(global.output, &answer)?;
    if let Some(path) = &args.receipt {
        receipt::write_file(path, &place.receipt(seq)?)?;
    }
    place.close()?;
    Ok(exit)
}
