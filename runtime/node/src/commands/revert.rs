//! `foil revert` and `foil advance`: acts on a shard's state and time.

use super::act::{ActArgs, act};
use super::time::parse_seconds;
use crate::cli::Global;
use crate::commands::{block_at, open};
use crate::error::NodeError;
use crate::output;
use abi::system::{Act, Advance, Revert};
use clap::Args;
use verify::Exit;

/// Bring the state back to what it was.
#[derive(Args, Debug)]
pub struct RevertArgs {
    /// The height of the block after which the state was what it is to be.
    #[arg(long, value_name = "HEIGHT")]
    to: u64,
    #[command(flatten)]
    act: ActArgs,
}

/// Let logical time jump.
#[derive(Args, Debug)]
pub struct AdvanceArgs {
    /// The latest time that the act may have, in Unix seconds.
    #[arg(long, value_parser = parse_seconds, value_name = "SECONDS")]
    to: u64,
    #[command(flatten)]
    act: ActArgs,
}

/// Runs `foil revert`.
pub fn revert(global: &Global, args: &RevertArgs) -> Result<Exit, NodeError> {
    let (_data, shard) = open(global)?;
    let block = block_at(&shard, args.to)?;
    let program = shard.program_at(&block.header).ok_or_else(|| NodeError::NotThere {
        what: "a program that served then".into(),
        holds: format!("{} blocks", shard.position().height),
    })?;
    let revert = Revert { height: args.to, root: block.header.root_after, program };
    output::print(global.output, &act(shard, &Act::Revert(revert), &args.act)?)?;
    Ok(Exit::Verified)
}

/// Runs `foil advance`.
pub fn advance(global: &Global, args: &AdvanceArgs) -> Result<Exit, NodeError> {
    let (_data, shard) = open(global)?;
    output::print(global.output, &act(shard, &Act::Advance(Advance { to_ms: args.to }), &args.act)?)?;
    Ok(Exit::Verified)
}
