//! `foil deploy`: an act of the shard's authority.

use super::time::{given_or_now, parse_seconds};
use crate::cli::Global;
use crate::commands::{admit, open, random, read_wasm, submit};
use crate::error::NodeError;
use crate::{keys, output};
use abi::call::{Call, Caller, SignedCall};
use abi::codec::Bytes;
use abi::profile::Profile;
use abi::sign::SecretKey;
use abi::system::{Act, Deploy};
use clap::Args;
use serde_json::json;
use std::path::PathBuf;
use verify::Exit;

/// Deploy a program.
#[derive(Args, Debug)]
pub struct DeployArgs {
    /// The program: a wasm file.
    wasm: PathBuf,
    /// The key file of an authority; may be given again.
    #[arg(long, required = true, value_name = "FILE")]
    sign: Vec<PathBuf>,
    /// The host's time, in Unix seconds; now, if not given.
    #[arg(long, value_parser = parse_seconds, value_name = "SECONDS")]
    at: Option<u64>,
}

/// Fuel that is enough for any act.
const ACT_FUEL_MAX: u64 = 1_000_000;

/// Runs the command.
pub fn run(global: &Global, args: &DeployArgs) -> Result<Exit, NodeError> {
    let wasm = read_wasm(&args.wasm)?;
    admit(&wasm)?;
    let signers = args.sign.iter().map(|path| keys::read(path)).collect::<Result<Vec<SecretKey>, _>>()?;
    let (data, mut shard) = open(global)?;
    let program = data.programs()?.keep(&wasm)?;
    let now_ms = given_or_now(args.at);
    let (method, acted) = Act::Deploy(Deploy { program }).to_call();
    let genesis = shard.genesis();
    let call = Call {
        version: abi::VERSION,
        shard: shard.id(),
        program: Some(Profile.system()),
        method: method.into(),
        args: Bytes(acted),
        salt: random()?,
        caller: Caller::Nobody,
        key: random()?,
        expires_ms: now_ms.max(shard.position().time_ms).saturating_add(genesis.window_ms),
        fuel_max: ACT_FUEL_MAX,
    };
    let signed = SignedCall::authorize(call, &signers.iter().collect::<Vec<_>>());
    let submitted = submit(&mut shard, signed, now_ms);
    let position = shard.position().clone();
    let closed = shard.close();
    let seq = submitted?.seq;
    closed?;
    let answer = json!({
        "program": program.to_string(),
        "bytes": wasm.len(),
        "seq": seq,
        "height": position.height,
        "root": position.root.to_string(),
    });
    output::print(global.output, &answer)?;
    Ok(Exit::Verified)
}
