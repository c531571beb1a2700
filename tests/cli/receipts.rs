//! A call, its receipt, and a stranger who knows the shard's id and nothing else.

use crate::foil::{Folder, guest};
use serde_json::json;

/// The counter, called once; the shard's id.
fn counted() -> (Folder, String) {
    let (folder, shard) = Folder::serving(&guest("counter"));
    let called = folder.foil("call hit --as clerk.key --at 1357000000 --receipt hit.receipt").ok();
    assert_eq!(
        (&called["outcome"], &called["value"], &called["seq"]),
        (&json!("returned"), &json!(1), &json!(1))
    );
    (folder, shard)
}

#[test]
fn a_receipt_verifies_by_the_shards_id_alone() {
    let (folder, shard) = counted();
    let report = folder.verify(&format!("--shard {shard} hit.receipt")).ok();
    assert_eq!(report["kind"], "receipt");
    assert_eq!((&report["facts"]["seq"], &report["facts"]["outcome"]), (&json!(1), &json!("returned")));

    let unanchored = folder.verify("hit.receipt").exits(11);
    assert_eq!((&unanchored["code"], &unanchored["unchecked"][1]), (&json!("E6002"), &json!("anchor")));
    let foreign = folder.verify(&format!("--shard {} hit.receipt", "0".repeat(64))).exits(10);
    assert_eq!(foreign["code"], "E6001");

    let writer = &report["facts"]["writer"].as_str().unwrap();
    folder.verify(&format!("--key {writer} hit.receipt")).ok();
    assert_eq!(folder.verify(&format!("--key {shard} hit.receipt")).exits(10)["code"], "E6001");
}

/// `foil verify` is `foil-verify`, and a receipt fetched later says the same of the record.
#[test]
fn both_binaries_verify_alike() {
    let (folder, shard) = counted();
    folder.foil("call hit --as clerk.key --at 1357000001").ok();
    folder.foil("receipt 1 --out later.receipt").ok();
    for file in ["hit.receipt", "later.receipt"] {
        for anchor in [format!("--shard {shard}"), String::new()] {
            let (one, other) =
                (folder.foil(&format!("verify {anchor} {file}")), folder.verify(&format!("{anchor} {file}")));
            assert_eq!((one.exit, one.stdout), (other.exit, other.stdout));
        }
    }
}

#[test]
fn a_bundle_verifies_in_an_empty_folder() {
    let (folder, shard) = counted();
    folder.foil("bundle --out shard.foil").ok();
    let stranger = Folder::new();
    stranger.write("shard.foil", folder.read("shard.foil"));
    let report = stranger.verify(&format!("--shard {shard} shard.foil")).ok();
    assert!(report["checked"].as_array().unwrap().contains(&json!("every call re-executed")));
    let here = folder.foil("shard show").ok();
    for fact in ["records", "height", "head", "root"] {
        assert_eq!(report["facts"][fact], here[fact], "{fact}");
    }

    let history = stranger.verify(&format!("--shard {shard} --no-execute shard.foil")).ok();
    assert_eq!(history["unchecked"], json!(["execution"]));
    assert_eq!(stranger.verify("shard.foil").exits(11)["code"], "E6002");
    assert_eq!(stranger.verify(&format!("--shard {} shard.foil", "0".repeat(64))).exits(10)["code"], "E6001");
}

#[test]
fn a_history_that_cannot_be_there_is_not_found() {
    let folder = Folder::new();
    folder.create("");
    folder.foil("bundle").refuses(1, 7015);
    folder.foil("receipt 0").refuses(1, 7015);
    folder.foil("call hit").refuses(7, 5014);
    folder.foil(&format!("deploy {} --sign authority.key --at 1356998400", guest("counter").display())).ok();
    folder.foil("receipt 1").refuses(1, 7015);
    folder.foil("inspect --height 2").refuses(1, 7015);
}

/// The same call with the same key is made once; another call cannot have the key.
#[test]
fn a_call_sent_twice_is_made_once() {
    let (folder, shard) = counted();
    let send = |method: &str| folder.foil(&format!("{method} --as clerk.key --at 1357000100 --key first"));
    let first = send("call hit --receipt first.receipt").ok();
    let second = send("call hit --receipt second.receipt").ok();
    assert_eq!((&first["known"], &second["known"]), (&json!(false), &json!(true)));
    assert_eq!((&first["seq"], &first["effect"]), (&second["seq"], &second["effect"]));
    assert_eq!(folder.read("first.receipt"), folder.read("second.receipt"));
    send("call hit --fuel 5000000").refuses(7, 5012);
    assert_eq!(folder.foil("query total").ok()["value"], 2);
    folder.verify(&format!("--shard {shard} second.receipt")).ok();
}

/// Everything that a replay finds, the node's own replay finds too.
#[test]
fn a_node_replays_its_own_history() {
    let (folder, _) = counted();
    let replayed = folder.foil("replay").ok();
    assert_eq!(
        (&replayed["replayed"], &replayed["root"]),
        (&json!(2), &folder.foil("shard show").ok()["root"])
    );
}
