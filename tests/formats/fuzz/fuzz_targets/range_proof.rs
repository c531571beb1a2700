//! The target `range-proof`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| formats::targets::range_proof(bytes));
