//! A method that waits.
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
        pub async fn add(&mut self) {}
    }
}

fn main() {}
