//! `foil checkpoint`: the shard's signed height, head and state root.

use super::receipt::write_file;
use crate::cli::Global;
use crate::commands::block_at;
use crate::data::NodeShard;
use crate::error::NodeError;
use crate::output;
use crate::place::reach;
use abi::codec::Encode;
use clap::Args;
use journal::{Checkpoint, CheckpointFile};
use serde_json::json;
use std::path::PathBuf;
use verify::Exit;

/// Write a checkpoint.
#[derive(Args, Debug)]
pub struct CheckpointArgs {
    /// Of this block; the last one, if not given.
    #[arg(long)]
    height: Option<u64>,
    /// Where to write it; `HEIGHT.checkpoint`, if not given.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Runs the command.
pub fn run(global: &Global, args: &CheckpointArgs) -> Result<Exit, NodeError> {
    let mut place = reach(global)?;
    let file = place.checkpoint(args.height)?;
    let id = place.terms()?.shard;
    place.close()?;
    let header = &file.checkpoint.header;
    let path = args.out.clone().unwrap_or_else(|| PathBuf::from(format!("{}.checkpoint", header.height)));
    write_file(&path, &file.to_bytes())?;
    let answer = json!({
        "file": path.display().to_string(),
        "height": header.height,
        "records": header.history_size,
        "head": header.history_root.to_string(),
        "root": header.root_after.to_string(),
        "verify": format!("foil-verify --shard {id} {}", path.display()),
    });
    output::print(global.output, &answer)?;
    Ok(Exit::Verified)
}

/// The checkpoint of a block; of the last one, if none is named.
pub(crate) fn of(shard: &NodeShard, height: Option<u64>) -> Result<CheckpointFile, NodeError> {
    let height = height.unwrap_or(shard.position().height);
    let header = block_at(shard, height)?.header;
    let commitment = shard.commitment(height)?.ok_or_else(|| NodeError::NotThere {
        what: format!("a commitment to block {height}"),
        holds: "none".into(),
    })?;
    let links = shard.writer_links(&header)?;
    let checkpoint = Checkpoint { header, commitment, links };
    Ok(CheckpointFile { genesis: shard.genesis().clone(), checkpoint })
}
