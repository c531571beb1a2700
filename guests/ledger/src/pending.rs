//! How a pending transfer ends: it is posted, in full or in part, or voided, or its time is out.

use crate::Error;
use crate::book::{Book, Move, refuse};
use crate::types::{Kind, Record, Status, Totals, Transfer, flags, transfer_flags};
use alloc::vec::Vec;

impl Book<'_> {
    /// Posts or voids a pending transfer, or says which rule forbids it.
    pub(crate) fn resolve(&mut self, transfer: &Transfer) -> Result<(), Error> {
        let is_void = transfer.has(transfer_flags::VOID_PENDING_TRANSFER);
        let others = transfer.flags & !transfer_flags::LINKED;
        let pending_id = transfer.pending_id.unwrap_or(0);
        refuse! {
            !others.is_power_of_two() => Error::FlagsExclusive,
            pending_id == 0 => Error::PendingIdZero,
            pending_id == u128::MAX => Error::PendingIdMax,
            pending_id == transfer.id => Error::PendingIdMustBeDifferent,
            transfer.timeout != 0 => Error::TimeoutReservedForPendingTransfer,
        }
        let pending = self.record(pending_id).ok_or(Error::PendingTransferNotFound)?;
        let amount = match (is_void, transfer.amount) {
            (true, 0) | (false, u128::MAX) => pending.amount,
            (_, amount) => amount,
        };
        check(transfer, &pending, amount)?;
        refuse! { self.is_due(&pending) => Error::PendingTransferExpired }
        let debit = self.place(pending.debit).ok_or(Error::DebitAccountNotFound)?;
        let credit = self.place(pending.credit).ok_or(Error::CreditAccountNotFound)?;
        refuse! {
            !is_void && self.accounts[debit].value.has(flags::CLOSED) => Error::DebitAccountAlreadyClosed,
            !is_void && self.accounts[credit].value.has(flags::CLOSED) => Error::CreditAccountAlreadyClosed,
        }
        let (kind, status) =
            if is_void { (Kind::Voided, Status::Voided) } else { (Kind::Posted, Status::Posted) };
        let posted = if is_void { 0 } else { amount };
        let totals = self.totals(pending.ledger);
        self.set_totals(Totals { transfers: totals.transfers + 1, ..totals });
        self.release(pending_id, pending, status, (debit, credit), posted);
        let transfer = Transfer {
            debit: pending.debit,
            credit: pending.credit,
            ledger: pending.ledger,
            code: pending.code,
            user_data: transfer.user_data.or(pending.user_data),
            ..*transfer
        };
        let ordinal = totals.next();
        self.keep_record(
            &transfer,
            Status::Made,
            &Move { transfer: transfer.id, kind, amount, ordinal, debit, credit },
        );
        Ok(())
    }

    /// Ends pending transfers whose time is out, the earliest first, at most `limit`; answers how many those were.
    pub(crate) fn expire(&mut self, limit: usize) -> u64 {
        let due = self.state.expiries.range(..=(self.time_ms, u32::MAX, u64::MAX));
        let due: Vec<u128> = due.take(limit).map(|(_, id)| id).collect();
        let mut expired = 0;
        for transfer in due {
            let Some(pending) = self.record(transfer) else { continue };
            let (Some(debit), Some(credit)) = (self.place(pending.debit), self.place(pending.credit)) else {
                continue;
            };
            let totals = self.totals(pending.ledger);
            self.set_totals(Totals { expired: totals.expired + 1, ..totals });
            self.release(transfer, pending, Status::Expired, (debit, credit), 0);
            let (amount, ordinal) = (pending.amount, totals.next());
            self.enter(&Move { transfer, kind: Kind::Expired, amount, ordinal, debit, credit });
            expired += 1;
        }
        expired
    }

    /// Whether a pending transfer's time is out.
    fn is_due(&self, pending: &Record) -> bool {
        pending.due().is_some_and(|(expires_ms, ..)| expires_ms <= self.time_ms)
    }

    /// Ends a reservation, and posts so much of it. Nothing posted reopens the accounts that it closed.
    fn release(&mut self, id: u128, pending: Record, status: Status, places: (usize, usize), posted: u128) {
        let reserved = pending.amount;
        let reopened = |flag: u16| {
            if status != Status::Posted && pending.has(flag) { flags::CLOSED } else { 0 }
        };
        let account = &self.accounts[places.0].value;
        let (mut balance, kept) =
            (account.balance(), account.flags & !reopened(transfer_flags::CLOSING_DEBIT));
        balance.debits_pending -= reserved;
        balance.debits_posted += posted;
        self.change(places.0, balance, kept);
        let account = &self.accounts[places.1].value;
        let (mut balance, kept) =
            (account.balance(), account.flags & !reopened(transfer_flags::CLOSING_CREDIT));
        balance.credits_pending -= reserved;
        balance.credits_posted += posted;
        self.change(places.1, balance, kept);
        let mut totals = self.totals(pending.ledger);
        totals.debits_pending -= reserved;
        totals.credits_pending -= reserved;
        totals.debits_posted += posted;
        totals.credits_posted += posted;
        self.set_totals(totals);
        if let Some(due) = pending.due() {
            self.set_expiry(due, None);
        }
        self.set_record(id, Record { status, ..pending });
    }
}

/// The rules of what posts or voids `amount` of a pending transfer, which are about nothing else.
fn check(transfer: &Transfer, pending: &Record, amount: u128) -> Result<(), Error> {
    let is_other = |asked: u128, pending: u128| asked != 0 && asked != pending;
    let is_void = transfer.has(transfer_flags::VOID_PENDING_TRANSFER);
    refuse! {
        !pending.has(transfer_flags::PENDING) => Error::PendingTransferNotPending,
        is_other(transfer.debit, pending.debit) => Error::PendingTransferHasDifferentDebit,
        is_other(transfer.credit, pending.credit) => Error::PendingTransferHasDifferentCredit,
        is_other(transfer.ledger.into(), pending.ledger.into()) => Error::PendingTransferHasDifferentLedger,
        is_other(transfer.code.into(), pending.code.into()) => Error::PendingTransferHasDifferentCode,
        amount > pending.amount => Error::ExceedsPendingTransferAmount,
        is_void && amount < pending.amount => Error::PendingTransferHasDifferentAmount,
        pending.status == Status::Posted => Error::PendingTransferAlreadyPosted,
        pending.status == Status::Voided => Error::PendingTransferAlreadyVoided,
        pending.status == Status::Expired => Error::PendingTransferExpired,
    }
    Ok(())
}
