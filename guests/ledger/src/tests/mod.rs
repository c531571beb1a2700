//! The program natively, and what must hold of its books.

use crate::{
    ANSWER_MAX, Account, Balance, Entry, Error, Kind, NewAccount, Program, Record, Totals, Transfer, flags,
};
use abi::interface::{SECTION, encode, encoded_len};
use alloc::string::String;
use alloc::vec::Vec;
use guest_sdk::ProgramError;
use guest_sdk::test::{Host, Reply, identity, program_hash};

mod accounts;
mod chains;
mod history;
mod model;
mod pending;
mod random;
mod transfers;

const WASM: &[u8] = include_bytes!("../../../wasm/ledger.wasm");

fn host() -> Host {
    Host::with::<Program>(guest_sdk::test::genesis(), program_hash(WASM))
}

/// What the first four accounts are: 2 must not overdraw its credits, 3 not its debits, 4 keeps history.
const LIMITS: [u16; 4] =
    [0, flags::DEBITS_MUST_NOT_EXCEED_CREDITS, flags::CREDITS_MUST_NOT_EXCEED_DEBITS, flags::HISTORY];

/// Accounts 1 to 4 in ledger 1, which have these flags beside, and 5 in ledger 2.
fn opened_with(beside: u16) -> Host {
    let mut host = host();
    for (id, flags) in (1u128..).zip(LIMITS) {
        open(&mut host, id, 1, flags | beside).returned::<()>();
    }
    open(&mut host, 5, 2, 0).returned::<()>();
    host
}

fn opened() -> Host {
    opened_with(0)
}

fn open(host: &mut Host, id: u128, ledger: u32, flags: u16) -> Reply {
    host.call(&identity(1), "open", &(id, ledger, 10u16, flags, None::<String>))
}

const fn new_account(id: u128) -> NewAccount {
    NewAccount { id, ledger: 1, code: 10, flags: 0, name: None }
}

const fn of(id: u128, debit: u128, credit: u128, amount: u128) -> Transfer {
    let (flags, pending_id, timeout, user_data) = (0, None, 0, None);
    Transfer { id, debit, credit, amount, ledger: 1, code: 7, flags, pending_id, timeout, user_data }
}

fn send(host: &mut Host, transfer: Transfer) -> Reply {
    let Transfer { id, debit, credit, amount, ledger, code, .. } = transfer;
    host.call(&identity(1), "transfer", &(id, debit, credit, amount, ledger, code))
}

/// Result codes of a batch.
fn send_all(host: &mut Host, batch: impl Into<Vec<Transfer>>) -> Vec<u64> {
    host.call(&identity(1), "transfers", &(batch.into(),)).returned()
}

fn refused(reply: &Reply, error: Error) {
    assert!(reply.failed_with(&error), "expected {error:?}, found {:?}", reply.outcome);
    assert!(reply.diff.is_empty());
}

fn state(host: &Host) -> Vec<(Vec<u8>, Vec<u8>)> {
    host.state().map(|(key, value)| (key.to_vec(), value.to_vec())).collect()
}

fn accounts(host: &Host) -> Vec<Account> {
    host.ask("accounts", &(0u128, ANSWER_MAX))
}

fn balance(host: &Host, id: u128) -> Balance {
    host.ask::<Option<Balance>>("balance", &(id,)).unwrap_or_default()
}

/// The posted debits and credits of an account.
fn posted(host: &Host, id: u128) -> (u128, u128) {
    let balance = balance(host, id);
    (balance.debits_posted, balance.credits_posted)
}

fn lookup(host: &Host, id: u128) -> Option<Record> {
    host.ask("lookup", &(id,))
}

fn totals(host: &Host) -> Vec<Totals> {
    host.ask("trial_balance", &())
}

fn history(host: &Host, id: u128) -> Vec<Entry> {
    host.ask("history", &(id, 0u64, 0u64, ANSWER_MAX))
}

fn balance_at(host: &Host, id: u128, time_ms: u64) -> Option<Balance> {
    host.ask("balance_at", &(id, time_ms))
}

/// What must hold in every state.
fn audit(host: &Host) {
    let accounts = accounts(host);
    let all = totals(host);
    for totals in &all {
        let sum = |of: fn(&Account) -> u128| {
            let of_ledger = accounts.iter().filter(|account| account.ledger == totals.ledger);
            of_ledger.map(of).sum::<u128>()
        };
        assert_eq!(totals.debits_posted, totals.credits_posted);
        assert_eq!(totals.debits_pending, totals.credits_pending);
        assert_eq!(totals.debits_posted, sum(|account| account.debits_posted));
        assert_eq!(totals.credits_posted, sum(|account| account.credits_posted));
        assert_eq!(totals.debits_pending, sum(|account| account.debits_pending));
        assert_eq!(totals.credits_pending, sum(|account| account.credits_pending));
        assert_eq!(u128::from(totals.accounts), sum(|_| 1));
    }
    for account in &accounts {
        assert!(all.iter().any(|totals| totals.ledger == account.ledger));
        let now = account.balance();
        let is_limited = |flag| account.has(flag);
        assert!(
            !is_limited(flags::DEBITS_MUST_NOT_EXCEED_CREDITS)
                || now.debits_pending + now.debits_posted <= now.credits_posted
        );
        assert!(
            !is_limited(flags::CREDITS_MUST_NOT_EXCEED_DEBITS)
                || now.credits_pending + now.credits_posted <= now.debits_posted
        );
        let entries = history(host, account.id);
        assert!(entries.is_empty() || account.has(flags::HISTORY));
        let replayed = replay(host, account.id, &entries);
        assert!(!account.has(flags::HISTORY) || replayed == now);
    }
}

/// What an account's entries come to, each compared with what it says.
fn replay(host: &Host, id: u128, entries: &[Entry]) -> Balance {
    assert!(entries.windows(2).all(|pair| pair[0].ordinal < pair[1].ordinal));
    assert!(entries.windows(2).all(|pair| pair[0].time_ms <= pair[1].time_ms));
    let mut now = Balance::default();
    for (at, entry) in entries.iter().enumerate() {
        let ended = || {
            let made = lookup(host, entry.transfer).expect("the transfer was made");
            let pending = made.pending_id.map_or(Some(made), |id| lookup(host, id));
            pending.expect("what was ended was made").amount
        };
        let (pending, posted) = match entry.is_debit {
            true => (&mut now.debits_pending, &mut now.debits_posted),
            false => (&mut now.credits_pending, &mut now.credits_posted),
        };
        match entry.kind {
            Kind::Transferred => *posted += entry.amount,
            Kind::Reserved => *pending += entry.amount,
            Kind::Posted => (*pending, *posted) = (*pending - ended(), *posted + entry.amount),
            Kind::Voided | Kind::Expired => *pending -= entry.amount,
        }
        assert_eq!(entry.balance(), now);
        if entries.get(at + 1).is_none_or(|next| next.time_ms > entry.time_ms) {
            assert_eq!(balance_at(host, id, entry.time_ms), Some(now));
        }
    }
    now
}

#[test]
fn codes_are_distinct_and_listed() {
    let mut codes: Vec<u64> = Error::CASES.iter().map(|case| case.code).collect();
    codes.sort_unstable();
    assert!(codes.windows(2).all(|pair| pair[0] < pair[1]));
    assert_eq!(Error::ExceedsCredits.code(), 54);
    assert!(Error::CASES.iter().all(|case| !case.doc.is_empty()));
}

#[test]
fn the_pinned_wasm_has_this_interface() {
    const INTERFACE: &abi::interface::Interface = <Program as guest_sdk::Program>::INTERFACE;
    const BYTES: [u8; encoded_len(INTERFACE)] = encode(INTERFACE);
    let section = [SECTION.as_bytes(), &BYTES].concat();
    assert!(WASM.windows(section.len()).any(|window| window == section));
}
