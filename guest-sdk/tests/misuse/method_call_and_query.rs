//! A call and a query at once.
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
        #[query]
        pub fn total(&self) {}
    }
}

fn main() {}
