//! Reading a bundle.

use super::{
    BLOCK, BundleError, COMMITMENT_BYTES_MAX, GENESIS, Item, MANIFEST, Manifest, PROGRAM, START, Start,
    TRAILER, Trailer, bytes_max,
};
use crate::block::Block;
use crate::commitment::Commitment;
use crate::verify::{Invalid, Reason};
use abi::codec::{self, Bytes, Decode, Major};
use abi::genesis::Genesis;
use abi::hash::{BUNDLE, Hasher};
use abi::limits::WITNESS_BYTES_MAX;
use abi::{Hash, VERSION};
use std::io::{self, Read};

/// Reads a bundle from `R`, item by item, and allows no order but the right one.
///
/// An iterator that ends after the trailer, or after the first error. Only when the trailer has come is it
/// known that the bundle is whole. It reads in small pieces: give it a buffered source.
pub struct BundleReader<R: Read> {
    input: R,
    hasher: Hasher,
    /// How many bytes were read, and where the item read last starts.
    read: u64,
    item: u64,
    stage: Stage,
    manifest: Option<Manifest>,
    /// The last block read.
    last: Option<(u64, Hash, Option<Commitment>)>,
}

/// Which items can come next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    Manifest,
    Genesis,
    Start,
    Programs,
    Blocks,
    Trailer,
    Done,
}

impl Stage {
    fn allows(self, kind: u8) -> bool {
        match self {
            Stage::Manifest => kind == MANIFEST,
            Stage::Genesis => kind == GENESIS,
            Stage::Start => kind == START,
            Stage::Programs => kind == PROGRAM || kind == BLOCK,
            Stage::Blocks => kind == BLOCK,
            Stage::Trailer => kind == TRAILER,
            Stage::Done => false,
        }
    }
}

impl<R: Read> BundleReader<R> {
    /// A reader at the start of a bundle.
    pub fn new(input: R) -> BundleReader<R> {
        let hasher = BUNDLE.hasher();
        BundleReader { input, hasher, read: 0, item: 0, stage: Stage::Manifest, manifest: None, last: None }
    }

    /// Where the item that was read last starts, in bytes.
    pub fn offset(&self) -> u64 {
        self.item
    }

    fn item(&mut self) -> Result<Item, BundleError> {
        self.item = self.read;
        let digest = Hash(*self.hasher.finalize().as_bytes());
        let head = self.take(2)?;
        let kind = head[1];
        let members = if kind == BLOCK { 4 } else { 2 };
        if head[0] != 0x80 | members || !self.stage.allows(kind) {
            return Err(self.invalid(Reason::Item));
        }
        let bytes = self.byte_string(bytes_max(kind))?.ok_or(self.invalid(Reason::Item))?;
        let start = self.read - bytes.len() as u64;
        match kind {
            MANIFEST => self.manifest(decode(&bytes, start)?),
            GENESIS => self.genesis(decode(&bytes, start)?),
            START => self.start(decode(&bytes, start)?),
            PROGRAM => Ok(Item::Program(bytes)),
            BLOCK => self.block(decode(&bytes, start)?),
            _ => self.trailer(decode(&bytes, start)?, digest),
        }
    }

    fn manifest(&mut self, manifest: Manifest) -> Result<Item, BundleError> {
        if manifest.version != VERSION {
            return Err(self.invalid(Reason::Version));
        }
        if manifest.from == 0 || manifest.from > manifest.to {
            return Err(self.invalid(Reason::BundleRange));
        }
        self.manifest = Some(manifest);
        self.stage = Stage::Genesis;
        Ok(Item::Manifest(manifest))
    }

    fn genesis(&mut self, genesis: Genesis) -> Result<Item, BundleError> {
        if self.manifest.is_none_or(|manifest| genesis.id() != manifest.shard) {
            return Err(self.invalid(Reason::BundleGenesis));
        }
        let is_whole = self.manifest.is_some_and(|manifest| manifest.from == 1);
        self.stage = if is_whole { Stage::Programs } else { Stage::Start };
        Ok(Item::Genesis(genesis))
    }

    fn start(&mut self, start: Start) -> Result<Item, BundleError> {
        let from = start.header.height.checked_add(1);
        if self.manifest.is_none_or(|manifest| from != Some(manifest.from)) {
            return Err(self.invalid(Reason::BundleBlock));
        }
        self.stage = Stage::Programs;
        Ok(Item::Start(start))
    }

    fn block(&mut self, block: Block) -> Result<Item, BundleError> {
        let commitment: Option<Commitment> = match self.byte_string(COMMITMENT_BYTES_MAX)? {
            None => None,
            Some(bytes) => Some(decode(&bytes, self.read - bytes.len() as u64)?),
        };
        let witness = self.byte_string(WITNESS_BYTES_MAX)?.map(Bytes);
        let header = &block.header;
        let at = |reason| Invalid { height: Some(header.height), ..Invalid::of(reason).at(self.item) };
        let next = match (&self.last, &self.manifest) {
            (Some((height, ..)), _) => height + 1,
            (None, manifest) => manifest.map_or(0, |manifest| manifest.from),
        };
        if header.height != next {
            return Err(at(Reason::BundleBlock).into());
        }
        if commitment.as_ref().is_some_and(|commitment| !commitment.names(header)) {
            return Err(at(Reason::BundleCommitment).into());
        }
        let is_last = self.manifest.is_some_and(|manifest| manifest.to == next);
        self.stage = if is_last { Stage::Trailer } else { Stage::Blocks };
        self.last = Some((next, header.hash(), commitment.clone()));
        Ok(Item::Block { block, commitment, witness })
    }

    fn trailer(&mut self, trailer: Trailer, digest: Hash) -> Result<Item, BundleError> {
        let Trailer { height, header, ref commitment, .. } = trailer;
        if self.last.as_ref() != Some(&(height, header, commitment.clone())) {
            return Err(self.invalid(Reason::BundleHead));
        }
        if trailer.digest != digest {
            return Err(self.invalid(Reason::BundleDigest));
        }
        if !self.bytes(1)?.is_empty() {
            return Err(Invalid::of(Reason::Trailing).at(self.read - 1).into());
        }
        self.stage = Stage::Done;
        Ok(Item::Trailer(trailer))
    }

    /// The next byte string, of at most `max` bytes, or `None` for the absent value.
    fn byte_string(&mut self, max: usize) -> Result<Option<Vec<u8>>, BundleError> {
        let start = self.read;
        let mut head = self.take(1)?;
        if head[0] == 0xf6 {
            return Ok(None);
        }
        let width = match head[0] & 31 {
            24 => 1,
            25 => 2,
            26 => 4,
            27 => 8,
            _ => 0,
        };
        head.extend(self.take(width)?);
        match codec::Reader::new(&head).head() {
            Ok((Major::Bytes, len)) if len <= max as u64 => self.take(len).map(Some),
            Ok((Major::Bytes, _)) => Err(Invalid::of(Reason::ItemLength).at(start).into()),
            Ok(_) => Err(Invalid::of(Reason::Malformed(codec::Reason::Type)).at(start).into()),
            Err(error) => Err(Invalid::of(Reason::Malformed(error.reason)).at(start).into()),
        }
    }

    /// Exactly `len` bytes.
    fn take(&mut self, len: u64) -> Result<Vec<u8>, BundleError> {
        let bytes = self.bytes(len)?;
        match bytes.len() as u64 == len {
            true => Ok(bytes),
            false => Err(Invalid::of(Reason::Truncated).at(self.read).into()),
        }
    }

    /// The next `len` bytes, or as many as there are; memory grows with what is really there.
    fn bytes(&mut self, len: u64) -> Result<Vec<u8>, BundleError> {
        let mut bytes = Vec::new();
        let read = (&mut self.input).take(len).read_to_end(&mut bytes);
        read.map_err(|source: io::Error| BundleError::Io { offset: self.read, source })?;
        self.read += bytes.len() as u64;
        self.hasher.update(&bytes);
        Ok(bytes)
    }

    /// A rule that the item breaks as a whole.
    fn invalid(&self, reason: Reason) -> BundleError {
        Invalid::of(reason).at(self.item).into()
    }
}

impl<R: Read> Iterator for BundleReader<R> {
    type Item = Result<Item, BundleError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.stage == Stage::Done {
            return None;
        }
        let item = self.item();
        if item.is_err() {
            self.stage = Stage::Done;
        }
        Some(item)
    }
}

/// One object that fills `bytes`, which start at `offset` of the bundle.
fn decode<T: Decode>(bytes: &[u8], offset: u64) -> Result<T, BundleError> {
    let invalid = |error: codec::Error| {
        BundleError::from(Invalid::of(Reason::Malformed(error.reason)).at(offset + error.offset as u64))
    };
    T::from_bytes(bytes).map_err(invalid)
}
