//! Prepared modules are valid, and come to the same as raw ones.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| engines::targets::prepare(bytes));
