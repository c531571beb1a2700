//! What accounts remember, and their balances as they were.

use super::{audit, balance_at, history, of, opened, send, send_all};
use crate::{Balance, Entry, Kind, Transfer, transfer_flags};
use alloc::vec::Vec;
use guest_sdk::test::Host;

fn page(host: &Host, id: u128, from_ms: u64, from: u64, limit: u32) -> Vec<Entry> {
    host.ask("history", &(id, from_ms, from, limit))
}

#[test]
fn history_is_an_ordered_range_of_its_account() {
    let mut host = opened();
    for (id, time_ms) in (100..110).zip(1_000..) {
        host.set_time(time_ms);
        let transfer = if id % 2 == 0 { of(id, 1, 4, id) } else { of(id, 4, 2, 1) };
        send(&mut host, transfer).returned::<()>();
    }
    let entries = history(&host, 4);
    assert_eq!(entries.iter().map(|entry| entry.ordinal).collect::<Vec<_>>(), Vec::from_iter(1..=10));
    let expected = Entry {
        ordinal: 2,
        transfer: 101,
        kind: Kind::Transferred,
        is_debit: true,
        counterpart: 2,
        amount: 1,
        debits_pending: 0,
        debits_posted: 1,
        credits_pending: 0,
        credits_posted: 100,
        time_ms: 1_001,
    };
    assert_eq!(page(&host, 4, 1_001, 0, 1), [expected]);
    assert_eq!(page(&host, 4, 1_001, 3, 9)[0].ordinal, 3, "there is no such entry at that moment");
    assert_eq!(page(&host, 4, 1_008, 0, 5).len(), 2);
    assert_eq!(page(&host, 4, 1_010, 0, 5), []);
    assert_eq!(history(&host, 1), [], "the account keeps none");
    audit(&host);
}

#[test]
fn entries_of_one_moment_are_read_in_pages() {
    let mut host = opened();
    host.set_time(5);
    send_all(&mut host, (100..110).map(|id| of(id, 1, 4, 1)).collect::<Vec<_>>());
    let mut read = Vec::new();
    let (mut from_ms, mut from) = (0, 0);
    loop {
        let entries = page(&host, 4, from_ms, from, 3);
        let Some(last) = entries.last() else { break };
        (from_ms, from) = (last.time_ms, last.ordinal + 1);
        read.extend(entries);
    }
    assert_eq!(read, history(&host, 4));
    assert_eq!(read.len(), 10);
}

#[test]
fn a_balance_is_known_as_of_each_moment() {
    let mut host = opened();
    let posted = |credits_posted| Some(Balance { credits_posted, ..Balance::default() });
    host.set_time(1_000);
    send_all(&mut host, [of(100, 1, 4, 5), of(101, 1, 4, 6)]);
    host.set_time(2_000);
    let pending = Transfer { flags: transfer_flags::PENDING, timeout: 3, ..of(102, 1, 4, 7) };
    send_all(&mut host, [pending]);
    host.set_time(9_000);
    send(&mut host, of(103, 1, 2, 1)).returned::<()>();
    assert_eq!(balance_at(&host, 4, 999), posted(0));
    assert_eq!(balance_at(&host, 4, 1_000), posted(11), "after all that happened then");
    assert_eq!(balance_at(&host, 4, 1_999), posted(11));
    let reserved = Balance { credits_pending: 7, credits_posted: 11, ..Balance::default() };
    assert_eq!(balance_at(&host, 4, 8_999), Some(reserved), "expired, and not released yet");
    assert_eq!(balance_at(&host, 4, 9_000), posted(11));
    assert_eq!(balance_at(&host, 4, u64::MAX), posted(11));
    assert_eq!(balance_at(&host, 1, 1_000), None, "it keeps no history");
    assert_eq!(balance_at(&host, 9, 1_000), None, "there is no such account");
    audit(&host);
}

#[test]
fn before_an_account_was_opened_it_had_no_balance() {
    let mut host = super::host();
    host.set_time(500);
    super::open(&mut host, 1, 1, crate::flags::HISTORY).returned::<()>();
    assert_eq!(balance_at(&host, 1, 499), None);
    assert_eq!(balance_at(&host, 1, 500), Some(Balance::default()));
}
