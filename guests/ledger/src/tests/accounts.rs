//! Accounts.

use super::{accounts, audit, host, new_account, of, opened, refused, send};
use crate::{Account, Balance, Error, Name, NewAccount, flags};
use alloc::vec;
use alloc::vec::Vec;
use guest_sdk::test::{Host, Reply, identity};

fn open_as(host: &mut Host, new: NewAccount) -> Reply {
    let NewAccount { id, ledger, code, flags, name } = new;
    host.call(&identity(1), "open", &(id, ledger, code, flags, name))
}

#[test]
fn every_rule_of_accounts_has_its_answer() {
    let mut host = host();
    let named = NewAccount { name: Some("Newark".into()), ..new_account(1) };
    open_as(&mut host, named.clone()).returned::<()>();
    let both = flags::DEBITS_MUST_NOT_EXCEED_CREDITS | flags::CREDITS_MUST_NOT_EXCEED_DEBITS;
    let long = Some("x".repeat(33));
    for (new, error) in [
        (NewAccount { flags: 1 << 4, ..new_account(2) }, Error::AccountFlagUnknown),
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
    assert_eq!(
        account.map(|account| (account.name, account.opened_ms)),
        Some((Name::new("Newark").unwrap(), 0))
    );
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
