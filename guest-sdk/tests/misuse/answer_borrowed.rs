//! An answer that is borrowed.
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
        pub fn name(&self) -> &str {
            ""
        }
    }
}

fn main() {}
