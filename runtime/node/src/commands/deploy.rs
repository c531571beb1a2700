//! `foil deploy`: an act of the shard's authority.

use super::act::{ActArgs, act};
use crate::cli::Global;
use crate::commands::{admit, read_wasm};
use crate::error::NodeError;
use crate::output;
use crate::place::reach;
use abi::system::{Act, Deploy};
use clap::Args;
use serde_json::{Map, Value};
use std::path::PathBuf;
use verify::Exit;

/// Deploy a program.
#[derive(Args, Debug)]
pub struct DeployArgs {
    /// The program: a wasm file.
    wasm: PathBuf,
    #[command(flatten)]
    act: ActArgs,
}

/// Runs the command.
pub fn run(global: &Global, args: &DeployArgs) -> Result<Exit, NodeError> {
    let wasm = read_wasm(&args.wasm)?;
    admit(&wasm)?;
    output::print(global.output, &Value::Object(deployed(global, &args.act, &wasm)?))?;
    Ok(Exit::Verified)
}

/// Deploys a program that is admitted: what came of it.
pub(super) fn deployed(global: &Global, by: &ActArgs, wasm: &[u8]) -> Result<Map<String, Value>, NodeError> {
    let mut place = reach(global)?;
    let program = place.keep(wasm)?;
    let done = act(place, &Act::Deploy(Deploy { program }), by)?;
    let mut answer =
        Map::from_iter([("program".into(), program.to_string().into()), ("bytes".into(), wasm.len().into())]);
    answer.extend(done.as_object().cloned().unwrap_or_default());
    Ok(answer)
}
