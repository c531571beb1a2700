//! Random batches of every kind, at random times, against the model.

use super::model::Model;
use super::{audit, balance, lookup, opened_with, send_all, state};
use crate::transfer_flags::{
    BALANCING, CLOSING, LINKED, PENDING, POST_PENDING_TRANSFER, VOID_PENDING_TRANSFER,
};
use crate::{Transfer, flags};
use alloc::collections::BTreeSet;
use alloc::vec;
use alloc::vec::Vec;
use proptest::collection::vec as some;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// Which flags it has beside what its kind asks for.
fn beside() -> impl Strategy<Value = u16> {
    prop_oneof![40 => Just(0), 6 => Just(LINKED), 1 => 0u16..512]
}

fn amount() -> impl Strategy<Value = u128> {
    prop_oneof![25 => 0u128..20, 1 => Just(u128::MAX), 1 => Just(1 << 127)]
}

/// One that posts or reserves, balances or closes.
fn beginning() -> impl Strategy<Value = Transfer> {
    let account = || prop_oneof![30 => 1u128..5, 30 => Just(1), 30 => Just(4), 1 => Just(0), 1 => Just(5), 1 => Just(9)];
    let kind = prop_oneof![
        6 => Just(0), 6 => Just(PENDING), 2 => (0u16..4).prop_map(|both| (both << 4) & BALANCING),
        1 => (0u16..4).prop_map(|both| PENDING | ((both << 6) & CLOSING)),
    ];
    let of = (prop_oneof![30 => Just(1u32), 1 => 0u32..3], prop_oneof![30 => Just(1u16), 1 => 0u16..3]);
    let user_data = prop_oneof![9 => Just(None), 1 => Just(Some(5u128))];
    (
        100u128..125,
        account(),
        account(),
        amount(),
        of,
        kind,
        beside(),
        prop_oneof![4 => 0u32..6, 1 => Just(0)],
        user_data,
    )
        .prop_map(|(id, debit, credit, amount, (ledger, code), kind, beside, timeout, user_data)| {
            let flags = kind | beside;
            let timeout = if flags & PENDING != 0 { timeout } else { timeout / 5 };
            Transfer { id, debit, credit, amount, ledger, code, flags, pending_id: None, timeout, user_data }
        })
}

/// One that posts or voids, often no more than its id and that.
fn ending() -> impl Strategy<Value = Transfer> {
    let amount = prop_oneof![5 => Just(0), 5 => Just(u128::MAX), 5 => amount()];
    let kind = prop_oneof![Just(POST_PENDING_TRANSFER), Just(VOID_PENDING_TRANSFER)];
    let said = prop_oneof![9 => Just((0, 0, 0, 0)), 1 => (0u128..5, 0u128..5, 0u32..3, 0u16..3)];
    let pending_id = prop_oneof![30 => (100u128..125).prop_map(Some), 1 => Just(None)];
    let id = prop_oneof![9 => 200u128..230, 1 => 100u128..125];
    (id, pending_id, amount, kind, said, beside()).prop_map(
        |(id, pending_id, amount, kind, (debit, credit, ledger, code), beside)| {
            let flags = kind | beside;
            Transfer { id, debit, credit, amount, ledger, code, flags, pending_id, ..Transfer::default() }
        },
    )
}

/// Batches, and how much later than the one before each is.
fn batches() -> impl Strategy<Value = Vec<(u64, Vec<Transfer>)>> {
    some((0u64..2_500, batch()), 0..16)
}

fn batch() -> impl Strategy<Value = Vec<Transfer>> {
    some(prop_oneof![3 => beginning(), 2 => ending()], 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn every_item_is_answered_as_the_model_does(sent in batches()) {
        let mut host = opened_with(flags::HISTORY);
        let mut model = Model::new();
        let mut now = 0;
        for (later, batch) in &sent {
            now += later;
            host.set_time(now);
            prop_assert_eq!(send_all(&mut host, batch.clone()), model.batch(now, batch));
            audit(&host);
        }
        for (id, account) in &model.accounts {
            prop_assert_eq!(balance(&host, *id), account.sums);
        }
        for id in 100..230 {
            let made = lookup(&host, id).map(|made| (made.amount, made.status));
            prop_assert_eq!(made, model.made.get(&id).map(|made| (made.amount, made.status)));
        }
    }

    #[test]
    fn a_batch_is_its_chains_one_after_the_other(sent in batch()) {
        let mut singly = opened_with(flags::HISTORY);
        let mut codes = Vec::new();
        for chain in sent.split_inclusive(|transfer| transfer.flags & LINKED == 0) {
            codes.extend(send_all(&mut singly, chain));
        }
        let mut batched = opened_with(flags::HISTORY);
        prop_assert_eq!(send_all(&mut batched, sent), codes);
        prop_assert_eq!(state(&batched), state(&singly));
    }

    #[test]
    fn a_chain_is_all_or_nothing(sent in some((0u64..2_500, batch()), 1..6)) {
        let mut host = opened_with(flags::HISTORY);
        let mut now = 0;
        for (later, mut chain) in sent {
            now += later;
            host.set_time(now);
            send_all(&mut host, vec![]);
            let before = state(&host);
            chain.iter_mut().for_each(|transfer| transfer.flags |= LINKED);
            if let Some(last) = chain.last_mut() {
                last.flags &= !LINKED;
            }
            let codes = send_all(&mut host, chain);
            let is_made = codes.iter().all(|code| *code == 0);
            prop_assert!(is_made || codes.iter().all(|code| *code != 0), "{codes:?}");
            prop_assert_eq!(state(&host) == before, !is_made);
        }
    }
}

/// Random batches would show nothing if few of the rules were ever met.
#[test]
fn random_batches_meet_the_rules() {
    let mut runner = TestRunner::deterministic();
    let mut seen = BTreeSet::new();
    for _ in 0..200 {
        let mut model = Model::new();
        let mut now = 0;
        for (later, batch) in batches().new_tree(&mut runner).expect("a value").current() {
            now += later;
            seen.extend(model.batch(now, &batch));
        }
    }
    let rare = [
        0, 1, 2, 4, 7, 8, 10, 12, 14, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33, 34, 35,
    ];
    let rarer = [36, 37, 38, 39, 40, 44, 46, 47, 48, 49, 50, 51, 54, 55, 64, 65, 66, 202];
    let unseen: Vec<u64> = rare.into_iter().chain(rarer).filter(|code| !seen.contains(code)).collect();
    assert!(unseen.is_empty(), "no item is answered {unseen:?}");
}
