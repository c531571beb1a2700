//! Programs that take over from others under profile `2`, as an operator has them and as strangers see them.

use crate::foil::{Folder, guest};
use abi::interface::{Describe, Interface, Kind, Method, encode, encoded_len};

/// A method that takes nothing.
const fn method(kind: Kind, name: &'static str, returns: &'static abi::interface::Schema) -> Method {
    Method { kind, name, doc: "", params: &[], returns, fails: false }
}

const INTERFACE: Interface = Interface {
    name: "steps",
    methods: &[
        method(Kind::Call, "migrate", <bool as Describe>::SCHEMA),
        method(Kind::Query, "taken", <u64 as Describe>::SCHEMA),
    ],
    state: &[],
    events: &[],
    errors: &[],
};

/// A program whose migration takes three steps, and traps in the step that is `bad`.
fn steps(bad: u8) -> Vec<u8> {
    let section: [u8; encoded_len(&INTERFACE)] = encode(&INTERFACE);
    let section: String = section.iter().map(|byte| format!("\\{byte:02x}")).collect();
    let text = format!(
        r#"(module
        (import "foil" "answer" (func $answer (param i32 i32)))
        (import "foil" "state_get" (func $get (param i32 i32 i32 i32) (result i64)))
        (import "foil" "state_put" (func $put (param i32 i32 i32 i32)))
        (memory (export "memory") 1 1)
        (data (i32.const 0) "taken")
        (data (i32.const 8) "\f4\f5")
        (func $taken (drop (call $get (i32.const 0) (i32.const 5) (i32.const 32) (i32.const 1))))
        (func (export "call:migrate")
            (call $taken)
            (i32.store8 (i32.const 32) (i32.add (i32.load8_u (i32.const 32)) (i32.const 1)))
            (if (i32.eq (i32.load8_u (i32.const 32)) (i32.const {bad})) (then (unreachable)))
            (call $put (i32.const 0) (i32.const 5) (i32.const 32) (i32.const 1))
            (call $answer
                (i32.add (i32.const 8) (i32.ge_u (i32.load8_u (i32.const 32)) (i32.const 3))) (i32.const 1)))
        (func (export "query:taken") (call $taken) (call $answer (i32.const 32) (i32.const 1)))
        (@custom "counterfoil" "{section}"))"#
    );
    wat::parse_str(text).expect("the text is well-formed")
}

/// A shard that has counted to two, under profile 2.
fn counted() -> (Folder, String) {
    let (folder, shard) = Folder::serving(&guest("counter"));
    folder.foil("call hit --as clerk.key --at 1357000001").ok();
    let set = folder.foil("shard set-profile 2 --sign authority.key --at 1357000002").ok();
    assert_eq!(set["height"], 3);
    folder.foil("call hit --as clerk.key --at 1357000003").ok();
    assert_eq!(folder.foil("shard show").ok()["profile"], "2");
    (folder, shard)
}

#[test]
fn an_upgrade_runs_its_steps_and_everybody_follows() {
    let (folder, shard) = counted();
    folder.write("steps.wasm", steps(0));
    let upgrade = "upgrade steps.wasm --sign authority.key --at 1357000004";
    let begun = folder.foil(&format!("{upgrade} --steps 1")).ok();
    assert_eq!(
        (&begun["serves"], &begun["steps"], &begun["value"]),
        (&false.into(), &1.into(), &false.into())
    );
    folder.foil("call hit --as clerk.key --at 1357000005").ok();
    assert_eq!(folder.foil("query total").ok()["value"], 3, "the old program serves");
    let done = folder.foil("upgrade steps.wasm --sign authority.key --at 1357000006").ok();
    assert_eq!((&done["serves"], &done["steps"]), (&true.into(), &2.into()));
    assert_eq!(folder.foil("query taken").ok()["value"], 4, "and once more for the upgrade");
    folder.foil("shard set-writer --sign authority.key --at 1357000007").ok();
    let last = folder.foil("shard show").ok()["records"].as_u64().expect("a number") - 1;
    folder.foil(&format!("receipt {last} --out last.receipt")).ok();
    folder.foil("bundle --witness --out shard.foil").ok();
    folder.foil("bundle --from 6 --witness --out after.foil").ok();
    folder.verifies_in_every_mode(&shard, "shard.foil");
    for words in ["--witness after.foil", "last.receipt"] {
        folder.verify(&format!("--shard {shard} {words}")).ok();
    }
    folder.foil("replay").ok();
}

#[test]
fn a_step_that_fails_leaves_the_old_program_serving() {
    let (folder, shard) = counted();
    folder.write("bad.wasm", steps(2));
    let failed = folder.foil("upgrade bad.wasm --sign authority.key --at 1357000004");
    let failed = failed.exits(6);
    assert_eq!((&failed["serves"], &failed["steps"]), (&false.into(), &2.into()));
    folder.foil("call hit --as clerk.key --at 1357000005").ok();
    assert_eq!(folder.foil("query total").ok()["value"], 3);
    folder.foil("bundle --out shard.foil").ok();
    folder.verify(&format!("--shard {shard} shard.foil")).ok();
}

#[test]
fn a_profile_is_known_and_set_once_and_has_its_own_acts() {
    let (folder, _) = counted();
    folder.foil("shard set-profile 2 --sign authority.key --at 1357000004").refuses(7, 5020);
    assert_eq!(folder.foil("shard set-profile 3 --sign authority.key").exit, Some(2));
    let folder = Folder::new();
    folder.create("");
    folder.foil(&format!("deploy {} --sign authority.key --at 1356998400", guest("counter").display())).ok();
    folder.write("steps.wasm", steps(0));
    let refused = folder.foil("upgrade steps.wasm --sign authority.key --at 1357000000");
    assert!(refused.stderr.contains("foil shard set-profile"), "{}", refused.stderr);
    assert_eq!(refused.exit, Some(2));
    let folder = Folder::new();
    folder.create("--profile 2");
    assert_eq!(folder.foil("shard show").ok()["profile"], "2");
}
