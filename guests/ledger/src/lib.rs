//! Double-entry accounts and transfers, after the data model of TigerBeetle: where it has the same thing,
//! its words, its rules, their order and its result codes are kept.
//!
//! # Guarantees
//!
//! - In every ledger, all debits together equal all credits together, at all times, the posted and the pending: a
//!   transfer debits one account and credits another of the same ledger by one amount, or does nothing.
//! - An account whose flags forbid it is never overdrawn, nor could it be by what is pending.
//! - A transfer's id is used once: sending the same transfer again is answered `Exists` and changes
//!   nothing. A sender treats that as success.
//! - A batch is its items one after the other, each applied or refused by itself, but for chains: all items
//!   of a chain are applied, or none.
//! - A pending transfer ends once: posted, voided or expired. It expires exactly when its timeout says; what it
//!   reserved is released by the next calls that make transfers, each of which first releases as many as it brings
//!   transfers and [`EXPIRED_BESIDE`] more, in the order in which they expire.
//! - An account that keeps history has an entry for everything that changed its sums, in one range of keys by time.
//!
//! # Limits
//!
//! All transfers of a ledger together stay below 2^128; a batch has at most 8,190 items; a query answers
//! with at most 4,096.
#![no_std]

extern crate alloc;

mod account;
mod book;
mod chain;
mod error;
mod name;
mod pending;
mod transfer;
mod types;

pub use crate::ledger::{Ledger, Program};
pub use error::Error;
pub use name::Name;
pub use types::{
    Account, Balance, Entry, Expiring, Kind, NewAccount, Record, Status, Totals, Transfer, flags,
    transfer_flags,
};

/// Most items of a batch.
pub const BATCH_MAX: usize = 8_190;
/// Most items of a query's answer.
pub const ANSWER_MAX: u32 = 4_096;
/// Longest name of an account, in bytes.
pub const NAME_BYTES_MAX: usize = 32;
/// Expired transfers that a call releases beside one for each transfer that it brings.
pub const EXPIRED_BESIDE: usize = 16;

/// The program.
#[guest_sdk::program]
pub mod ledger {
    use crate::book::Book;
    use crate::{
        ANSWER_MAX, Account, BATCH_MAX, Balance, EXPIRED_BESIDE, Entry, Error, Expiring, NewAccount, Record,
        Totals, Transfer, flags, transfer_flags,
    };
    use alloc::string::String;
    use alloc::vec::Vec;
    use guest_sdk::{Context, Map};

    /// What the program keeps.
    #[state]
    pub struct Ledger {
        /// Accounts by id.
        pub(crate) accounts: Map<u128, Account>,
        /// Transfers by id.
        pub(crate) transfers: Map<u128, Record>,
        /// What happened to the accounts that keep history, by account, logical time and ordinal.
        pub(crate) history: Map<(u128, u64, u64), Entry>,
        /// Pending transfers by when they expire, ledger and ordinal.
        pub(crate) expiries: Map<(u64, u32, u64), u128>,
        /// The sums of each ledger.
        pub(crate) totals: Map<u32, Totals>,
    }

    impl Ledger {
        /// Opens an account. Flags: 2 debits must not exceed credits, 4 credits must not exceed debits,
        /// 8 keep history, 32 closed.
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
            let mut book = Book::new(self, ctx.time_ms(), 1);
            book.one(&NewAccount { id, ledger, code, flags, name })?;
            book.close();
            Ok(())
        }

        /// Opens accounts; answers with a result code for each, 0 where it was opened. Of accounts with flag 1 and the
        /// one after them, all are opened or none.
        #[call]
        pub fn open_all(&mut self, ctx: &Context, batch: Vec<NewAccount>) -> Result<Vec<u64>, Error> {
            limit_batch(batch.len())?;
            let mut book = Book::new(self, ctx.time_ms(), batch.len());
            let codes = book.all(&batch);
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
            self.make(ctx, Transfer { id, debit, credit, amount, ledger, code, ..Transfer::default() })
        }

        /// Reserves `amount` of the account `debit` for the account `credit`, for so many seconds; 0 is until it is
        /// posted or voided.
        #[call]
        #[allow(clippy::too_many_arguments, reason = "each is an argument of the call, by its name")]
        pub fn pend(
            &mut self,
            ctx: &Context,
            id: u128,
            debit: u128,
            credit: u128,
            amount: u128,
            timeout: u32,
            ledger: u32,
            code: u16,
        ) -> Result<(), Error> {
            let flags = transfer_flags::PENDING;
            let (pending_id, user_data) = (None, None);
            self.make(
                ctx,
                Transfer { id, debit, credit, amount, ledger, code, flags, pending_id, timeout, user_data },
            )
        }

        /// Posts `amount` of a pending transfer and releases the rest; 2^128 − 1 is all of it.
        #[call]
        pub fn post_pending(
            &mut self,
            ctx: &Context,
            id: u128,
            pending_id: u128,
            amount: u128,
        ) -> Result<(), Error> {
            let flags = transfer_flags::POST_PENDING_TRANSFER;
            self.make(
                ctx,
                Transfer { id, amount, flags, pending_id: Some(pending_id), ..Transfer::default() },
            )
        }

        /// Voids a pending transfer: what it reserved is released.
        #[call]
        pub fn void_pending(&mut self, ctx: &Context, id: u128, pending_id: u128) -> Result<(), Error> {
            let flags = transfer_flags::VOID_PENDING_TRANSFER;
            self.make(ctx, Transfer { id, flags, pending_id: Some(pending_id), ..Transfer::default() })
        }

        /// Makes transfers in order; answers with a result code for each, 0 where it was made. Flags: 1 linked with
        /// the next, 2 pending, 4 post and 8 void a pending transfer, 16 balancing debit, 32 balancing credit,
        /// 64 closing debit, 128 closing credit.
        #[call]
        pub fn transfers(&mut self, ctx: &Context, batch: Vec<Transfer>) -> Result<Vec<u64>, Error> {
            limit_batch(batch.len())?;
            let mut book = Book::new(self, ctx.time_ms(), 2 * batch.len());
            book.expire(batch.len() + EXPIRED_BESIDE);
            let codes = book.all(&batch);
            book.close();
            Ok(codes)
        }

        /// Releases what expired transfers had reserved, at most so many; answers how many those were.
        #[call]
        pub fn expire(&mut self, ctx: &Context, limit: u32) -> u64 {
            let mut book = Book::new(self, ctx.time_ms(), 2);
            let expired = book.expire((limit as usize).min(BATCH_MAX));
            book.close();
            expired
        }

        /// An account.
        #[query]
        pub fn account(&self, id: u128) -> Option<Account> {
            self.accounts.get(&id)
        }

        /// The sums of an account.
        #[query]
        pub fn balance(&self, id: u128) -> Option<Balance> {
            Some(self.accounts.get(&id)?.balance())
        }

        /// The sums of an account as they were at a moment, in milliseconds of logical time, after all that happened
        /// in it; nothing of one that keeps no history, or was not open yet.
        #[query]
        pub fn balance_at(&self, id: u128, time_ms: u64) -> Option<Balance> {
            let account = self.accounts.get(&id)?;
            let is_known = account.has(flags::HISTORY) && account.opened_ms <= time_ms;
            let entries = self.history.range((id, 0, 0)..=(id, time_ms, u64::MAX));
            let last = entries.reversed().next().map(|(_, entry)| entry.balance());
            is_known.then(|| last.unwrap_or_default())
        }

        /// The accounts from id `from` on, at most `limit`.
        #[query]
        pub fn accounts(&self, from: u128, limit: u32) -> Vec<Account> {
            self.accounts.range(from..).take(answered(limit)).map(|(_, account)| account).collect()
        }

        /// The accounts that moved most, posted debits and credits together, at most `limit`.
        #[query]
        pub fn busiest(&self, limit: u32) -> Vec<Account> {
            let moved = |account: &Account| account.debits_posted.saturating_add(account.credits_posted);
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

        /// What a transfer was, and what has become of it.
        #[query]
        pub fn lookup(&self, id: u128) -> Option<Record> {
            self.transfers.get(&id)
        }

        /// What happened to an account that keeps history, from logical time `from_ms` on, and at that moment from
        /// ordinal `from` on; at most `limit`.
        #[query]
        pub fn history(&self, id: u128, from_ms: u64, from: u64, limit: u32) -> Vec<Entry> {
            let entries = self.history.range((id, from_ms, from)..=(id, u64::MAX, u64::MAX));
            entries.take(answered(limit)).map(|(_, entry)| entry).collect()
        }

        /// The pending transfers that expire first, at most `limit`: those that have, and still reserve, included.
        #[query]
        pub fn expiring(&self, limit: u32) -> Vec<Expiring> {
            let due = self.expiries.iter().take(answered(limit));
            due.map(|((expires_ms, ledger, ordinal), transfer)| Expiring {
                expires_ms,
                ledger,
                ordinal,
                transfer,
            })
            .collect()
        }

        /// The sums of each ledger: debits equal credits.
        #[query]
        pub fn trial_balance(&self) -> Vec<Totals> {
            self.totals.iter().map(|(_, totals)| totals).collect()
        }

        /// A transfer by itself, after what has expired.
        fn make(&mut self, ctx: &Context, transfer: Transfer) -> Result<(), Error> {
            let mut book = Book::new(self, ctx.time_ms(), 2);
            book.expire(1 + EXPIRED_BESIDE);
            book.one(&transfer)?;
            book.close();
            Ok(())
        }
    }

    fn limit_batch(size: usize) -> Result<(), Error> {
        if size > BATCH_MAX {
            Err(Error::BatchTooLong { size: size as u64, max: BATCH_MAX as u64 })
        } else {
            Ok(())
        }
    }

    fn answered(limit: u32) -> usize {
        limit.min(ANSWER_MAX) as usize
    }
}

#[cfg(test)]
mod tests;
