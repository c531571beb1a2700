//! A module without a method.
use guest_sdk::prelude::*;

#[program]
mod program {
    use guest_sdk::prelude::*;

    #[state]
    pub struct State {
        total: Cell<u64>,
    }

    impl State {
        pub fn total(&self) {}
    }
}

fn main() {}
