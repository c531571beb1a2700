//! Where the snapshots of a shard lie in a data directory: `snapshots/ID/`.

use super::Snapshots;
use crate::data::{make_dir, sync};
use crate::error::NodeError;
use abi::id::Hash;
use abi::sign::SecretKey;
use cap_std::fs::Dir;
use std::io;
use std::path::Path;

const NAME: &str = "snapshots";

impl Snapshots {
    /// Those of a shard in the data directory `data`, which lies in `path`; the directory for them is made if it
    /// is not there.
    pub(crate) fn make(
        data: &Dir,
        path: &Path,
        shard: Hash,
        node: SecretKey,
    ) -> Result<Snapshots, NodeError> {
        let failed = |e: io::Error| NodeError::io("make the directory of snapshots", e);
        make_dir(data, NAME).map_err(failed)?;
        sync(data, NAME)?;
        let all = data.open_dir(NAME).map_err(failed)?;
        make_dir(&all, &shard.to_string()).map_err(failed)?;
        sync(&all, NAME)?;
        Ok(Snapshots::in_directory(&path.join(NAME).join(shard.to_string()), shard, node)?)
    }

    /// The same, where there is such a directory; nothing is made.
    pub(crate) fn there(path: &Path, shard: Hash, node: SecretKey) -> Result<Option<Snapshots>, NodeError> {
        let place = path.join(NAME).join(shard.to_string());
        let there = place.is_dir().then(|| Snapshots::in_directory(&place, shard, node));
        Ok(there.transpose()?)
    }

    /// Removes the files that were being written when a process died. Nobody may be writing there.
    pub(crate) fn sweep(data: &Dir, shard: Hash) -> Result<(), NodeError> {
        let failed = |e: io::Error| NodeError::io("sweep the snapshots", e);
        let place = data.open_dir(format!("{NAME}/{shard}")).map_err(failed)?;
        for folder in place.entries().map_err(failed)? {
            let folder = folder.and_then(|folder| folder.open_dir()).map_err(failed)?;
            for entry in folder.entries().map_err(failed)? {
                let name = entry.map_err(failed)?.file_name();
                // So the objects' library names what it has not finished.
                if name.to_string_lossy().contains('#') {
                    folder.remove_file(&name).map_err(failed)?;
                }
            }
        }
        Ok(())
    }
}
