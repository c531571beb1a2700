//! A map of the standard library in the state.
use guest_sdk::prelude::*;

#[program]
mod program {
    use guest_sdk::prelude::*;

    #[state]
    pub struct State {
        hits: std::collections::BTreeMap<u64, u64>,
    }

    impl State {
        #[query]
        pub fn hits(&self) -> u64 {
            0
        }
    }
}

fn main() {}
