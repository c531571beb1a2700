//! A value whose variants carry something.
use guest_sdk::prelude::*;

#[derive(Value)]
enum Shape {
    Circle(u32),
    Square(u32),
}

fn main() {}
