use crate::{
    ANSWER_MAX, Account, BATCH_MAX, Balance, Entry, Error, NewAccount, Program, Record, Totals, Transfer,
    flags,
};
use abi::interface::{SECTION, encode, encoded_len};
use abi::outcome::Outcome;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use guest_sdk::ProgramError;
use guest_sdk::test::{Host, Reply, identity, program_hash};
use proptest::prelude::*;

const WASM: &[u8] = include_bytes!("../../wasm/ledger.wasm");

fn host() -> Host {
    Host::with::<Program>(guest_sdk::test::genesis(), program_hash(WASM))
}

/// Accounts 1 to 4 in ledger 1 (2 must not overdraw its credits, 3 not its debits, 4 keeps history), and 5
/// in ledger 2.
fn opened() -> Host {
    let mut host = host();
    let limits =
        [0, flags::DEBITS_MUST_NOT_EXCEED_CREDITS, flags::CREDITS_MUST_NOT_EXCEED_DEBITS, flags::HISTORY];
    for (id, flags) in (1u128..).zip(limits) {
        open(&mut host, id, 1, flags).returned::<()>();
    }
    open(&mut host, 5, 2, 0).returned::<()>();
    host
}

fn open(host: &mut Host, id: u128, ledger: u32, flags: u16) -> Reply {
    host.call(&identity(1), "open", &(id, ledger, 10u16, flags, None::<String>))
}

const fn new_account(id: u128) -> NewAccount {
    NewAccount { id, ledger: 1, code: 10, flags: 0, name: None }
}

fn open_as(host: &mut Host, new: NewAccount) -> Reply {
    let NewAccount { id, ledger, code, flags, name } = new;
    host.call(&identity(1), "open", &(id, ledger, code, flags, name))
}

const fn of(id: u128, debit: u128, credit: u128, amount: u128) -> Transfer {
    Transfer { id, debit, credit, amount, ledger: 1, code: 7 }
}

fn send(host: &mut Host, transfer: Transfer) -> Reply {
    let Transfer { id, debit, credit, amount, ledger, code } = transfer;
    host.call(&identity(1), "transfer", &(id, debit, credit, amount, ledger, code))
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

fn balance(host: &Host, id: u128) -> (u128, u128) {
    let balance: Option<Balance> = host.ask("balance", &(id,));
    balance.map(|balance| (balance.debits, balance.credits)).unwrap_or_default()
}

fn history(host: &Host, id: u128, from: u64, limit: u32) -> Vec<Entry> {
    host.ask("history", &(id, from, limit))
}

/// What must hold in every state.
fn audit(host: &Host) {
    let accounts = accounts(host);
    let totals: Vec<Totals> = host.ask("trial_balance", &());
    for totals in &totals {
        let of_ledger = || accounts.iter().filter(|account| account.ledger == totals.ledger);
        assert_eq!(totals.debits, totals.credits);
        assert_eq!(totals.debits, of_ledger().map(|account| account.debits).sum::<u128>());
        assert_eq!(totals.credits, of_ledger().map(|account| account.credits).sum::<u128>());
        assert_eq!(totals.accounts, of_ledger().count() as u64);
    }
    for account in &accounts {
        assert!(totals.iter().any(|totals| totals.ledger == account.ledger));
        assert!(!account.has(flags::DEBITS_MUST_NOT_EXCEED_CREDITS) || account.debits <= account.credits);
        assert!(!account.has(flags::CREDITS_MUST_NOT_EXCEED_DEBITS) || account.credits <= account.debits);
        let entries = history(host, account.id, 0, ANSWER_MAX);
        assert!(entries.is_empty() || account.has(flags::HISTORY));
        assert!(entries.windows(2).all(|pair| pair[0].ordinal < pair[1].ordinal));
        let (mut debits, mut credits) = (0, 0);
        for entry in entries {
            if entry.is_debit {
                debits += entry.amount
            } else {
                credits += entry.amount
            }
            assert_eq!((entry.debits, entry.credits), (debits, credits));
        }
        assert!(!account.has(flags::HISTORY) || (debits, credits) == (account.debits, account.credits));
    }
}

#[test]
fn a_transfer_debits_one_account_and_credits_the_other() {
    let mut host = opened();
    host.set_time(9);
    send(&mut host, of(100, 1, 4, 30)).returned::<()>();
    send(&mut host, of(101, 4, 1, 10)).returned::<()>();
    assert_eq!((balance(&host, 1), balance(&host, 4)), ((30, 10), (10, 30)));
    let made: Option<Record> = host.ask("lookup", &(101u128,));
    let expected = Record { debit: 4, credit: 1, amount: 10, ledger: 1, code: 7, ordinal: 2, time_ms: 9 };
    assert_eq!(made, Some(expected));
    let totals: Vec<Totals> = host.ask("trial_balance", &());
    let expected = Totals { ledger: 1, accounts: 4, transfers: 2, debits: 40, credits: 40 };
    assert_eq!(totals, [expected, Totals { ledger: 2, accounts: 1, transfers: 0, debits: 0, credits: 0 }]);
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
    let nothing = Transfer { id: 0, debit: 0, credit: 0, amount: 0, ledger: 0, code: 0 };
    let mend: [(fn(&mut Transfer), Error); 8] = [
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
    refused(&send(&mut host, of(101, 1, 2, half)), Error::OverflowsDebits);
    refused(&send(&mut host, of(101, 2, 4, half)), Error::OverflowsCredits);
    refused(&send(&mut host, of(101, 3, 2, half)), Error::OverflowsLedger);
    send(&mut host, of(101, 1, 4, half - 1)).returned::<()>();
    assert_eq!(balance(&host, 1), (u128::MAX, 0));
    audit(&host);
}

#[test]
fn every_rule_of_accounts_has_its_answer() {
    let mut host = host();
    let named = NewAccount { name: Some("Newark".into()), ..new_account(1) };
    open_as(&mut host, named.clone()).returned::<()>();
    let both = flags::DEBITS_MUST_NOT_EXCEED_CREDITS | flags::CREDITS_MUST_NOT_EXCEED_DEBITS;
    let long = Some("x".repeat(33));
    for (new, error) in [
        (NewAccount { flags: 1, ..new_account(2) }, Error::AccountFlagUnknown),
        (new_account(0), Error::AccountIdZero),
        (new_account(u128::MAX), Error::AccountIdMax),
        (NewAccount { flags: both, ..new_account(2) }, Error::AccountFlagsExclusive),
        (NewAccount { ledger: 0, ..new_account(2) }, Error::AccountLedgerZero),
        (NewAccount { code: 0, ..new_account(2) }, Error::AccountCodeZero),
        (NewAccount { name: long, ..new_account(2) }, Error::NameTooLong { size: 33, max: 32 }),
        (named.clone(), Error::AccountExists),
        (NewAccount { flags: flags::HISTORY, ..named.clone() }, Error::AccountExistsWithDifferentFlags),
        (NewAccount { name: None, ..named.clone() }, Error::AccountExistsWithDifferentName),
        (NewAccount { ledger: 2, ..named.clone() }, Error::AccountExistsWithDifferentLedger),
        (NewAccount { code: 11, ..named.clone() }, Error::AccountExistsWithDifferentCode),
    ] {
        refused(&open_as(&mut host, new), error);
    }
    let account: Option<Account> = host.ask("account", &(1u128,));
    assert_eq!(account.map(|account| (account.name, account.opened_ms)), Some(("Newark".into(), 0)));
    assert_eq!(host.ask::<Option<Account>>("account", &(2u128,)), None);
    assert_eq!(host.ask::<Option<Balance>>("balance", &(2u128,)), None);
}

#[test]
fn accounts_are_opened_in_batches_too() {
    let mut host = host();
    let batch = vec![new_account(3), new_account(0), new_account(3), new_account(1)];
    let codes: Vec<u64> = host.call(&identity(1), "open_all", &(batch,)).returned();
    assert_eq!(codes, [0, 106, 121, 0]);
    assert_eq!(accounts(&host).iter().map(|account| account.id).collect::<Vec<_>>(), [1, 3]);
    audit(&host);
}

#[test]
fn a_batch_answers_for_each_and_applies_the_good_ones() {
    let mut host = opened();
    let batch =
        vec![of(100, 1, 2, 10), of(101, 1, 1, 1), of(102, 2, 4, 10), of(103, 2, 4, 1), of(100, 1, 2, 10)];
    let codes: Vec<u64> = host.call(&identity(1), "transfers", &(batch,)).returned();
    assert_eq!(codes, [0, 12, 0, 54, 46]);
    assert_eq!((balance(&host, 1), balance(&host, 2), balance(&host, 4)), ((10, 0), (10, 10), (0, 10)));
    audit(&host);
}

#[test]
fn a_batch_may_be_full_and_not_fuller() {
    let mut host = opened();
    let mut batch: Vec<Transfer> = (0..BATCH_MAX as u128).map(|n| of(100 + n, 1, 4, 1)).collect();
    let reply = host.call(&identity(1), "transfers", &(&batch,));
    assert!(reply.returned::<Vec<u64>>().iter().all(|code| *code == 0));
    assert_eq!(balance(&host, 4), (0, BATCH_MAX as u128));
    assert_eq!(history(&host, 4, 1, u32::MAX).len(), ANSWER_MAX as usize);
    audit_totals(&host, BATCH_MAX as u64);
    batch.push(of(9, 1, 4, 1));
    let reply = host.call(&identity(1), "transfers", &(batch,));
    refused(&reply, Error::BatchTooLong { size: 8_191, max: 8_190 });
}

fn audit_totals(host: &Host, transfers: u64) {
    let totals: Vec<Totals> = host.ask("trial_balance", &());
    assert_eq!((totals[0].transfers, totals[0].debits), (transfers, totals[0].credits));
}

#[test]
fn history_is_an_ordered_range_of_its_account() {
    let mut host = opened();
    for (id, time_ms) in (100..110).zip(1_000..) {
        host.set_time(time_ms);
        let transfer = if id % 2 == 0 { of(id, 1, 4, id) } else { of(id, 4, 2, 1) };
        send(&mut host, transfer).returned::<()>();
    }
    let entries = history(&host, 4, 0, ANSWER_MAX);
    assert_eq!(entries.iter().map(|entry| entry.ordinal).collect::<Vec<_>>(), Vec::from_iter(1..=10));
    let expected = Entry {
        ordinal: 2,
        transfer: 101,
        is_debit: true,
        counterpart: 2,
        amount: 1,
        debits: 1,
        credits: 100,
        time_ms: 1_001,
    };
    assert_eq!(history(&host, 4, 2, 1), [expected]);
    assert_eq!(history(&host, 4, 9, 5).len(), 2);
    assert_eq!(history(&host, 4, 11, 5), []);
    assert_eq!(history(&host, 1, 0, 5), [], "the account keeps none");
    audit(&host);
}

#[test]
fn the_busiest_accounts_come_first() {
    let mut host = opened();
    send(&mut host, of(100, 1, 4, 5)).returned::<()>();
    send(&mut host, of(101, 4, 2, 3)).returned::<()>();
    let busiest = |limit: u32| -> Vec<u128> {
        let accounts: Vec<Account> = host.ask("busiest", &(limit,));
        accounts.iter().map(|account| account.id).collect()
    };
    assert_eq!(busiest(10), [4, 1, 2, 3, 5]);
    assert_eq!(busiest(2), [4, 1]);
    assert_eq!(busiest(0), [0u128; 0]);
    let page: Vec<Account> = host.ask("accounts", &(3u128, 2u32));
    assert_eq!(page.iter().map(|account| account.id).collect::<Vec<_>>(), [3, 4]);
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

fn transfer() -> impl Strategy<Value = Transfer> {
    let id = 100u128..112;
    let account = || prop_oneof![20 => 1u128..5, 1 => Just(0), 1 => Just(5), 1 => Just(9)];
    let amount = prop_oneof![20 => 0u128..20, 1 => Just(u128::MAX), 1 => Just(1 << 127)];
    let ledger = prop_oneof![20 => Just(1u32), 1 => 0u32..3];
    (id, account(), account(), amount, ledger, 0u16..9).prop_map(
        |(id, debit, credit, amount, ledger, code)| Transfer {
            id,
            debit,
            credit,
            amount,
            ledger,
            code: code.min(1),
        },
    )
}

/// The rules once more, over plain sums: the answer to a transfer, without the reason.
#[derive(Default)]
struct Model {
    sums: [(u128, u128); 4],
    made: Vec<u128>,
}

impl Model {
    fn post(&mut self, transfer: &Transfer) -> bool {
        let index = |id: u128| (1..=4).contains(&id).then(|| usize::try_from(id - 1).unwrap_or_default());
        let (Some(debit), Some(credit)) = (index(transfer.debit), index(transfer.credit)) else {
            return false;
        };
        let total: u128 = self.sums.iter().map(|(debits, _)| debits).sum();
        let fits = total.checked_add(transfer.amount).is_some();
        if debit == credit || transfer.amount == 0 || transfer.ledger != 1 || transfer.code == 0 || !fits {
            return false;
        }
        let (debits, credits) = (self.sums[debit].0 + transfer.amount, self.sums[credit].1 + transfer.amount);
        let within = (debit != 1 || debits <= self.sums[1].1) && (credit != 2 || credits <= self.sums[2].0);
        let good = within && !self.made.contains(&transfer.id);
        if good {
            self.sums[debit].0 = debits;
            self.sums[credit].1 = credits;
            self.made.push(transfer.id);
        }
        good
    }
}

proptest! {
    #[test]
    fn debits_equal_credits_whatever_is_sent(sent in proptest::collection::vec(transfer(), 0..60)) {
        let mut host = opened();
        let mut model = Model::default();
        for transfer in &sent {
            let reply = send(&mut host, *transfer);
            prop_assert_eq!(reply.outcome.is_returned(), model.post(transfer), "{:?}", reply.outcome);
            prop_assert!(!matches!(reply.outcome, Outcome::Trapped(_)));
        }
        for (id, sums) in (1..).zip(model.sums) {
            prop_assert_eq!(balance(&host, id), sums);
        }
        audit(&host);
    }

    #[test]
    fn a_batch_is_its_transfers_one_after_the_other(sent in proptest::collection::vec(transfer(), 0..60)) {
        let mut singly = opened();
        let codes: Option<Vec<u64>> =
            sent.iter().map(|transfer| code(&send(&mut singly, *transfer).outcome)).collect();
        let mut batched = opened();
        let answer: Vec<u64> = batched.call(&identity(1), "transfers", &(sent,)).returned();
        prop_assert_eq!(Some(answer), codes);
        prop_assert_eq!(state(&batched), state(&singly));
    }
}

/// The code in the answer of a call that failed; 0 for one that returned.
fn code(outcome: &Outcome) -> Option<u64> {
    if outcome.is_returned() {
        return Some(0);
    }
    let answer = abi::codec::dynamic::decode(outcome.output()).ok()?;
    u64::try_from(answer.as_array()?.first()?.as_integer()?).ok()
}
