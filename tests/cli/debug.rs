//! What the author of a program is shown of a call: the lines in which it trapped, what came to nothing, and who used
//! its fuel. The program is `tests/data/debug/till.c`.

use crate::foil::{Folder, MIDNIGHT, data, guest};
use abi::interface::{Describe, Interface, Kind, Method, Slot, encode, encoded_len};
use serde_json::{Value, json};
use std::fs;

const STRIPPED: &str = "debug/till.wasm";
const DEBUG: &str = "debug/till.debug.wasm";

const AT: &str = "--as clerk.key --at 1357000000";

/// A method that takes and answers nothing.
const fn method(name: &'static str) -> Method {
    Method { kind: Kind::Call, name, doc: "", params: &[], returns: <() as Describe>::SCHEMA, fails: false }
}

const fn cell(name: &'static str) -> Slot {
    Slot { name, key: None, value: <u64 as Describe>::SCHEMA }
}

const INTERFACE: Interface = Interface {
    name: "till",
    methods: &[method("share"), method("count"), method("wait"), method("label")],
    state: &[cell("count"), cell("share")],
    events: &[],
    errors: &[],
};

/// The first line of the source that has this text in it.
fn line(text: &str) -> Option<u64> {
    let source = fs::read_to_string(data("debug/till.c")).unwrap();
    (1..).zip(source.lines()).find(|(_, line)| line.contains(text)).map(|(number, _)| number)
}

/// A module of the program, with its interface behind it.
fn till(file: &str) -> Vec<u8> {
    let section: [u8; encoded_len(&INTERFACE)] = encode(&INTERFACE);
    let mut wasm = fs::read(data(file)).unwrap();
    let name = b"\x0bcounterfoil";
    let length = u8::try_from(name.len() + section.len()).unwrap();
    assert!(length < 128, "a length of one byte");
    wasm.extend([0, length]);
    wasm.extend(name);
    wasm.extend(section);
    wasm
}

/// A shard that the program serves, stripped or with debug information; beside it lies the file `till.debug.wasm`.
fn serving(file: &str) -> Folder {
    let folder = Folder::new();
    folder.write("till.wasm", till(file));
    folder.write("till.debug.wasm", fs::read(data(DEBUG)).unwrap());
    folder.create("");
    folder.foil(&format!("deploy till.wasm --sign authority.key --at {MIDNIGHT}")).ok();
    folder
}

/// The places of a trap: function, line, and whether it was made part of the next.
fn places(shown: &Value) -> Vec<(&str, Option<u64>, bool)> {
    let places = shown["places"].as_array().unwrap_or_else(|| panic!("{shown}"));
    let place = |it| {
        let it: &Value = it;
        (it["function"].as_str().unwrap(), it["line"].as_u64(), it["inlined"] == true)
    };
    places.iter().map(place).collect()
}

#[test]
fn a_trap_is_shown_with_its_lines() {
    for (file, options) in [(DEBUG, ""), (STRIPPED, "--debug till.debug.wasm")] {
        let folder = serving(file);
        let called = folder.foil(&format!("call share {AT}")).exits(6);
        let shown = folder.foil(&format!("replay --seq 1 {options}")).ok();
        let expected = [
            ("each", line("return total / people"), true),
            ("share", line("= each(total)"), false),
            ("call_share", line("people = share(42)"), false),
        ];
        assert_eq!(places(&shown), expected);
        assert_eq!(shown["detail"], json!([called["detail"][0]]), "the places stand for the functions");
        assert_eq!((&shown["trap_code"], &shown["fuel"]), (&called["trap_code"], &called["fuel"]));
        for engine in ["cranelift-none", "pulley", "wasmi"] {
            assert_eq!(
                folder.foil(&format!("replay --seq 1 --engine {engine} {options}")).ok(),
                shown,
                "{engine}"
            );
        }
        let text = folder.foil_to_people(&format!("replay --seq 1 {options}"));
        let [each, share, method] = expected.map(|(_, line, _)| line.unwrap());
        for (said, line) in
            [("in each", each), ("inlined into share", share), ("called by call_share", method)]
        {
            assert!(text.contains(&format!("\n  {said} at till.c:{line}:")), "{text}");
        }
    }
}

/// Debug information is for display: a history is the same with it and without it, and so is what is verified.
#[test]
fn without_debug_information_there_are_the_functions() {
    let folder = serving(STRIPPED);
    folder.foil(&format!("call share {AT}")).exits(6);
    let shown = folder.foil("replay --seq 1").ok();
    assert_eq!(places(&shown), [("function 6", None, false), ("function 5", None, false)]);
    let before = folder.read("till.debug.wasm");
    folder.write("cut.wasm", &before[..before.len() / 2]);
    let refused = folder.foil("replay --debug cut.wasm");
    assert!(refused.refuses(2, 7016).contains("cut.wasm is no debug information of the program"));
    assert!(folder.foil("replay --debug till.wasm").refuses(2, 7016).contains(".debug_info"));
    let other = guest("counter");
    folder.foil(&format!("replay --debug {}", other.display())).refuses(2, 7016);
    folder.foil("replay --debug none.wasm").exits(3);
    folder.foil("replay --until-divergence --debug till.debug.wasm").exits(2);
}

/// The call trapped: what it had written, emitted and logged is shown, and that it came to nothing.
#[test]
fn what_a_call_that_failed_had_done_is_shown() {
    let folder = serving(STRIPPED);
    folder.foil(&format!("call count {AT}")).ok();
    folder.foil(&format!("call share {AT}")).exits(6);
    let shown = folder.foil("replay --step --debug till.debug.wasm").ok();
    assert_eq!(
        (&shown["seq"], &shown["method"], &shown["outcome"]),
        (&json!(2), &json!("share"), &json!("trapped"))
    );
    let calls: Vec<&Value> = shown["steps"].as_array().unwrap().iter().map(|step| &step["call"]).collect();
    assert_eq!(calls, ["state_put", "state_put", "state_put", "state_delete", "emit", "log"]);
    let row =
        |key: Value, before: Value, after: Value| json!({ "key": key, "before": before, "after": after });
    let expected = json!([
        row(json!({ "field": "count" }), json!(79), json!(2)),
        row(json!({ "hex": "6f6c64" }), Value::Null, Value::Null),
        row(json!({ "field": "share" }), Value::Null, json!(42)),
    ]);
    assert_eq!((&shown["writes"], &shown["writes_dropped"]), (&json!([]), &expected));
    assert_eq!(shown["events_dropped"], json!([{ "event": "Shared", "data": { "hex": "80" } }]));
    assert_eq!((&shown["messages_dropped"], &shown["logs"]), (&json!([]), &json!(["sharing"])));
    let counted = folder.foil("replay --step --seq 1").ok();
    assert_eq!((&counted["writes_dropped"], &counted["writes"][0]["after"]), (&Value::Null, &json!(79)));
}

#[test]
fn a_limit_is_shown_with_how_much_it_was() {
    let folder = serving(STRIPPED);
    folder.foil(&format!("call label {AT}")).exits(6);
    let shown = folder.foil("replay --step --debug till.debug.wasm").ok();
    assert_eq!(shown["detail"][0], "it would have been 600, and the limit is 512");
    assert_eq!(places(&shown), [("call_label", line("put(key, sizeof key"), false)]);
    assert_eq!(shown["writes_dropped"], json!([]), "the host call that ended the call wrote nothing");

    folder.foil(&format!("call wait {AT} --fuel 50000")).exits(6);
    let shown = folder.foil("replay --step --debug till.debug.wasm").ok();
    assert_eq!(shown["detail"][1], "800000 would not have sufficed either");
    assert_eq!(places(&shown)[1], ("call_wait", line("    wait();"), false));
    let whole = folder.foil(&format!("call count {AT}")).ok();
    let used = whole["fuel"].as_u64().unwrap();
    folder.foil(&format!("call count {AT} --fuel {}", used - 1)).exits(6);
    let shown = folder.foil("replay --step").ok();
    assert_eq!(shown["detail"][1], format!("with enough it would have used {used}, and ended so: returned"));
}

/// Every unit of fuel is somebody's, and the whole is what the record says.
#[test]
fn fuel_is_shown_by_function() {
    let folder = serving(STRIPPED);
    folder.foil(&format!("call count {AT}")).ok();
    folder.foil(&format!("call wait {AT} --fuel 50000")).exits(6);
    for (seq, most) in [(1, "fibonacci"), (2, "wait")] {
        let recorded = folder.foil(&format!("inspect --seq {seq}")).ok()["fuel"].as_u64().unwrap();
        let asked = format!("replay --seq {seq} --profile flame.svg --debug till.debug.wasm");
        let shown = folder.foil(&asked).ok();
        let rows = shown["fuel_by_function"].as_array().unwrap();
        let sum = |name: &str| rows.iter().map(|row| row[name].as_u64().unwrap()).sum::<u64>();
        assert_eq!((shown["fuel"].as_u64(), sum("self")), (Some(recorded), recorded), "{shown}");
        let own = rows.iter().find(|row| !row["function"].as_str().unwrap().starts_with("foil."));
        assert_eq!((&own.unwrap()["function"], &shown["functions"]), (&json!(most), &json!(rows.len())));
        let method =
            rows.iter().find(|row| row["function"] == format!("call_{}", shown["method"].as_str().unwrap()));
        assert_eq!(method.unwrap()["total"], recorded);
        let svg = String::from_utf8(folder.read("flame.svg")).unwrap();
        assert!(svg.starts_with("<svg ") && svg.contains(&format!("record {seq}: {recorded} fuel")), "{svg}");
        assert!(svg.contains(&format!("<title>{most}: ")) && !svg.contains("script"), "{svg}");
    }
    // The deploy ran no program.
    folder.foil("replay --seq 0 --profile none.svg").refuses(2, 7001);
    assert!(!folder.path("none.svg").exists());
}

/// The guests of the SDK, in Rust: names as people write them.
#[test]
fn a_program_of_the_sdk_has_a_profile() {
    let (folder, _) = Folder::serving(&guest("ledger"));
    folder.foil(&format!("call open {AT} id=7 ledger=1 code=1 flags=0 name=x")).ok();
    let shown = folder.foil("replay --profile flame.svg").ok();
    let rows = shown["fuel_by_function"].as_array().unwrap();
    let named =
        |name: &str| rows.iter().find(|row| row["function"] == name).unwrap_or_else(|| panic!("{shown}"));
    assert_eq!(named("call:open")["total"], shown["fuel"]);
    assert!(named("foil.state_put")["self"].as_u64() > Some(6_000), "{shown}");
}
