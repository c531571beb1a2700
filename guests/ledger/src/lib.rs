//! Double-entry accounts and transfers, after the data model of TigerBeetle: where it has the same thing,
//! its words, its rules, their order and its result codes are kept.
//!
//! # Guarantees
//!
//! - In every ledger, all debits together equal all credits together, at all times: a transfer debits one
//!   account and credits another of the same ledger by one amount, or does nothing.
//! - An account whose flags forbid it is never overdrawn.
//! - A transfer's id is used once: sending the same transfer again is answered `Exists` and changes
//!   nothing. A sender treats that as success.
//! - A batch is its items one after the other, each applied or refused by itself.
//!
//! # Limits
//!
//! All transfers of a ledger together stay below 2^128; a batch has at most 8,190 items; a query answers
//! with at most 4,096. There are no pending transfers and no linked chains.
#![no_std]

extern crate alloc;

mod book;
mod types;

pub use crate::ledger::{Ledger, Program};
pub use types::{Account, Balance, Entry, Error, NewAccount, Record, Totals, Transfer, flags};

/// Most items of a batch.
pub const BATCH_MAX: usize = 8_190;
/// Most items of a query's answer.
pub const ANSWER_MAX: u32 = 4_096;
/// Longest name of an account, in bytes.
pub const NAME_BYTES_MAX: usize = 32;

/// The program.
#[guest_sdk::program]
pub mod ledger {
    use crate::book::Book;
    use crate::{
        ANSWER_MAX, Account, BATCH_MAX, Balance, Entry, Error, NewAccount, Record, Totals, Transfer,
    };
    use alloc::string::String;
    use alloc::vec::Vec;
    use guest_sdk::{Context, Map, ProgramError};

    /// What the program keeps.
    #[state]
    pub struct Ledger {
        /// Accounts by id.
        pub(crate) accounts: Map<u128, Account>,
        /// Transfers by id.
        pub(crate) transfers: Map<u128, Record>,
        /// What transfers did to the accounts that keep history, by account and ordinal.
        pub(crate) history: Map<(u128, u64), Entry>,
        /// The sums of each ledger.
        pub(crate) totals: Map<u32, Totals>,
    }

    impl Ledger {
        /// Opens an account. Flags: 2 debits must not exceed credits, 4 credits must not exceed debits,
        /// 8 keep history.
        #[call]
        pub fn open(
            &mut self,
            ctx: &Context,
            id: u128,
            ledger: u32,
            code: u16,
            flags: u16,
            name: Option<String>,
        ) -> Result<(), Error> {
            let mut book = Book::new(self, ctx.time_ms());
            book.open(&NewAccount { id, ledger, code, flags, name })?;
            book.close();
            Ok(())
        }

        /// Opens accounts; answers with a result code for each, 0 where it was opened.
        #[call]
        pub fn open_all(&mut self, ctx: &Context, batch: Vec<NewAccount>) -> Result<Vec<u64>, Error> {
            limit_batch(batch.len())?;
            let mut book = Book::new(self, ctx.time_ms());
            let codes = batch.iter().map(|account| code(book.open(account))).collect();
            book.close();
            Ok(codes)
        }

        /// Moves `amount` from the account `debit` to the account `credit`.
        #[call]
        #[allow(clippy::too_many_arguments, reason = "each is an argument of the call, by its name")]
        pub fn transfer(
            &mut self,
            ctx: &Context,
            id: u128,
            debit: u128,
            credit: u128,
            amount: u128,
            ledger: u32,
            code: u16,
        ) -> Result<(), Error> {
            let mut book = Book::new(self, ctx.time_ms());
            book.post(&Transfer { id, debit, credit, amount, ledger, code })?;
            book.close();
            Ok(())
        }

        /// Makes transfers in order; answers with a result code for each, 0 where it was made.
        #[call]
        pub fn transfers(&mut self, ctx: &Context, batch: Vec<Transfer>) -> Result<Vec<u64>, Error> {
            limit_batch(batch.len())?;
            let mut book = Book::new(self, ctx.time_ms());
            let codes = batch.iter().map(|transfer| code(book.post(transfer))).collect();
            book.close();
            Ok(codes)
        }

        /// An account.
        #[query]
        pub fn account(&self, id: u128) -> Option<Account> {
            self.accounts.get(&id)
        }

        /// The sums of an account.
        #[query]
        pub fn balance(&self, id: u128) -> Option<Balance> {
            let account = self.accounts.get(&id)?;
            Some(Balance { debits: account.debits, credits: account.credits })
        }

        /// The accounts from id `from` on, at most `limit`.
        #[query]
        pub fn accounts(&self, from: u128, limit: u32) -> Vec<Account> {
            self.accounts.range(from..).take(answered(limit)).map(|(_, account)| account).collect()
        }

        /// The accounts that moved most, debits and credits together, at most `limit`.
        #[query]
        pub fn busiest(&self, limit: u32) -> Vec<Account> {
            let moved = |account: &Account| account.debits.saturating_add(account.credits);
            let mut busiest: Vec<Account> = Vec::new();
            for (_, account) in self.accounts.iter() {
                let place = busiest.partition_point(|other| moved(other) >= moved(&account));
                if place < answered(limit) {
                    busiest.insert(place, account);
                    busiest.truncate(answered(limit));
                }
            }
            busiest
        }

        /// What a transfer was.
        #[query]
        pub fn lookup(&self, id: u128) -> Option<Record> {
            self.transfers.get(&id)
        }

        /// What transfers did to an account that keeps history, from ordinal `from` on, at most `limit`.
        #[query]
        pub fn history(&self, id: u128, from: u64, limit: u32) -> Vec<Entry> {
            let entries = self.history.range((id, from)..=(id, u64::MAX));
            entries.take(answered(limit)).map(|(_, entry)| entry).collect()
        }

        /// The sums of each ledger: debits equal credits.
        #[query]
        pub fn trial_balance(&self) -> Vec<Totals> {
            self.totals.iter().map(|(_, totals)| totals).collect()
        }
    }

    fn limit_batch(size: usize) -> Result<(), Error> {
        if size > BATCH_MAX {
            Err(Error::BatchTooLong { size: size as u64, max: BATCH_MAX as u64 })
        } else {
            Ok(())
        }
    }

    /// A result's code in the answer of a batch.
    fn code(result: Result<(), Error>) -> u64 {
        result.map_or_else(|error| error.code(), |()| 0)
    }

    fn answered(limit: u32) -> usize {
        limit.min(ANSWER_MAX) as usize
    }
}

#[cfg(test)]
mod tests;
