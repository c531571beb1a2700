//! `foil call`: one call, and its receipt.

use super::time::{given_or_now, parse_seconds};
use crate::cli::Global;
use crate::commands::{Identity, Submitted, inspect, open, random, receipt, submit};
use crate::data::NodeShard;
use crate::error::NodeError;
use crate::output;
use crate::program::{Serving, arguments};
use crate::told::Told;
use abi::call::{Call, Caller};
use abi::codec::Bytes;
use abi::hash::RUN_LINE;
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
    /// Its arguments, as name=value.
    #[arg(value_name = "NAME=VALUE")]
    args: Vec<String>,
    /// The caller's key file; without it, nobody calls.
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
}

/// Runs the command.
pub fn run(global: &Global, args: &CallArgs) -> Result<Exit, NodeError> {
    let identity = Identity::read(args.identity.as_deref())?;
    let (_data, mut shard) = open(global)?;
    let serving = Serving::of(&mut shard)?;
    let method = serving.method(&args.method, Kind::Call)?;
    let input = arguments(method, &args.args)?;
    let now_ms = given_or_now(args.at);
    let key = match &args.key {
        Some(text) => RUN_LINE.hash_padded(text.as_bytes()).0,
        None => random()?,
    };
    let expires_ms = now_ms.max(shard.position().time_ms).saturating_add(shard.genesis().window_ms);
    let call = new_call(&shard, &args.method, input, key, expires_ms, args.fuel);
    let Submitted { seq, known, told } = submit(&mut shard, identity.sign(call), now_ms)?;
    let (record, outcome) = inspect::record(&shard, Some(&serving), seq)?;
    let mut answer = json!({ "seq": seq, "known": known });
    if let (Some(answer), Value::Object(record)) = (answer.as_object_mut(), record) {
        answer.extend(record);
        answer.extend(told.iter().flat_map(Told::fields));
    }
    // The answer comes first: the call is history now, whether its receipt can be written or not.
    output::print(global.output, &answer)?;
    if let Some(path) = &args.receipt {
        receipt::write(&shard, seq, path)?;
    }
    shard.close()?;
    Ok(Exit::of_outcome(&outcome))
}

/// A call that its caller is still to salt and sign.
pub fn new_call(
    shard: &NodeShard,
    method: &str,
    input: Vec<u8>,
    key: [u8; 32],
    expires_ms: u64,
    fuel: u64,
) -> Call {
    Call {
        version: abi::VERSION,
        shard: shard.id(),
        program: None,
        method: method.into(),
        args: Bytes(input),
        salt: [0; 32],
        caller: Caller::Nobody,
        key,
        expires_ms,
        fuel_max: fuel,
    }
}
