//! The target `diff`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| formats::targets::diff(bytes));
