//! Every byte of a small bundle, changed.

use crate::foil::{Folder, soak};
use abi::interface::{Describe, Interface, Kind, Method, encode, encoded_len};
use verify::{Anchor, Execution, Exit, Plan, Verdict, verify_bundle};

/// Keeps its argument under the key `note`.
const NOTE: &str = r#"
    (import "foil" "input" (func $input (param i32 i32) (result i32)))
    (import "foil" "state_put" (func $put (param i32 i32 i32 i32)))
    (import "foil" "answer" (func $answer (param i32 i32)))
    (memory (export "memory") 1 1)
    (data (i32.const 0) "note\00\80")
    (func (export "call:note")
        (call $put (i32.const 0) (i32.const 5) (i32.const 16) (call $input (i32.const 16) (i32.const 999)))
        (call $answer (i32.const 5) (i32.const 1)))"#;

const INTERFACE: Interface = Interface {
    name: "note",
    methods: &[Method {
        kind: Kind::Call,
        name: "note",
        doc: "",
        params: &[("text", <String as Describe>::SCHEMA)],
        returns: <() as Describe>::SCHEMA,
        fails: false,
    }],
    state: &[],
    events: &[],
    errors: &[],
};

/// A program of some three hundred bytes.
fn note() -> Vec<u8> {
    const SECTION: [u8; encoded_len(&INTERFACE)] = encode(&INTERFACE);
    let section: String = SECTION.iter().map(|byte| format!("\\{byte:02x}")).collect();
    wat::parse_str(format!("(module {NOTE} (@custom \"counterfoil\" \"{section}\"))")).unwrap()
}

/// A deploy and two calls, in three blocks, one of them signed; and the shard's id.
fn small() -> (Vec<u8>, Anchor) {
    let folder = Folder::new();
    folder.write("note.wasm", note());
    let shard = folder.create("");
    folder.foil("deploy note.wasm --sign authority.key --at 1356998400").ok();
    folder.foil("call note text=one --as clerk.key --at 1356998401").ok();
    folder.foil("call note text=two --at 1356998402").ok();
    folder.foil("bundle --out small.foil").ok();
    folder.verify(&format!("--shard {shard} small.foil")).ok();
    (folder.read("small.foil"), Anchor::Shard(shard.parse().unwrap()))
}

fn judge(bytes: &[u8], anchor: &Anchor, execute: bool) -> Verdict {
    let execution = if execute { Execution::By(kernel::Engine::Cranelift) } else { Execution::Off };
    verify_bundle(bytes, anchor, &Plan::of(execution), &mut |_| ()).verdict
}

/// What is wrong with how a changed bundle was judged, if anything is.
fn misjudged(verdict: &Verdict) -> Option<&'static str> {
    let placed = [verdict.height, verdict.seq, verdict.offset].iter().any(Option::is_some);
    if ![Exit::Invalid, Exit::CannotJudge].contains(&verdict.exit) {
        Some("not refused")
    } else if verdict.code == 0 || verdict.reason.is_empty() {
        Some("no reason")
    } else if !placed {
        Some("no place")
    } else {
        None
    }
}

/// Changes every position of the bundle by each of `masks`, and judges what comes of it.
fn flip(masks: &[u8], execute: bool) {
    let (bundle, anchor) = small();
    assert_eq!(judge(&bundle, &anchor, execute).exit, Exit::Verified);
    let mut changed = bundle.clone();
    let mut wrong = Vec::new();
    for at in 0..bundle.len() {
        for mask in masks {
            changed[at] = bundle[at] ^ mask;
            let verdict = judge(&changed, &anchor, execute);
            let what = misjudged(&verdict);
            wrong.extend(
                what.map(|what| format!("{at} of {} ^ {mask:02x}: {what}: {verdict:?}", bundle.len())),
            );
        }
        changed[at] = bundle[at];
    }
    assert!(wrong.is_empty(), "{} misjudged:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_single_byte_flip_in_a_small_bundle_is_refused() {
    let all = [1, 2, 4, 8, 16, 32, 64, 128, 255];
    flip(if soak() { &all } else { &[1, 128] }, true);
}

/// The same without the engine, for every bit.
#[test]
fn every_single_bit_flip_is_refused_without_execution() {
    flip(&[1, 2, 4, 8, 16, 32, 64, 128], false);
}

#[test]
fn a_small_bundle_cut_at_every_position_is_refused() {
    let (bundle, anchor) = small();
    for cut in 0..bundle.len() {
        let verdict = judge(&bundle[..cut], &anchor, false);
        assert!(verdict.exit == Exit::Invalid && misjudged(&verdict).is_none(), "{cut}: {verdict:?}");
    }
}
