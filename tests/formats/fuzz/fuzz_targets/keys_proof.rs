//! The target `keys-proof`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| formats::targets::keys_proof(bytes));
