//! The fast Fourier transform of 4,096 complex numbers, `n` times, each of the one before.

use crate::noise::Noise;
use alloc::vec::Vec;

const COUNT: usize = 4 << 10;

type Complex = (f64, f64);

pub(crate) fn run(n: usize) -> u64 {
    let mut noise = Noise::new();
    let mut data: Vec<Complex> = (0..COUNT).map(|_| (noise.float(), noise.float())).collect();
    let roots: Vec<Complex> = (0..COUNT / 2)
        .map(|at| {
            let angle = -core::f64::consts::TAU * at as f64 / COUNT as f64;
            (libm::cos(angle), libm::sin(angle))
        })
        .collect();
    for _ in 0..n {
        transform(&mut data, &roots);
    }
    data.iter().map(|(re, im)| re + im).sum::<f64>().to_bits()
}

/// Scaled so that the numbers keep their size.
#[inline(never)]
fn transform(data: &mut [Complex], roots: &[Complex]) {
    for at in 0..COUNT {
        let other = at.reverse_bits() >> (usize::BITS - COUNT.trailing_zeros());
        if at < other {
            data.swap(at, other);
        }
    }
    let mut half = 1;
    while half < COUNT {
        for block in data.chunks_exact_mut(half * 2) {
            let (low, high) = block.split_at_mut(half);
            let roots = roots.iter().step_by(COUNT / (half * 2));
            for ((a, b), root) in low.iter_mut().zip(high).zip(roots) {
                let turned = (b.0 * root.0 - b.1 * root.1, b.0 * root.1 + b.1 * root.0);
                *b = (a.0 - turned.0, a.1 - turned.1);
                *a = (a.0 + turned.0, a.1 + turned.1);
            }
        }
        half *= 2;
    }
    let scale = 1.0 / 64.0;
    for (re, im) in data {
        (*re, *im) = (*re * scale, *im * scale);
    }
}
