//! What authors get wrong, and the compiler's word on it: each file of `misuse` is one mistake, beside the message that
//! says what to do.
//!
//! ```text
//! TRYBUILD=overwrite cargo test --release -p guest-sdk --test misuse
//! ```
//!
//! records the messages anew. Most are the macros' own words; some are the compiler's, as that of `rust-version` says them.

#[test]
fn a_misuse_is_a_compile_error_that_says_what_to_do() {
    trybuild::TestCases::new().compile_fail("tests/misuse/*.rs");
}
