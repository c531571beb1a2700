//! The snapshots that make up for blocks which will not lead to the state any more.

use crate::data::{Data, NodeShard};
use crate::error::NodeError;
use kernel::snapshot::{KEPT_MIN, Phase};

/// The heights of the newest snapshots of block `height` or later ones that are committed, are of this history, and
/// were found whole now: as many as always stay, or all, the newest first.
pub(crate) fn backing(data: &Data, shard: &NodeShard, height: u64) -> Result<Vec<u64>, NodeError> {
    let mut whole = Vec::new();
    let Some(snapshots) = data.kept_snapshots(shard.id())? else { return Ok(whole) };
    let listed = snapshots.list()?;
    for it in listed.iter().filter(|it| it.phase == Phase::Committed && it.height >= height) {
        let Ok(manifest) = snapshots.verify(&it.id) else { continue };
        let header = manifest.standing.checkpoint.header;
        if header.height <= shard.position().height && shard.header(header.height)? == Some(header) {
            whole.push(it.height);
        }
        if whole.len() == KEPT_MIN {
            break;
        }
    }
    Ok(whole)
}
