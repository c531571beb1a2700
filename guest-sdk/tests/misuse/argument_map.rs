//! A map of the standard library.
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
        pub fn add(&mut self, by: std::collections::BTreeMap<u64, u64>) {}
    }
}

fn main() {}
