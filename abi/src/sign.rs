//! Ed25519 (RFC 8032), strictly verified, over messages that name their own domain.

use crate::codec::{Decode, Encode, Error, Reader, Writer};
use crate::hash::KEY_ID;
use crate::id::Hash;
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use std::fmt;

/// A public Ed25519 key. Text form: 64 lowercase hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey(pub [u8; 32]);

impl PublicKey {
    /// Whether `signature` is this key's over `message`: `verify_strict`, which refuses weak keys and
    /// every malleable form.
    pub fn verifies(&self, message: &[u8], signature: &Signature) -> bool {
        self.point().is_some_and(|key| {
            key.verify_strict(message, &ed25519_dalek::Signature::from_bytes(&signature.0)).is_ok()
        })
    }

    /// Whether the bytes are the one encoding of a point of the curve that is not of small order.
    pub fn is_sound(&self) -> bool {
        self.point().is_some_and(|key| !key.is_weak())
    }

    /// The point. Its y is below the field's prime 2^255 − 19: the library takes y + p for y, others do not.
    fn point(&self) -> Option<VerifyingKey> {
        let [least, middle @ .., most] = &self.0;
        let is_reduced = *least < 0xed || most & 0x7f != 0x7f || middle.iter().any(|&byte| byte != 0xff);
        VerifyingKey::from_bytes(&self.0).ok().filter(|_| is_reduced)
    }

    /// The key's short name in COSE headers: the first 16 bytes of its digest.
    pub fn kid(&self) -> [u8; 16] {
        let digest = KEY_ID.hash(&self.0);
        std::array::from_fn(|i| digest.0[i])
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Hash(self.0).fmt(f)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Hash(self.0).fmt(f)
    }
}

/// An Ed25519 signature.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Signature(pub [u8; 64]);

/// A key that signs; its bytes are wiped when it goes.
pub struct SecretKey(SigningKey);

impl SecretKey {
    /// The key of a 32-byte seed (RFC 8032, section 5.1.5).
    pub fn from_seed(seed: &[u8; 32]) -> SecretKey {
        SecretKey(SigningKey::from_bytes(seed))
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// Signs `message`. The same key and message give the same signature.
    pub fn sign(&self, message: &[u8]) -> Signature {
        Signature(self.0.sign(message).to_bytes())
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({})", self.public())
    }
}

/// What our own signatures can be about (commitments are COSE, and live in `journal`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Subject {
    /// One call; the digest is the call's.
    Call = 1,
    /// Many calls signed once; the digest is the root of their digests.
    Envelope = 2,
    /// An act of a shard's authority; the digest is the call's.
    Authority = 3,
    /// A snapshot, by the node that took it; the digest is that of its manifest without the signature.
    Snapshot = 4,
}

/// The bytes that are signed: the domain, the version, the subject, the shard, a digest.
///
/// ```text
/// "counterfoil\0"  version  subject  shard  digest
///       12            1        1       32     32     = 78 bytes
/// ```
pub fn message(subject: Subject, shard: &Hash, digest: &Hash) -> [u8; 78] {
    let mut out = [0u8; 78];
    out[..12].copy_from_slice(b"counterfoil\0");
    out[12] = crate::VERSION;
    out[13] = subject as u8;
    out[14..46].copy_from_slice(&shard.0);
    out[46..].copy_from_slice(&digest.0);
    out
}

impl Encode for PublicKey {
    fn encode(&self, w: &mut Writer) {
        w.bytes(&self.0);
    }
}

impl Decode for PublicKey {
    fn decode(r: &mut Reader<'_>) -> Result<PublicKey, Error> {
        r.byte_array().map(PublicKey)
    }
}

impl Encode for Signature {
    fn encode(&self, w: &mut Writer) {
        w.bytes(&self.0);
    }
}

impl Decode for Signature {
    fn decode(r: &mut Reader<'_>) -> Result<Signature, Error> {
        r.byte_array().map(Signature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_of_one_subject_is_none_of_another() {
        let key = SecretKey::from_seed(&[7; 32]);
        let subjects = [Subject::Call, Subject::Envelope, Subject::Authority, Subject::Snapshot];
        for signed in subjects {
            let signature = key.sign(&message(signed, &Hash::ZERO, &Hash::ZERO));
            for claimed in subjects {
                let message = message(claimed, &Hash::ZERO, &Hash::ZERO);
                assert_eq!(key.public().verifies(&message, &signature), signed == claimed);
            }
        }
    }

    #[test]
    fn rfc_8032_test_1() {
        let seed: Hash = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60".parse().unwrap();
        let key = SecretKey::from_seed(&seed.0);
        let public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
        assert_eq!(key.public().to_string(), public);
        assert_eq!(&key.sign(b"").0[..8], [0xe5, 0x56, 0x43, 0x00, 0xc3, 0x60, 0xac, 0x72]);
    }

    /// Twenty keys had two encodings, of which other libraries refuse one (RFC 8032, section 5.1.3).
    #[test]
    fn a_key_has_one_encoding() {
        let of = |least: u8, most: u8| {
            PublicKey(std::array::from_fn(|i| [least, 0xff, most][usize::from(i > 0) + usize::from(i == 31)]))
        };
        for least in 0xed..=0xff {
            assert!(!of(least, 0x7f).is_sound() && !of(least, 0xff).is_sound(), "y = p + {}", least - 0xed);
        }
        assert!((0..0xed).any(|least| of(least, 0x7f).is_sound()), "those below the prime are keys");
        assert!(PublicKey(std::array::from_fn(|i| if i == 0 { 3 } else { 0 })).is_sound(), "y = 3 is one");
    }

    #[test]
    fn a_weak_key_verifies_nothing() {
        let identity = PublicKey(std::array::from_fn(|i| u8::from(i == 0)));
        assert!(!identity.is_sound());
        let mut signature = [0u8; 64];
        signature[0] = 1;
        assert!(!identity.verifies(b"anything", &Signature(signature)));
    }
}
