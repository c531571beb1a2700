//! `foil deploy`: an act of the shard's authority.

use super::time::{given_or_now, parse_seconds};
use crate::cli::Global;
use crate::commands::{open, random};
use crate::error::NodeError;
use crate::{keys, output};
use abi::call::{Call, Caller, SignedCall};
use abi::codec::Bytes;
use abi::limits::PROGRAM_BYTES_MAX;
use abi::profile::Profile;
use abi::sign::SecretKey;
use abi::system::{Act, Deploy};
use clap::Args;
use kernel::{Answer, Batch, Request};
use serde_json::json;
use std::io::Read;
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
    let doing = || format!("read {}", args.wasm.display());
    let file = verify::files::open(&args.wasm).map_err(|e| NodeError::io(doing(), e))?;
    let mut wasm = Vec::new();
    // One byte over the limit is enough for admission to say so.
    let read = file.take(PROGRAM_BYTES_MAX as u64 + 1).read_to_end(&mut wasm);
    read.map_err(|e| NodeError::io(doing(), e))?;
    vm::Vm::new()?.admit(&wasm).map_err(NodeError::Program)?;

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
    let batch = Batch { requests: vec![Request { signed, now_ms }], block_calls: 1, stop_at_rejection: true };
    let answer = shard.submit(batch)?.pop();
    let position = shard.position().clone();
    shard.close()?;
    let seq = match answer {
        Some(Answer::New { seq, .. } | Answer::Known(seq)) => seq,
        Some(Answer::Rejected(rejected)) => return Err(NodeError::Rejected(rejected)),
        None => return Err(abi::fault::Fault::host("a request without an answer").into()),
    };
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
