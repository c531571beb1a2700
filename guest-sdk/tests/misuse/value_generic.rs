//! A generic value.
use guest_sdk::prelude::*;

#[derive(Value)]
struct Pair<T> {
    a: T,
    b: T,
}

fn main() {}
