//! What the program `ledger` is asked.

use super::{case as any_case, native};
use crate::case::{Ask, Case};
use ledger::{NewAccount, Transfer, flags, transfer_flags as is};

const LEDGER: &[u8] = include_bytes!("../../../guests/wasm/ledger.wasm");
const ALL: u128 = u128::MAX;

/// Accounts of every kind; transfers that post at once, reserve, post in part, void, expire, balance and close; chains
/// that hold and break; what each rule answers; every question. A call is a second later than the one before.
pub(super) fn case() -> Case {
    let asks = [accounts(), singly(), pending(), chains(), questions()].concat();
    any_case("ledger", LEDGER, asks, Some(|| native::<ledger::Program>(LEDGER)))
}

fn open(id: u128, ledger: u32, flags: u16, name: Option<&str>) -> Ask {
    Ask::call("open", &(id, ledger, 10u16, flags, name.map(str::to_owned)))
}

fn accounts() -> Vec<Ask> {
    let new = |id, flags| NewAccount { id, ledger: 3, code: 10, flags, name: None };
    vec![
        open(1, 1, 0, Some("till")),
        open(2, 1, flags::DEBITS_MUST_NOT_EXCEED_CREDITS, None),
        open(3, 1, flags::CREDITS_MUST_NOT_EXCEED_DEBITS, None),
        open(4, 1, flags::HISTORY, Some("Zürich")),
        open(5, 2, 0, None),
        open(5, 2, 0, None),
        open(0, 1, 0, None),
        open(6, 1, flags::LINKED, None),
        Ask::call("open_all", &(vec![new(6, flags::LINKED), new(0, 0), new(7, flags::LINKED), new(8, 0)],)),
    ]
}

fn singly() -> Vec<Ask> {
    let transfer = |id: u128, debit: u128, credit: u128, amount: u128| {
        Ask::call("transfer", &(id, debit, credit, amount, 1u32, 7u16))
    };
    let batch = |amounts: &[u128]| {
        all((300u128..).zip(amounts).map(|(id, amount)| of(id, 1, 4, *amount)).collect::<Vec<_>>())
    };
    vec![
        transfer(100, 1, 4, 30),
        transfer(100, 1, 4, 30),
        transfer(100, 1, 4, 31),
        transfer(101, 4, 1, 10),
        transfer(102, 2, 1, 1),
        transfer(103, 1, 5, 1),
        transfer(104, 1, 1, 1),
        transfer(105, 1, 4, u128::MAX),
        transfer(106, 1, 9, 0),
        batch(&[1, 2, 0, 4, u128::MAX]),
        batch(&[]),
    ]
}

fn of(id: u128, debit: u128, credit: u128, amount: u128) -> Transfer {
    Transfer { id, debit, credit, amount, ledger: 1, code: 7, ..Transfer::default() }
}

fn all(batch: impl Into<Vec<Transfer>>) -> Ask {
    Ask::call("transfers", &(batch.into(),))
}

fn pending() -> Vec<Ask> {
    let pend = |id: u128, amount: u128, timeout: u32| {
        Ask::call("pend", &(id, 1u128, 4u128, amount, timeout, 1u32, 7u16))
    };
    let post =
        |id: u128, pending_id: u128, amount: u128| Ask::call("post_pending", &(id, pending_id, amount));
    let void = |id: u128, pending_id: u128| Ask::call("void_pending", &(id, pending_id));
    let balancing = |id, flags| Transfer { flags, ..of(id, 2, 3, ALL) };
    let closing = Transfer { flags: is::PENDING | is::CLOSING_CREDIT, timeout: 2, ..of(440, 1, 4, 0) };
    vec![
        pend(400, 8, 0),
        pend(401, 4, 60),
        pend(402, 2, 3),
        pend(403, 1, 3),
        pend(404, 0, 3),
        post(410, 400, 5),
        post(410, 400, 5),
        post(410, 400, 6),
        post(411, 400, 1),
        void(412, 401),
        void(413, 402),
        post(414, 100, 1),
        post(415, 999, 1),
        post(416, 401, 9),
        Ask::query("expiring", &(9u32,)),
        Ask::call("expire", &(9u32,)),
        all([
            of(420, 1, 2, 9),
            of(421, 3, 1, 6),
            balancing(422, is::BALANCING_DEBIT),
            balancing(423, is::BALANCING),
        ]),
        all([
            of(430, 1, 2, 2),
            balancing(431, is::BALANCING | is::PENDING),
            balancing(432, is::CLOSING_DEBIT),
        ]),
        all([closing, of(441, 1, 4, 1), of(442, 4, 1, 1)]),
        all([of(443, 1, 4, 1)]),
        all([of(444, 1, 4, 1)]),
    ]
}

fn chains() -> Vec<Ask> {
    let linked = |transfer: Transfer| Transfer { flags: transfer.flags | is::LINKED, ..transfer };
    let pending = Transfer { flags: is::PENDING, timeout: 9, user_data: Some(5), ..of(500, 1, 4, 9) };
    let post = Transfer {
        flags: is::POST_PENDING_TRANSFER,
        pending_id: Some(500),
        amount: 4,
        ..Transfer::default()
    };
    let post = Transfer { id: 501, ..post };
    vec![
        all([linked(pending), linked(post), of(502, 3, 3, 1), of(503, 1, 4, 1)]),
        all([linked(pending), linked(post), of(502, 4, 1, 1), linked(of(504, 1, 4, 1))]),
        all([linked(of(505, 1, 4, 1)), linked(of(506, 1, 4, 1))]),
    ]
}

fn questions() -> Vec<Ask> {
    vec![
        Ask::query("trial_balance", &()),
        Ask::query("accounts", &(0u128, 10u32)),
        Ask::query("busiest", &(2u32,)),
        Ask::query("history", &(4u128, 0u64, 0u64, 10u32)),
        Ask::query("history", &(4u128, 25_000u64, 0u64, 3u32)),
        Ask::query("balance", &(4u128,)),
        Ask::query("balance_at", &(4u128, 22_000u64)),
        Ask::query("balance_at", &(4u128, 1u64)),
        Ask::query("balance_at", &(1u128, 22_000u64)),
        Ask::query("lookup", &(101u128,)),
        Ask::query("lookup", &(402u128,)),
        Ask::query("lookup", &(501u128,)),
        Ask::query("lookup", &(999u128,)),
        Ask::query("lookup", &("no number",)),
        Ask::query("account", &(4u128,)),
    ]
}
