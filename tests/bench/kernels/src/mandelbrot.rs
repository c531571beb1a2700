//! The Mandelbrot set on `n` × `n` points, up to 200 steps each.

pub(crate) fn run(n: usize) -> u64 {
    let side = n as f64;
    let mut sum = 0u64;
    for row in 0..n {
        for column in 0..n {
            let steps = escape(column as f64 * 3.0 / side - 2.0, row as f64 * 2.0 / side - 1.0);
            sum = sum.wrapping_mul(31).wrapping_add(steps);
        }
    }
    sum
}

#[inline(never)]
fn escape(re: f64, im: f64) -> u64 {
    let (mut x, mut y) = (0.0, 0.0);
    for step in 0..200 {
        let (xx, yy) = (x * x, y * y);
        if xx + yy > 4.0 {
            return step;
        }
        (x, y) = (xx - yy + re, 2.0 * x * y + im);
    }
    200
}
