//! A query whose body writes.
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
        pub fn total(&self) -> u64 {
            self.total.set(&1);
            1
        }
    }
}

fn main() {}
