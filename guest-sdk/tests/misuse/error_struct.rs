//! An error that is a struct.
use guest_sdk::prelude::*;

#[derive(Error)]
struct Full;

fn main() {}
