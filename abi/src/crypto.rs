//! The hashes and signatures that a program can ask for. They are the plain algorithms, without a domain: what
//! its bytes stand for is the program's to say, and its own digests are none of ours.

use crate::sign::{PublicKey, Signature};
use sha2::{Digest, Sha256};

/// The BLAKE3 hash of `data`, 32 bytes.
pub fn blake3(data: &[u8]) -> [u8; 32] {
    *blake3::hash(data).as_bytes()
}

/// The SHA-256 hash of `data` (FIPS 180-4).
pub fn sha256(data: &[u8]) -> [u8; 32] {
    Sha256::digest(data).into()
}

/// Whether `signature` is that of the Ed25519 key `key` over `message`, by the rules that hold for calls: see
/// [`PublicKey::verifies`]. Bytes that are no key verify nothing.
pub fn verify_ed25519(key: &[u8; 32], signature: &[u8; 64], message: &[u8]) -> bool {
    PublicKey(*key).verifies(message, &Signature(*signature))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Hash;
    use crate::sign::SecretKey;

    #[test]
    fn hashes_are_the_plain_ones() {
        let empty = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";
        assert_eq!(Hash(blake3(b"")).to_string(), empty, "the reference's first vector");
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Hash(sha256(b"abc")).to_string(), abc, "FIPS 180-4, the example of one block");
    }

    #[test]
    fn a_signature_is_that_of_its_key_and_message_alone() {
        let secret = SecretKey::from_seed(&[7; 32]);
        let (key, signature) = (secret.public().0, secret.sign(b"message").0);
        assert!(verify_ed25519(&key, &signature, b"message"));
        assert!(!verify_ed25519(&key, &signature, b"another"));
        let other = SecretKey::from_seed(&[8; 32]).public().0;
        assert!(!verify_ed25519(&other, &signature, b"message"));
        for bit in 0..512 {
            let mut changed = signature;
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(!verify_ed25519(&key, &changed, b"message"), "bit {bit}");
        }
    }

    #[test]
    fn what_is_no_key_verifies_nothing() {
        // y = 2 is on no point of the curve; y = 1 is the neutral point, which would verify much.
        for y in [2, 1] {
            let key = std::array::from_fn(|i| if i == 0 { y } else { 0 });
            let signature = std::array::from_fn(|i| u8::from(i == 0));
            assert!(!verify_ed25519(&key, &signature, b"message"));
        }
    }
}
