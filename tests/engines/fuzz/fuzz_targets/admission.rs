//! Any bytes are admitted or refused, and admitted ones are prepared.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| engines::targets::admission(bytes));
