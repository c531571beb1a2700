//! A text instead of a code.
use guest_sdk::prelude::*;

#[derive(Error)]
enum Error {
    #[error("it is full")]
    Full,
}

fn main() {}
