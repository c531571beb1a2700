//! The manifest of a snapshot: what state it is of, from which history goes on, and the names of its chunks.
//!
//! ```text
//! manifest = ["counterfoil snapshot", version, << genesis >>, checkpoint, [peak…], [link…],
//!             [live key…], [chunk…], node key, signature]
//! live key = [scope, expires, seq]             of the idempotency window; scopes strictly ascending
//! chunk    = [name, entries, bytes]            in the order of the state's keys
//! ```
//!
//! The checkpoint is the writer's word: its commitment covers the state's root and the history tree, whose
//! peaks and links are therefore proven. Which keys are live, no header says: that is the word of the node
//! that took the snapshot, whose signature is over the manifest without it.
//!
//! # Guarantees
//!
//! - No bit of a manifest that [`verify`](SnapshotManifest::verify) accepts can be changed.
//! - A window and a history that go on from it are those of the whole history.

use crate::authority::{Link, appointed, decode_links};
use crate::checkpoint::{Checkpoint, decode_start, encode_start};
use crate::commitment::Issuer;
use crate::frontier::Frontier;
use crate::receipt::ReceiptError;
use crate::window::{LiveKey, Window};
use abi::codec::{Decode, Encode, Error, Reader, Reason, Writer};
use abi::genesis::{Genesis, GenesisError};
use abi::hash::SNAPSHOT;
use abi::limits::{CHUNK_BYTES_MAX, CHUNK_ENTRIES_MAX, CHUNKS_MAX, WINDOW_KEYS_MAX};
use abi::sign::{PublicKey, SecretKey, Signature, Subject, message};
use abi::{Coded, Hash, canonical_array};

const MAGIC: &str = "counterfoil snapshot";
const MEMBERS: usize = 10;

/// Where a history stands: what goes on from here needs nothing that was before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Standing {
    /// The shard's genesis.
    pub genesis: Genesis,
    /// Height, head and state root, signed by the writer.
    pub checkpoint: Checkpoint,
    /// The peaks of the history tree.
    pub peaks: Vec<Hash>,
    /// Who writes and what serves: acts of the authority, in order, proven in that tree.
    pub links: Vec<Link>,
    /// The idempotency keys that are live, by scope.
    pub live: Vec<LiveKey>,
}

/// A chunk as a manifest names it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Part {
    /// The digest of its bytes.
    pub name: Hash,
    /// How many entries it has.
    pub entries: u32,
    /// How many bytes.
    pub bytes: u32,
}

canonical_array!(Part { name, entries, bytes });

/// The manifest of a snapshot.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SnapshotManifest {
    /// What it is of.
    pub standing: Standing,
    /// The chunks of the state, in order.
    pub parts: Vec<Part>,
    /// The node that took it.
    pub node: PublicKey,
    /// That node's signature.
    pub signature: Signature,
}

/// Why a manifest is not to be believed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The bytes are no manifest.
    #[error("the manifest is malformed: {0}")]
    Malformed(Error),
    /// The genesis breaks a rule.
    #[error(transparent)]
    Genesis(#[from] GenesisError),
    /// It is of another shard.
    #[error("the snapshot is of shard {found}")]
    Shard {
        /// Which.
        found: Hash,
    },
    /// Another node took it.
    #[error("the snapshot was taken by the node {found}")]
    Node {
        /// Which.
        found: PublicKey,
    },
    /// The checkpoint or the links do not hold.
    #[error("the snapshot's checkpoint does not hold: {0}")]
    Checkpoint(ReceiptError),
    /// The peaks are not those of the signed history.
    #[error("the snapshot's frontier is not that of its checkpoint")]
    Frontier,
    /// A key of the window cannot be live there.
    #[error("the snapshot's live keys are not those of a window: index={index}")]
    Window {
        /// Which, from 0.
        index: usize,
    },
    /// A chunk that is empty or over a limit, or too many.
    #[error("a chunk of the snapshot is over its limits: index={index}")]
    Part {
        /// Which, from 0.
        index: usize,
    },
    /// The node's signature is not over this manifest.
    #[error("the manifest's signature does not verify")]
    Signature,
}

impl Coded for SnapshotError {
    fn code(&self) -> u16 {
        match self {
            SnapshotError::Malformed(_) => 2701,
            SnapshotError::Genesis(error) => error.code(),
            SnapshotError::Shard { .. } => 2702,
            SnapshotError::Node { .. } => 2703,
            SnapshotError::Checkpoint(_) => 2704,
            SnapshotError::Frontier => 2705,
            SnapshotError::Window { .. } => 2706,
            SnapshotError::Part { .. } => 2707,
            SnapshotError::Signature => 2708,
        }
    }
}

impl Standing {
    /// Checks that the shard's writer committed to it, and that the history goes on from it as it did.
    fn verify(&self) -> Result<Issuer, SnapshotError> {
        self.genesis.check()?;
        let issuer = self.checkpoint.verify(&self.genesis).map_err(SnapshotError::Checkpoint)?;
        let header = &self.checkpoint.header;
        let (size, root) = (header.history_size, &header.history_root);
        if Frontier::of(size, self.peaks.clone()).is_none_or(|frontier| frontier.root() != *root) {
            return Err(SnapshotError::Frontier);
        }
        let says = appointed(&self.genesis, &self.links, size, root).map_err(SnapshotError::Checkpoint)?;
        if says.writer != issuer.key {
            return Err(SnapshotError::Checkpoint(ReceiptError::Key));
        }
        let mut last = None;
        for (index, key) in self.live.iter().enumerate() {
            let ascends = last.is_none_or(|last| last < key.scope);
            if !ascends || key.seq >= size || key.expires_ms <= header.time_ms || index >= WINDOW_KEYS_MAX {
                return Err(SnapshotError::Window { index });
            }
            last = Some(key.scope);
        }
        Ok(issuer)
    }

    /// The window of live keys, as the whole history would leave it.
    pub fn window(&self) -> Window {
        Window::of(&self.live)
    }
}

impl Part {
    fn is_within_limits(&self) -> bool {
        (1..=CHUNK_ENTRIES_MAX).contains(&(self.entries as usize))
            && (1..=CHUNK_BYTES_MAX).contains(&(self.bytes as usize))
    }
}

impl SnapshotManifest {
    /// The manifest of a snapshot of these chunks, signed by the node that took it.
    pub fn sign(key: &SecretKey, standing: Standing, parts: Vec<Part>) -> SnapshotManifest {
        let mut manifest =
            SnapshotManifest { standing, parts, node: key.public(), signature: Signature([0; 64]) };
        manifest.signature = key.sign(&manifest.signed_bytes());
        manifest
    }

    /// The manifest that these bytes are, of the shard `shard`, taken by the node of the key `node`.
    ///
    /// # Errors
    ///
    /// Names the first rule that does not hold.
    pub fn open(bytes: &[u8], shard: &Hash, node: &PublicKey) -> Result<SnapshotManifest, SnapshotError> {
        let manifest = SnapshotManifest::from_bytes(bytes).map_err(SnapshotError::Malformed)?;
        manifest.verify(shard, node)?;
        Ok(manifest)
    }

    /// Checks all that can be known without the chunks.
    ///
    /// # Errors
    ///
    /// As [`open`](SnapshotManifest::open).
    pub fn verify(&self, shard: &Hash, node: &PublicKey) -> Result<Issuer, SnapshotError> {
        let found = self.standing.genesis.id();
        if found != *shard {
            return Err(SnapshotError::Shard { found });
        }
        if self.node != *node {
            return Err(SnapshotError::Node { found: self.node });
        }
        let issuer = self.standing.verify()?;
        let over =
            self.parts.iter().enumerate().find(|(at, part)| *at >= CHUNKS_MAX || !part.is_within_limits());
        if let Some((index, _)) = over {
            return Err(SnapshotError::Part { index });
        }
        match self.node.verifies(&self.signed_bytes(), &self.signature) {
            true => Ok(issuer),
            false => Err(SnapshotError::Signature),
        }
    }

    /// What the node signs: the digest of the manifest without its last member.
    fn signed_bytes(&self) -> [u8; 78] {
        let mut w = Writer::default();
        self.encode_members(&mut w, MEMBERS - 1);
        message(Subject::Snapshot, &self.standing.genesis.id(), &SNAPSHOT.hash(&w.into_bytes()))
    }

    fn encode_members(&self, w: &mut Writer, members: usize) {
        let standing = &self.standing;
        encode_start(w, members, MAGIC, &standing.genesis);
        standing.checkpoint.encode(w);
        standing.peaks.encode(w);
        standing.links.encode(w);
        standing.live.encode(w);
        self.parts.encode(w);
        self.node.encode(w);
    }
}

impl Encode for SnapshotManifest {
    fn encode(&self, w: &mut Writer) {
        self.encode_members(w, MEMBERS);
        self.signature.encode(w);
    }
}

impl Decode for SnapshotManifest {
    fn decode(r: &mut Reader<'_>) -> Result<SnapshotManifest, Error> {
        let genesis = decode_start(r, MEMBERS, MAGIC)?;
        let checkpoint = Decode::decode(r)?;
        let start = r.offset();
        let peaks: Vec<Hash> = Decode::decode(r)?;
        if peaks.len() > 64 {
            return Err(r.error(start, Reason::Length));
        }
        let (links, live) = (decode_links(r)?, Decode::decode(r)?);
        let standing = Standing { genesis, checkpoint, peaks, links, live };
        let (parts, node) = (Decode::decode(r)?, Decode::decode(r)?);
        Ok(SnapshotManifest { standing, parts, node, signature: Decode::decode(r)? })
    }
}

#[cfg(test)]
mod tests;
