//! An error whose field has no name.
use guest_sdk::prelude::*;

#[derive(Error)]
enum Error {
    #[error(1)]
    Full(u64),
}

fn main() {}
