//! Calls that never become history, and calls that do without changing anything.

use crate::foil::{Folder, guest};
use serde_json::json;

const AT: &str = "--as clerk.key --at 1357000000";

/// An account with every argument given, but for one that a test changes.
fn open(change: &str) -> String {
    let name = change.split('=').next().unwrap_or_default();
    let all = ["id=7", "ledger=1", "code=1", "flags=0", "name=x"];
    let others: Vec<&str> =
        all.into_iter().filter(|pair| name.is_empty() || !pair.starts_with(&format!("{name}="))).collect();
    format!("call open {AT} {} {change}", others.join(" "))
}

#[test]
fn a_call_that_cannot_be_made_leaves_no_trace() {
    let (folder, _) = Folder::serving(&guest("ledger"));
    let before = folder.foil("shard show").ok();
    folder.foil(&format!("call no_such_method {AT}")).refuses(7, 5016);
    folder.foil(&format!("call balance id=7 {AT}")).refuses(7, 5016);
    folder.foil("query open id=7").refuses(7, 5016);
    let wrong = [
        "ledger=text",
        "ledger=-1",
        "ledger=4294967296",
        "ledger=[1]",
        "ledger=null",
        "ledger=1.5",
        "id=0x",
        "id=340282366920938463463374607431768211456",
        "code=70000",
        "name={}",
        "flags=[",
        "extra=1",
        "noequals",
        "id=7 id=7",
    ];
    for change in wrong {
        let ran = folder.foil(&open(change));
        assert_eq!(ran.exit, Some(2), "{change}: {}{}", ran.stdout, ran.stderr);
        ran.refuses(2, 7012);
    }
    folder.foil(&format!("call open {AT} id=7 ledger=1 code=1")).refuses(2, 7012);
    folder.foil(&format!("call transfers {AT} batch=[{{\"id\":1}}]")).refuses(2, 7012);
    folder.foil(&format!("{} --fuel 0", open(""))).refuses(7, 5004);
    folder.foil(&format!("{} --fuel 100000000001", open(""))).refuses(7, 5004);
    folder.foil(&open("").replace("1357000000", "1357998400")).refuses(7, 5011);
    folder.foil(&open("").replace("clerk.key", "no.key")).refuses(3, 7002);
    assert_eq!(folder.foil("shard show").ok(), before);
    folder.foil(&open("")).ok();
}

#[test]
fn a_program_without_an_interface_cannot_be_called_by_name() {
    let folder = Folder::new();
    let module = r#"(module (memory (export "memory") 1 1) (func (export "call:main")))"#;
    folder.write("bare.wasm", wat::parse_str(module).unwrap());
    folder.create("");
    folder.foil("deploy bare.wasm --sign authority.key --at 1356998400").ok();
    folder.foil(&format!("call main {AT}")).refuses(2, 7011);
}

/// A failed call exits with 5, is history with a receipt, and changes nothing.
#[test]
fn a_failed_call_gets_a_receipt() {
    let (folder, shard) = Folder::serving(&guest("counter"));
    let root = folder.foil("shard show").ok()["root"].clone();
    let failed = folder.foil("call hit --at 1357000000 --receipt failed.receipt").exits(5);
    assert_eq!((&failed["outcome"], &failed["error"]["name"]), (&json!("failed"), &json!("NoCaller")));
    assert_eq!(folder.foil("shard show").ok()["root"], root);
    let report = folder.verify(&format!("--shard {shard} failed.receipt")).ok();
    assert_eq!(report["facts"]["outcome"], "failed");
}

/// Every attack of the hostile guest, and the code of the outcome it must end in. (Misuses of single host calls, whose
/// descriptions say so themselves, are tried on every engine in `tests/golden`.)
const ATTACKS: &[(&str, u8)] = &[
    ("spin", 3),
    ("recurse", 4),
    ("hoard", 5),
    ("grow", 3),
    ("read_beyond", 5),
    ("wild_key", 12),
    ("wild_value", 12),
    ("wild_buffer", 12),
    ("wild_answer", 12),
    ("wild_log", 12),
    ("empty_key", 13),
    ("big_key", 14),
    ("big_value", 15),
    ("big_answer", 17),
    ("big_failure", 17),
    ("big_event", 18),
    ("flood_events", 18),
    ("flood_writes", 16),
    ("flood_bytes", 16),
    ("flood_log", 3),
    ("flood_cursors", 21),
    ("bad_cursor", 13),
    ("bad_name", 13),
    ("big_random", 13),
    ("bad_signature", 8),
    ("beyond_table", 6),
    ("silent", 20),
    ("regret", 2),
    ("turncoat", 1),
];

/// Every attack ends in its own outcome and a receipt, changes nothing, and the shard lives on; a stranger
/// who runs the same attacks comes to the same.
#[test]
fn hostile_programs_end_in_typed_outcomes() {
    let (folder, shard) = Folder::serving(&guest("hostile"));
    let root = folder.foil("shard show").ok()["root"].clone();
    let described = folder.foil(&format!("inspect {}", guest("hostile").display())).ok();
    let is_call = |method: &&serde_json::Value| {
        method["kind"] == "call" && !method["doc"].as_str().is_some_and(|doc| doc.starts_with("Ends in "))
    };
    let calls = described["methods"].as_array().unwrap().iter().filter(is_call).count();
    assert_eq!(calls, ATTACKS.len() + 1, "every attack is in the table, and one call is harmless");
    for (method, code) in ATTACKS {
        let fuel = if *code == 3 { "--fuel 20000000" } else { "--fuel 1000000000" };
        let called = folder.foil(&format!("call {method} {AT} {fuel} --receipt {method}.receipt"));
        let answer = called.exits(if *code == 1 { 5 } else { 6 });
        assert_eq!(answer["trap_code"].as_u64().unwrap_or(1), u64::from(*code), "{method}: {answer}");
        assert_eq!(answer["events"], json!([]), "{method}");
        folder.verify(&format!("--shard {shard} {method}.receipt")).ok();
    }
    let after = folder.foil("shard show").ok();
    assert_eq!((&after["root"], &after["records"]), (&root, &json!(ATTACKS.len() + 1)));
    for method in ["write", "emit"] {
        assert_eq!(folder.foil(&format!("query {method}")).exits(6)["trap_code"], 19);
    }
    folder.foil(&format!("call harmless {AT}")).ok();

    folder.foil("bundle --out hostile.foil").ok();
    let report = folder.verify(&format!("--shard {shard} hostile.foil")).ok();
    assert_eq!(report["facts"]["records"], ATTACKS.len() + 2);
}
