//! Removing what nobody needs: stale attempts, superseded snapshots after their grace, chunks of neither.

use super::{CHUNKS, PHASES, Snapshots, SnapshotsError};
use kernel::snapshot::{Phase, Policy, Step, collect};
use std::collections::BTreeSet;

/// What a collection did.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Collected {
    /// The snapshots that are superseded now.
    pub superseded: Vec<String>,
    /// The snapshots that are gone.
    pub removed: Vec<String>,
    /// How many chunks are gone.
    pub chunks: usize,
    /// Whether chunks were left alone: somebody is uploading, or a manifest cannot be read, and nobody knows
    /// which they need.
    pub chunks_kept: bool,
}

impl Snapshots {
    /// Does what `policy` asks for at the time `now_ms`. It can be stopped at any point, and run again.
    pub fn collect(&self, policy: &Policy, now_ms: u64) -> Result<Collected, SnapshotsError> {
        let mut collected = Collected::default();
        let listed = self.list()?;
        for (id, step) in collect(&listed, policy, now_ms) {
            let Some(from) = listed.iter().find(|it| it.id == id) else { continue };
            self.advance(&id, from.phase, step, now_ms)?;
            match step {
                Step::Collect => collected.removed.push(id),
                _ => collected.superseded.push(id),
            }
        }
        match self.needed()? {
            Some(needed) => collected.chunks = self.remove_chunks(&needed)?,
            None => collected.chunks_kept = true,
        }
        Ok(collected)
    }

    /// The names of all chunks that some snapshot needs; `None` where that cannot be known.
    fn needed(&self) -> Result<Option<BTreeSet<String>>, SnapshotsError> {
        let mut needed = BTreeSet::new();
        for it in self.list()? {
            match self.manifest(&it.id) {
                _ if it.phase == Phase::Uploading => return Ok(None),
                Ok(manifest) => needed.extend(manifest.parts.iter().map(|part| part.name.to_string())),
                Err(SnapshotsError::Fault(fault)) => return Err(fault.into()),
                Err(_) => return Ok(None),
            }
        }
        Ok(Some(needed))
    }

    fn remove_chunks(&self, needed: &BTreeSet<String>) -> Result<usize, SnapshotsError> {
        let mut removed = 0;
        for name in self.objects.list(CHUNKS)?.objects.iter().filter(|name| !needed.contains(*name)) {
            self.objects.remove(&format!("{CHUNKS}/{name}"))?;
            removed += 1;
        }
        Ok(removed)
    }

    /// Removes a snapshot: the manifest first, and of the markers the one that says its phase last, so that
    /// what a crash leaves is never taken for more than it was.
    pub(super) fn remove(&self, id: &str) -> Result<(), SnapshotsError> {
        let names = ["manifest"].into_iter().chain(PHASES.iter().map(|(_, marker)| *marker));
        for name in names {
            self.objects.remove(&format!("{id}/{name}"))?;
        }
        Ok(())
    }
}
