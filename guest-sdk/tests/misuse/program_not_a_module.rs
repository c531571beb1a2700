//! A program that is no module.
use guest_sdk::prelude::*;

#[program]
struct Counter {
    total: u64,
}

fn main() {}
