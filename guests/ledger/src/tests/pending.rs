//! Pending transfers, and transfers that balance or close.

use super::{audit, balance, history, lookup, of, opened, refused, send, send_all, state, totals};
use crate::transfer_flags::{
    BALANCING_CREDIT, BALANCING_DEBIT, CLOSING_CREDIT, CLOSING_DEBIT, LINKED, PENDING, POST_PENDING_TRANSFER,
    VOID_PENDING_TRANSFER,
};
use crate::{Balance, EXPIRED_BESIDE, Error, Expiring, Kind, Status, Transfer};
use alloc::vec;
use alloc::vec::Vec;
use guest_sdk::ProgramError;
use guest_sdk::test::{Host, Reply, identity};

const MAX: u128 = u128::MAX;

fn pending(id: u128, debit: u128, credit: u128, amount: u128, timeout: u32) -> Transfer {
    Transfer { flags: PENDING, timeout, ..of(id, debit, credit, amount) }
}

fn post(id: u128, pending_id: u128, amount: u128) -> Transfer {
    let flags = POST_PENDING_TRANSFER;
    Transfer { id, pending_id: Some(pending_id), amount, flags, ..Transfer::default() }
}

fn void(id: u128, pending_id: u128) -> Transfer {
    let flags = VOID_PENDING_TRANSFER;
    Transfer { id, pending_id: Some(pending_id), flags, ..Transfer::default() }
}

fn pend(host: &mut Host, transfer: Transfer) -> Reply {
    let Transfer { id, debit, credit, amount, timeout, ledger, code, .. } = transfer;
    host.call(&identity(1), "pend", &(id, debit, credit, amount, timeout, ledger, code))
}

fn expire(host: &mut Host, limit: u32) -> u64 {
    host.call(&identity(1), "expire", &(limit,)).returned()
}

/// Each is refused in a batch of its own, and nothing changes.
fn refuses(host: &mut Host, cases: impl IntoIterator<Item = (Transfer, Error)>) {
    let before = state(host);
    for (transfer, error) in cases {
        assert_eq!(send_all(host, [transfer]), [error.code()], "{error:?}: {transfer:?}");
    }
    assert_eq!(state(host), before);
}

fn status(host: &Host, id: u128) -> Option<Status> {
    lookup(host, id).map(|made| made.status)
}

#[test]
fn what_is_reserved_is_posted_in_part_and_the_rest_released() {
    let mut host = opened();
    send(&mut host, of(99, 1, 2, 10)).returned::<()>();
    pend(&mut host, pending(100, 2, 4, 8, 0)).returned::<()>();
    let reserved = Balance { debits_pending: 8, credits_posted: 10, ..Balance::default() };
    assert_eq!((balance(&host, 2), status(&host, 100)), (reserved, Some(Status::Pending)));
    refused(&send(&mut host, of(101, 2, 1, 3)), Error::ExceedsCredits);
    host.call(&identity(1), "post_pending", &(101u128, 100u128, 5u128)).returned::<()>();
    let posted = Balance { debits_posted: 5, credits_posted: 10, ..Balance::default() };
    assert_eq!((balance(&host, 2), status(&host, 100)), (posted, Some(Status::Posted)));
    let made = lookup(&host, 101).unwrap();
    assert_eq!((made.debit, made.credit, made.amount, made.ledger, made.code), (2, 4, 5, 1, 7));
    assert_eq!((made.pending_id, made.status), (Some(100), Status::Made));
    let kinds: Vec<(Kind, u128)> = history(&host, 4).iter().map(|it| (it.kind, it.amount)).collect();
    assert_eq!(kinds, [(Kind::Reserved, 8), (Kind::Posted, 5)]);
    send(&mut host, of(102, 2, 1, 5)).returned::<()>();
    audit(&host);
}

#[test]
fn all_is_posted_or_all_is_voided() {
    let mut host = opened();
    let batch = [pending(100, 1, 4, 8, 0), pending(101, 1, 4, 4, 0), pending(102, 1, 4, 2, 0)];
    assert_eq!(send_all(&mut host, batch), [0, 0, 0]);
    assert_eq!(send_all(&mut host, [post(110, 100, MAX), post(111, 102, 0)]), [0, 0]);
    host.call(&identity(1), "void_pending", &(112u128, 101u128)).returned::<()>();
    assert_eq!(balance(&host, 1), Balance { debits_posted: 8, ..Balance::default() });
    assert_eq!(
        [100, 101, 102].map(|id| status(&host, id).unwrap()),
        [Status::Posted, Status::Voided, Status::Posted]
    );
    assert_eq!([110, 111, 112].map(|id| lookup(&host, id).unwrap().amount), [8, 0, 4]);
    let sums = totals(&host)[0];
    assert_eq!((sums.transfers, sums.debits_pending, sums.debits_posted), (6, 0, 8));
    audit(&host);
}

#[test]
fn every_rule_of_pending_transfers_has_its_answer() {
    let mut host = opened();
    host.set_time(u64::MAX - 5_000);
    assert_eq!(send_all(&mut host, [of(99, 1, 4, 1), pending(100, 1, 4, 8, 0)]), [0, 0]);
    let base = pending(101, 1, 4, 8, 0);
    let posting = post(102, 100, 8);
    refuses(
        &mut host,
        [
            (Transfer { flags: 1 << 8, id: 0, ..base }, Error::FlagUnknown),
            (Transfer { flags: PENDING | POST_PENDING_TRANSFER, ..posting }, Error::FlagsExclusive),
            (
                Transfer { flags: POST_PENDING_TRANSFER | VOID_PENDING_TRANSFER, ..posting },
                Error::FlagsExclusive,
            ),
            (Transfer { flags: POST_PENDING_TRANSFER | BALANCING_DEBIT, ..posting }, Error::FlagsExclusive),
            (Transfer { flags: VOID_PENDING_TRANSFER | CLOSING_CREDIT, ..posting }, Error::FlagsExclusive),
            (Transfer { pending_id: Some(100), ..base }, Error::PendingIdMustBeZero),
            (Transfer { timeout: 1, ..of(101, 1, 4, 1) }, Error::TimeoutReservedForPendingTransfer),
            (Transfer { flags: CLOSING_DEBIT, ..base }, Error::ClosingTransferMustBePending),
            (Transfer { amount: 0, ..base }, Error::AmountZero),
            (Transfer { timeout: 6, ..base }, Error::OverflowsTimeout),
            (pending(101, 2, 4, 1, 0), Error::ExceedsCredits),
            (pending(101, 1, 3, 1, 0), Error::ExceedsDebits),
            (Transfer { pending_id: None, ..posting }, Error::PendingIdZero),
            (Transfer { pending_id: Some(0), ..posting }, Error::PendingIdZero),
            (Transfer { pending_id: Some(MAX), ..posting }, Error::PendingIdMax),
            (Transfer { pending_id: Some(102), ..posting }, Error::PendingIdMustBeDifferent),
            (Transfer { timeout: 1, ..posting }, Error::TimeoutReservedForPendingTransfer),
            (Transfer { pending_id: Some(98), ..posting }, Error::PendingTransferNotFound),
            (Transfer { pending_id: Some(99), ..posting }, Error::PendingTransferNotPending),
            (Transfer { debit: 2, ..posting }, Error::PendingTransferHasDifferentDebit),
            (Transfer { credit: 2, ..posting }, Error::PendingTransferHasDifferentCredit),
            (Transfer { ledger: 2, ..posting }, Error::PendingTransferHasDifferentLedger),
            (Transfer { code: 2, ..posting }, Error::PendingTransferHasDifferentCode),
            (post(102, 100, 9), Error::ExceedsPendingTransferAmount),
            (Transfer { amount: 9, ..void(102, 100) }, Error::ExceedsPendingTransferAmount),
            (Transfer { amount: 7, ..void(102, 100) }, Error::PendingTransferHasDifferentAmount),
        ],
    );
    assert_eq!(send_all(&mut host, [Transfer { debit: 1, credit: 4, ledger: 1, code: 7, ..posting }]), [0]);
    assert_eq!(send_all(&mut host, [pending(103, 1, 4, 1, 0), void(104, 103)]), [0, 0]);
    refuses(
        &mut host,
        [
            (post(105, 100, 1), Error::PendingTransferAlreadyPosted),
            (void(105, 100), Error::PendingTransferAlreadyPosted),
            (post(105, 103, 1), Error::PendingTransferAlreadyVoided),
        ],
    );
    audit(&host);
}

#[test]
fn sums_with_what_is_pending_stay_within_128_bits() {
    let mut host = opened();
    let half = 1u128 << 127;
    assert_eq!(send_all(&mut host, [pending(100, 1, 4, half, 0)]), [0]);
    refuses(
        &mut host,
        [
            (pending(101, 1, 2, half, 0), Error::OverflowsDebitsPending),
            (pending(101, 2, 4, half, 0), Error::OverflowsCreditsPending),
            (of(101, 1, 2, half), Error::OverflowsDebits),
            (of(101, 2, 4, half), Error::OverflowsCredits),
            (of(101, 3, 2, half), Error::OverflowsLedger),
        ],
    );
    audit(&host);
}

#[test]
fn one_sent_again_is_known_by_what_it_came_to() {
    let mut host = opened();
    let known = Transfer { user_data: Some(5), ..pending(100, 1, 4, 8, 60) };
    assert_eq!(send_all(&mut host, [of(99, 1, 2, 6), known, pending(101, 1, 4, 3, 0)]), [0, 0, 0]);
    let balancing = Transfer { flags: BALANCING_DEBIT, ..of(103, 2, 1, 9) };
    assert_eq!(send_all(&mut host, [post(110, 100, 5), void(111, 101), balancing]), [0, 0, 0]);
    assert_eq!(lookup(&host, 110).unwrap().user_data, Some(5), "as it is with what was posted");
    let amount = |amount, transfer| Transfer { amount, ..transfer };
    refuses(
        &mut host,
        [
            (known, Error::Exists),
            (Transfer { flags: 0, timeout: 0, ..known }, Error::ExistsWithDifferentFlags),
            (Transfer { timeout: 61, ..known }, Error::ExistsWithDifferentTimeout),
            (Transfer { user_data: None, ..known }, Error::ExistsWithDifferentUserData),
            (Transfer { debit: 0, ..known }, Error::ExistsWithDifferentDebit),
            (post(110, 100, 5), Error::Exists),
            (
                Transfer { debit: 1, credit: 4, ledger: 1, code: 7, user_data: Some(5), ..post(110, 100, 5) },
                Error::Exists,
            ),
            (post(110, 100, 6), Error::ExistsWithDifferentAmount),
            (post(110, 100, MAX), Error::ExistsWithDifferentAmount),
            (post(110, 101, 5), Error::ExistsWithDifferentPendingId),
            (Transfer { code: 8, ..post(110, 100, 5) }, Error::ExistsWithDifferentCode),
            (Transfer { credit: 2, ..post(110, 100, 5) }, Error::ExistsWithDifferentCredit),
            (void(111, 101), Error::Exists),
            (amount(3, void(111, 101)), Error::Exists),
            (amount(2, void(111, 101)), Error::ExistsWithDifferentAmount),
            (balancing, Error::Exists),
            (amount(6, balancing), Error::Exists),
            (amount(5, balancing), Error::ExistsWithDifferentAmount),
        ],
    );
}

#[test]
fn a_pending_transfer_expires_exactly_when_its_timeout_says() {
    let mut host = opened();
    host.set_time(1_000);
    pend(&mut host, pending(100, 1, 4, 8, 2)).returned::<()>();
    pend(&mut host, pending(101, 1, 4, 4, 2)).returned::<()>();
    let due = |ordinal, transfer| Expiring { expires_ms: 3_000, ledger: 1, ordinal, transfer };
    assert_eq!(host.ask::<Vec<Expiring>>("expiring", &(9u32,)), [due(1, 100), due(2, 101)]);
    host.set_time(2_999);
    assert_eq!((expire(&mut host, 9), balance(&host, 1).debits_pending), (0, 12));
    assert_eq!(send_all(&mut host, [post(110, 100, MAX)]), [0]);
    host.set_time(3_000);
    assert_eq!(send_all(&mut host, [post(111, 101, MAX)]), [Error::PendingTransferExpired.code()]);
    assert_eq!(balance(&host, 1), Balance { debits_posted: 8, ..Balance::default() });
    assert_eq!((status(&host, 101), totals(&host)[0].expired), (Some(Status::Expired), 1));
    let last = *history(&host, 4).last().unwrap();
    assert_eq!((last.kind, last.transfer, last.ordinal, last.time_ms), (Kind::Expired, 101, 4, 3_000));
    assert_eq!(send_all(&mut host, [void(111, 101)]), [Error::PendingTransferExpired.code()]);
    assert_eq!(host.ask::<Vec<Expiring>>("expiring", &(9u32,)), []);
    audit(&host);
}

#[test]
fn a_call_releases_the_earliest_and_one_more_for_each_transfer_that_it_brings() {
    let mut host = opened();
    let count = 2 * EXPIRED_BESIDE as u128 + 5;
    let late = |n: u128| u32::try_from(count - n).unwrap();
    send_all(&mut host, (0..count).map(|n| pending(100 + n, 1, 4, 1, late(n))).collect::<Vec<_>>());
    host.set_time(1_000_000);
    let failed = send(&mut host, of(0, 1, 4, 1));
    refused(&failed, Error::IdZero);
    assert_eq!(balance(&host, 4).credits_pending, count, "a call that fails releases nothing");
    assert_eq!(send_all(&mut host, [void(900, 100), post(901, 101, 1)]), [35, 35]);
    let released = EXPIRED_BESIDE as u128 + 2;
    assert_eq!(balance(&host, 4).credits_pending, count - released);
    let is_expired = |host: &Host, n: u128| status(host, 100 + n) == Some(Status::Expired);
    assert!((0..count).all(|n| is_expired(&host, n) == (n >= count - released)), "the last was the first");
    assert_eq!((expire(&mut host, 1), expire(&mut host, 0)), (1, 0));
    assert_eq!(u128::from(expire(&mut host, u32::MAX)), count - released - 1);
    assert_eq!((balance(&host, 4), u128::from(totals(&host)[0].expired)), (Balance::default(), count));
    audit(&host);
}

#[test]
fn a_balancing_transfer_moves_what_there_is() {
    let mut host = opened();
    assert_eq!(send_all(&mut host, [of(90, 1, 2, 10), of(91, 3, 1, 6), pending(92, 2, 1, 3, 0)]), [0, 0, 0]);
    let debit = |id, amount| Transfer { flags: BALANCING_DEBIT, ..of(id, 2, 4, amount) };
    let credit = |id, amount| Transfer { flags: BALANCING_CREDIT, ..of(id, 1, 3, amount) };
    assert_eq!(send_all(&mut host, [debit(100, 2), debit(101, 100), debit(102, 1)]), [0, 0, 54]);
    assert_eq!(send_all(&mut host, [credit(103, MAX), credit(104, 1)]), [0, 55]);
    assert_eq!([100, 101, 103].map(|id| lookup(&host, id).unwrap().amount), [2, 5, 6]);
    // The least of both, and as a reservation.
    assert_eq!(send_all(&mut host, [of(93, 1, 2, 9), of(94, 3, 1, 4)]), [0, 0]);
    let both = Transfer { flags: BALANCING_DEBIT | BALANCING_CREDIT | PENDING, ..of(105, 2, 3, 100) };
    assert_eq!((send_all(&mut host, [both]), lookup(&host, 105).unwrap().amount), (vec![0], 4));
    // The flag binds an account that has no limit of its own.
    let unlimited = Transfer { flags: BALANCING_DEBIT, ..of(106, 4, 1, 100) };
    assert_eq!((send_all(&mut host, [unlimited]), lookup(&host, 106).unwrap().amount), (vec![0], 7));
    audit(&host);
}

#[test]
fn a_closed_account_takes_part_in_nothing_until_it_is_reopened() {
    let mut host = opened();
    assert_eq!(
        send_all(&mut host, [of(90, 1, 4, 5), pending(91, 1, 4, 2, 0), pending(92, 4, 1, 1, 0)]),
        [0, 0, 0]
    );
    let close = Transfer { flags: PENDING | CLOSING_CREDIT, timeout: 60, ..of(100, 1, 4, 0) };
    assert_eq!(send_all(&mut host, [close]), [0]);
    refuses(
        &mut host,
        [
            (of(101, 1, 4, 1), Error::CreditAccountAlreadyClosed),
            (of(101, 4, 1, 1), Error::DebitAccountAlreadyClosed),
            (post(101, 91, 1), Error::CreditAccountAlreadyClosed),
            (post(101, 92, 1), Error::DebitAccountAlreadyClosed),
            (post(101, 100, 0), Error::CreditAccountAlreadyClosed),
        ],
    );
    assert_eq!(send_all(&mut host, [void(102, 91), void(103, 100), of(104, 1, 4, 1)]), [0, 0, 0]);
    let close = Transfer { id: 105, flags: PENDING | CLOSING_CREDIT | CLOSING_DEBIT, ..close };
    assert_eq!(send_all(&mut host, [close, of(106, 1, 2, 1), of(107, 2, 4, 1)]), [0, 65, 66]);
    host.set_time(120_000);
    assert_eq!(send_all(&mut host, [of(106, 1, 4, 1)]), [0], "its time is out");
    audit(&host);
}

#[test]
fn an_account_is_emptied_and_closed_in_one_chain() {
    let mut host = opened();
    assert_eq!(send_all(&mut host, [of(90, 1, 2, 10)]), [0]);
    let rest = Transfer { flags: BALANCING_DEBIT | LINKED, ..of(100, 2, 1, MAX) };
    let close = Transfer { flags: PENDING | CLOSING_DEBIT, ..of(101, 2, 1, 0) };
    assert_eq!(send_all(&mut host, [rest, close]), [0, 0]);
    refuses(&mut host, [(of(102, 1, 2, 1), Error::CreditAccountAlreadyClosed)]);
    assert_eq!(balance(&host, 2).debits_posted, 10);
}
