//! Programs that compute, for measuring what preparation costs.
//!
//! Each is a module without imports that exports `run(n: i32) -> i64`: `n` says how much work, and the
//! answer is a checksum of all of it, so that none can be left out. What a kernel works on it makes itself,
//! the same at every run.

#![no_std]

extern crate alloc;

mod heap;
mod noise;

macro_rules! kernels {
    ($($feature:literal: $name:ident;)+) => {
        $(#[cfg(feature = $feature)] mod $name;)+

        /// Runs the kernels that this module was built with.
        #[unsafe(no_mangle)]
        extern "C" fn run(n: i32) -> i64 {
            heap::clear();
            let n = usize::try_from(n).unwrap_or(0);
            let mut sum = 0i64;
            $(
                #[cfg(feature = $feature)]
                {
                    sum = sum.wrapping_add($name::run(n).cast_signed());
                }
            )+
            sum
        }
    };
}

kernels! {
    "fib": fib;
    "sha256": sha256;
    "blake3": blake3;
    "quicksort": quicksort;
    "btree": btree;
    "json": json;
    "regex": regex;
    "sum": sum;
    "bytes": bytes;
    "dot": dot;
    "nbody": nbody;
    "matmul": matmul;
    "fft": fft;
    "axpy": axpy;
    "mandelbrot": mandelbrot;
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
