//! The one COSE form we sign: COSE_Sign1 (RFC 9052) over the detached history root, in exactly the shape
//! of a COSE Receipt (RFC 9942).
//!
//! ```text
//! 18([ << {1: -8, 4: kid, 15: {1: iss, 2: sub}, 395: 1, -65538: [height, size, header hash]} >>,
//!      {} / {396: {-1: [<< [size, index, [path…]] >>]}},
//!      null,
//!      signature ])
//! ```
//!
//! RFC 9942 itself does not authenticate the tree size; the protected label −65538, of private use, does.

use abi::Hash;
use abi::codec::{Decode, Encode, Error, Major, Reader, Reason, Writer};
use abi::limits::ORIGIN_BYTES_MAX;
use abi::sign::Signature;

/// COSE_Sign1 (RFC 9052, section 4.2).
const TAG_SIGN1: u64 = 18;
/// Header labels: algorithm, key id, CWT claims (RFC 9597), verifiable data structure and its proofs
/// (RFC 9942), and ours.
const ALG: i64 = 1;
const KID: i64 = 4;
const CLAIMS: i64 = 15;
const STRUCTURE: i64 = 395;
const PROOFS: i64 = 396;
const HEAD: i64 = -65538;
/// EdDSA.
const ALG_EDDSA: i64 = -8;
/// RFC 9162 with SHA-256.
const STRUCTURE_RFC9162_SHA256: i64 = 1;
/// Claims: issuer and subject.
const ISSUER: i64 = 1;
const SUBJECT: i64 = 2;
/// Proofs of inclusion.
const INCLUSION: i64 = -1;

/// The protected header.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Protected {
    pub(crate) kid: [u8; 16],
    pub(crate) origin: String,
    pub(crate) shard: Hash,
    pub(crate) height: u64,
    pub(crate) size: u64,
    pub(crate) header: Hash,
}

impl Encode for Protected {
    fn encode(&self, w: &mut Writer) {
        w.map(5);
        w.signed(ALG);
        w.signed(ALG_EDDSA);
        w.signed(KID);
        self.kid.encode(w);
        w.signed(CLAIMS);
        w.map(2);
        w.signed(ISSUER);
        w.text(&self.origin);
        w.signed(SUBJECT);
        w.text(&self.shard.to_string());
        w.signed(STRUCTURE);
        w.signed(STRUCTURE_RFC9162_SHA256);
        w.signed(HEAD);
        (self.height, self.size, self.header).encode(w);
    }
}

impl Decode for Protected {
    fn decode(r: &mut Reader<'_>) -> Result<Protected, Error> {
        map_of(r, 5)?;
        number(r, ALG)?;
        number(r, ALG_EDDSA)?;
        number(r, KID)?;
        let kid = Decode::decode(r)?;
        number(r, CLAIMS)?;
        map_of(r, 2)?;
        number(r, ISSUER)?;
        let origin = r.text_max(ORIGIN_BYTES_MAX)?;
        number(r, SUBJECT)?;
        let start = r.offset();
        let shard = r.text()?.parse().map_err(|_| r.error(start, Reason::Unknown))?;
        number(r, STRUCTURE)?;
        number(r, STRUCTURE_RFC9162_SHA256)?;
        number(r, HEAD)?;
        let (height, size, header) = Decode::decode(r)?;
        Ok(Protected { kid, origin, shard, height, size, header })
    }
}

impl Protected {
    /// What is signed: the Sig_structure of RFC 9052, section 4.4, with the root as its payload.
    pub(crate) fn signed_bytes(&self, root: &Hash) -> Vec<u8> {
        let mut w = Writer::default();
        w.array(4);
        w.text("Signature1");
        w.bytes(&self.to_bytes());
        w.bytes(&[]);
        w.bytes(&root.0);
        w.into_bytes()
    }
}

/// Where a record stands in the tree, and the way from there to the root.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Inclusion {
    pub(crate) size: u64,
    pub(crate) index: u64,
    pub(crate) path: Vec<Hash>,
}

abi::canonical_array!(Inclusion { size, index, path });

/// The signed object: a commitment where it holds no proof, a receipt where it holds one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Sign1 {
    pub(crate) protected: Protected,
    pub(crate) inclusion: Option<Inclusion>,
    pub(crate) signature: Signature,
}

impl Encode for Sign1 {
    fn encode(&self, w: &mut Writer) {
        let inclusion = self.inclusion.as_ref().map(Inclusion::to_bytes);
        encode_parts(&self.protected.to_bytes(), inclusion.as_deref(), &self.signature, w);
    }
}

/// The signed object of parts, of which the first two are encoded already.
pub(crate) fn encode_parts(
    protected: &[u8],
    inclusion: Option<&[u8]>,
    signature: &Signature,
    w: &mut Writer,
) {
    w.head(Major::Tag, TAG_SIGN1);
    w.array(4);
    w.bytes(protected);
    match inclusion {
        None => w.map(0),
        Some(inclusion) => {
            w.map(1);
            w.signed(PROOFS);
            w.map(1);
            w.signed(INCLUSION);
            w.array(1);
            w.bytes(inclusion);
        }
    }
    w.null();
    signature.encode(w);
}

impl Decode for Sign1 {
    fn decode(r: &mut Reader<'_>) -> Result<Sign1, Error> {
        let start = r.offset();
        if r.head()? != (Major::Tag, TAG_SIGN1) {
            return Err(r.error(start, Reason::Type));
        }
        r.array_of(4)?;
        let protected = wrapped(r)?;
        let unprotected = r.offset();
        let inclusion = match r.map()? {
            0 => None,
            1 => {
                number(r, PROOFS)?;
                map_of(r, 1)?;
                number(r, INCLUSION)?;
                r.array_of(1)?;
                Some(wrapped(r)?)
            }
            _ => return Err(r.error(unprotected, Reason::Length)),
        };
        let payload = r.offset();
        if !r.null()? {
            return Err(r.error(payload, Reason::Type));
        }
        Ok(Sign1 { protected, inclusion, signature: Decode::decode(r)? })
    }
}

/// Reads a byte string that holds one canonical value.
fn wrapped<T: Decode>(r: &mut Reader<'_>) -> Result<T, Error> {
    let bytes = r.bytes()?;
    let start = r.offset() - bytes.len();
    T::from_bytes(bytes).map_err(|error| Error { offset: start + error.offset, ..error })
}

/// Reads a number that can only be this one.
fn number(r: &mut Reader<'_>, expected: i64) -> Result<(), Error> {
    let start = r.offset();
    if r.signed()? == expected { Ok(()) } else { Err(r.error(start, Reason::Unknown)) }
}

/// Reads the head of a map of exactly `len` pairs.
fn map_of(r: &mut Reader<'_>, len: usize) -> Result<(), Error> {
    let start = r.offset();
    if r.map()? == len { Ok(()) } else { Err(r.error(start, Reason::Length)) }
}
