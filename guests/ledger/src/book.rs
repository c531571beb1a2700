//! What a call reads of the state and changes: each account and each ledger's sums are read and written once.

use crate::chain::Trial;
use crate::ledger::Ledger;
use crate::types::{Account, Balance, Due, Entry, Kind, Record, Totals, flags};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

/// Answers the first of some rules that is broken: a rule's place in its list is its precedence.
macro_rules! refuse {
    ($($broken:expr => $error:expr),+ $(,)?) => {
        $(if $broken { return Err($error); })+
    };
}
pub(crate) use refuse;

/// Something that is read and written once.
pub(crate) struct Cached<T> {
    /// What it is by now.
    pub(crate) value: T,
    /// Whether that is to be written.
    pub(crate) is_changed: bool,
    /// The last trial that remembers what it was before.
    pub(crate) saved_in: u32,
}

impl<T> Cached<T> {
    pub(crate) fn new(value: T, is_changed: bool) -> Cached<T> {
        Cached { value, is_changed, saved_in: 0 }
    }
}

/// What a call has read and changed; written back by [`close`](Book::close).
pub(crate) struct Book<'a> {
    pub(crate) state: &'a mut Ledger,
    pub(crate) time_ms: u64,
    /// The accounts, in the order in which they were first met.
    pub(crate) accounts: Vec<Cached<Account>>,
    /// Where each account is among them.
    pub(crate) places: BTreeMap<u128, usize>,
    /// The ledgers' sums, in that order too.
    pub(crate) totals: Vec<Cached<Totals>>,
    /// Where those of each ledger are among them.
    ledgers: BTreeMap<u128, usize>,
    /// The chain that is being tried, and how many were.
    pub(crate) trial: Option<Trial>,
    pub(crate) trials: u32,
}

/// What a transfer or an expiry does to two accounts of a ledger.
pub(crate) struct Move {
    pub(crate) transfer: u128,
    pub(crate) kind: Kind,
    pub(crate) amount: u128,
    pub(crate) ordinal: u64,
    /// The places of both accounts.
    pub(crate) debit: usize,
    pub(crate) credit: usize,
}

impl<'a> Book<'a> {
    /// For a call that touches so many accounts, or more: memory that is taken in the beginning is not taken again and
    /// again.
    pub(crate) fn new(state: &'a mut Ledger, time_ms: u64, accounts: usize) -> Book<'a> {
        let (accounts, places) = (Vec::with_capacity(accounts), BTreeMap::new());
        let (totals, ledgers) = (Vec::new(), BTreeMap::new());
        Book { state, time_ms, accounts, places, totals, ledgers, trial: None, trials: 0 }
    }

    /// Writes back what changed.
    pub(crate) fn close(self) {
        for (id, place) in self.places {
            let account = &self.accounts[place];
            if account.is_changed {
                self.state.accounts.insert(&id, &account.value);
            }
        }
        for totals in self.totals.iter().filter(|totals| totals.is_changed) {
            self.state.totals.insert(&totals.value.ledger, &totals.value);
        }
    }

    /// The place of an account, if it is open.
    pub(crate) fn place(&mut self, id: u128) -> Option<usize> {
        if let Some(place) = self.places.get(&id) {
            return Some(*place);
        }
        let account = self.state.accounts.get(&id)?;
        Some(self.keep(Cached::new(account, false)))
    }

    /// Takes in an account.
    pub(crate) fn keep(&mut self, account: Cached<Account>) -> usize {
        let place = self.accounts.len();
        self.places.insert(account.value.id, place);
        self.accounts.push(account);
        place
    }

    /// Changes an account.
    pub(crate) fn change(&mut self, place: usize, balance: Balance, flags: u16) {
        let account = &mut self.accounts[place];
        if let Some(trial) = &mut self.trial {
            trial.save_account(place, account);
        }
        account.value.set(balance);
        account.value.flags = flags;
        account.is_changed = true;
    }

    /// A ledger's sums.
    pub(crate) fn totals(&mut self, ledger: u32) -> Totals {
        let place = self.ledger(ledger);
        self.totals[place].value
    }

    /// Changes a ledger's sums.
    pub(crate) fn set_totals(&mut self, totals: Totals) {
        let is_balanced = totals.debits_pending == totals.credits_pending;
        assert!(is_balanced && totals.debits_posted == totals.credits_posted, "debits equal credits");
        let place = self.ledger(totals.ledger);
        let cached = &mut self.totals[place];
        if let Some(trial) = &mut self.trial {
            trial.save_totals(place, cached);
        }
        (cached.value, cached.is_changed) = (totals, true);
    }

    /// Where a ledger's sums are among those that were read.
    fn ledger(&mut self, ledger: u32) -> usize {
        if let Some(place) = self.ledgers.get(&ledger.into()) {
            return *place;
        }
        let value = self.state.totals.get(&ledger).unwrap_or(Totals { ledger, ..Totals::default() });
        self.ledgers.insert(ledger.into(), self.totals.len());
        self.totals.push(Cached::new(value, false));
        self.totals.len() - 1
    }

    /// A transfer that was made.
    pub(crate) fn record(&self, id: u128) -> Option<Record> {
        let tried = self.trial.as_ref().and_then(|trial| trial.record(id));
        tried.or_else(|| self.state.transfers.get(&id))
    }

    pub(crate) fn set_record(&mut self, id: u128, record: Record) {
        match &mut self.trial {
            Some(trial) => trial.set_record(id, record),
            None => self.state.transfers.insert(&id, &record),
        }
    }

    /// Has a pending transfer expire, or no longer.
    pub(crate) fn set_expiry(&mut self, due: Due, transfer: Option<u128>) {
        match transfer {
            _ if self.trial.is_some() => {}
            Some(id) => self.state.expiries.insert(&due, &id),
            None => self.state.expiries.remove(&due),
        }
    }

    /// Enters a move into the history of both its accounts, as far as they keep any.
    pub(crate) fn enter(&mut self, it: &Move) {
        for (place, counterpart, is_debit) in [(it.debit, it.credit, true), (it.credit, it.debit, false)] {
            let account = &self.accounts[place].value;
            if self.trial.is_some() || !account.has(flags::HISTORY) {
                continue;
            }
            let Balance { debits_pending, debits_posted, credits_pending, credits_posted } =
                account.balance();
            let key = (account.id, self.time_ms, it.ordinal);
            let entry = Entry {
                ordinal: it.ordinal,
                transfer: it.transfer,
                kind: it.kind,
                is_debit,
                counterpart: self.accounts[counterpart].value.id,
                amount: it.amount,
                debits_pending,
                debits_posted,
                credits_pending,
                credits_posted,
                time_ms: self.time_ms,
            };
            self.state.history.insert(&key, &entry);
        }
    }
}

impl Totals {
    /// The next number of a transfer or an expiry.
    pub(crate) fn next(&self) -> u64 {
        self.transfers + self.expired + 1
    }

    /// All its debits, posted and pending: no transfer is made that makes them more than 128 bits hold.
    pub(crate) fn debits(&self) -> u128 {
        self.debits_pending + self.debits_posted
    }
}
