//! A state whose fields have no names.
use guest_sdk::prelude::*;

#[program]
mod program {
    use guest_sdk::prelude::*;

    #[state]
    pub struct State(Cell<u64>);

    impl State {
        #[query]
        pub fn total(&self) -> u64 {
            0
        }
    }
}

fn main() {}
