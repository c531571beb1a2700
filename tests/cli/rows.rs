//! Runs over files with bad rows, and runs that are made again.

use crate::foil::{Folder, data, guest};
use serde_json::{Value, json};

const MAP: &str = r#"{ "method": "open", "args": {
    "id": { "hash": ["name"] }, "ledger": { "constant": 1 }, "code": { "column": "code" },
    "flags": { "constant": 0 }, "name": { "column": "name" } } }"#;

fn ledger() -> Folder {
    let (folder, _) = Folder::serving(&guest("ledger"));
    folder.write("open.json", MAP);
    folder
}

fn run(folder: &Folder, file: &str, options: &str) -> crate::foil::Ran {
    folder.foil(&format!("run {file} --map open.json --run names --time-from at --as clerk.key {options}"))
}

/// The names of the open accounts.
fn names(folder: &Folder) -> Vec<String> {
    let answer = folder.foil("query accounts from=0 limit=100").ok();
    let accounts = answer["value"].as_array().unwrap().clone();
    let mut names: Vec<String> =
        accounts.iter().map(|account| account["name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

/// Rows a to h; the row on line 6 is replaced.
fn csv(line_6: &str) -> String {
    let rows = ["a", "b", "c", "d", line_6, "f", "g", "h"].map(|row| match row.len() {
        1 => format!("{row},{},1357000000", row.as_bytes()[0]),
        _ => row.to_owned(),
    });
    format!("name,code,at\n{}\n", rows.join("\n"))
}

/// The row is named by its line, what stands above it is history, and once it is mended the run goes on
/// after the highest line that has a record: every row is one call.
#[test]
fn a_bad_row_ends_the_run_and_a_mended_one_resumes_it() {
    let bad =
        ["e,x,1357000000", "e,70000,1357000000", "e,5", "e,5,noon", "e,5,1357000000,more", "e,5,1367000000"];
    for row in bad {
        for options in ["--block-calls 3", ""] {
            let folder = ledger();
            folder.write("names.csv", csv(row));
            let said = run(&folder, "names.csv", options).refuses(7, 7013).to_owned();
            assert!(said.contains("names.csv:6: "), "{row}: {said}");
            assert_eq!(names(&folder), ["a", "b", "c", "d"], "{row}");
            run(&folder, "names.csv", options).refuses(7, 7013);
            assert_eq!(folder.foil("shard show").ok()["records"], 5, "{row}");

            folder.write("names.csv", csv("e,5,1357000000"));
            let mended = run(&folder, "names.csv", options).ok();
            assert_eq!((&mended["resumed_after_line"], &mended["new"]), (&json!(5), &json!(4)), "{row}");
            assert_eq!(names(&folder), ["a", "b", "c", "d", "e", "f", "g", "h"], "{row}");
            let again = run(&folder, "names.csv", options).ok();
            assert_eq!(
                (&again["new"], &again["known"], &again["records"]),
                (&json!(0), &json!(8), &json!(9))
            );
        }
    }
}

#[test]
fn a_bad_line_of_json_is_named_too() {
    let folder = ledger();
    let line = |name: &str| json!({ "name": name, "code": 1, "at": 1_357_000_000 }).to_string();
    for bad in ["{", "[]", "{\"name\":\"c\"}", ""] {
        folder.write("names.jsonl", format!("{}\n{}\n{bad}\n{}\n", line("a"), line("b"), line("d")));
        let said = run(&folder, "names.jsonl", "").refuses(7, 7013).to_owned();
        assert!(said.contains("names.jsonl:3: "), "{said}");
        assert_eq!(names(&folder), ["a", "b"]);
    }
    folder.write("names.jsonl", format!("{}\n{}\n{}\n", line("a"), line("b"), line("c")));
    assert_eq!(run(&folder, "names.jsonl", "").ok()["new"], 1);
}

#[test]
fn rows_that_cannot_be_read_are_bad_rows() {
    let folder = ledger();
    let bad: [(&str, &[u8]); 4] = [
        ("a missing column", b"name,at\na,1357000000\n"),
        ("not UTF-8", b"name,code,at\n\xff\xfe,1,1357000000\n"),
        ("no header", b""),
        ("a column that is no time", b"name,code,at\na,1,\n"),
    ];
    for (what, bytes) in bad {
        folder.write("names.csv", bytes);
        let ran = run(&folder, "names.csv", "");
        match what {
            "no header" => assert_eq!(ran.ok()["rows"], 0),
            _ => assert!(ran.refuses(7, 7013).contains("names.csv:2: "), "{what}: {}", ran.stderr),
        }
    }
    assert_eq!(folder.foil("shard show").ok()["records"], 1);
}

#[test]
fn a_row_over_a_limit_is_a_bad_row() {
    let folder = ledger();
    for (bytes, says) in [(3 << 20, "E5003 "), (9 << 20, "EOF")] {
        let row = json!({ "name": "x".repeat(bytes), "code": 1, "at": 1_357_000_000 });
        folder.write("names.jsonl", row.to_string());
        let said = run(&folder, "names.jsonl", "").refuses(7, 7013).to_owned();
        assert!(said.contains("names.jsonl:1: ") && said.contains(says), "{said}");
    }
    assert_eq!(folder.foil("shard show").ok()["records"], 1);
}

#[test]
fn a_wrong_map_is_refused_before_the_first_row() {
    let folder = ledger();
    folder.write("names.csv", csv("e,5,1357000000"));
    for (map, exit, number) in [
        ("", 2, 7014),
        ("{}", 2, 7014),
        (r#"{"method":"open","args":{"id":{"columm":"name"}}}"#, 2, 7014),
        (r#"{"method":"none","args":{}}"#, 7, 5016),
        (r#"{"method":"balance","args":{"id":{"constant":1}}}"#, 7, 5016),
        // What only a row can show is the first row's fault.
        (r#"{"method":"open","args":{}}"#, 7, 7013),
    ] {
        folder.write("open.json", map);
        run(&folder, "names.csv", "").refuses(exit, number);
    }
    folder.foil("run names.csv --map none.json --run x").refuses(3, 7002);
    folder.write("open.json", MAP);
    run(&folder, "none.csv", "").refuses(3, 7002);
    folder.foil("run names.csv --map open.json").exits(2);
    for calls in ["0", "16385", "x"] {
        run(&folder, "names.csv", &format!("--block-calls {calls}")).exits(2);
    }
    assert_eq!(folder.foil("shard show").ok()["records"], 1);
}

/// The maps that the demo uses give each of the 27,004 flights an id of its own, and each airport one id
/// wherever it is named.
#[test]
fn every_flight_is_one_transfer() {
    let world = crate::flights::World::new();
    let ran = world.run("foil-data", "");
    assert_eq!(
        (&ran["new"], &ran["returned"], &ran["not_returned"]),
        (&json!(27_004), &json!(26_483), &json!({ "AmountZero": 521 }))
    );
    let totals = world.folder.foil("query trial_balance").ok()["value"][0].clone();
    let sums = ["accounts", "transfers", "debits_posted", "credits_posted"].map(|name| totals[name].clone());
    assert_eq!(sums, [json!(97), json!(26_483), json!("26483"), json!("26483")]);
    let busiest = world.folder.foil("query busiest limit=4").ok();
    let names: Vec<&Value> =
        busiest["value"].as_array().unwrap().iter().map(|account| &account["name"]).collect();
    assert_eq!(names, ["EWR", "JFK", "LGA", "ATL"]);
    assert!(data("README.md").exists());
}
