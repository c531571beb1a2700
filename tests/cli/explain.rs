//! What a person is told: of every number that we print, and of a call that trapped.

use crate::foil::{Folder, MIDNIGHT, guest, root};
use abi::interface::{Describe, Interface, Kind, Method, encode, encoded_len};
use abi::limits::KEY_BYTES_MAX;
use abi::outcome::Trap;
use proc_macro2::{TokenStream, TokenTree};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const AT: &str = "--at 1357000000";

/// The sources of each layer, and the first digit of its numbers.
const LAYERS: [(&str, u16); 7] = [
    ("abi/src", 1),
    ("journal/src", 2),
    ("runtime/state/src", 3),
    ("runtime/vm/src", 4),
    ("runtime/kernel/src", 5),
    ("runtime/verify/src", 6),
    ("runtime/node/src", 7),
];

/// Every source in a folder, but for those of tests.
fn sources(folder: &Path) -> Vec<String> {
    let mut texts = Vec::new();
    for entry in fs::read_dir(folder).expect("the sources are there") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true if path.ends_with("tests") => {}
            true => texts.extend(sources(&path)),
            false if path.ends_with("tests.rs") => {}
            false => texts.push(fs::read_to_string(&path).expect("sources are UTF-8")),
        }
    }
    texts
}

/// Every whole number in the tokens, those of macros included.
fn literals(tokens: TokenStream) -> Vec<u16> {
    let numbers = |token| match token {
        TokenTree::Group(group) => literals(group.stream()),
        TokenTree::Literal(literal) => literal.to_string().parse().into_iter().collect(),
        _ => Vec::new(),
    };
    tokens.into_iter().flat_map(numbers).collect()
}

/// The numbers of all errors: a number is given where `Coded` is implemented, or where a verdict is made.
fn numbers() -> BTreeSet<String> {
    let mut numbers = BTreeSet::new();
    for (folder, layer) in LAYERS {
        let texts = sources(&root().join(folder)).into_iter();
        let giving = texts.filter(|text| text.contains("Coded") || text.contains("Verdict"));
        let found = giving.flat_map(|text| literals(text.parse().expect("sources are Rust")));
        let before = numbers.len();
        numbers.extend(found.filter(|number| number / 1000 == layer).map(|number| format!("E{number}")));
        assert!(numbers.len() > before, "{folder} has no numbers");
    }
    numbers
}

/// The exit codes, from the source of their one table.
fn exits() -> BTreeSet<String> {
    let text = fs::read_to_string(root().join("runtime/verify/src/exit.rs")).expect("the table is there");
    let items = syn::parse_file(&text).expect("it is Rust").items.into_iter();
    let table = items.filter_map(|item| match item {
        syn::Item::Enum(table) if table.ident == "Exit" => Some(table.variants),
        _ => None,
    });
    let code = |variant: syn::Variant| match variant.discriminant {
        Some((_, syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Int(code), .. }))) => format!("exit {code}"),
        _ => panic!("{} has no code of its own", variant.ident),
    };
    table.flatten().map(code).collect()
}

fn codes(listed: &Value) -> Vec<String> {
    let rows = listed.as_array().expect("a list").iter();
    rows.map(|row| row["code"].as_str().expect("a code").to_owned()).collect()
}

/// What is printed is explained, and what is explained is printed.
#[test]
fn codes_and_explanations_are_one_to_one() {
    let listed = Folder::new().foil("explain").ok();
    let traps: BTreeSet<String> = Trap::ALL.iter().map(|trap| format!("T{}", *trap as u8)).collect();
    let outcomes = BTreeSet::from(["returned", "failed", "trapped", "rejected"].map(str::to_owned));
    let kinds = [("errors", numbers()), ("traps", traps), ("outcomes", outcomes), ("exits", exits())];
    assert_eq!(listed.as_object().unwrap().len(), kinds.len());
    for (kind, wanted) in kinds {
        let found = codes(&listed[kind]);
        let distinct: BTreeSet<String> = found.iter().cloned().collect();
        assert_eq!(distinct.len(), found.len(), "{kind}: one is explained twice");
        let unexplained: Vec<&String> = wanted.difference(&distinct).collect();
        let unknown: Vec<&String> = distinct.difference(&wanted).collect();
        assert!(unexplained.is_empty(), "{kind}: printed and not explained: {unexplained:?}");
        assert!(unknown.is_empty(), "{kind}: explained and never printed: {unknown:?}");
    }
}

/// Each is found by its code, and names no limit that there is not.
#[test]
fn every_code_has_what_why_and_how_to_mend_it() {
    let folder = Folder::new();
    let limits = fs::read_to_string(root().join("abi/src/limits.rs")).unwrap();
    let listed = folder.foil("explain").ok();
    for code in listed.as_object().unwrap().values().flat_map(codes) {
        let it = folder.foil(&format!("explain {code}")).ok();
        assert_eq!(it["code"], *code);
        for part in ["what", "why", "mend"] {
            let text = it[part].as_str().unwrap();
            assert!(!text.is_empty(), "{code} {part}");
            let words = text.split(|c: char| !c.is_ascii_uppercase() && c != '_');
            for limit in words.filter(|word| word.ends_with("_MAX")) {
                assert!(limits.contains(&format!("pub const {limit}: ")), "{code} names {limit}");
            }
        }
    }
}

#[test]
fn a_code_is_explained_by_number_by_name_and_by_words() {
    let folder = Folder::new();
    for asked in ["T3", "trap 3", "out-of-fuel", "trap out-of-fuel", "out of fuel"] {
        let it = folder.foil(&format!("explain {asked}")).ok();
        assert_eq!((&it["code"], &it["name"]), (&json!("T3"), &json!("out-of-fuel")), "{asked}");
    }
    assert_eq!(folder.foil("explain 7003").ok()["code"], "E7003");
    assert_eq!(folder.foil("explain exit 13").ok()["code"], "exit 13");
    let unknown = folder.foil("explain E7903");
    assert!(unknown.refuses(2, 7001).contains("nearest: E7003"));
    assert_eq!(unknown.stdout, "");
    assert!(folder.foil("explain out-of-fule").refuses(2, 7001).contains("nearest: T3;"));
}

#[test]
fn an_error_says_how_to_have_it_explained() {
    let refused = Folder::new().foil("shard show");
    let code = refused.stderr.split(": ").nth(1).unwrap().to_owned();
    assert!(refused.stderr.trim_end().ends_with(&format!("(foil explain {code})")), "{}", refused.stderr);
}

/// A method that takes and answers nothing.
const fn method(kind: Kind, name: &'static str) -> Method {
    Method { kind, name, doc: "", params: &[], returns: <() as Describe>::SCHEMA, fails: false }
}

const INTERFACE: Interface = Interface {
    name: "till",
    methods: &[
        method(Kind::Call, "pay"),
        method(Kind::Call, "open"),
        method(Kind::Call, "spin"),
        method(Kind::Query, "ask"),
    ],
    state: &[],
    events: &[],
    errors: &[],
};

/// What the program says when it panics.
const PANIC: &str = "panicked at src/till.rs:12: the till is empty";

/// A folder with a shard that a program serves which panics as those of the SDK do, writes a key of 600
/// bytes, and runs for ever.
fn till() -> (Folder, String) {
    let section: [u8; encoded_len(&INTERFACE)] = encode(&INTERFACE);
    let section: String = section.iter().map(|byte| format!("\\{byte:02x}")).collect();
    let text = format!(
        r#"(module
        (import "foil" "log" (func $log (param i32 i32)))
        (import "foil" "state_put" (func $put (param i32 i32 i32 i32)))
        (memory (export "memory") 2 2)
        (data (i32.const 0) "{PANIC}")
        (func $till::take (call $log (i32.const 0) (i32.const {len})) (unreachable))
        (func $call:pay (export "call:pay") (call $till::take))
        (func $query:ask (export "query:ask") (call $till::take))
        (func $call:open (export "call:open")
            (call $put (i32.const 0) (i32.const 600) (i32.const 0) (i32.const 0)))
        (func $call:spin (export "call:spin") (loop $again (br $again)))
        (@custom "counterfoil" "{section}"))"#,
        len = PANIC.len()
    );
    let folder = Folder::new();
    folder.write("till.wasm", wat::parse_str(text).expect("the text is well-formed"));
    let shard = folder.create("");
    folder.foil(&format!("deploy till.wasm --sign authority.key --at {MIDNIGHT}")).ok();
    (folder, shard)
}

/// The lines of a list.
fn lines(list: &Value) -> Vec<&str> {
    list.as_array().expect("a list").iter().map(|line| line.as_str().expect("a text")).collect()
}

#[test]
fn a_trap_says_what_and_where_and_how_much() {
    let (folder, _) = till();
    let paid = folder.foil(&format!("call pay {AT}")).exits(6);
    assert_eq!((&paid["trap_code"], &paid["explain"]), (&json!(2), &json!("foil explain T2")));
    assert_eq!(lines(&paid["logs"]), [PANIC]);
    let [used, functions] = lines(&paid["detail"])[..] else { panic!("{paid}") };
    assert_eq!(used, format!("fuel {} of 1000000000, memory 128 KiB", paid["fuel"]));
    assert_eq!(functions.matches(", called by ").count(), 1, "{functions}");

    let asked = folder.foil("query ask").exits(6);
    assert_eq!(lines(&asked["logs"]), [PANIC]);
    assert!(lines(&asked["detail"])[1].starts_with("in "), "{asked}");

    let opened = folder.foil(&format!("call open {AT}")).exits(6);
    assert_eq!(
        lines(&opened["detail"])[0],
        format!("it would have been 600, and the limit is {KEY_BYTES_MAX}")
    );

    let spun = folder.foil(&format!("call spin {AT} --fuel 5000")).exits(6);
    assert_eq!(spun["trap"], "out of fuel");
    assert_eq!(lines(&spun["detail"])[0], "fuel 5000 of 5000, memory 128 KiB");
}

#[test]
fn a_trap_names_the_functions_that_ran() {
    let (folder, _) = till();
    let paid = folder.foil(&format!("call pay {AT}")).exits(6);
    assert_eq!(lines(&paid["detail"])[1], "in till::take, called by call:pay");
    let spun = folder.foil(&format!("call spin {AT} --fuel 5000")).exits(6);
    assert_eq!(lines(&spun["detail"])[1], "in call:spin");

    let (folder, _) = Folder::serving(&guest("hostile"));
    let answer = folder.foil(&format!("call regret {AT}")).exits(6);
    let functions = lines(&answer["detail"])[1];
    assert!(functions.contains("called by core::panicking::panic"), "{functions}");
    assert!(functions.ends_with("called by call:regret"), "{functions}");
}

/// A panic of a program built with the SDK, by the SDK's own words and names.
#[test]
fn a_panic_of_the_sdk_says_where_it_was() {
    let (folder, _) = Folder::serving(&guest("hostile"));
    let answer = folder.foil(&format!("call regret {AT}")).exits(6);
    let [said] = lines(&answer["logs"])[..] else { panic!("{answer}") };
    assert!(said.starts_with("panicked at ") && said.contains("src/lib.rs:"), "{said}");
}

/// What a trap tells is nowhere in history: a replay makes it anew, and a bundle does not hold it.
#[test]
fn what_a_trap_tells_is_no_part_of_history() {
    let (folder, shard) = till();
    let paid =
        folder.foil(&format!("call pay {AT} --as clerk.key --key once --receipt paid.receipt")).exits(6);
    let known = folder.foil(&format!("call pay {AT} --as clerk.key --key once")).exits(6);
    assert_eq!(
        (&known["known"], &known["logs"], &known["trap_code"]),
        (&json!(true), &Value::Null, &json!(2))
    );
    assert_eq!(folder.foil("inspect --seq 1").ok()["logs"], Value::Null);
    for engine in ["cranelift", "pulley", "wasmi"] {
        let again = folder.foil(&format!("replay --seq 1 --engine {engine}")).ok();
        assert_eq!((&again["trap_code"], &again["fuel"]), (&paid["trap_code"], &paid["fuel"]), "{engine}");
        assert_eq!(again["logs"], paid["logs"], "{engine}");
        assert_eq!(lines(&again["detail"])[0], lines(&paid["detail"])[0], "{engine}");
    }
    folder.foil("replay --seq 2").refuses(1, 7015);
    folder.foil("bundle --out till.foil").ok();
    for file in ["till.foil", "paid.receipt"] {
        let bytes = folder.read(file);
        assert!(!bytes.windows(4).any(|window| window == b"KiB,"), "{file}");
        // The words of the panic are in the program, which the bundle holds once.
        let said = bytes.windows(PANIC.len()).filter(|window| window == &PANIC.as_bytes()).count();
        assert_eq!(said, usize::from(file == "till.foil"), "{file}");
    }
    folder.verify(&format!("--shard {shard} till.foil")).ok();
}

/// A run counts all traps, and tells of the first.
#[test]
fn a_run_tells_of_its_first_traps_by_line() {
    let (folder, _) = till();
    folder.write("map.json", r#"{ "method": "pay", "args": {} }"#);
    folder.write("rows.csv", format!("at\n{}", "1357000000\n".repeat(7)));
    let ran = folder.foil("run rows.csv --map map.json --run till --time-from at --block-calls 2").ok();
    let traps = ran["traps"].as_array().unwrap();
    assert_eq!((&ran["not_returned"], traps.len()), (&json!({ Trap::Unreachable.to_string(): 7 }), 5));
    for ((line, seq), trap) in (2u64..).zip(1u64..).zip(traps) {
        assert_eq!((&trap["line"], &trap["seq"], &trap["trap_code"]), (&json!(line), &json!(seq), &json!(2)));
        assert_eq!(lines(&trap["logs"]), [PANIC]);
        assert!(lines(&trap["detail"])[0].ends_with(" of 1000000000, memory 128 KiB"), "{trap}");
    }
}

/// What shells and `man` are given has every command.
#[test]
fn completions_and_pages_are_made_of_the_command_line() {
    let folder = Folder::new();
    let help = folder.foil("--help").stdout;
    let commands = help.lines().skip_while(|line| !line.starts_with("Commands:")).skip(1);
    let commands: Vec<&str> = commands.map_while(|line| line.split_whitespace().next()).collect();
    assert!(commands.len() > 25 && commands.contains(&"serve"), "{help}");
    assert_eq!(folder.foil("man pages").exit, Some(0));
    for shell in ["bash", "zsh", "fish"] {
        let script = folder.foil(&format!("completion {shell}")).stdout;
        assert!(commands.iter().all(|command| script.contains(command)), "{shell}");
    }
    for command in commands.iter().filter(|command| **command != "help") {
        let page = String::from_utf8(folder.read(&format!("pages/foil-{command}.1"))).unwrap();
        assert!(page.contains(".SH SYNOPSIS"), "{command}");
    }
    assert!(folder.path("pages/foil-token-create.1").exists());
    folder.foil("completion cmd").exits(2);
}
