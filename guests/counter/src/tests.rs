use crate::Program;
use crate::counter::Error;
use abi::interface::{Interface, SECTION, encode, encoded_len};
use guest_sdk::Encode;
use guest_sdk::prelude::*;
use guest_sdk::test::{Caller, Host, genesis, identity, program_hash};

const WASM: &[u8] = include_bytes!("../../wasm/counter.wasm");

fn host() -> Host {
    Host::with::<Program>(genesis(), program_hash(WASM))
}

fn account(caller: &Caller) -> Account {
    guest_sdk::Decode::from_bytes(&caller.to_bytes()).unwrap()
}

#[test]
fn every_caller_is_counted_by_itself() {
    let mut host = host();
    let ann = Caller::Principal("ann".into());
    for (caller, hits) in [(identity(1), 1), (identity(2), 1), (identity(1), 2), (ann.clone(), 1)] {
        let reply = host.call(&caller, "hit", &());
        assert_eq!(reply.returned::<u64>(), hits);
        assert_eq!(reply.events.len(), 1);
        assert_eq!(reply.events[0].name, "Hit");
        assert_eq!(reply.events[0].data.0, (account(&caller), hits).to_bytes());
    }
    assert_eq!(host.ask::<u64>("total", &()), 4);
    assert_eq!(host.ask::<u64>("hits", &(account(&identity(1)),)), 2);
    assert_eq!(host.ask::<u64>("hits", &(account(&Caller::Shard(Hash::ZERO)),)), 0);
}

#[test]
fn nobody_is_not_counted() {
    let mut host = host();
    assert!(host.call(&Caller::Nobody, "hit", &()).failed_with(&Error::NoCaller));
    assert_eq!(host.ask::<u64>("total", &()), 0);
    assert_eq!(host.seq(), 2, "a failed call has its place in history");
}

#[test]
fn the_pinned_wasm_has_this_interface() {
    const INTERFACE: &Interface = <Program as guest_sdk::Program>::INTERFACE;
    const BYTES: [u8; encoded_len(INTERFACE)] = encode(INTERFACE);
    let section = [SECTION.as_bytes(), &BYTES].concat();
    assert!(WASM.windows(section.len()).any(|window| window == section));
}
