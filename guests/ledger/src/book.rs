//! The accounts that a call touches, each read and written once, and the rules.
//!
//! A rule's place in its list is its precedence: of several that are broken, the first is answered.

use crate::NAME_BYTES_MAX;
use crate::ledger::Ledger;
use crate::types::{Account, Entry, Error, NewAccount, Record, Totals, Transfer, flags};
use alloc::collections::BTreeMap;
use alloc::string::String;

/// What a call has read of the state and changed; written back by [`close`](Book::close).
pub(crate) struct Book<'a> {
    state: &'a mut Ledger,
    time_ms: u64,
    accounts: BTreeMap<u128, Account>,
    totals: BTreeMap<u32, Totals>,
}

impl<'a> Book<'a> {
    pub(crate) fn new(state: &'a mut Ledger, time_ms: u64) -> Book<'a> {
        Book { state, time_ms, accounts: BTreeMap::new(), totals: BTreeMap::new() }
    }

    /// Writes back what changed.
    pub(crate) fn close(self) {
        for (id, account) in &self.accounts {
            self.state.accounts.insert(id, account);
        }
        for (ledger, totals) in &self.totals {
            self.state.totals.insert(ledger, totals);
        }
    }

    /// Opens an account, or says which rule forbids it.
    pub(crate) fn open(&mut self, new: &NewAccount) -> Result<(), Error> {
        let name = new.name.as_deref().unwrap_or_default();
        check(&[
            (new.flags & !flags::ALL != 0, Error::AccountFlagUnknown),
            (new.id == 0, Error::AccountIdZero),
            (new.id == u128::MAX, Error::AccountIdMax),
        ])?;
        if let Some(open) = self.account(new.id) {
            return Err(account_exists(&open, new, name));
        }
        let exclusive = flags::DEBITS_MUST_NOT_EXCEED_CREDITS | flags::CREDITS_MUST_NOT_EXCEED_DEBITS;
        let name_too_long = Error::NameTooLong { size: name.len() as u64, max: NAME_BYTES_MAX as u64 };
        check(&[
            (new.flags & exclusive == exclusive, Error::AccountFlagsExclusive),
            (new.ledger == 0, Error::AccountLedgerZero),
            (new.code == 0, Error::AccountCodeZero),
            (name.len() > NAME_BYTES_MAX, name_too_long),
        ])?;
        let account = Account {
            id: new.id,
            ledger: new.ledger,
            code: new.code,
            flags: new.flags,
            name: String::from(name),
            debits: 0,
            credits: 0,
            opened_ms: self.time_ms,
        };
        self.accounts.insert(new.id, account);
        self.totals(new.ledger).accounts += 1;
        Ok(())
    }

    /// Makes a transfer, or says which rule forbids it.
    pub(crate) fn post(&mut self, transfer: &Transfer) -> Result<(), Error> {
        check(&[(transfer.id == 0, Error::IdZero), (transfer.id == u128::MAX, Error::IdMax)])?;
        if let Some(made) = self.state.transfers.get(&transfer.id) {
            return Err(transfer_exists(&made, transfer));
        }
        check_transfer(transfer)?;
        let mut debit = self.account(transfer.debit).ok_or(Error::DebitAccountNotFound)?;
        let mut credit = self.account(transfer.credit).ok_or(Error::CreditAccountNotFound)?;
        check(&[
            (debit.ledger != credit.ledger, Error::AccountsMustHaveTheSameLedger),
            (debit.ledger != transfer.ledger, Error::TransferMustHaveTheSameLedger),
        ])?;
        let amount = transfer.amount;
        debit.debits = debit.debits.checked_add(amount).ok_or(Error::OverflowsDebits)?;
        credit.credits = credit.credits.checked_add(amount).ok_or(Error::OverflowsCredits)?;
        let exceeds_credits =
            debit.has(flags::DEBITS_MUST_NOT_EXCEED_CREDITS) && debit.debits > debit.credits;
        let exceeds_debits =
            credit.has(flags::CREDITS_MUST_NOT_EXCEED_DEBITS) && credit.credits > credit.debits;
        check(&[(exceeds_credits, Error::ExceedsCredits), (exceeds_debits, Error::ExceedsDebits)])?;
        let ordinal = self.sum(transfer.ledger, amount)?;
        self.keep(transfer, ordinal, debit, credit);
        Ok(())
    }

    /// Adds a transfer to its ledger's sums; answers its number.
    fn sum(&mut self, ledger: u32, amount: u128) -> Result<u64, Error> {
        let totals = self.totals(ledger);
        let debits = totals.debits.checked_add(amount).ok_or(Error::OverflowsLedger)?;
        let credits = totals.credits.checked_add(amount).ok_or(Error::OverflowsLedger)?;
        let transfers = totals.transfers + 1;
        *totals = Totals { debits, credits, transfers, ..*totals };
        assert!(totals.debits == totals.credits, "debits equal credits");
        Ok(transfers)
    }

    /// Keeps a transfer that no rule forbids, and both accounts after it.
    fn keep(&mut self, transfer: &Transfer, ordinal: u64, debit: Account, credit: Account) {
        let Transfer { id, amount, ledger, code, .. } = *transfer;
        let time_ms = self.time_ms;
        let record = Record { debit: debit.id, credit: credit.id, amount, ledger, code, ordinal, time_ms };
        self.state.transfers.insert(&id, &record);
        for (account, counterpart, is_debit) in [(&debit, credit.id, true), (&credit, debit.id, false)] {
            if account.has(flags::HISTORY) {
                let (debits, credits) = (account.debits, account.credits);
                let entry =
                    Entry { ordinal, transfer: id, is_debit, counterpart, amount, debits, credits, time_ms };
                self.state.history.insert(&(account.id, ordinal), &entry);
            }
        }
        self.accounts.insert(debit.id, debit);
        self.accounts.insert(credit.id, credit);
    }

    /// An account as it is by now.
    fn account(&self, id: u128) -> Option<Account> {
        self.accounts.get(&id).cloned().or_else(|| self.state.accounts.get(&id))
    }

    /// A ledger's sums as they are by now.
    fn totals(&mut self, ledger: u32) -> &mut Totals {
        let Book { state, totals, .. } = self;
        let none = Totals { ledger, accounts: 0, transfers: 0, debits: 0, credits: 0 };
        totals.entry(ledger).or_insert_with(|| state.totals.get(&ledger).unwrap_or(none))
    }
}

/// The first rule that is broken.
fn check(rules: &[(bool, Error)]) -> Result<(), Error> {
    rules.iter().find(|(broken, _)| *broken).map_or(Ok(()), |(_, error)| Err(*error))
}

/// The rules that a transfer alone can break.
fn check_transfer(transfer: &Transfer) -> Result<(), Error> {
    check(&[
        (transfer.debit == 0, Error::DebitAccountIdZero),
        (transfer.debit == u128::MAX, Error::DebitAccountIdMax),
        (transfer.credit == 0, Error::CreditAccountIdZero),
        (transfer.credit == u128::MAX, Error::CreditAccountIdMax),
        (transfer.debit == transfer.credit, Error::AccountsMustBeDifferent),
        (transfer.amount == 0, Error::AmountZero),
        (transfer.ledger == 0, Error::LedgerZero),
        (transfer.code == 0, Error::CodeZero),
    ])
}

/// In what a transfer differs from the one of its id that was made.
fn transfer_exists(made: &Record, transfer: &Transfer) -> Error {
    let differences = [
        (made.debit != transfer.debit, Error::ExistsWithDifferentDebit),
        (made.credit != transfer.credit, Error::ExistsWithDifferentCredit),
        (made.amount != transfer.amount, Error::ExistsWithDifferentAmount),
        (made.ledger != transfer.ledger, Error::ExistsWithDifferentLedger),
        (made.code != transfer.code, Error::ExistsWithDifferentCode),
    ];
    check(&differences).err().unwrap_or(Error::Exists)
}

/// In what an account differs from the open one of its id.
fn account_exists(open: &Account, new: &NewAccount, name: &str) -> Error {
    let differences = [
        (open.flags != new.flags, Error::AccountExistsWithDifferentFlags),
        (open.name != name, Error::AccountExistsWithDifferentName),
        (open.ledger != new.ledger, Error::AccountExistsWithDifferentLedger),
        (open.code != new.code, Error::AccountExistsWithDifferentCode),
    ];
    check(&differences).err().unwrap_or(Error::AccountExists)
}
