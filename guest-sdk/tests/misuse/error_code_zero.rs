//! An error with the code 0.
use guest_sdk::prelude::*;

#[derive(Error)]
enum Error {
    #[error(0)]
    Full,
}

fn main() {}
