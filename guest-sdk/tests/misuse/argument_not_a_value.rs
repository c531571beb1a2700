//! A type of one's own that is not marked.
use guest_sdk::prelude::*;

#[program]
mod program {
    use guest_sdk::prelude::*;

    #[state]
    pub struct State {
        total: Cell<u64>,
    }

    pub struct Amount {
        pub cents: u64,
    }

    impl State {
        #[call]
        pub fn add(&mut self, by: Amount) {}
    }
}

fn main() {}
