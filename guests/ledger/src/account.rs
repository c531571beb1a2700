//! The rules of accounts.

use crate::book::{Book, Cached, refuse};
use crate::name::Name;
use crate::types::{Account, Balance, NewAccount, Totals, flags};
use crate::{Error, NAME_BYTES_MAX};

impl Book<'_> {
    /// Opens an account, or says which rule forbids it.
    pub(crate) fn open(&mut self, new: &NewAccount) -> Result<(), Error> {
        let text = new.name.as_deref().unwrap_or_default();
        refuse! {
            new.flags & !flags::ALL != 0 => Error::AccountFlagUnknown,
            new.id == 0 => Error::AccountIdZero,
            new.id == u128::MAX => Error::AccountIdMax,
        }
        if let Some(place) = self.place(new.id) {
            return Err(exists(&self.accounts[place].value, new, text));
        }
        let exclusive = flags::DEBITS_MUST_NOT_EXCEED_CREDITS | flags::CREDITS_MUST_NOT_EXCEED_DEBITS;
        let name_too_long = Error::NameTooLong { size: text.len() as u64, max: NAME_BYTES_MAX as u64 };
        refuse! {
            new.flags & exclusive == exclusive => Error::AccountFlagsExclusive,
            new.ledger == 0 => Error::AccountLedgerZero,
            new.code == 0 => Error::AccountCodeZero,
        }
        let name = Name::new(text).ok_or(name_too_long)?;
        let Balance { debits_pending, debits_posted, credits_pending, credits_posted } = Balance::default();
        let account = Account {
            id: new.id,
            ledger: new.ledger,
            code: new.code,
            flags: new.flags,
            name,
            debits_pending,
            debits_posted,
            credits_pending,
            credits_posted,
            opened_ms: self.time_ms,
        };
        let place = self.keep(Cached::new(account, true));
        if let Some(trial) = &mut self.trial {
            trial.save_opened(place);
        }
        let totals = self.totals(new.ledger);
        self.set_totals(Totals { accounts: totals.accounts + 1, ..totals });
        Ok(())
    }
}

/// In what an account differs from the open one of its id, which may have been closed since.
fn exists(open: &Account, new: &NewAccount, name: &str) -> Error {
    if (open.flags ^ new.flags) & !flags::CLOSED != 0 {
        Error::AccountExistsWithDifferentFlags
    } else if open.name.as_str() != name {
        Error::AccountExistsWithDifferentName
    } else if open.ledger != new.ledger {
        Error::AccountExistsWithDifferentLedger
    } else if open.code != new.code {
        Error::AccountExistsWithDifferentCode
    } else {
        Error::AccountExists
    }
}
