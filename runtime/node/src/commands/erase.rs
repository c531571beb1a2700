//! `foil erase`: a call's arguments, output, events and messages are forgotten, by an act of the authority.

use super::act::{ActArgs, decide};
use super::snapshot::take;
use super::time::parse_seconds;
use crate::backing::backing;
use crate::cli::Global;
use crate::commands::{open, record_at};
use crate::data::{Data, NodeShard};
use crate::error::NodeError;
use crate::output;
use abi::system::{Act, Erase};
use clap::Args;
use kernel::snapshot::KEPT_MIN;
use serde_json::json;
use std::path::PathBuf;
use verify::Exit;

/// Forget what a call said.
#[derive(Args, Debug)]
pub struct EraseArgs {
    /// The record of the call.
    #[arg(required_unless_present = "pending")]
    seq: Option<u64>,
    /// Carry out what was decided before and is not done yet: a crash came between, or there was no room.
    #[arg(long, conflicts_with_all = ["seq", "sign", "at"])]
    pending: bool,
    /// The key file of an authority; may be given again.
    #[arg(long, required_unless_present = "pending", value_name = "FILE")]
    sign: Vec<PathBuf>,
    /// The host's time, in Unix seconds; now, if not given.
    #[arg(long, value_parser = parse_seconds, value_name = "SECONDS")]
    at: Option<u64>,
}

/// Runs the command.
pub fn run(global: &Global, args: &EraseArgs) -> Result<Exit, NodeError> {
    let (data, mut shard) = open(global)?;
    let done = erase(&data, &mut shard, args);
    let at = shard.position().clone();
    let closed = shard.close();
    let (erased, decided) = done?;
    closed?;
    let answer = json!({
        "erased": erased,
        "decided_by": decided,
        "height": at.height,
        "root": at.root.to_string(),
    });
    output::print(global.output, &answer)?;
    Ok(Exit::Verified)
}

/// Sees to it that the state can do without the blocks, has the decision made, and carries it out: the calls that
/// were erased, and the record of the act, if one was made now.
fn erase(data: &Data, shard: &mut NodeShard, args: &EraseArgs) -> Result<(Vec<u64>, Option<u64>), NodeError> {
    let decided = shard.unerased()?;
    let seqs = args.seq.map_or(decided.clone(), |seq| vec![seq]);
    let Some(last) = seqs.iter().max() else { return Ok((seqs, None)) };
    let (block, _) = record_at(shard, *last)?;
    for &seq in &seqs {
        is_erasable(shard, seq)?;
    }
    keep_state(data, shard, block.header.height)?;
    let act = match args.seq.filter(|seq| !decided.contains(seq)) {
        Some(seq) => {
            let signers = ActArgs { sign: args.sign.clone(), at: args.at };
            Some(decide(shard, &Act::Erase(Erase { seq }), &signers)?.seq)
        }
        None => None,
    };
    for &seq in &seqs {
        shard.erase(seq)?;
    }
    Ok((seqs, act))
}

/// Whether there is something to erase.
fn is_erasable(shard: &NodeShard, seq: u64) -> Result<(), NodeError> {
    let (block, index) = record_at(shard, seq)?;
    let entry = &block.entries[index];
    let because = match (entry.erased, entry.is_erasable()) {
        (None, true) => return Ok(()),
        (Some(_), _) => "it is erased",
        (None, false) => "it is an act of the authority, by which everybody can tell who serves and signs",
    };
    Err(NodeError::NotErasable { seq, because })
}

/// Takes snapshots until as many as always stay are of this height or later ones, and whole: the blocks up to there
/// will not make the state again.
fn keep_state(data: &Data, shard: &mut NodeShard, height: u64) -> Result<(), NodeError> {
    let snapshots = data.snapshots(shard.id())?;
    for _ in backing(data, shard, height)?.len()..KEPT_MIN {
        take(&snapshots, shard)?;
    }
    Ok(())
}
