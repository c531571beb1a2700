//! `migrate` with parameters.
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
        pub fn migrate(&mut self, from: u64) -> bool {
            true
        }
    }
}

fn main() {}
