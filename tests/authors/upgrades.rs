//! Upgrades to programs that do not read what is kept.

use crate::foil::{Folder, MIDNIGHT};
use abi::interface::{Describe, Interface, Kind, Method, Schema, Slot, encode, encoded_len};

/// A program that says this of itself, with the calls `keep` and, if it says so, `migrate`, which is done at once.
fn program<const N: usize>(section: [u8; N], migrates: bool) -> Vec<u8> {
    let section: String = section.iter().map(|byte| format!("\\{byte:02x}")).collect();
    let migrate = if migrates {
        r#"(func (export "call:migrate") (call $answer (i32.const 1) (i32.const 1)))"#
    } else {
        ""
    };
    let text = format!(
        r#"(module
        (import "foil" "answer" (func $answer (param i32 i32)))
        (memory (export "memory") 1 1)
        (data (i32.const 0) "\80\f5")
        (func (export "call:keep") (call $answer (i32.const 0) (i32.const 1)))
        {migrate}
        (@custom "counterfoil" "{section}"))"#
    );
    wat::parse_str(text).expect("the text is well-formed")
}

const KEEP: Method = Method {
    kind: Kind::Call,
    name: "keep",
    doc: "",
    params: &[],
    returns: <() as Describe>::SCHEMA,
    fails: false,
};
const MIGRATE: Method = Method { name: "migrate", returns: <bool as Describe>::SCHEMA, ..KEEP };

const fn slot(name: &'static str, value: &'static Schema) -> Slot {
    Slot { name, key: Some(<u64 as Describe>::SCHEMA), value }
}

const fn keeping(state: &'static [Slot], methods: &'static [Method]) -> Interface {
    Interface { name: "kept", methods, state, events: &[], errors: &[] }
}

const OLD: Interface =
    keeping(&[slot("a", <u32 as Describe>::SCHEMA), slot("b", <bool as Describe>::SCHEMA)], &[KEEP]);
const WIDER: Interface = keeping(&[slot("a", <u64 as Describe>::SCHEMA)], &[KEEP]);
const OTHER: Interface = keeping(&[slot("a", <String as Describe>::SCHEMA)], &[KEEP]);
const MIGRATING: Interface = keeping(&[slot("a", <String as Describe>::SCHEMA)], &[KEEP, MIGRATE]);

fn shard() -> Folder {
    let folder = Folder::new();
    folder.create("--profile 2");
    folder.write("old.wasm", program::<{ encoded_len(&OLD) }>(encode(&OLD), false));
    folder.write("wider.wasm", program::<{ encoded_len(&WIDER) }>(encode(&WIDER), false));
    folder.write("other.wasm", program::<{ encoded_len(&OTHER) }>(encode(&OTHER), false));
    folder.write("migrating.wasm", program::<{ encoded_len(&MIGRATING) }>(encode(&MIGRATING), true));
    folder.foil(&format!("deploy old.wasm --sign authority.key --at {MIDNIGHT}")).ok();
    folder
}

const UPGRADE: &str = "--sign authority.key --at 1356998401";

#[test]
fn an_upgrade_that_does_not_read_what_is_kept_is_refused_with_the_reason() {
    let folder = shard();
    let serving = folder.foil("shard show").ok()["program"].clone();
    let refused = folder.foil(&format!("upgrade other.wasm {UPGRADE}"));
    let line = refused.refuses(7, 7112);
    assert!(line.contains("`a` was u32, and is to be text"), "{line}");
    assert_eq!(refused.stdout, "");
    let after = folder.foil("shard show").ok();
    assert_eq!((&after["program"], &after["records"]), (&serving, &1.into()), "nothing has happened");

    let forced = folder.foil(&format!("upgrade other.wasm {UPGRADE} --force")).ok();
    assert_eq!(forced["serves"], true);
    assert_eq!(forced["warnings"].as_array().map(Vec::len), Some(2), "{forced}");
}

#[test]
fn an_upgrade_that_reads_or_migrates_what_is_kept_is_made() {
    let folder = shard();
    let wider = folder.foil(&format!("upgrade wider.wasm {UPGRADE}")).ok();
    let warnings = wider["warnings"].as_array().expect("a field is gone");
    assert!(
        warnings.len() == 1 && warnings[0].as_str().unwrap().starts_with("`b` is no field any more"),
        "{wider}"
    );
    let migrated = folder.foil(&format!("upgrade migrating.wasm {UPGRADE}")).ok();
    assert_eq!((&migrated["serves"], &migrated["value"]), (&true.into(), &true.into()));
}
