//! A field that is a plain value.
use guest_sdk::prelude::*;

#[program]
mod program {
    use guest_sdk::prelude::*;

    #[state]
    pub struct State {
        total: u64,
    }

    impl State {
        #[query]
        pub fn total(&self) -> u64 {
            self.total
        }
    }
}

fn main() {}
