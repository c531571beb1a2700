//! `foil restore`: the shard's store, from a snapshot and the blocks after it.

use crate::cli::Global;
use crate::commands::build;
use crate::data::Data;
use crate::error::NodeError;
use crate::output;
use abi::Coded;
use clap::Args;
use serde_json::json;
use verify::Exit;

/// Restore the store.
#[derive(Args, Debug)]
pub struct RestoreArgs {
    /// From this snapshot, as `foil snapshot list` names it; the newest usable one, if not given.
    #[arg(long, value_name = "ID")]
    snapshot: Option<String>,
}

/// Runs the command.
pub fn run(global: &Global, args: &RestoreArgs) -> Result<Exit, NodeError> {
    let data = Data::open(global.data()?)?;
    let id = data.choose(global.on.as_deref())?;
    let restored = data.restore_shard(id, args.snapshot.as_deref(), build())?;
    let refused = restored.loaded.refused.iter();
    let mut answer = json!({
        "snapshot": restored.loaded.id,
        "snapshot_height": restored.loaded.height,
        "replayed": restored.height - restored.loaded.height,
        "height": restored.height,
        "root": restored.root.to_string(),
    });
    let refused: Vec<_> = refused
        .map(|(id, error)| json!({ "id": id, "because": format!("E{} {error}", error.code()) }))
        .collect();
    if !refused.is_empty() {
        answer["refused"] = refused.into();
    }
    output::print(global.output, &answer)?;
    Ok(Exit::Verified)
}
