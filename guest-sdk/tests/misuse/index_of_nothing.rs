//! An index of a map that cannot have one.
use guest_sdk::prelude::*;

#[program]
mod program {
    use guest_sdk::prelude::*;

    #[state]
    pub struct State {
        orders: Map<u64, String>,
        #[index(orders, |_, name| [name.clone()])]
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
