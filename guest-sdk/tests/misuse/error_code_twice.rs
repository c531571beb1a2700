//! Two errors of one code.
use guest_sdk::prelude::*;

#[derive(Error)]
enum Error {
    #[error(1)]
    Full,
    #[error(1)]
    Empty,
}

fn main() {}
