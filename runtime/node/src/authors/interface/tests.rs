use super::*;
use abi::codec::Decode;
use std::fs;
use std::path::{Path, PathBuf};
use vm::{Engine, Vm};

const COUNTER: &[u8] = include_bytes!("../../../../../guests/wasm/counter.wasm");
const COUNTER_TEXT: &str = include_str!("../../../../../guest-sdk/c/template/interface.json");

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn interface(wasm: &[u8]) -> Vec<u8> {
    let vm = Vm::new(Engine::Wasmi).unwrap();
    vm.admit(wasm).unwrap().interface().unwrap().to_vec()
}

/// The counter's interface with one text in place of another.
fn changed(from: &str, to: &str) -> String {
    assert!(COUNTER_TEXT.contains(from), "{from}");
    COUNTER_TEXT.replacen(from, to, 1)
}

fn refused(text: &str) -> (u16, String) {
    let error = attach(COUNTER, text.as_bytes()).unwrap_err();
    (error.code(), error.to_string())
}

#[test]
fn the_interface_of_every_guest_becomes_text_and_the_same_bytes() {
    let mut guests = 0;
    for entry in fs::read_dir(root().join("guests/wasm")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "wasm") {
            continue;
        }
        let wasm = fs::read(&path).unwrap();
        let section = interface(&wasm);
        let shown = text_of(&Described::from_bytes(&section).unwrap()).to_string();
        let described = text::read(shown.as_bytes()).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        assert_eq!(bytes::of(&described), section, "{path:?}");
        let attached = attach(&wasm, shown.as_bytes()).unwrap();
        assert_eq!(interface(&attached), section, "{path:?}");
        assert_eq!(attached.len(), wasm.len(), "the section was replaced: {path:?}");
        guests += 1;
    }
    assert!(guests >= 8);
}

#[test]
fn the_templates_describe_the_counter() {
    for language in ["c", "assemblyscript", "zig"] {
        let file = root().join(format!("guest-sdk/{language}/template/interface.json"));
        let described = text::read(&fs::read(file).unwrap()).unwrap();
        assert_eq!(bytes::of(&described), interface(COUNTER), "{language}");
    }
}

#[test]
fn every_type_has_a_text() {
    let text = r#"{ "name": "all", "types": [
        { "fields": [["a", { "tuple": ["i8", "u16", { "fixed": 3 }] }]], "struct": "S" },
        { "enum": "E", "variants": ["a", "b"] }
    ], "methods": [{ "kind": "query", "name": "q", "params": [
        ["a", { "list": { "option": "S" } }], ["b", "E"], ["c", "u128"], ["d", "hash"], ["e", "bool"], ["f", "i64"],
        ["g", { "struct": "S", "fields": [] }], ["h", { "tuple": [] }], ["i", "u8"], ["j", "i16"], ["k", "i32"]
    ] }] }"#;
    let described = text::read(text.as_bytes()).unwrap();
    assert_eq!(Described::from_bytes(&bytes::of(&described)), Ok(described.clone()));
    assert_eq!(described.methods[0].returns.to_string(), "nothing");
    let shown = text_of(&described);
    assert_eq!(
        text::read(shown.to_string().as_bytes()),
        Ok(described),
        "another type of a known name stays itself"
    );
}

#[test]
fn a_malformed_text_is_refused_with_its_place() {
    assert_eq!(refused("").0, 7121);
    assert_eq!(refused("[]").0, 7121);
    for (from, to) in [
        (r#""fails": true"#, r#""fails": 1"#),
        (r#""fails": true"#, r#""fail": true"#),
        (r#""kind": "call""#, r#""kind": "write""#),
        (r#""code": 1"#, r#""code": -1"#),
        (r#"[["account", "Account"]]"#, r#"["account"]"#),
    ] {
        let (code, said) = refused(&changed(from, to));
        assert!(code == 7121 && said.contains("line"), "{to}: {said}");
    }
}

#[test]
fn what_an_interface_cannot_say_is_refused() {
    for (from, to) in [
        (r#""code": 1"#, r#""code": 0"#),
        (r#""name": "hit""#, r#""name": "Hit""#),
        (r#""name": "total", "key""#, r#""name": "", "key""#),
        (r#""name": "hits", "key": "Account""#, r#""name": "hits", "key": { "list": "u8" }"#),
        (r#""returns": "u64""#, r#""returns": { "option": { "option": "u8" } }"#),
        (r#""returns": "u64""#, r#""returns": { "fixed": -1 }"#),
        (r#""returns": "u64""#, r#""returns": 5"#),
        (r#""struct": "Account""#, r#""struct": "u64""#),
        (r#"["id", "bytes"]"#, r#"["id", "Hit"]"#),
        (r#"["id", "bytes"]"#, r#"["id"]"#),
        (r#"{ "struct": "Account""#, r#"{ "union": "Account""#),
    ] {
        let (code, said) = refused(&changed(from, to));
        assert_eq!(code, 7122, "{to}: {said}");
    }
    // Each type is twice the one before.
    let doubled = |n: usize| {
        let inner = if n == 0 { "u8".to_owned() } else { format!("T{}", n - 1) };
        format!(r#"{{ "struct": "T{n}", "fields": [["a", "{inner}"], ["b", "{inner}"]] }}"#)
    };
    let types: Vec<String> = (0..30).map(doubled).collect();
    let text = format!(r#"{{ "name": "n", "types": [{}], "methods": [] }}"#, types.join(","));
    assert_eq!(refused(&text).0, 7122);
}

#[test]
fn names_are_known_and_there_once() {
    let (code, said) = refused(&changed(r#""returns": "u64""#, r#""returns": "u63""#));
    assert_eq!((code, said.contains("method `hit`") && said.contains("`u63`")), (7123, true), "{said}");
    for (from, to) in [
        (r#""name": "total","#, r#""name": "hits","#),
        (r#""name": "hits", "key""#, r#""name": "total", "key""#),
        (r#""struct": "Hit""#, r#""struct": "Account""#),
        (r#"["id", "bytes"]"#, r#"["kind", "bytes"]"#),
        (r#"[["account", "Account"]]"#, r#"[["a", "u8"], ["a", "u8"]]"#),
        (r#""fields": [] }"#, r#""fields": [] }, { "code": 1, "name": "Other" }"#),
    ] {
        let (code, said) = refused(&changed(from, to));
        assert_eq!(code, 7124, "{to}: {said}");
    }
}

#[test]
fn methods_and_exports_agree() {
    let (code, said) = refused(&changed(r#""name": "hit","#, r#""name": "hot","#));
    assert_eq!((code, said.contains("`call:hot`")), (7125, true), "{said}");
    assert_eq!(refused(&changed(r#""kind": "query""#, r#""kind": "call""#)).0, 7125, "the kind counts");
    let (code, said) = refused(r#"{ "name": "counter", "methods": [{ "kind": "call", "name": "hit" }] }"#);
    assert_eq!((code, said.contains("`query:hits`")), (7126, true), "{said}");
}

#[test]
fn what_is_no_module_is_refused_where_it_ends() {
    let offset = |wasm: &[u8]| match attach(wasm, COUNTER_TEXT.as_bytes()) {
        Err(InterfaceError::NotWasm { offset }) => Some(offset),
        _ => None,
    };
    assert_eq!((offset(b""), offset(b"\0asm"), offset(b"text of a kind")), (Some(0), Some(0), Some(0)));
    assert!(offset(&COUNTER[..COUNTER.len() - 1]).is_some());
    assert_eq!(offset(b"\0asm\x01\0\0\0\x01\x80\x80\x80\x80\x80\x01"), Some(8), "a length of too many bytes");
}

#[test]
fn long_sections_have_long_lengths() {
    assert_eq!(section(&[7; 200])[..5], [0, 0xd4, 1, 11, b'c']);
    assert_eq!((leb128(0), leb128(127), leb128(128)), (vec![0], vec![127], vec![0x80, 1]));
}
