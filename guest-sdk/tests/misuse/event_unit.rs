//! An event without fields.
use guest_sdk::prelude::*;

#[derive(Event)]
struct Added;

fn main() {}
