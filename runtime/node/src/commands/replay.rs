//! `foil replay`: the shard's own history, run again from genesis.

use crate::cli::Global;
use crate::commands::{block_at, open};
use crate::error::NodeError;
use crate::{output, progress};
use clap::Args;
use kernel::Replayer;
use serde_json::json;
use verify::Exit;

/// Run the history again.
#[derive(Args, Debug)]
pub struct ReplayArgs {}

/// Runs the command.
pub fn run(global: &Global, _args: &ReplayArgs) -> Result<Exit, NodeError> {
    let (data, shard) = open(global)?;
    let mut replayer = Replayer::new(shard.genesis(), Box::new(data.programs()?))?;
    let bar = progress::bar(shard.position().seq, "records replayed");
    for height in 1..=shard.position().height {
        let block = block_at(&shard, height)?;
        replayer.block(&block)?;
        bar.set_position(replayer.chain().history().size());
    }
    bar.finish_and_clear();
    let at = shard.position().clone();
    shard.close()?;
    let answer = json!({
        "replayed": at.seq,
        "height": at.height,
        "root": at.root.to_string(),
        "verdict": "same effects, same roots",
    });
    output::print(global.output, &answer)?;
    Ok(Exit::Verified)
}
