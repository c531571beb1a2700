//! `foil revert` and `foil advance`: acts on a shard's state and time.

use super::act::{ActArgs, act};
use super::time::parse_seconds;
use crate::cli::Global;
use crate::error::NodeError;
use crate::output;
use crate::place::reach;
use abi::id::Hash;
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
    let mut place = reach(global)?;
    let block = place.block(args.to)?;
    let named = |name: &str| block[name].as_str().and_then(|hash| hash.parse::<Hash>().ok());
    let (Some(root), Some(program)) = (named("root_after"), named("program")) else {
        return Err(NodeError::NotThere {
            what: format!("a program that served after block {}", args.to),
            holds: "only later ones".into(),
        });
    };
    let revert = Revert { height: args.to, root, program };
    output::print(global.output, &act(place, &Act::Revert(revert), &args.act)?)?;
    Ok(Exit::Verified)
}

/// Runs `foil advance`.
pub fn advance(global: &Global, args: &AdvanceArgs) -> Result<Exit, NodeError> {
    let advance = Act::Advance(Advance { to_ms: args.to });
    output::print(global.output, &act(reach(global)?, &advance, &args.act)?)?;
    Ok(Exit::Verified)
}
