//! Changes each of 64 KiB, `n` times, with the byte before it.

use crate::noise::Noise;

pub(crate) fn run(n: usize) -> u64 {
    let mut data = Noise::new().bytes(64 << 10);
    for _ in 0..n {
        mix(&mut data);
    }
    data.iter().fold(0, |sum: u64, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)))
}

#[inline(never)]
fn mix(data: &mut [u8]) {
    let mut before = 0u8;
    for byte in data {
        before = byte.wrapping_mul(5) ^ before.rotate_left(3);
        *byte = before;
    }
}
