//! The rules of transfers: those of all, and of those that post or reserve an amount.

use crate::Error;
use crate::book::{Book, Move, refuse};
use crate::types::{Account, Balance, Kind, Record, Status, Transfer, expiry, flags, transfer_flags};

impl Book<'_> {
    /// Makes a transfer, or says which rule forbids it.
    pub(crate) fn transfer(&mut self, transfer: &Transfer) -> Result<(), Error> {
        refuse! {
            transfer.flags & !transfer_flags::ALL != 0 => Error::FlagUnknown,
            transfer.id == 0 => Error::IdZero,
            transfer.id == u128::MAX => Error::IdMax,
        }
        if let Some(made) = self.record(transfer.id) {
            return Err(self.exists(&made, transfer));
        }
        if transfer.has(transfer_flags::RESOLVING) {
            return self.resolve(transfer);
        }
        check(transfer)?;
        let debit = self.place(transfer.debit).ok_or(Error::DebitAccountNotFound)?;
        let credit = self.place(transfer.credit).ok_or(Error::CreditAccountNotFound)?;
        let (from, to) = (&self.accounts[debit].value, &self.accounts[credit].value);
        refuse! {
            from.ledger != to.ledger => Error::AccountsMustHaveTheSameLedger,
            from.ledger != transfer.ledger => Error::TransferMustHaveTheSameLedger,
            from.has(flags::CLOSED) => Error::DebitAccountAlreadyClosed,
            to.has(flags::CLOSED) => Error::CreditAccountAlreadyClosed,
        }
        let amount = balanced(transfer, from, to)?;
        let (debited, credited) = balances(transfer, amount, from, to)?;
        refuse! {
            expiry(self.time_ms, transfer.timeout).is_none() => Error::OverflowsTimeout,
            from.has(flags::DEBITS_MUST_NOT_EXCEED_CREDITS) && debited.debits() > debited.credits_posted =>
                Error::ExceedsCredits,
            to.has(flags::CREDITS_MUST_NOT_EXCEED_DEBITS) && credited.credits() > credited.debits_posted =>
                Error::ExceedsDebits,
        }
        let closed = |flag: u16| if transfer.has(flag) { flags::CLOSED } else { 0 };
        let debit_flags = from.flags | closed(transfer_flags::CLOSING_DEBIT);
        let credit_flags = to.flags | closed(transfer_flags::CLOSING_CREDIT);
        let ordinal = self.count(transfer, amount)?;
        self.change(debit, debited, debit_flags);
        self.change(credit, credited, credit_flags);
        let is_pending = transfer.has(transfer_flags::PENDING);
        let (kind, status) =
            if is_pending { (Kind::Reserved, Status::Pending) } else { (Kind::Transferred, Status::Made) };
        self.keep_record(
            transfer,
            status,
            &Move { transfer: transfer.id, kind, amount, ordinal, debit, credit },
        );
        Ok(())
    }

    /// Adds a transfer to its ledger's sums; answers its number.
    fn count(&mut self, transfer: &Transfer, amount: u128) -> Result<u64, Error> {
        let mut totals = self.totals(transfer.ledger);
        totals.debits().checked_add(amount).ok_or(Error::OverflowsLedger)?;
        let ordinal = totals.next();
        totals.transfers += 1;
        if transfer.has(transfer_flags::PENDING) {
            totals.debits_pending += amount;
            totals.credits_pending += amount;
        } else {
            totals.debits_posted += amount;
            totals.credits_posted += amount;
        }
        self.set_totals(totals);
        Ok(ordinal)
    }

    /// Keeps a transfer, and enters what it did.
    pub(crate) fn keep_record(&mut self, transfer: &Transfer, status: Status, it: &Move) {
        let Transfer { id, debit, credit, ledger, code, flags, pending_id, timeout, user_data, .. } =
            *transfer;
        let (amount, ordinal, time_ms) = (it.amount, it.ordinal, self.time_ms);
        let record = Record {
            debit,
            credit,
            amount,
            ledger,
            code,
            ordinal,
            time_ms,
            flags,
            pending_id,
            timeout,
            user_data,
            status,
        };
        self.set_record(id, record);
        if let Some(due) = record.due() {
            self.set_expiry(due, Some(id));
        }
        self.enter(it);
    }

    /// In what a transfer differs from the one of its id that was made. What one that posts or voids leaves zero is not
    /// compared, and one that balances may ask for more than it came to.
    fn exists(&self, made: &Record, transfer: &Transfer) -> Error {
        let pending = if made.has(transfer_flags::RESOLVING) {
            made.pending_id.and_then(|id| self.record(id))
        } else {
            None
        };
        let is_other = |made: u128, asked: u128| made != asked && (asked != 0 || pending.is_none());
        let reserved = pending.map_or(0, |pending| pending.amount);
        let is_other_amount = if made.has(transfer_flags::POST_PENDING_TRANSFER) {
            made.amount != transfer.amount.min(reserved)
        } else if made.has(transfer_flags::BALANCING) {
            made.amount > transfer.amount
        } else {
            is_other(made.amount, transfer.amount)
        };
        let user_data = transfer.user_data.or(pending.and_then(|pending| pending.user_data));
        if made.flags != transfer.flags {
            Error::ExistsWithDifferentFlags
        } else if made.pending_id.unwrap_or(0) != transfer.pending_id.unwrap_or(0) {
            Error::ExistsWithDifferentPendingId
        } else if made.timeout != transfer.timeout {
            Error::ExistsWithDifferentTimeout
        } else if is_other(made.debit, transfer.debit) {
            Error::ExistsWithDifferentDebit
        } else if is_other(made.credit, transfer.credit) {
            Error::ExistsWithDifferentCredit
        } else if is_other_amount {
            Error::ExistsWithDifferentAmount
        } else if made.user_data != user_data {
            Error::ExistsWithDifferentUserData
        } else if is_other(made.ledger.into(), transfer.ledger.into()) {
            Error::ExistsWithDifferentLedger
        } else if is_other(made.code.into(), transfer.code.into()) {
            Error::ExistsWithDifferentCode
        } else {
            Error::Exists
        }
    }
}

/// The rules that a transfer alone can break.
fn check(transfer: &Transfer) -> Result<(), Error> {
    let (is_pending, is_closing) =
        (transfer.has(transfer_flags::PENDING), transfer.has(transfer_flags::CLOSING));
    refuse! {
        transfer.debit == 0 => Error::DebitAccountIdZero,
        transfer.debit == u128::MAX => Error::DebitAccountIdMax,
        transfer.credit == 0 => Error::CreditAccountIdZero,
        transfer.credit == u128::MAX => Error::CreditAccountIdMax,
        transfer.debit == transfer.credit => Error::AccountsMustBeDifferent,
        transfer.pending_id.is_some_and(|id| id != 0) => Error::PendingIdMustBeZero,
        transfer.timeout != 0 && !is_pending => Error::TimeoutReservedForPendingTransfer,
        is_closing && !is_pending => Error::ClosingTransferMustBePending,
        transfer.amount == 0 && !is_closing => Error::AmountZero,
        transfer.ledger == 0 => Error::LedgerZero,
        transfer.code == 0 => Error::CodeZero,
    }
    Ok(())
}

/// How much a transfer moves: what it says, or what is left of that when it is balanced.
fn balanced(transfer: &Transfer, from: &Account, to: &Account) -> Result<u128, Error> {
    let mut amount = transfer.amount;
    if !transfer.has(transfer_flags::BALANCING) {
        return Ok(amount);
    }
    let is_closing = transfer.has(transfer_flags::CLOSING);
    if transfer.has(transfer_flags::BALANCING_DEBIT) {
        amount = amount.min(from.credits_posted.saturating_sub(from.balance().debits()));
        refuse! { amount == 0 && !is_closing => Error::ExceedsCredits }
    }
    if transfer.has(transfer_flags::BALANCING_CREDIT) {
        amount = amount.min(to.debits_posted.saturating_sub(to.balance().credits()));
        refuse! { amount == 0 && !is_closing => Error::ExceedsDebits }
    }
    Ok(amount)
}

/// The sums of both accounts after a transfer.
fn balances(
    transfer: &Transfer,
    amount: u128,
    from: &Account,
    to: &Account,
) -> Result<(Balance, Balance), Error> {
    let add = |sum: u128, error: Error| sum.checked_add(amount).ok_or(error);
    let (mut debited, mut credited) = (from.balance(), to.balance());
    let (debits, credits) = (debited.debits(), credited.credits());
    let is_pending = transfer.has(transfer_flags::PENDING);
    if is_pending {
        debited.debits_pending = add(debited.debits_pending, Error::OverflowsDebitsPending)?;
        credited.credits_pending = add(credited.credits_pending, Error::OverflowsCreditsPending)?;
    }
    let debits_posted = add(debited.debits_posted, Error::OverflowsDebitsPosted)?;
    let credits_posted = add(credited.credits_posted, Error::OverflowsCreditsPosted)?;
    add(debits, Error::OverflowsDebits)?;
    add(credits, Error::OverflowsCredits)?;
    if !is_pending {
        (debited.debits_posted, credited.credits_posted) = (debits_posted, credits_posted);
    }
    Ok((debited, credited))
}
