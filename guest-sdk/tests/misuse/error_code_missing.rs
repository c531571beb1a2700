//! An error without a code.
use guest_sdk::prelude::*;

#[derive(Error)]
enum Error {
    #[error(1)]
    Full,
    Empty,
}

fn main() {}
