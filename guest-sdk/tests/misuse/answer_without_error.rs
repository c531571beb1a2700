//! A result that does not say how it fails.
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
        pub fn add(&mut self) -> Result<u64> {
            Ok(1)
        }
    }
}

fn main() {}
