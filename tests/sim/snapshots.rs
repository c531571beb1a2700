//! Snapshots of the shard: the last one is kept in a place that nothing happens to, and a store that was lost may be
//! filled from it. Opening the shard replays what came after.

use crate::birth;
use crate::rng::Rng;
use crate::store::SimStore;
use crate::trace::{Violation, ensure};
use crate::world::SimShard;
use abi::Hash;
use abi::codec::Encode;
use abi::fault::Fault;
use journal::{Part, SnapshotManifest};
use state::{Chunk, Chunks, Fill, Rebuild};

const PROPERTY: &str = "a snapshot is the state that it names";

/// The last snapshot, if there is one.
pub(crate) struct Snapshots {
    pub(crate) rng: Rng,
    last: Option<Snapshot>,
}

struct Snapshot {
    height: u64,
    /// The chunks, each with its name.
    chunks: Vec<(Hash, Vec<u8>)>,
}

impl Snapshots {
    pub(crate) fn new(seed: u64) -> Snapshots {
        Snapshots { rng: Rng::new(seed, "snapshots"), last: None }
    }

    /// Takes one, and reads it back as a stranger would.
    pub(crate) fn take(&mut self, shard: &SimShard) -> Result<(), Violation> {
        let broken = |fault| Violation::of(PROPERTY, fault);
        let Some(standing) = shard.standing().map_err(broken)? else { return Ok(()) };
        let (mut chunks, mut parts) = (Vec::new(), Vec::new());
        for chunk in Chunks::of(&*shard.view()) {
            let chunk = chunk.map_err(broken)?;
            let bytes = chunk.to_bytes();
            let count = |len| u32::try_from(len).expect("chunks are small");
            let (entries, size) = (count(chunk.entries().len()), count(bytes.len()));
            parts.push(Part { name: Chunk::digest(&bytes), entries, bytes: size });
            chunks.push((Chunk::digest(&bytes), bytes));
        }
        let node = birth::writer();
        let manifest = SnapshotManifest::sign(&node, standing, parts).to_bytes();
        let wrong = |error: &dyn std::fmt::Display| Violation::new(PROPERTY, error);
        let manifest =
            SnapshotManifest::open(&manifest, &shard.id(), &node.public()).map_err(|e| wrong(&e))?;
        let mut rebuild = Rebuild::new();
        for (name, bytes) in &chunks {
            let chunk = Chunk::open(name, bytes).map_err(|error| wrong(&error))?;
            rebuild.add(&chunk).map_err(|error| wrong(&error))?;
        }
        let header = manifest.standing.checkpoint.header;
        rebuild.finish(&header.root_after).map_err(|error| wrong(&error))?;
        let height = header.height;
        ensure(height == shard.position().height, PROPERTY, || format!("it is of height {height}"))?;
        self.last = Some(Snapshot { height, chunks });
        Ok(())
    }

    /// Fills an empty store from the last one, or leaves it to the journal: the height that it is at then.
    pub(crate) fn fill(&mut self, store: &mut SimStore) -> Result<Option<u64>, Fault> {
        let Some(Snapshot { height, chunks }) = self.last.as_ref().filter(|_| self.rng.percent(80)) else {
            return Ok(None);
        };
        for (name, bytes) in chunks {
            store.fill(Chunk::open(name, bytes).map_err(Fault::host)?.entries())?;
        }
        store.filled(*height)?;
        Ok(Some(*height))
    }
}
