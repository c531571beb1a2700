//! An index that nothing fills.
use guest_sdk::prelude::*;

#[program]
mod program {
    use guest_sdk::prelude::*;

    #[state]
    pub struct State {
        orders: IndexedMap<u64, String>,
        by_name: Index<String, u64>,
    }

    impl State {
        #[query]
        pub fn count(&self) -> u32 {
            0
        }
    }
}

fn main() {}
