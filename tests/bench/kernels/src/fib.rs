//! The `n`th Fibonacci number, by calls alone.

pub(crate) fn run(n: usize) -> u64 {
    fib(n as u32)
}

#[inline(never)]
fn fib(n: u32) -> u64 {
    if n < 2 { u64::from(n) } else { fib(n - 1).wrapping_add(fib(n - 2)) }
}
