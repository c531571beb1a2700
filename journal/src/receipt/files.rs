//! Receipts by the block: what the files of its records have in common is encoded once.

use super::encode_parts;
use crate::authority::Link;
use crate::commitment::Commitment;
use crate::cose::{self, Inclusion};
use abi::Hash;
use abi::codec::{Encode, Writer};
use abi::genesis::Genesis;
use abi::sign::Signature;

/// Room for heads and names beside the parts.
const HEADS_BYTES: usize = 64;
/// A hash of a path, and a signature.
const NODE_BYTES: usize = 34;
const SIGNATURE_BYTES: usize = 66;

/// The receipts of records by the signature of one block, each a file that stands alone.
pub struct ReceiptFiles {
    genesis: Vec<u8>,
    protected: Vec<u8>,
    signature: Signature,
    /// Of the signed tree.
    size: u64,
    links: Vec<u8>,
}

impl ReceiptFiles {
    /// Those in the tree of `commitment`, where `links` show how the authority appointed who signed it.
    pub fn new(genesis: &Genesis, commitment: &Commitment, links: &Vec<Link>) -> ReceiptFiles {
        let signed = commitment.signed();
        ReceiptFiles {
            genesis: genesis.to_bytes(),
            protected: signed.protected.to_bytes(),
            signature: signed.signature,
            size: commitment.size(),
            links: links.to_bytes(),
        }
    }

    /// The bytes of the [`ReceiptFile`](super::ReceiptFile) of the record at `seq`, whose inclusion path this is.
    pub fn file(&self, record: &[u8], seq: u64, path: Vec<Hash>) -> Vec<u8> {
        let mut w = Writer::with_capacity(HEADS_BYTES + NODE_BYTES * path.len());
        Inclusion { size: self.size, index: seq, path }.encode(&mut w);
        let inclusion = w.into_bytes();
        let room = HEADS_BYTES + self.protected.len() + inclusion.len() + SIGNATURE_BYTES;
        let mut w = Writer::with_capacity(room);
        cose::encode_parts(&self.protected, Some(&inclusion), &self.signature, &mut w);
        let cose = w.into_bytes();
        let room = HEADS_BYTES + self.genesis.len() + record.len() + cose.len() + self.links.len();
        let mut w = Writer::with_capacity(room);
        encode_parts(Some(&self.genesis), record, &cose, &self.links, &mut w);
        w.into_bytes()
    }
}
