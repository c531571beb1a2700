//! Snapshots: a whole state as chunks, each known by its digest, and the state rebuilt from them.
//!
//! ```text
//! chunk = [[key, value]…]            at least one entry; keys strictly ascending, across chunks too
//! name  = H_chunk(chunk)
//! ```
//!
//! A chunk ends where it is full, and once it is a quarter full, after a key whose hash ends in ten zero
//! bits. So where chunks end is a function of the entries, and a change of the state changes few of them:
//! snapshots of one shard share the others.
//!
//! # Guarantees
//!
//! - The same state is cut into the same chunks, whatever its history.
//! - [`Rebuild`] comes to a tree only if the chunks are a state with the wanted root, whole and in order.

use crate::building::Building;
use crate::leaf::key_hash;
use crate::tree::{Tree, after};
use abi::Coded;
use abi::codec::{Bytes, Decode, Encode, Error, Reader, Reason, Writer};
use abi::fault::Fault;
use abi::hash::SNAPSHOT_CHUNK;
use abi::id::Hash;
use abi::limits::{CHUNK_BYTES_MAX, CHUNK_ENTRIES_MAX};
use abi::view::{Entry, Scan, View};
use std::collections::VecDeque;

/// A chunk may end at a key's hash from this size on.
const CUT_BYTES_MIN: usize = CHUNK_BYTES_MAX / 4;
/// The bits of a key's hash that are zero where a chunk may end.
const CUT_MASK: u16 = 0x03ff;
/// The most that an entry takes beside its key and value, and a chunk beside its entries.
const HEADS_BYTES: usize = 16;
/// Most entries read at once.
const SCAN_ENTRIES: usize = 256;

/// Entries of a state that follow each other.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Chunk {
    entries: Vec<Entry>,
}

/// Why chunks are not the state that they should be.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The bytes are not those that the digest names.
    #[error("the chunk's bytes have another digest: found={found}")]
    Digest {
        /// Theirs.
        found: Hash,
    },
    /// The bytes have the right digest, and are no chunk.
    #[error("the chunk is malformed: {0}")]
    Malformed(Error),
    /// A chunk does not begin after the last key of the one before it.
    #[error("the chunk's keys do not follow those of the chunk before it")]
    Order,
    /// All chunks together are another state.
    #[error("the chunks are of another state: found={found} wanted={wanted}")]
    Root {
        /// Its root.
        found: Hash,
        /// The root of the state that it should be.
        wanted: Hash,
    },
}

impl Coded for SnapshotError {
    fn code(&self) -> u16 {
        match self {
            SnapshotError::Digest { .. } => 3101,
            SnapshotError::Malformed(_) => 3102,
            SnapshotError::Order => 3103,
            SnapshotError::Root { .. } => 3104,
        }
    }
}

impl Chunk {
    /// The entries, in key order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The name of a chunk of these bytes.
    pub fn digest(bytes: &[u8]) -> Hash {
        SNAPSHOT_CHUNK.hash(bytes)
    }

    /// The chunk of this name.
    ///
    /// # Errors
    ///
    /// Bytes of another name, or that are no chunk.
    pub fn open(name: &Hash, bytes: &[u8]) -> Result<Chunk, SnapshotError> {
        match Chunk::digest(bytes) {
            found if found == *name => Chunk::from_bytes(bytes).map_err(SnapshotError::Malformed),
            found => Err(SnapshotError::Digest { found }),
        }
    }
}

impl Encode for Chunk {
    fn encode(&self, w: &mut Writer) {
        w.array(self.entries.len());
        for (key, value) in &self.entries {
            w.array(2);
            w.bytes(key);
            w.bytes(value);
        }
    }
}

impl Decode for Chunk {
    fn decode(r: &mut Reader<'_>) -> Result<Chunk, Error> {
        let start = r.offset();
        let len = r.array()?;
        if len == 0 || len > CHUNK_ENTRIES_MAX {
            return Err(r.error(start, Reason::Length));
        }
        let mut entries: Vec<Entry> = Vec::new();
        for _ in 0..len {
            let at = r.offset();
            let (key, value) = <(Bytes, Bytes)>::decode(r)?;
            if entries.last().is_some_and(|(last, _)| *last >= key.0) {
                return Err(r.error(at, Reason::Order));
            }
            entries.push((key.0, value.0));
        }
        match r.since(start).len() <= CHUNK_BYTES_MAX {
            true => Ok(Chunk { entries }),
            false => Err(r.error(start, Reason::Length)),
        }
    }
}

/// The chunks of the state that a view shows, in order. The view must not change while they are read.
pub struct Chunks<'a> {
    view: &'a dyn View,
    from: Vec<u8>,
    ahead: VecDeque<Entry>,
}

impl<'a> Chunks<'a> {
    /// Of the whole state.
    pub fn of(view: &'a dyn View) -> Chunks<'a> {
        Chunks { view, from: Vec::new(), ahead: VecDeque::new() }
    }

    fn peek(&mut self) -> Result<Option<&Entry>, Fault> {
        if self.ahead.is_empty() {
            let scan = Scan { from: &self.from, to: None, reverse: false, limit: SCAN_ENTRIES };
            self.ahead = self.view.scan(&scan)?.into();
            if let Some((last, _)) = self.ahead.back() {
                self.from = after(last);
            }
        }
        Ok(self.ahead.front())
    }

    fn chunk(&mut self) -> Result<Option<Chunk>, Fault> {
        let (mut entries, mut bytes) = (Vec::new(), HEADS_BYTES);
        while let Some((key, value)) = self.peek()? {
            let with_next = bytes + key.len() + value.len() + HEADS_BYTES;
            if entries.len() == CHUNK_ENTRIES_MAX || (with_next > CHUNK_BYTES_MAX && !entries.is_empty()) {
                break;
            }
            bytes = with_next;
            let ends = bytes >= CUT_BYTES_MIN && may_end(key);
            entries.extend(self.ahead.pop_front());
            if ends {
                break;
            }
        }
        Ok((!entries.is_empty()).then_some(Chunk { entries }))
    }
}

impl Iterator for Chunks<'_> {
    type Item = Result<Chunk, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        self.chunk().transpose()
    }
}

/// Whether a chunk may end after `key`.
fn may_end(key: &[u8]) -> bool {
    let hash = key_hash(key);
    u16::from_be_bytes([hash.0[30], hash.0[31]]) & CUT_MASK == 0
}

/// A state on its way back from its chunks: the hashes of its entries, and nothing else of them.
pub struct Rebuild {
    building: Building,
    last: Option<Vec<u8>>,
}

impl Default for Rebuild {
    fn default() -> Rebuild {
        Rebuild::new()
    }
}

impl Rebuild {
    /// Before the first chunk.
    pub fn new() -> Rebuild {
        Rebuild { building: Building::new(), last: None }
    }

    /// Adds the next chunk.
    ///
    /// # Errors
    ///
    /// A chunk whose keys are not all greater than those before it.
    pub fn add(&mut self, chunk: &Chunk) -> Result<(), SnapshotError> {
        let follows = match (&self.last, chunk.entries.first()) {
            (Some(last), Some((first, _))) => last < first,
            _ => true,
        };
        if !follows {
            return Err(SnapshotError::Order);
        }
        self.building.add(chunk.entries.iter().map(|(key, value)| (&**key, &**value)));
        self.last = chunk.entries.last().map(|(key, _)| key.clone()).or(self.last.take());
        Ok(())
    }

    /// The tree over the state that was added.
    ///
    /// # Errors
    ///
    /// A state whose root is not `wanted`.
    pub fn finish(self, wanted: &Hash) -> Result<Tree, SnapshotError> {
        let tree = self.building.finish().ok_or(SnapshotError::Order)?;
        match tree.root() {
            found if found == *wanted => Ok(tree),
            found => Err(SnapshotError::Root { found, wanted: *wanted }),
        }
    }
}

#[cfg(test)]
mod tests;
