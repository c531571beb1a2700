//! The snapshots of a shard, as objects.
//!
//! ```text
//! chunks/NAME             chunks of the state by the digests of their bytes, shared between snapshots
//! ID/0-uploading          made first: the name is taken
//! ID/manifest             made last, when all chunks are there
//! ID/1-verifying          made when the manifest is
//! ID/2-committed          made when everything was read back and the root was rebuilt
//! ID/3-superseded         made when enough newer ones are committed
//! ```
//!
//! ID is `HEIGHT-RANDOM`. A phase is the last of its markers that is there, and a marker holds the time at
//! which it was made. Markers are only ever created, so that of two who take a step one does, on any backend.
//!
//! # Guarantees
//!
//! - A snapshot that is committed was whole then, and was rebuilt to the root that the writer signed.
//! - What is loaded is read, hashed and rebuilt again: the store is of a height only when the root is right.
//! - A chunk is removed only while nobody is uploading, and no manifest names it.

use crate::commands::random;
use crate::commands::time::now_ms;
use crate::objects::Objects;
use abi::codec::{Decode, Encode};
use abi::fault::Fault;
use abi::id::Hash;
use abi::sign::SecretKey;
use journal::{Part, SnapshotManifest, Standing};
use kernel::ladder::Kept;
use kernel::snapshot::{self, Phase, Policy, Step, after};
use state::{Chunk, Chunks, Fill, Rebuild, Scan, View};
use std::path::Path;

mod collect;
mod error;
mod place;
#[cfg(test)]
mod tests;

pub use collect::Collected;
pub use error::SnapshotsError;

/// A snapshot as a list shows it.
pub type Listed = snapshot::Listed<String>;

/// What is kept where nobody says otherwise: two, an hour for those at work, a day of grace.
pub const POLICY: Policy = Policy { kept: snapshot::KEPT_MIN, stale_ms: 3_600_000, grace_ms: 86_400_000 };

const PHASES: [(Phase, &str); 4] = [
    (Phase::Uploading, "0-uploading"),
    (Phase::Verifying, "1-verifying"),
    (Phase::Committed, "2-committed"),
    (Phase::Superseded, "3-superseded"),
];
const CHUNKS: &str = "chunks";

/// The snapshots of one shard, taken by one node.
pub struct Snapshots {
    objects: Objects,
    shard: Hash,
    node: SecretKey,
}

/// A snapshot that was taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Taken {
    /// Its name.
    pub id: String,
    /// What it is of, and its chunks.
    pub manifest: SnapshotManifest,
    /// How many chunks had to be written: the others were there.
    pub written: usize,
}

/// A snapshot that was loaded.
#[derive(Debug)]
pub struct Loaded {
    /// Its name.
    pub id: String,
    /// The height that the store is at now.
    pub height: u64,
    /// Newer ones that could not be used, and why.
    pub refused: Vec<(String, SnapshotsError)>,
}

impl Snapshots {
    /// The snapshots in a directory, which must be there: of this shard, taken by the node of this key.
    pub fn in_directory(path: &Path, shard: Hash, node: SecretKey) -> Result<Snapshots, SnapshotsError> {
        Ok(Snapshots { objects: Objects::in_directory(path)?, shard, node })
    }

    /// All snapshots, the newest first.
    pub fn list(&self) -> Result<Vec<Listed>, SnapshotsError> {
        let mut listed = Vec::new();
        for id in self.objects.list("")?.folders {
            if let Some(height) = height_of(&id) {
                listed.extend(self.phase(&id)?.map(|(phase, since_ms)| Listed {
                    id,
                    height,
                    phase,
                    since_ms,
                }));
            }
        }
        listed.sort_by(|a, b| (b.height, b.since_ms, &b.id).cmp(&(a.height, a.since_ms, &a.id)));
        Ok(listed)
    }

    /// Those that can be restored, the newest first.
    pub fn restorable(&self) -> Result<Vec<Listed>, SnapshotsError> {
        Ok(self.list()?.into_iter().filter(|it| is_restorable(it.phase)).collect())
    }

    /// Those that can be restored and were found whole now, read back to the root that the writer signed.
    pub fn whole(&self) -> Result<Vec<Kept>, SnapshotsError> {
        let kept = |Listed { id, height, .. }: Listed| {
            let manifest = self.verify(&id).ok()?;
            let bytes = manifest.parts.iter().map(|part| u64::from(part.bytes)).sum();
            Some(Kept { id, height, header: manifest.standing.checkpoint.header.hash(), bytes })
        };
        Ok(self.restorable()?.into_iter().filter_map(kept).collect())
    }

    /// The manifest of a snapshot.
    pub fn manifest(&self, id: &str) -> Result<SnapshotManifest, SnapshotsError> {
        let missing = || SnapshotsError::Missing { id: id.into(), what: "manifest".into() };
        let bytes = self.objects.read(&format!("{id}/manifest"))?.ok_or_else(missing)?;
        SnapshotManifest::open(&bytes, &self.shard, &self.node.public())
            .map_err(|because| SnapshotsError::Manifest { id: id.into(), because })
    }

    /// Takes a snapshot of what `view` shows, which must not change meanwhile and be the state at `height`,
    /// where the shard stood; commits it when it was read back. A crash leaves what the collector removes.
    pub fn take(&self, standing: Standing, height: u64, view: &dyn View) -> Result<Taken, SnapshotsError> {
        let wanted = standing.checkpoint.header.height;
        if height != wanted {
            return Err(SnapshotsError::Moved { wanted, found: height });
        }
        let random = u64::from_be_bytes(random().map_err(|e| Fault::io("name a snapshot", e))?);
        let id = format!("{height}-{random:016x}");
        self.mark(&id, Phase::Uploading, now_ms())?;
        let (mut parts, mut written) = (Vec::new(), 0);
        for chunk in Chunks::of(view) {
            let (part, is_new) = self.keep(&chunk?)?;
            parts.push(part);
            written += usize::from(is_new);
        }
        let manifest = SnapshotManifest::sign(&self.node, standing, parts);
        if !self.objects.create(&format!("{id}/manifest"), manifest.to_bytes())? {
            return Err(SnapshotsError::Raced { id, phase: Phase::Uploading });
        }
        self.advance(&id, Phase::Uploading, Step::Uploaded, now_ms())?;
        self.verify(&id)?;
        self.advance(&id, Phase::Verifying, Step::Verified, now_ms())?;
        Ok(Taken { id, manifest, written })
    }

    /// Reads everything of a snapshot, hashes it and rebuilds the root that the writer signed.
    pub fn verify(&self, id: &str) -> Result<SnapshotManifest, SnapshotsError> {
        let manifest = self.manifest(id)?;
        self.rebuild(id, &manifest, &mut |_| Ok(()))?;
        Ok(manifest)
    }

    /// Loads the newest usable snapshot at `height_max` or below into an empty store.
    ///
    /// # Errors
    ///
    /// [`NoneUsable`](SnapshotsError::NoneUsable), with the store still empty, where there is none. After any
    /// other error the store holds part of a state at height 0, and is to be thrown away.
    pub fn load_newest(&self, height_max: u64, store: &mut impl Fill) -> Result<Loaded, SnapshotsError> {
        must_be_empty(store)?;
        let mut refused = Vec::new();
        for Listed { id, height, .. } in self.restorable()? {
            if height > height_max {
                continue;
            }
            match self.verify(&id) {
                Ok(_) => return self.load(&id, store).map(|height| Loaded { id, height, refused }),
                Err(error) => refused.push((id, error)),
            }
        }
        Err(SnapshotsError::NoneUsable { height_max, refused })
    }

    /// Loads this snapshot into an empty store; the height that it is at then.
    ///
    /// # Errors
    ///
    /// After any the store is to be thrown away.
    pub fn load(&self, id: &str, store: &mut impl Fill) -> Result<u64, SnapshotsError> {
        must_be_empty(store)?;
        match self.phase(id)? {
            Some((phase, _)) if is_restorable(phase) => {}
            Some((phase, _)) => return Err(SnapshotsError::NotCommitted { id: id.into(), phase }),
            None => return Err(SnapshotsError::Missing { id: id.into(), what: "snapshot".into() }),
        }
        let manifest = self.manifest(id)?;
        self.rebuild(id, &manifest, &mut |chunk| store.fill(chunk.entries()))?;
        let height = manifest.standing.checkpoint.header.height;
        store.filled(height)?;
        Ok(height)
    }

    /// Reads the chunks in order, shows each, and rebuilds the root.
    fn rebuild(
        &self,
        id: &str,
        manifest: &SnapshotManifest,
        show: &mut dyn FnMut(&Chunk) -> Result<(), Fault>,
    ) -> Result<(), SnapshotsError> {
        let mut rebuild = Rebuild::new();
        for (index, part) in manifest.parts.iter().enumerate() {
            let wrong = |because| SnapshotsError::Chunk { id: id.into(), index, because };
            let missing = || SnapshotsError::Missing { id: id.into(), what: format!("chunk {}", part.name) };
            let bytes = self.objects.read(&format!("{CHUNKS}/{}", part.name))?.ok_or_else(missing)?;
            let chunk = Chunk::open(&part.name, &bytes).map_err(wrong)?;
            if part_of(&chunk, &bytes) != *part {
                return Err(SnapshotsError::Part { id: id.into(), index });
            }
            rebuild.add(&chunk).map_err(wrong)?;
            show(&chunk)?;
        }
        let wanted = manifest.standing.checkpoint.header.root_after;
        let index = manifest.parts.len();
        let rebuilt = rebuild.finish(&wanted);
        rebuilt.map(drop).map_err(|because| SnapshotsError::Chunk { id: id.into(), index, because })
    }

    /// Writes a chunk, unless it is there; whether it was not.
    fn keep(&self, chunk: &Chunk) -> Result<(Part, bool), SnapshotsError> {
        let bytes = chunk.to_bytes();
        let part = part_of(chunk, &bytes);
        let name = format!("{CHUNKS}/{}", part.name);
        if self.objects.create(&name, bytes.clone())? {
            return Ok((part, true));
        }
        // The name says what the bytes are: where they have rotten, the right ones mend older snapshots too.
        let is_whole = self.objects.read(&name)?.is_some_and(|found| found == bytes);
        if !is_whole {
            self.objects.replace(&name, bytes)?;
        }
        Ok((part, !is_whole))
    }

    /// Where a snapshot is, and since when; `None` where there is none of that name.
    fn phase(&self, id: &str) -> Result<Option<(Phase, u64)>, SnapshotsError> {
        if height_of(id).is_none() {
            return Ok(None);
        }
        let markers = self.objects.list(id)?.objects;
        let Some((phase, marker)) = PHASES.iter().rev().find(|(_, name)| markers.iter().any(|it| it == name))
        else {
            return Ok(None);
        };
        let bytes = self.objects.read(&format!("{id}/{marker}"))?.unwrap_or_default();
        // A time that cannot be read is long ago; the phase is the marker's name.
        Ok(Some((*phase, u64::from_bytes(&bytes).unwrap_or(0))))
    }

    /// Takes a step of the table.
    fn advance(&self, id: &str, from: Phase, step: Step, now_ms: u64) -> Result<(), SnapshotsError> {
        match after(from, step)? {
            Some(phase) => self.mark(id, phase, now_ms),
            None => self.remove(id),
        }
    }

    fn mark(&self, id: &str, phase: Phase, now_ms: u64) -> Result<(), SnapshotsError> {
        let (_, marker) = PHASES[phase as usize];
        match self.objects.create(&format!("{id}/{marker}"), now_ms.to_bytes())? {
            true => Ok(()),
            false => Err(SnapshotsError::Raced { id: id.into(), phase }),
        }
    }
}

/// The height in a snapshot's name; `None` where it is no such name.
fn height_of(id: &str) -> Option<u64> {
    let (height, random) = id.split_once('-')?;
    let is_random = random.len() == 16 && random.bytes().all(|byte| byte.is_ascii_hexdigit());
    let parsed: u64 = height.parse().ok()?;
    (is_random && parsed.to_string() == height).then_some(parsed)
}

fn is_restorable(phase: Phase) -> bool {
    matches!(phase, Phase::Committed | Phase::Superseded)
}

fn part_of(chunk: &Chunk, bytes: &[u8]) -> Part {
    let count = |len: usize| u32::try_from(len).expect("a chunk is bounded far below");
    Part { name: Chunk::digest(bytes), entries: count(chunk.entries().len()), bytes: count(bytes.len()) }
}

fn must_be_empty(store: &impl Fill) -> Result<(), SnapshotsError> {
    let one = Scan { from: b"", to: None, reverse: false, limit: 1 };
    match store.applied()? == 0 && store.view().scan(&one)?.is_empty() {
        true => Ok(()),
        false => Err(SnapshotsError::NotEmpty),
    }
}
