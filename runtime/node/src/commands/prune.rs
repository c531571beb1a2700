//! `foil prune`: the journal's oldest segments are dropped, by an act of the shard's authority.
//!
//! Nothing goes that somebody might need: two snapshots make up for the blocks, each read back now to the root
//! that the writer signed; no idempotency key that was used there is live; the store is flushed beyond them.

use super::act::{ActArgs, decide};
use super::time::{given_or_now, parse_seconds};
use crate::backing::backing;
use crate::cli::Global;
use crate::commands::open;
use crate::data::{Data, NodeShard};
use crate::error::NodeError;
use crate::output;
use abi::system::{Act, Prune};
use clap::Args;
use journal::Prunable;
use kernel::snapshot::KEPT_MIN;
use serde_json::{Value, json};
use std::path::PathBuf;
use verify::Exit;

/// Drop the oldest blocks.
#[derive(Args, Debug)]
pub struct PruneArgs {
    /// The last block that may go; as far as is allowed, if not given. Segments go as a whole.
    #[arg(long, value_name = "HEIGHT")]
    to: Option<u64>,
    /// Only print what would go.
    #[arg(long)]
    dry_run: bool,
    /// The key file of an authority; may be given again.
    #[arg(long, required_unless_present = "dry_run", value_name = "FILE")]
    sign: Vec<PathBuf>,
    /// The host's time, in Unix seconds; now, if not given.
    #[arg(long, value_parser = parse_seconds, value_name = "SECONDS")]
    at: Option<u64>,
}

/// Runs the command.
pub fn run(global: &Global, args: &PruneArgs) -> Result<Exit, NodeError> {
    let (data, mut shard) = open(global)?;
    let pruned = prune(&data, &mut shard, args);
    let closed = shard.close();
    let answer = pruned?;
    closed?;
    output::print(global.output, &answer)?;
    Ok(Exit::Verified)
}

fn prune(data: &Data, shard: &mut NodeShard, args: &PruneArgs) -> Result<Value, NodeError> {
    let time_ms = given_or_now(args.at).max(shard.position().time_ms);
    let tip = shard.position().height;
    if args.to.is_some_and(|to| to > tip) {
        let what = format!("block {}", args.to.unwrap_or_default());
        return Err(NodeError::NotThere { what, holds: format!("{tip} blocks") });
    }
    let backed = backed(data, shard, args.to.unwrap_or(shard.first()))?;
    let to = match args.to {
        Some(to) => to,
        None => backed.min(shard.settled(time_ms)?),
    };
    let found = shard.prunable(to, time_ms)?;
    if args.dry_run {
        return Ok(told(shard, &found));
    }
    // What was decided and not done yet, because a crash came between, is not decided again.
    if shard.decision(found.height).is_none() {
        let act_args = ActArgs { sign: args.sign.clone(), at: args.at };
        decide(shard, &Act::Prune(Prune { height: to }), &act_args)?;
    }
    let found = shard.prune(to)?;
    let mut answer = told(shard, &found);
    answer["decision"] = shard.decision(found.height).into();
    answer["height"] = shard.position().height.into();
    Ok(answer)
}

fn told(shard: &NodeShard, found: &Prunable) -> Value {
    json!({
        "shard": shard.id().to_string(),
        "pruned_to": found.height,
        "first_block": found.height + 1,
        "first_segment": found.segment,
        "segments": found.segments,
        "bytes": found.bytes,
    })
}

/// The height from which two snapshots make up for the blocks before.
///
/// # Errors
///
/// Refuses, where that is below `height`.
fn backed(data: &Data, shard: &NodeShard, height: u64) -> Result<u64, NodeError> {
    let whole = backing(data, shard, height)?;
    let last = whole.get(KEPT_MIN - 1).copied();
    last.ok_or(NodeError::NotBacked { height, whole: whole.len() })
}
