//! The dot product of two vectors of 4,096 floats, `n` times.

use crate::noise::Noise;
use core::hint::black_box;

pub(crate) fn run(n: usize) -> u64 {
    let mut noise = Noise::new();
    let (a, b) = (noise.floats(4 << 10), noise.floats(4 << 10));
    let sum: f64 = (0..n).map(|_| dot(black_box(&a), black_box(&b))).sum();
    sum.to_bits()
}

#[inline(never)]
fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
