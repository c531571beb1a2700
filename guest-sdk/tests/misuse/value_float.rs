//! A float in a value.
use guest_sdk::prelude::*;

#[derive(Value)]
struct Reading {
    celsius: f32,
}

fn main() {}
