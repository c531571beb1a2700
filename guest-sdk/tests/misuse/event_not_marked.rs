//! An event that is not marked.
use guest_sdk::prelude::*;

#[program]
mod program {
    use guest_sdk::prelude::*;

    #[state]
    pub struct State {
        total: Cell<u64>,
    }

    pub struct Added {
        pub by: u64,
    }

    impl State {
        #[call]
        pub fn add(&mut self, ctx: &Context) {
            ctx.emit(&Added { by: 1 });
        }
    }
}

fn main() {}
