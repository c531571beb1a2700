use crate::Program;
use crate::counter::Error;
use guest_sdk::prelude::*;
use guest_sdk::test::{Caller, Host, identity};
use guest_sdk::{Decode, Encode};

fn account(caller: &Caller) -> Account {
    Account::from_bytes(&caller.to_bytes()).expect("a caller is an account")
}

#[test]
fn every_caller_is_counted_by_itself() {
    let mut host = Host::new::<Program>();
    let (ann, bob) = (identity(1), identity(2));
    for (caller, hits) in [(&ann, 1), (&bob, 1), (&ann, 2)] {
        let reply = host.call(caller, "hit", &());
        assert_eq!(reply.returned::<u64>(), hits);
        assert_eq!(reply.events[0].name, "Hit");
    }
    assert_eq!(host.ask::<u64>("total", &()), 3);
    assert_eq!(host.ask::<u64>("hits", &(account(&ann),)), 2);
}

#[test]
fn nobody_is_not_counted() {
    let mut host = Host::new::<Program>();
    assert!(host.call(&Caller::Nobody, "hit", &()).failed_with(&Error::NoCaller));
    assert_eq!(host.ask::<u64>("total", &()), 0);
}
