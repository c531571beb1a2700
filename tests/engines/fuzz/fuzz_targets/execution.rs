//! Every engine comes to the same.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| engines::targets::execution(bytes));
