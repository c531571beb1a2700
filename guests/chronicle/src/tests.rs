use crate::chronicle::Error;
use crate::{ANSWER_MAX, DETAILS_BYTES_MAX, Note, Program};
use abi::interface::{Interface, SECTION, encode, encoded_len};
use alloc::string::String;
use alloc::vec::Vec;
use guest_sdk::test::{Caller, Host, genesis, identity, program_hash};

const WASM: &[u8] = include_bytes!("../../wasm/chronicle.wasm");

fn host() -> Host {
    Host::with::<Program>(genesis(), program_hash(WASM))
}

fn note(kind: &str, details: &str) -> (String, String) {
    (kind.into(), details.into())
}

#[test]
fn notes_are_kept_in_order() {
    let mut host = host();
    for number in 0..3u64 {
        let reply = host.call(&identity(1), "note", &note("recovered", "all"));
        assert_eq!(reply.returned::<u64>(), number);
        assert_eq!(reply.events[0].name, "Noted");
    }
    assert_eq!(host.ask::<u64>("size", &()), 3);
    let notes = host.ask::<Vec<Note>>("notes", &(1u64, ANSWER_MAX + 1));
    assert_eq!(notes.iter().map(|note| note.number).collect::<Vec<_>>(), [1, 2]);
    assert_eq!((notes[0].kind.as_str(), notes[0].details.as_str()), ("recovered", "all"));
}

#[test]
fn only_the_owner_makes_notes() {
    let mut host = host();
    assert!(host.call(&Caller::Nobody, "note", &note("a", "")).failed_with(&Error::NotTheOwner));
    host.call(&identity(1), "note", &note("a", "")).returned::<u64>();
    assert!(host.call(&identity(2), "note", &note("a", "")).failed_with(&Error::NotTheOwner));
    assert_eq!(host.ask::<u64>("size", &()), 1);
}

#[test]
fn long_details_are_refused() {
    let mut host = host();
    let long = "x".repeat(DETAILS_BYTES_MAX + 1);
    let (size, max) = (long.len() as u64, DETAILS_BYTES_MAX as u64);
    assert!(
        host.call(&identity(1), "note", &note("a", &long)).failed_with(&Error::DetailsTooLong { size, max })
    );
    host.call(&identity(1), "note", &note("a", &long[1..])).returned::<u64>();
}

#[test]
fn the_pinned_wasm_has_this_interface() {
    const INTERFACE: &Interface = <Program as guest_sdk::Program>::INTERFACE;
    const BYTES: [u8; encoded_len(INTERFACE)] = encode(INTERFACE);
    let section = [SECTION.as_bytes(), &BYTES].concat();
    assert!(WASM.windows(section.len()).any(|window| window == section));
}
