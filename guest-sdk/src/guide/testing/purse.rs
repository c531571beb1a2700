use guest_sdk::prelude::*;

#[program]
pub mod purse {
    use guest_sdk::prelude::*;

    #[state]
    pub struct Purse {
        coins: Map<Account, u64>,
        paid: Cell<u64>,
    }

    #[derive(Error)]
    pub enum Error {
        /// There are fewer coins than that.
        #[error(1)]
        Empty { left: u64 },
    }

    #[derive(Event)]
    pub struct Paid {
        pub coins: u64,
    }

    impl Purse {
        /// Adds coins to the caller's.
        #[call]
        pub fn fill(&mut self, ctx: &Context, coins: u64) {
            let left = self.coins.get(&ctx.caller()).unwrap_or(0);
            self.coins.insert(&ctx.caller(), &(left + coins));
        }

        /// Takes coins from the caller's.
        #[call]
        pub fn pay(&mut self, ctx: &Context, coins: u64) -> Result<(), Error> {
            let left = self.coins.get(&ctx.caller()).unwrap_or(0);
            let Some(rest) = left.checked_sub(coins) else {
                return Err(Error::Empty { left });
            };
            self.coins.insert(&ctx.caller(), &rest);
            self.paid.set(&(self.paid() + coins));
            ctx.emit(&Paid { coins });
            Ok(())
        }

        /// All that was ever paid.
        #[query]
        pub fn paid(&self) -> u64 {
            self.paid.get().unwrap_or(0)
        }
    }
}
