//! An error without codes.
use guest_sdk::prelude::*;

#[program]
mod program {
    use guest_sdk::prelude::*;

    #[state]
    pub struct State {
        total: Cell<u64>,
    }

    pub enum Refusal {
        Full,
    }

    impl State {
        #[call]
        pub fn add(&mut self) -> Result<u64, Refusal> {
            Ok(1)
        }
    }
}

fn main() {}
