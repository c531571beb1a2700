//! Hashes and signatures, computed by the host.
//!
//! They are the plain algorithms: a program that hashes things of several kinds tells them apart itself.

use crate::host;

/// The BLAKE3 hash of `data`.
pub fn blake3(data: &[u8]) -> [u8; 32] {
    host::blake3(data)
}

/// The SHA-256 hash of `data`.
pub fn sha256(data: &[u8]) -> [u8; 32] {
    host::sha256(data)
}

/// Whether `signature` is that of the Ed25519 key `key` over `message`. Weak keys, what is no key, and second
/// forms of a signature verify nothing.
pub fn verify_ed25519(key: &[u8; 32], signature: &[u8; 64], message: &[u8]) -> bool {
    host::verify_ed25519(key, signature, message)
}
