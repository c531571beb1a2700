//! Bundles (`.foil`): one file for a verifier.
//!
//! A CBOR sequence (RFC 8742), written and read as a stream. An item is an array of its kind and byte
//! strings, so that its length is known, and bounded, before it is read:
//!
//! ```text
//! bundle   = [1, << manifest >>] [2, << genesis >>] ([6, << start >>]) [3, program]…
//!            [4, << block >>, << commitment >> / null, << witness >> / null]… [5, << trailer >>]
//! manifest = [version, shard, from, to]
//! start    = [header, [peak…], [link…]]                  where from > 1
//! trailer  = [height, header hash, commitment / null, digest of all bytes before]
//! ```

use crate::authority::{Link, decode_links};
use crate::block::{Block, Header};
use crate::commitment::Commitment;
use abi::codec::{Bytes, Decode, Encode, Error, Reader, Writer};
use abi::genesis::Genesis;
use abi::limits::{BLOCK_BYTES_MAX, PROGRAM_BYTES_MAX};
use abi::{Coded, Hash, canonical_array};
use std::io;

mod read;
mod write;

pub use read::BundleReader;
pub use write::BundleWriter;

use crate::verify::Invalid;

/// What a bundle is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Manifest {
    /// Format version.
    pub version: u8,
    /// The shard.
    pub shard: Hash,
    /// The height of the first block.
    pub from: u64,
    /// The height of the last block.
    pub to: u64,
}

canonical_array!(Manifest { version, shard, from, to });

/// What the first block builds on, in a bundle that does not begin at genesis.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Start {
    /// The header of the block before the first one.
    pub header: Header,
    /// The peaks of the history tree after it.
    pub peaks: Vec<Hash>,
    /// Who writes and what serves after it: acts of the authority, in order, proven in that tree.
    pub links: Vec<Link>,
}

impl Encode for Start {
    fn encode(&self, w: &mut Writer) {
        w.array(3);
        self.header.encode(w);
        self.peaks.encode(w);
        self.links.encode(w);
    }
}

impl Decode for Start {
    fn decode(r: &mut Reader<'_>) -> Result<Start, Error> {
        r.array_of(3)?;
        Ok(Start { header: Decode::decode(r)?, peaks: Decode::decode(r)?, links: decode_links(r)? })
    }
}

/// What a bundle ends with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trailer {
    /// The height of the last block.
    pub height: u64,
    /// The hash of its header.
    pub header: Hash,
    /// Its commitment, unless the block is not certified.
    pub commitment: Option<Commitment>,
    /// The digest of all bytes before the trailer.
    pub digest: Hash,
}

canonical_array!(Trailer { height, header, commitment, digest });

/// One item of a bundle, in the order in which they come. Programs and everything in them are hostile
/// until shown otherwise; of a block it is only known that it has the next height.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(clippy::large_enum_variant, reason = "one item lives at a time")]
pub enum Item {
    /// What the bundle is of.
    Manifest(Manifest),
    /// The shard's genesis; its hash is the manifest's shard.
    Genesis(Genesis),
    /// A program's raw wasm.
    Program(Vec<u8>),
    /// What the first block builds on, if that is not the genesis.
    Start(Start),
    /// A block and its commitment; a block below the last one may lack it.
    Block {
        /// The block.
        block: Block,
        /// Its commitment, whose signature is not checked yet.
        commitment: Option<Commitment>,
        /// What of the state its execution touches, proven against the root before it: canonical bytes,
        /// which nobody has looked at yet.
        witness: Option<Bytes>,
    },
    /// The end, whose digest and head are right.
    Trailer(Trailer),
}

/// Why a bundle cannot be read on.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The source failed.
    #[error("cannot read the bundle at offset {offset}: {source}")]
    Io {
        /// How many bytes were read before.
        offset: u64,
        /// What the source said.
        source: io::Error,
    },
    /// The bundle breaks a rule.
    #[error(transparent)]
    Invalid(#[from] Invalid),
}

impl Coded for BundleError {
    fn code(&self) -> u16 {
        match self {
            BundleError::Io { .. } => 2301,
            BundleError::Invalid(invalid) => invalid.code(),
        }
    }
}

const MANIFEST: u8 = 1;
const GENESIS: u8 = 2;
const PROGRAM: u8 = 3;
const BLOCK: u8 = 4;
const TRAILER: u8 = 5;
const START: u8 = 6;

/// Longest commitment, in bytes.
const COMMITMENT_BYTES_MAX: usize = 1 << 10;

/// Longest byte string of an item of this kind.
fn bytes_max(kind: u8) -> usize {
    match kind {
        MANIFEST => 128,
        GENESIS => 16 << 10,
        START => 4 << 20,
        PROGRAM => PROGRAM_BYTES_MAX,
        BLOCK => BLOCK_BYTES_MAX,
        _ => COMMITMENT_BYTES_MAX + 128,
    }
}

#[cfg(test)]
mod tests;
