//! A generic method.
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
        pub fn add<T>(&mut self, by: T) {}
    }
}

fn main() {}
