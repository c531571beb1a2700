//! The target `heads_fork`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| formats::targets::heads_fork(bytes));
