//! An argument that is borrowed.
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
        pub fn name(&mut self, name: &str) {}
    }
}

fn main() {}
