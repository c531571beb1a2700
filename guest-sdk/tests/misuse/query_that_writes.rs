//! A query that could write.
use guest_sdk::prelude::*;

#[program]
mod program {
    use guest_sdk::prelude::*;

    #[state]
    pub struct State {
        total: Cell<u64>,
    }

    impl State {
        #[query]
        pub fn total(&mut self) -> u64 {
            0
        }
    }
}

fn main() {}
