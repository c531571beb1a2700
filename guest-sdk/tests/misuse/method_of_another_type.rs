//! A method that is not the state's.
use guest_sdk::prelude::*;

#[program]
mod program {
    use guest_sdk::prelude::*;

    #[state]
    pub struct State {
        total: Cell<u64>,
    }

    pub struct Other;

    impl Other {
        #[call]
        pub fn add(&mut self) {}
    }

    impl State {
        #[query]
        pub fn total(&self) -> u64 {
            self.total.get().unwrap_or(0)
        }
    }
}

fn main() {}
