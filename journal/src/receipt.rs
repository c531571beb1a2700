//! Receipts: a record, its place in history, and the signature over the history root. Checkable offline.
//!
//! The COSE part is an RFC 9942 receipt that other libraries verify against the record's bytes. We ask
//! more than they do: the proof's size is the signed one, its index is the record's seq, there is exactly
//! one proof and no other unprotected label, and every byte is canonical; so no bit can be changed.

use crate::authority::{Link, decode_links};
use crate::commitment::{Commitment, Issuer};
use crate::cose::{Inclusion, Sign1};
use crate::history::History;
use abi::codec::{Bytes, Decode, Encode, Error, Reader, Writer};
use abi::genesis::{Genesis, GenesisError};
use abi::merkle::root_of_path;
use abi::record::Record;
use abi::sign::PublicKey;
use abi::{Coded, Hash, VERSION};

mod files;

pub use files::ReceiptFiles;

/// A record with the proof that it is history.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Receipt {
    /// The record's canonical bytes.
    pub record: Bytes,
    /// The COSE receipt.
    pub cose: Bytes,
}

/// The history that a receipt's signature commits its writer to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Committed {
    /// The height of the signed block: the record's own, or a later one.
    pub height: u64,
    /// The size of history after it.
    pub size: u64,
    /// The hash of its header.
    pub header_hash: Hash,
    /// The history root after it.
    pub root: Hash,
    /// The key that signed it.
    pub writer: PublicKey,
}

/// Which rule a commitment or receipt breaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ReceiptError {
    /// The record does not decode.
    #[error("the record is malformed: {0}")]
    Record(Error),
    /// The COSE part does not decode, or is not in the one form we sign.
    #[error("the signature is malformed: {0}")]
    Cose(Error),
    /// A COSE receipt without the proof of inclusion.
    #[error("the receipt holds no proof of inclusion")]
    NoProof,
    /// A record of another version.
    #[error("the record is of another version")]
    Version,
    /// Another key signed.
    #[error("another key signed")]
    Key,
    /// Another origin is named.
    #[error("another origin is named")]
    Origin,
    /// Another shard is named.
    #[error("another shard is named")]
    Shard,
    /// The proof's tree has another size than the signed one.
    #[error("the proof is of another tree size than the signed one")]
    Size,
    /// The proof's place is not the record's.
    #[error("the proof is of another place than the record's")]
    Index,
    /// The record claims a block that the signature does not cover.
    #[error("the record's block is above the signed height")]
    Height,
    /// The path is too short or too long for its place.
    #[error("the path does not fit its place in the tree")]
    Path,
    /// The signature is not the key's over this root.
    #[error("the signature does not verify")]
    Signature,
    /// The commitment is about another block.
    #[error("the commitment is about another block")]
    Header,
    /// The genesis does not hash to the shard's id.
    #[error("the genesis is another shard's")]
    Genesis,
    /// The genesis breaks a rule.
    #[error(transparent)]
    GenesisRule(GenesisError),
    /// A link of the authority chain is no act of the authority, is not in this history, or is out of order.
    #[error("the authority chain does not hold: link={index}")]
    Link {
        /// Which, from 0.
        index: usize,
    },
    /// The file holds no genesis, and the shard's id alone names no key.
    #[error("the file holds no genesis: a writer key is needed")]
    NoGenesis,
}

impl Coded for ReceiptError {
    fn code(&self) -> u16 {
        match self {
            ReceiptError::Record(_) => 2001,
            ReceiptError::Cose(_) => 2002,
            ReceiptError::NoProof => 2003,
            ReceiptError::Version => 2004,
            ReceiptError::Key => 2005,
            ReceiptError::Origin => 2006,
            ReceiptError::Shard => 2007,
            ReceiptError::Size => 2008,
            ReceiptError::Index => 2009,
            ReceiptError::Height => 2010,
            ReceiptError::Path => 2011,
            ReceiptError::Signature => 2012,
            ReceiptError::Header => 2013,
            ReceiptError::Genesis => 2014,
            ReceiptError::GenesisRule(_) => 2015,
            ReceiptError::NoGenesis => 2016,
            ReceiptError::Link { .. } => 2017,
        }
    }
}

impl Receipt {
    /// The receipt of the record at `leaf_index`, by the signature of its block or a later one; `path` is
    /// its inclusion path in the tree of the commitment's size.
    pub fn new(record: Vec<u8>, commitment: &Commitment, leaf_index: u64, path: Vec<Hash>) -> Receipt {
        let inclusion = Inclusion { size: commitment.size(), index: leaf_index, path };
        Receipt { record: Bytes(record), cose: Bytes(commitment.with(inclusion).to_bytes()) }
    }

    /// Checks the receipt against the key and names of `issuer`.
    ///
    /// # Errors
    ///
    /// Names the first rule that does not hold.
    pub fn verify(&self, issuer: &Issuer) -> Result<(Record, Committed), ReceiptError> {
        self.verify_by(&issuer.shard, |_, _| Ok(issuer.clone()))
    }

    /// The same, where who signs is told by the size and root of the history that is signed.
    fn verify_by(
        &self,
        shard: &Hash,
        issuer: impl FnOnce(u64, &Hash) -> Result<Issuer, ReceiptError>,
    ) -> Result<(Record, Committed), ReceiptError> {
        let record = Record::from_bytes(&self.record).map_err(ReceiptError::Record)?;
        let sign1 = Sign1::from_bytes(&self.cose).map_err(ReceiptError::Cose)?;
        let proof = sign1.inclusion.as_ref().ok_or(ReceiptError::NoProof)?;
        let signed = &sign1.protected;
        let rules = [
            (record.effect.version == VERSION, ReceiptError::Version),
            (record.effect.shard == *shard, ReceiptError::Shard),
            (proof.size == signed.size, ReceiptError::Size),
            (proof.index == record.effect.seq, ReceiptError::Index),
            (record.placement.height <= signed.height, ReceiptError::Height),
        ];
        if let Some((_, broken)) = rules.into_iter().find(|(holds, _)| !holds) {
            return Err(broken);
        }
        let leaf = History::leaf_hash(&self.record);
        let root = root_of_path(History::node, leaf, proof.index, proof.size, &proof.path)
            .ok_or(ReceiptError::Path)?;
        let issuer = issuer(proof.size, &root)?;
        issuer.signed(&sign1, &root)?;
        let (height, size, header_hash) = (signed.height, signed.size, signed.header);
        Ok((record, Committed { height, size, header_hash, root, writer: issuer.key }))
    }
}

/// A receipt as a file: `["counterfoil receipt", version, << genesis >> / null, << record >>, << cose >>, [link…]]`.
/// With the genesis in it, whoever knows the shard's id needs nothing else: where the writer is no longer
/// the genesis's, the links show how the authority appointed it, in the tree that the signature is over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReceiptFile {
    /// The shard's genesis, where the file is to stand alone.
    pub genesis: Option<Genesis>,
    /// The receipt.
    pub receipt: Receipt,
    /// The acts that appointed the writer, in order; none for the genesis's own.
    pub links: Vec<Link>,
}

const MAGIC: &str = "counterfoil receipt";

impl ReceiptFile {
    /// Checks the file against a shard's id.
    ///
    /// # Errors
    ///
    /// Names the first rule that does not hold; `NoGenesis` where only [`Receipt::verify`] can judge.
    pub fn verify(&self, shard: &Hash) -> Result<(Record, Committed), ReceiptError> {
        let genesis = self.genesis.as_ref().ok_or(ReceiptError::NoGenesis)?;
        if genesis.id() != *shard {
            return Err(ReceiptError::Genesis);
        }
        genesis.check().map_err(ReceiptError::GenesisRule)?;
        self.receipt.verify_by(shard, |size, root| Issuer::at(genesis, &self.links, size, root))
    }
}

impl Encode for ReceiptFile {
    fn encode(&self, w: &mut Writer) {
        let genesis = self.genesis.as_ref().map(Genesis::to_bytes);
        encode_parts(genesis.as_deref(), &self.receipt.record, &self.receipt.cose, &self.links.to_bytes(), w);
    }
}

/// A file of parts that are encoded already.
fn encode_parts(genesis: Option<&[u8]>, record: &[u8], cose: &[u8], links: &[u8], w: &mut Writer) {
    w.array(6);
    w.text(MAGIC);
    VERSION.encode(w);
    match genesis {
        None => w.null(),
        Some(genesis) => w.bytes(genesis),
    }
    w.bytes(record);
    w.bytes(cose);
    w.raw(links);
}

impl Decode for ReceiptFile {
    fn decode(r: &mut Reader<'_>) -> Result<ReceiptFile, Error> {
        r.array_of(6)?;
        r.named(MAGIC)?;
        let genesis = match r.null()? {
            true => None,
            false => {
                let bytes = r.bytes()?;
                let start = r.offset() - bytes.len();
                let inside = |error: Error| Error { offset: start + error.offset, ..error };
                Some(Genesis::from_bytes(bytes).map_err(inside)?)
            }
        };
        let receipt = Receipt { record: Decode::decode(r)?, cose: Decode::decode(r)? };
        Ok(ReceiptFile { genesis, receipt, links: decode_links(r)? })
    }
}

#[cfg(test)]
mod tests;
