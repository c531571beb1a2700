//! SHA-256 of 64 KiB, `n` times, each over the digest of the one before.

use crate::noise::Noise;
use sha2::{Digest, Sha256};

pub(crate) fn run(n: usize) -> u64 {
    let mut data = Noise::new().bytes(64 << 10);
    for _ in 0..n {
        let digest = Sha256::digest(&data);
        data[..32].copy_from_slice(&digest);
    }
    data[..8].iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}
