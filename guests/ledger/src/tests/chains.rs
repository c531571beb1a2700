//! Linked items: made together or not at all.

use super::{
    accounts, audit, balance, lookup, new_account, of, open, opened, posted, refused, send_all, state,
};
use crate::transfer_flags::{LINKED, PENDING, POST_PENDING_TRANSFER};
use crate::{BATCH_MAX, Error, NewAccount, Status, Transfer, flags};
use alloc::vec::Vec;
use guest_sdk::test::{Host, identity};

fn linked(id: u128, debit: u128, credit: u128, amount: u128) -> Transfer {
    Transfer { flags: LINKED, ..of(id, debit, credit, amount) }
}

fn open_all(host: &mut Host, batch: Vec<NewAccount>) -> Vec<u64> {
    host.call(&identity(1), "open_all", &(batch,)).returned()
}

#[test]
fn a_chain_is_made_or_not_made() {
    let mut host = opened();
    let made = [linked(100, 1, 2, 5), linked(101, 2, 4, 5), of(102, 4, 1, 1)];
    assert_eq!(send_all(&mut host, made), [0, 0, 0]);
    let before = state(&host);
    let refused = [linked(103, 1, 2, 5), linked(104, 2, 4, 6), of(105, 4, 1, 1)];
    assert_eq!(send_all(&mut host, refused), [1, 54, 1]);
    assert_eq!(state(&host), before, "and the diff is empty");
    let reply = host.call(&identity(1), "transfers", &(Vec::from(refused),));
    assert!(reply.diff.is_empty());
    // What was refused with the chain is free, and a chain sees what it does itself.
    let again =
        [of(103, 1, 2, 1), linked(104, 2, 4, 1), linked(104, 2, 4, 1), of(106, 1, 4, 1), of(105, 1, 4, 1)];
    assert_eq!(send_all(&mut host, again), [0, 1, 46, 1, 0]);
    audit(&host);
}

#[test]
fn a_batch_that_ends_within_a_chain_leaves_it_open() {
    let mut host = opened();
    let batch = [of(100, 1, 4, 1), linked(101, 1, 4, 1), linked(102, 1, 4, 1)];
    assert_eq!(send_all(&mut host, batch), [0, 1, 2]);
    let broken = [linked(101, 1, 1, 1), linked(102, 1, 4, 1), linked(103, 1, 4, 1)];
    assert_eq!(send_all(&mut host, broken), [12, 1, 2]);
    assert_eq!(send_all(&mut host, [linked(101, 1, 4, 1)]), [2]);
    assert_eq!(posted(&host, 4), (0, 1));
    audit(&host);
}

#[test]
fn a_broken_chain_touches_no_other() {
    let mut host = opened();
    let batch = [
        linked(100, 1, 2, 5),
        of(101, 1, 4, 1),
        linked(102, 2, 4, 5),
        of(103, 2, 4, 1),
        linked(104, 2, 1, 2),
        of(105, 2, 4, 3),
    ];
    assert_eq!(send_all(&mut host, batch), [0, 0, 1, 54, 0, 0]);
    assert_eq!((posted(&host, 2), posted(&host, 4)), ((5, 5), (0, 4)));
    audit(&host);
}

#[test]
fn a_chain_reserves_and_posts_together() {
    let mut host = opened();
    let pending = Transfer { flags: LINKED | PENDING, timeout: 9, ..of(100, 1, 4, 9) };
    let post = Transfer {
        id: 101,
        amount: 4,
        flags: LINKED | POST_PENDING_TRANSFER,
        pending_id: Some(100),
        ..Transfer::default()
    };
    assert_eq!(send_all(&mut host, [pending, post, of(102, 2, 1, 1)]), [1, 1, 54]);
    assert_eq!((lookup(&host, 100), balance(&host, 4).credits_pending), (None, 0));
    assert_eq!(send_all(&mut host, [pending, post, of(102, 4, 1, 1)]), [0, 0, 0]);
    assert_eq!(lookup(&host, 100).map(|made| made.status), Some(Status::Posted));
    assert_eq!(posted(&host, 4), (1, 4));
    assert_eq!(host.ask::<Vec<crate::Expiring>>("expiring", &(9u32,)), []);
    audit(&host);
}

#[test]
fn accounts_are_opened_in_chains_too() {
    let mut host = super::host();
    let linked = |id| NewAccount { flags: flags::LINKED, ..new_account(id) };
    assert_eq!(open_all(&mut host, Vec::from([linked(1), linked(2), new_account(0)])), [101, 101, 106]);
    assert_eq!(state(&host), []);
    let batch = Vec::from([linked(1), new_account(1), linked(1), new_account(2), linked(3)]);
    assert_eq!(open_all(&mut host, batch), [101, 115, 0, 0, 102]);
    assert_eq!(accounts(&host).iter().map(|account| account.id).collect::<Vec<_>>(), [1, 2]);
    refused(&open(&mut host, 4, 1, flags::LINKED), Error::AccountLinkedEventChainOpen);
    audit(&host);
}

#[test]
fn a_chain_may_be_a_full_batch() {
    let mut host = opened();
    let mut batch: Vec<Transfer> = (0..BATCH_MAX as u128).map(|n| linked(100 + n, 1, 4, 1)).collect();
    assert_eq!(
        send_all(&mut host, batch.clone()).iter().sum::<u64>(),
        BATCH_MAX as u64 + 1,
        "it is left open"
    );
    batch[BATCH_MAX - 1].flags = 0;
    assert_eq!(send_all(&mut host, batch).iter().sum::<u64>(), 0);
    assert_eq!(posted(&host, 4), (0, BATCH_MAX as u128));
}
