//! A value of two fields without names.
use guest_sdk::prelude::*;

#[derive(Value)]
struct Point(u32, u32);

fn main() {}
