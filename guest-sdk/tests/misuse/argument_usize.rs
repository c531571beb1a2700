//! A number as wide as the machine.
use guest_sdk::prelude::*;

#[program]
mod program {
    use guest_sdk::prelude::*;

    #[state]
    pub struct State {
        total: Cell<u64>,
    }

    impl State {
        #[call]
        pub fn add(&mut self, by: usize) {}
    }
}

fn main() {}
