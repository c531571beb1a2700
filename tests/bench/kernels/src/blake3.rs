//! BLAKE3 of 64 KiB, `n` times, each over the hash of the one before.

use crate::noise::Noise;

pub(crate) fn run(n: usize) -> u64 {
    let mut data = Noise::new().bytes(64 << 10);
    for _ in 0..n {
        let hash = blake3::hash(&data);
        data[..32].copy_from_slice(hash.as_bytes());
    }
    data[..8].iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}
