//! Adds up 64 KiB of numbers, `n` times.

use crate::noise::Noise;
use alloc::vec::Vec;
use core::hint::black_box;

pub(crate) fn run(n: usize) -> u64 {
    let mut noise = Noise::new();
    let numbers: Vec<u64> = (0..8 << 10).map(|_| noise.next()).collect();
    (0..n).fold(0, |sum, _| sum.wrapping_mul(31).wrapping_add(add(black_box(&numbers))))
}

#[inline(never)]
fn add(numbers: &[u64]) -> u64 {
    numbers.iter().fold(0, |sum, number| sum.wrapping_add(*number))
}
