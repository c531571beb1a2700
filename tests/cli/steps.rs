//! A recorded call shown host call by host call, and a history that was not computed as it says, followed to the key
//! and the host call.

use crate::foil::{Folder, guest};
use crate::history::History as Bundle;
use abi::outcome::Outcome;
use journal::{Block, BundleReader, BundleWriter, History, Item, Start, execution_root};
use serde_json::{Value, json};

const AT: &str = "--as clerk.key --at 1357000000";

fn names(steps: &Value) -> Vec<&str> {
    steps.as_array().expect("a list").iter().map(|step| step["call"].as_str().expect("a name")).collect()
}

/// A shard with a deploy, and a block of three hits by one caller.
fn three_hits() -> Folder {
    let (folder, _) = Folder::serving(&guest("counter"));
    folder.write("map.json", r#"{ "method": "hit", "args": {} }"#);
    folder.write("rows.csv", format!("at\n{}", "1357000000\n".repeat(3)));
    folder.foil("run rows.csv --map map.json --run hits --as clerk.key --time-from at").ok();
    folder.foil("bundle --out shard.foil").ok();
    folder
}

#[test]
fn a_call_is_walked_host_call_by_host_call() {
    let (folder, _) = Folder::serving(&guest("ledger"));
    folder.foil(&format!("call open {AT} id=7 ledger=1 code=1 flags=0 name=x")).ok();
    let walked = folder.foil("replay --step").ok();
    assert_eq!(
        (&walked["seq"], &walked["method"], &walked["outcome"]),
        (&json!(1), &json!("open"), &json!("returned"))
    );
    assert_eq!(walked["steps_are_all"], true);
    let steps = walked["steps"].as_array().unwrap();
    let first = &steps[0];
    let args = json!({ "id": "7", "ledger": 1, "code": 1, "flags": 0, "name": "x" });
    assert_eq!((&first["call"], &first["answer"], &first["step"]), (&json!("input"), &args, &json!(1)));
    let account = json!({ "field": "accounts", "key": "7" });
    let put =
        steps.iter().find(|step| step["call"] == "state_put" && step["given"]["key"] == account).unwrap();
    assert_eq!((&put["given"]["value"]["name"], &put["answer"]), (&json!("x"), &Value::Null));
    let write = walked["writes"].as_array().unwrap().iter().find(|row| row["key"] == account).unwrap();
    assert_eq!((&write["before"], &write["after"]), (&Value::Null, &put["given"]["value"]));
    let mut used = 0;
    for step in steps {
        let (before, after) = (step["fuel_before"].as_u64().unwrap(), step["fuel_after"].as_u64().unwrap());
        assert!(used <= before && before < after, "{step}");
        used = after;
    }
    assert!(used <= walked["fuel"].as_u64().unwrap());
    for engine in ["cranelift-none", "pulley", "wasmi"] {
        assert_eq!(folder.foil(&format!("replay --step --seq 1 --engine {engine}")).ok(), walked, "{engine}");
    }
}

#[test]
fn a_walk_ends_where_the_call_did() {
    let (folder, _) = Folder::serving(&guest("hostile"));
    folder.foil(&format!("call wild_key {AT}")).exits(6);
    let walked = folder.foil("replay --step").ok();
    let last = walked["steps"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["answer"], &walked["trap_code"]), (&json!({ "ended": true }), &json!(12)));
    let deploy = folder.foil("replay --step --seq 0").ok();
    assert_eq!(
        (&deploy["steps"], &deploy["writes"][0]["key"]),
        (&json!([]), &json!({ "system": "program" }))
    );
    folder.foil("replay --step --seq 2").refuses(1, 7015);
    folder.foil("replay --step --until-divergence").exits(2);
}

/// The bundle's blocks after a change to the last one, with headers that fit, signed by nobody.
fn forged(folder: &Folder, change: impl FnOnce(&mut Block)) -> Vec<u8> {
    let bytes = folder.read("shard.foil");
    let Bundle { genesis, mut blocks, .. } = Bundle::read(&bytes);
    change(blocks.last_mut().unwrap());
    let mut writer = BundleWriter::new(Vec::new(), &genesis, None, blocks.len() as u64).unwrap();
    for item in BundleReader::new(&bytes[..]) {
        if let Item::Program(wasm) = item.unwrap() {
            writer.program(&wasm).unwrap();
        }
    }
    let mut history = History::new();
    let mut previous = genesis.id();
    for mut block in blocks {
        block.header.previous = previous;
        block.header.diff = block.diff.hash();
        let records = block.records(genesis.profile);
        records.iter().for_each(|record| history.push(&record.leaf()));
        block.header.execution_root = execution_root(&records);
        block.header.history_root = history.root();
        previous = block.header.hash();
        writer.block(&block, None, None).unwrap();
    }
    writer.finish().unwrap()
}

#[test]
fn an_honest_history_does_not_diverge() {
    let folder = three_hits();
    let shown = folder.foil("shard show").ok();
    for of in ["", "shard.foil"] {
        let replayed = folder.foil(&format!("replay --until-divergence {of}")).ok();
        assert_eq!((&replayed["root"], &replayed["replayed"]), (&shown["root"], &json!(4)));
    }
    folder.write("forged.foil", forged(&folder, |_| ()));
    folder.foil("replay --until-divergence forged.foil --engine wasmi").ok();
}

/// The state was changed and no call says so: the last call that wrote the key here is shown up to where it first
/// touches it.
#[test]
fn a_divergence_leads_to_the_key_and_the_host_call() {
    let folder = three_hits();
    let total = b"\x01total\0".to_vec();
    folder.write("forged.foil", forged(&folder, |block| block.diff.put(total, Some(vec![9]))));
    let ran = folder.foil("replay --until-divergence forged.foil");
    assert!(ran.refuses(13, 5201).contains("key=01746f74616c00: height=2"), "{}", ran.stderr);
    let found = ran.exits(13);
    assert_eq!((&found["height"], &found["seq"], &found["walked"]), (&json!(2), &Value::Null, &json!(3)));
    let key = json!({ "field": "total" });
    assert_eq!(found["keys"], json!([{ "key": key, "recorded": 9, "computed": 3, "writer": 3 }]));
    let steps = found["steps"].as_array().unwrap();
    assert_eq!(found["touched"], steps.len());
    let last = steps.last().unwrap();
    assert_eq!(
        (&last["call"], &last["given"]["key"], &last["answer"]),
        (&json!("state_get"), &key, &json!(2))
    );
    assert!(found["host_calls"].as_u64().unwrap() > steps.len() as u64);
}

#[test]
fn a_divergence_of_a_call_shows_both_sides() {
    let folder = three_hits();
    folder
        .write("forged.foil", forged(&folder, |block| block.entries[1].outcome = Outcome::Returned(vec![9])));
    let found = folder.foil("replay --until-divergence forged.foil").exits(13);
    assert_eq!((&found["seq"], &found["walked"], &found["keys"]), (&json!(2), &json!(2), &json!([])));
    assert_eq!((&found["recorded"]["value"], &found["computed"]["value"]), (&json!(9), &json!(2)));
    assert_eq!(names(&found["steps"]).last(), Some(&"answer"), "no key differs: all is shown");
    folder.write("forged.foil", forged(&folder, |block| block.entries[2].events.clear()));
    let found = folder.foil("replay --until-divergence forged.foil").exits(13);
    assert_eq!((&found["recorded"], &found["computed"][0]["event"]), (&json!([]), &json!("Hit")));
    folder.write("forged.foil", forged(&folder, |block| block.entries[0].fuel += 1));
    let found = folder.foil("replay --until-divergence forged.foil").exits(13);
    assert_eq!(found["recorded"].as_u64(), found["computed"].as_u64().map(|used| used + 1));
}

#[test]
fn what_is_no_whole_bundle_is_refused() {
    let folder = three_hits();
    let bytes = folder.read("shard.foil");
    folder.write("cut.foil", &bytes[..bytes.len() / 2]);
    assert_eq!(folder.foil("replay --until-divergence cut.foil").exit, Some(10));
    assert_eq!(folder.foil("replay --until-divergence none.foil").exit, Some(3));
    let genesis = Bundle::read(&bytes).genesis;
    let later = Bundle::read(&bytes).blocks.remove(1);
    let header = Bundle::read(&bytes).blocks.remove(0).header;
    let start = Start { header, peaks: Vec::new(), links: Vec::new() };
    let mut writer = BundleWriter::new(Vec::new(), &genesis, Some(&start), 2).unwrap();
    writer.block(&later, None, None).unwrap();
    folder.write("later.foil", writer.finish().unwrap());
    folder.foil("replay --until-divergence later.foil").refuses(2, 7001);
}
