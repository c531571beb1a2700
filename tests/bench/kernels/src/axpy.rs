//! Adds a multiple of one vector of 4,096 floats to another, `n` times.

use crate::noise::Noise;
use core::hint::black_box;

pub(crate) fn run(n: usize) -> u64 {
    let mut noise = Noise::new();
    let (x, mut y) = (noise.floats(4 << 10), noise.floats(4 << 10));
    for _ in 0..n {
        axpy(black_box(0.25), &x, &mut y);
    }
    y.iter().sum::<f64>().to_bits()
}

#[inline(never)]
fn axpy(a: f64, x: &[f64], y: &mut [f64]) {
    for (x, y) in x.iter().zip(y) {
        *y += a * x;
    }
}
