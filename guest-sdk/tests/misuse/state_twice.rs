//! Two states.
use guest_sdk::prelude::*;

#[program]
mod program {
    use guest_sdk::prelude::*;

    #[state]
    pub struct State {
        total: Cell<u64>,
    }

    #[state]
    pub struct Other {
        total: Cell<u64>,
    }

    impl State {
        #[query]
        pub fn total(&self) -> u64 {
            self.total.get().unwrap_or(0)
        }
    }
}

fn main() {}
