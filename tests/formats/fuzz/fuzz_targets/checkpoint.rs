//! The target `checkpoint`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| formats::targets::checkpoint(bytes));
