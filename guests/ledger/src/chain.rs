//! Items of a batch, one after the other, and chains of linked ones, which are made together or not at all.

use crate::Error;
use crate::book::{Book, Cached};
use crate::types::{Account, Balance, NewAccount, Record, Totals, Transfer, flags, transfer_flags};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use guest_sdk::ProgramError;

/// A chain that is being tried: what it would make, and what was there before.
pub(crate) struct Trial {
    /// Which of the call's it is, from 1.
    number: u32,
    /// The accounts that it changed, by their places, and what they were.
    accounts: Vec<(usize, Balance, u16, bool)>,
    /// The places of the accounts that it opened.
    opened: Vec<usize>,
    /// The ledgers' sums that it changed, by their places, and what they were.
    totals: Vec<(usize, Totals, bool)>,
    /// The transfers that it made or ended, and where each is among them by now.
    records: Vec<(u128, Record)>,
    places: BTreeMap<u128, usize>,
}

impl Trial {
    /// Memory that is taken in the beginning is not taken again and again.
    fn new(number: u32, items: usize, writes: usize) -> Trial {
        let (accounts, records) = (Vec::with_capacity(2 * items), Vec::with_capacity(writes));
        let (opened, totals) = (Vec::new(), Vec::new());
        Trial { number, accounts, opened, totals, records, places: BTreeMap::new() }
    }

    /// Remembers an account, the first time that it is changed.
    pub(crate) fn save_account(&mut self, place: usize, account: &mut Cached<Account>) {
        if account.saved_in != self.number {
            account.saved_in = self.number;
            let Cached { value, is_changed, .. } = account;
            self.accounts.push((place, value.balance(), value.flags, *is_changed));
        }
    }

    /// Remembers a ledger's sums, the first time that they are changed.
    pub(crate) fn save_totals(&mut self, place: usize, totals: &mut Cached<Totals>) {
        if totals.saved_in != self.number {
            totals.saved_in = self.number;
            self.totals.push((place, totals.value, totals.is_changed));
        }
    }

    /// Remembers that an account was not open.
    pub(crate) fn save_opened(&mut self, place: usize) {
        self.opened.push(place);
    }

    pub(crate) fn record(&self, id: u128) -> Option<Record> {
        self.places.get(&id).map(|place| self.records[*place].1)
    }

    pub(crate) fn set_record(&mut self, id: u128, record: Record) {
        self.places.insert(id, self.records.len());
        self.records.push((id, record));
    }
}

/// An item of a batch.
pub(crate) trait Item {
    /// Another item of its chain was refused.
    const FAILED: Error;
    /// The batch ends before the chain does.
    const OPEN: Error;

    /// Whether the next item is of the same chain.
    fn is_linked(&self) -> bool;

    /// How many transfers it may write: its own, and one that it ends.
    fn writes(&self) -> usize;

    /// Does it, or says which rule forbids it.
    fn apply(&self, book: &mut Book<'_>) -> Result<(), Error>;
}

impl Item for NewAccount {
    const FAILED: Error = Error::AccountLinkedEventFailed;
    const OPEN: Error = Error::AccountLinkedEventChainOpen;

    fn is_linked(&self) -> bool {
        self.flags & flags::LINKED != 0
    }

    fn writes(&self) -> usize {
        0
    }

    fn apply(&self, book: &mut Book<'_>) -> Result<(), Error> {
        book.open(self)
    }
}

impl Item for Transfer {
    const FAILED: Error = Error::LinkedEventFailed;
    const OPEN: Error = Error::LinkedEventChainOpen;

    fn is_linked(&self) -> bool {
        self.has(transfer_flags::LINKED)
    }

    fn writes(&self) -> usize {
        1 + usize::from(self.has(transfer_flags::RESOLVING))
    }

    fn apply(&self, book: &mut Book<'_>) -> Result<(), Error> {
        book.transfer(self)
    }
}

impl Book<'_> {
    /// One item by itself.
    pub(crate) fn one<T: Item>(&mut self, item: &T) -> Result<(), Error> {
        if item.is_linked() { Err(T::OPEN) } else { item.apply(self) }
    }

    /// Items in order: a result code for each, 0 where it was made.
    pub(crate) fn all<T: Item>(&mut self, items: &[T]) -> Vec<u64> {
        let mut codes = Vec::with_capacity(items.len());
        let mut rest = items;
        while let Some((item, others)) = rest.split_first() {
            if item.is_linked() {
                let links = rest.iter().position(|item| !item.is_linked());
                let (chain, others) = rest.split_at(links.map_or(rest.len(), |last| last + 1));
                self.chain(chain, &mut codes);
                rest = others;
            } else {
                codes.push(code(item.apply(self)));
                rest = others;
            }
        }
        codes
    }

    /// A chain: it is tried first, and made if none of its items is refused. The one that is says why, and so does an
    /// end that is missing.
    fn chain<T: Item>(&mut self, items: &[T], codes: &mut Vec<u64>) {
        let is_open = items.last().is_some_and(T::is_linked);
        let tried = if is_open { &items[..items.len() - 1] } else { items };
        self.trials += 1;
        let writes = tried.iter().map(T::writes).sum();
        self.trial = Some(Trial::new(self.trials, tried.len(), writes));
        let refused = tried.iter().enumerate().find_map(|(at, item)| Some((at, item.apply(self).err()?)));
        if let Some(trial) = self.trial.take() {
            self.undo(trial);
        }
        if refused.is_none() && !is_open {
            return codes.extend(items.iter().map(|item| code(item.apply(self))));
        }
        let first = codes.len();
        codes.resize(first + items.len(), T::FAILED.code());
        if let Some((at, error)) = refused {
            codes[first + at] = error.code();
        }
        if is_open {
            codes[first + tried.len()] = T::OPEN.code();
        }
    }

    /// Puts back what was there before a trial.
    fn undo(&mut self, trial: Trial) {
        for (place, balance, flags, is_changed) in trial.accounts {
            let account = &mut self.accounts[place];
            account.value.set(balance);
            (account.value.flags, account.is_changed) = (flags, is_changed);
        }
        for (place, totals, is_changed) in trial.totals {
            (self.totals[place].value, self.totals[place].is_changed) = (totals, is_changed);
        }
        for place in trial.opened {
            self.places.remove(&self.accounts[place].value.id);
        }
    }
}

/// A result's code in the answer of a batch.
fn code(result: Result<(), Error>) -> u64 {
    result.map_or_else(|error| error.code(), |()| 0)
}
