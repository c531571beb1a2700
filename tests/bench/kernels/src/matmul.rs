//! Multiplies two matrices of 96 × 96 floats, `n` times, each with the product before.

use crate::noise::Noise;
use alloc::vec;

const SIDE: usize = 96;

pub(crate) fn run(n: usize) -> u64 {
    let mut noise = Noise::new();
    let (mut a, mut b) = (noise.floats(SIDE * SIDE), noise.floats(SIDE * SIDE));
    // Rows that sum up to less than one keep the products small.
    b.iter_mut().for_each(|item| *item /= SIDE as f64);
    let mut product = vec![0.0; SIDE * SIDE];
    for _ in 0..n {
        multiply(&a, &b, &mut product);
        core::mem::swap(&mut a, &mut product);
    }
    a.iter().sum::<f64>().to_bits()
}

#[inline(never)]
fn multiply(a: &[f64], b: &[f64], product: &mut [f64]) {
    for (row, out) in a.chunks_exact(SIDE).zip(product.chunks_exact_mut(SIDE)) {
        for (column, out) in out.iter_mut().enumerate() {
            *out = row.iter().zip(b.iter().skip(column).step_by(SIDE)).map(|(a, b)| a * b).sum();
        }
    }
}
