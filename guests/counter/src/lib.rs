//! Counts its callers: the smallest program that has state, an error and an event.
#![no_std]

use guest_sdk::prelude::*;

pub use crate::counter::Program;

/// The program.
#[program]
pub mod counter {
    use super::*;

    /// What the program keeps.
    #[state]
    pub struct Counter {
        hits: Map<Account, u64>,
        total: Cell<u64>,
    }

    /// Why a call is refused.
    #[derive(Error)]
    pub enum Error {
        /// A call without a caller cannot be counted.
        #[error(1)]
        NoCaller,
    }

    /// A caller was counted.
    #[derive(Event)]
    pub struct Hit {
        /// Who.
        pub account: Account,
        /// How often by now.
        pub hits: u64,
    }

    impl Counter {
        /// Counts the caller once more, and answers how often that was.
        #[call]
        pub fn hit(&mut self, ctx: &Context) -> Result<u64, Error> {
            let account = ctx.caller();
            if account.is_nobody() {
                return Err(Error::NoCaller);
            }
            let hits = self.hits.get(&account).unwrap_or(0) + 1;
            self.hits.insert(&account, &hits);
            self.total.set(&(self.total() + 1));
            ctx.emit(&Hit { account, hits });
            Ok(hits)
        }

        /// All hits together.
        #[query]
        pub fn total(&self) -> u64 {
            self.total.get().unwrap_or(0)
        }

        /// How often an account was counted.
        #[query]
        pub fn hits(&self, account: Account) -> u64 {
            self.hits.get(&account).unwrap_or(0)
        }
    }
}

#[cfg(test)]
mod tests;
