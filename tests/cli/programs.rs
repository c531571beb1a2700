//! Programs that are not admitted, and deploys that are not the authority's.

use crate::foil::{Folder, MIDNIGHT, guest};
use abi::limits::PROGRAM_BYTES_MAX;

const MEMORY: &str = r#"(memory (export "memory") 1 1)"#;
const METHOD: &str = r#"(func (export "call:main"))"#;

fn wasm(fields: &str) -> Vec<u8> {
    wat::parse_str(format!("(module {fields})")).expect("the text is well-formed")
}

/// A valid module, made longer by a custom section; a module has three bytes of length at this size.
fn padded(len: usize) -> Vec<u8> {
    let module = wasm(&format!("{MEMORY} {METHOD}"));
    let text = |pad: usize| format!(r#"{MEMORY} {METHOD} (@custom "pad" "{}")"#, "x".repeat(pad));
    let overhead = wasm(&text(len / 2)).len() - len / 2;
    assert!(overhead > module.len());
    let long = wasm(&text(len - overhead));
    assert!(long.len().abs_diff(len) <= 2, "{} {len}", long.len());
    long
}

#[test]
fn a_module_that_breaks_a_rule_is_refused_by_its_number() {
    let (folder, _) = Folder::serving(&guest("counter"));
    let before = folder.foil("shard show").ok();
    let valid = wasm(&format!("{MEMORY} {METHOD}"));
    let changed = |at: usize| {
        let mut bytes = valid.clone();
        bytes[at] ^= 0x40;
        bytes
    };
    let bad: [(&str, Vec<u8>, u16); 16] = [
        ("empty", Vec::new(), 4001),
        ("wrong magic", changed(0), 4001),
        ("a text", b"(module)".to_vec(), 4001),
        ("wrong version", changed(4), 4002),
        ("cut in the header", valid[..6].to_vec(), 4001),
        ("cut in a section", valid[..valid.len() - 3].to_vec(), 4003),
        ("an unknown section", changed(8), 4003),
        ("over the limit", padded(PROGRAM_BYTES_MAX + 8), 4004),
        ("too much memory", wasm(&format!(r#"(memory (export "memory") 1 2000) {METHOD}"#)), 4004),
        ("a start function", wasm(&format!("{MEMORY} {METHOD} (func $s) (start $s)")), 4006),
        ("an unknown import", wasm(&format!(r#"(import "env" "exit" (func)) {MEMORY} {METHOD}"#)), 4007),
        ("a wrong import", wasm(&format!(r#"(import "foil" "seq" (func)) {MEMORY} {METHOD}"#)), 4008),
        ("no memory", wasm(METHOD), 4009),
        ("memory without a maximum", wasm(&format!(r#"(memory (export "memory") 1) {METHOD}"#)), 4010),
        ("no method", wasm(MEMORY), 4017),
        (
            "two interfaces",
            wasm(&format!(r#"{MEMORY} {METHOD} (@custom "counterfoil" "") (@custom "counterfoil" "")"#)),
            4018,
        ),
    ];
    for (what, bytes, number) in bad {
        folder.write("bad.wasm", bytes);
        let deployed = folder.foil(&format!("deploy bad.wasm --sign authority.key --at {MIDNIGHT}"));
        assert_eq!(deployed.exit, Some(7), "{what}: {}", deployed.stderr);
        deployed.refuses(7, number);
        folder.foil("inspect bad.wasm").refuses(7, number);
    }
    assert_eq!(folder.foil("shard show").ok(), before, "a refused deploy leaves no trace");
}

#[test]
fn the_largest_module_is_admitted() {
    let folder = Folder::new();
    folder.write("large.wasm", padded(PROGRAM_BYTES_MAX - 8));
    folder.foil("inspect large.wasm").ok();
}

#[test]
fn only_the_authority_deploys() {
    let (folder, _) = Folder::serving(&guest("counter"));
    let before = folder.foil("shard show").ok();
    let ledger = guest("ledger");
    let deploy = |signs: &str| folder.foil(&format!("deploy {} --at {MIDNIGHT} {signs}", ledger.display()));
    deploy("").exits(2);
    deploy("--sign clerk.key").refuses(7, 5007);
    deploy("--sign foil-data/node.key").refuses(7, 5007);
    deploy("--sign no.key").refuses(3, 7002);
    assert_eq!(folder.foil("shard show").ok(), before);
    deploy("--sign authority.key").ok();
    assert_ne!(folder.foil("shard show").ok()["program"], before["program"]);
}

/// Two of two keys: each alone is too few, and one twice is still one.
#[test]
fn a_threshold_needs_as_many_keys() {
    let folder = Folder::new();
    folder.foil("key generate other.key").ok();
    let other = folder.foil("key show other.key").ok()["public_key"].as_str().unwrap().to_owned();
    folder.create(&format!("--authority {other} --threshold 2"));
    let counter = guest("counter");
    let deploy = |signs: &str| folder.foil(&format!("deploy {} --at {MIDNIGHT} {signs}", counter.display()));
    deploy("--sign authority.key").refuses(7, 5007);
    deploy("--sign other.key --sign other.key").refuses(7, 5006);
    deploy("--sign other.key --sign authority.key").ok();
}

#[test]
fn a_genesis_that_breaks_a_rule_is_refused() {
    let folder = Folder::new();
    let authority = folder.foil("key generate authority.key").ok()["public_key"].as_str().unwrap().to_owned();
    let create = |options: &str| folder.foil(&format!("shard create --authority {authority} {options}"));
    for options in ["--threshold 2", "--threshold 0", "--origin UPPER", "--window 500d"] {
        create(options).refuses(2, 1201);
    }
    create("--nonce 00").refuses(2, 7001);
    for options in ["--authority 00", "--start now", "--jump 1w", "--window x"] {
        create(options).exits(2);
    }
    create("").ok();
}
