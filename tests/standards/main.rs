//! Standards, held to vectors that nobody here wrote: `tests/vectors/upstream` says whose they are.
//!
//! Each test states how many vectors it saw, so that a file that is cut short fails.
#![allow(clippy::unwrap_used, reason = "all of this is tests")]

mod cbor;
mod hashes;
mod signatures;
mod trees;

/// The bytes that `text` names in hexadecimal, with or without spaces.
fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        text.chars().filter_map(|c| c.to_digit(16)).map(|d| d.try_into().unwrap()).collect();
    assert!(digits.len().is_multiple_of(2), "whole bytes: {text}");
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

/// A member of a vector, which is a text.
fn text<'a>(vector: &'a serde_json::Value, member: &str) -> &'a str {
    vector[member].as_str().unwrap_or_else(|| panic!("{member} is a text: {vector}"))
}
