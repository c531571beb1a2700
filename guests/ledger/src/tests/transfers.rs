//! Transfers that post at once, singly and in batches.

use super::{audit, history, lookup, of, opened, posted, refused, send, send_all, state, totals};
use crate::{ANSWER_MAX, BATCH_MAX, Error, Record, Status, Totals, Transfer};
use alloc::vec;
use alloc::vec::Vec;
use guest_sdk::test::identity;

#[test]
fn a_transfer_debits_one_account_and_credits_the_other() {
    let mut host = opened();
    host.set_time(9);
    send(&mut host, of(100, 1, 4, 30)).returned::<()>();
    send(&mut host, of(101, 4, 1, 10)).returned::<()>();
    assert_eq!((posted(&host, 1), posted(&host, 4)), ((30, 10), (10, 30)));
    let made = lookup(&host, 101);
    let (flags, pending_id, timeout, user_data, status) = (0, None, 0, None, Status::Made);
    let expected = Record {
        debit: 4,
        credit: 1,
        amount: 10,
        ledger: 1,
        code: 7,
        ordinal: 2,
        time_ms: 9,
        flags,
        pending_id,
        timeout,
        user_data,
        status,
    };
    assert_eq!(made, Some(expected));
    let first = Totals {
        ledger: 1,
        accounts: 4,
        transfers: 2,
        debits_posted: 40,
        credits_posted: 40,
        ..Totals::default()
    };
    assert_eq!(totals(&host), [first, Totals { ledger: 2, accounts: 1, ..Totals::default() }]);
    audit(&host);
}

#[test]
fn every_rule_of_transfers_has_its_answer() {
    let mut host = opened();
    let max = u128::MAX;
    let base = of(100, 1, 4, 1);
    for (transfer, error) in [
        (Transfer { id: 0, ..base }, Error::IdZero),
        (Transfer { id: max, ..base }, Error::IdMax),
        (Transfer { debit: 0, ..base }, Error::DebitAccountIdZero),
        (Transfer { debit: max, ..base }, Error::DebitAccountIdMax),
        (Transfer { credit: 0, ..base }, Error::CreditAccountIdZero),
        (Transfer { credit: max, ..base }, Error::CreditAccountIdMax),
        (Transfer { credit: 1, ..base }, Error::AccountsMustBeDifferent),
        (Transfer { amount: 0, ..base }, Error::AmountZero),
        (Transfer { ledger: 0, ..base }, Error::LedgerZero),
        (Transfer { code: 0, ..base }, Error::CodeZero),
        (Transfer { debit: 9, ..base }, Error::DebitAccountNotFound),
        (Transfer { credit: 9, ..base }, Error::CreditAccountNotFound),
        (Transfer { credit: 5, ..base }, Error::AccountsMustHaveTheSameLedger),
        (Transfer { ledger: 2, ..base }, Error::TransferMustHaveTheSameLedger),
        (Transfer { debit: 2, ..base }, Error::ExceedsCredits),
        (Transfer { credit: 3, ..base }, Error::ExceedsDebits),
        (Transfer { debit: 2, credit: 3, ..base }, Error::ExceedsCredits),
    ] {
        let before = state(&host);
        refused(&send(&mut host, transfer), error);
        assert_eq!(state(&host), before);
    }
    audit(&host);
}

#[test]
fn the_first_broken_rule_is_answered() {
    let mut host = opened();
    let nothing = Transfer::default();
    type Mend = fn(&mut Transfer);
    let mend: [(Mend, Error); 8] = [
        (|_| {}, Error::IdZero),
        (|transfer| transfer.id = 100, Error::DebitAccountIdZero),
        (|transfer| transfer.debit = 9, Error::CreditAccountIdZero),
        (|transfer| transfer.credit = 9, Error::AccountsMustBeDifferent),
        (|transfer| transfer.credit = 8, Error::AmountZero),
        (|transfer| transfer.amount = 1, Error::LedgerZero),
        (|transfer| transfer.ledger = 1, Error::CodeZero),
        (|transfer| transfer.code = 1, Error::DebitAccountNotFound),
    ];
    let mut transfer = nothing;
    for (mend, error) in mend {
        mend(&mut transfer);
        refused(&send(&mut host, transfer), error);
    }
}

#[test]
fn a_transfer_sent_again_changes_nothing() {
    let mut host = opened();
    let base = of(100, 1, 4, 30);
    send(&mut host, base).returned::<()>();
    let before = state(&host);
    for (transfer, error) in [
        (base, Error::Exists),
        (Transfer { debit: 2, ..base }, Error::ExistsWithDifferentDebit),
        (Transfer { credit: 2, ..base }, Error::ExistsWithDifferentCredit),
        (Transfer { amount: 0, ..base }, Error::ExistsWithDifferentAmount),
        (Transfer { ledger: 2, ..base }, Error::ExistsWithDifferentLedger),
        (Transfer { code: 8, ..base }, Error::ExistsWithDifferentCode),
        (Transfer { debit: 0, amount: 0, ..base }, Error::ExistsWithDifferentDebit),
    ] {
        refused(&send(&mut host, transfer), error);
    }
    assert_eq!(state(&host), before);
    // An id whose transfer was refused is still free.
    refused(&send(&mut host, of(101, 1, 9, 1)), Error::CreditAccountNotFound);
    send(&mut host, of(101, 1, 4, 1)).returned::<()>();
}

#[test]
fn limits_hold_to_the_last_unit() {
    let mut host = opened();
    send(&mut host, of(100, 1, 2, 10)).returned::<()>();
    refused(&send(&mut host, of(101, 2, 1, 11)), Error::ExceedsCredits);
    send(&mut host, of(102, 2, 1, 10)).returned::<()>();
    refused(&send(&mut host, of(103, 2, 1, 1)), Error::ExceedsCredits);
    send(&mut host, of(104, 3, 1, 5)).returned::<()>();
    refused(&send(&mut host, of(105, 1, 3, 6)), Error::ExceedsDebits);
    send(&mut host, of(106, 1, 3, 5)).returned::<()>();
    audit(&host);
}

#[test]
fn sums_stay_within_128_bits() {
    let mut host = opened();
    let half = 1u128 << 127;
    send(&mut host, of(100, 1, 4, half)).returned::<()>();
    refused(&send(&mut host, of(101, 1, 2, half)), Error::OverflowsDebitsPosted);
    refused(&send(&mut host, of(101, 2, 4, half)), Error::OverflowsCreditsPosted);
    refused(&send(&mut host, of(101, 3, 2, half)), Error::OverflowsLedger);
    send(&mut host, of(101, 1, 4, half - 1)).returned::<()>();
    assert_eq!(posted(&host, 1), (u128::MAX, 0));
    audit(&host);
}

#[test]
fn a_batch_answers_for_each_and_applies_the_good_ones() {
    let mut host = opened();
    let batch =
        vec![of(100, 1, 2, 10), of(101, 1, 1, 1), of(102, 2, 4, 10), of(103, 2, 4, 1), of(100, 1, 2, 10)];
    let codes = send_all(&mut host, batch);
    assert_eq!(codes, [0, 12, 0, 54, 46]);
    assert_eq!((posted(&host, 1), posted(&host, 2), posted(&host, 4)), ((10, 0), (10, 10), (0, 10)));
    audit(&host);
}

#[test]
fn a_batch_may_be_full_and_not_fuller() {
    let mut host = opened();
    let mut batch: Vec<Transfer> = (0..BATCH_MAX as u128).map(|n| of(100 + n, 1, 4, 1)).collect();
    let reply = host.call(&identity(1), "transfers", &(&batch,));
    assert!(reply.returned::<Vec<u64>>().iter().all(|code| *code == 0));
    assert_eq!(posted(&host, 4), (0, BATCH_MAX as u128));
    assert_eq!(history(&host, 4).len(), ANSWER_MAX as usize);
    assert_eq!((totals(&host)[0].transfers, totals(&host)[0].debits_posted), (8_190, 8_190));
    batch.push(of(9, 1, 4, 1));
    let reply = host.call(&identity(1), "transfers", &(batch,));
    refused(&reply, Error::BatchTooLong { size: 8_191, max: 8_190 });
}
