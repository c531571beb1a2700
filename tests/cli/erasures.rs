//! Calls that are erased, as an operator has it done and as strangers see them.

use crate::foil::{Folder, guest};
use serde_json::{Value, json};
use std::fs;

const SECRET: &str = "nobody-is-to-know";
/// The call that is erased, as it was made; it is the one of seq and height 2 and 3.
const NOTE: &str = "call note kind=plain details=nobody-is-to-know --as clerk.key --key once --at 1357000002";
const ERASE: &str = "erase 2 --sign authority.key --at 1357000010";

/// A shard under profile 2 that has noted three things, one of them secret.
fn noted() -> (Folder, String) {
    let folder = Folder::new();
    let shard = folder.create("--profile 2");
    let chronicle = guest("chronicle");
    folder.foil(&format!("deploy {} --sign authority.key --at 1356998400", chronicle.display())).ok();
    folder.foil("call note kind=plain details=first --as clerk.key --at 1357000001").ok();
    assert_eq!(folder.foil(&format!("{NOTE} --receipt before.receipt")).ok()["seq"], 2);
    folder.foil("call note kind=plain details=third --as clerk.key --at 1357000003").ok();
    (folder, shard)
}

/// Whether a file of the shard's journal holds the secret.
fn is_told(folder: &Folder, shard: &str) -> bool {
    let journal = fs::read_dir(folder.path(&format!("foil-data/shards/{shard}/journal"))).unwrap();
    journal.map(|file| fs::read(file.unwrap().path()).unwrap()).any(|bytes| tells(&bytes))
}

fn tells(bytes: &[u8]) -> bool {
    bytes.windows(SECRET.len()).any(|part| part == SECRET.as_bytes())
}

fn words(list: &Value) -> String {
    list.as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect::<Vec<_>>().join(", ")
}

#[test]
fn what_a_call_said_is_gone_and_its_record_and_receipts_stay() {
    let (folder, shard) = noted();
    folder.foil("bundle --out before.foil").ok();
    assert!(is_told(&folder, &shard) && tells(&folder.read("before.foil")));
    let erased = folder.foil(ERASE).ok();
    assert_eq!((&erased["erased"], &erased["decided_by"]), (&json!([2]), &json!(4)));
    assert!(!is_told(&folder, &shard));

    folder.foil("receipt 2 --out after.receipt").ok();
    for receipt in ["before.receipt", "after.receipt"] {
        folder.verify(&format!("--shard {shard} {receipt}")).ok();
    }
    assert_eq!(folder.read("before.receipt"), folder.read("after.receipt"));
    let record = folder.foil("inspect --seq 2").ok();
    assert_eq!(
        (&record["erased"], &record["args"], &record["outcome"]),
        (&json!(true), &json!(null), &json!("returned"))
    );
    assert_eq!(folder.foil("inspect --height 3").ok()["erased"], json!([2]));
    // The same call again is known, and the state is what it was.
    let again = folder.foil(NOTE).ok();
    assert_eq!((&again["seq"], &again["known"]), (&json!(2), &json!(true)));
    let other = NOTE.replace(SECRET, "something-else");
    folder.foil(&other).refuses(7, 5012);
    assert_eq!(folder.foil("query size").ok()["value"], 3);
    folder.foil("call note kind=plain details=fourth --as clerk.key --at 1357000011").ok();
    assert_eq!(folder.foil("scrub").ok()["findings"], json!([]));
    assert_eq!(folder.foil("recover --dry-run").ok()["plans"][0]["rung"], "nothing to do");
}

/// What only the erased block knew is not told; what its root bears out is.
#[test]
fn earlier_states_are_told_where_they_are_known() {
    let (folder, shard) = noted();
    folder.foil(ERASE).ok();
    for height in [1, 2] {
        let refused = folder.foil(&format!("query size --height {height}"));
        assert!(refused.refuses(1, 5502).contains("what block 3 wrote is erased"));
    }
    // It was not written to again.
    for height in [3, 4] {
        assert_eq!(
            folder.foil(&format!("query size --height {height} --proof q.proof")).ok()["value"],
            height - 1
        );
        folder.verify(&format!("--shard {shard} q.proof")).ok();
    }
}

#[test]
fn the_verdict_lists_what_was_not_run_and_is_never_complete() {
    let (folder, shard) = noted();
    folder.foil("bundle --witness --out whole.foil").ok();
    folder.foil(ERASE).ok();
    folder.foil("call note kind=plain details=fourth --as clerk.key --at 1357000011").ok();
    folder.foil("bundle --out shard.foil").ok();
    folder.foil("checkpoint --out at.checkpoint").ok();
    assert!(!tells(&folder.read("shard.foil")));
    let directory = format!("foil-data/shards/{shard}");
    for (words_of, not_executed) in [
        ("shard.foil", Some("3-6")),
        ("--jobs 2 shard.foil", Some("3-6")),
        ("--engine wasmi shard.foil", Some("3-6")),
        (directory.as_str(), Some("3-6")),
        ("--no-execute shard.foil", None),
        ("--headers-only shard.foil", None),
        ("--from at.checkpoint shard.foil", Some("1-6")),
    ] {
        let report = folder.verify(&format!("--shard {shard} {words_of}")).ok();
        assert_eq!(report["facts"]["erased"], "2", "{words_of}");
        assert_eq!(report["facts"]["not_executed"].as_str(), not_executed, "{words_of}");
        assert!(!words(&report["checked"]).contains("every call"), "{words_of}: {report}");
        assert!(words(&report["unchecked"]).contains("erased"), "{words_of}: {report}");
    }
    let replayed = folder.foil("replay").ok();
    assert_eq!(replayed["not_executed"], "3-6");
    folder.foil("replay --seq 1").ok();
    folder.foil("replay --seq 2").refuses(12, 5205);
    folder.foil("replay --seq 5").refuses(12, 5205);
    folder.foil("bundle --witness --out no.foil").refuses(12, 5205);
    // Up to before the decision, nobody says that the call is to be erased.
    folder.foil("bundle --to 4 --out early.foil").ok();
    for mode in ["", "--jobs 2", "--no-execute", "--headers-only"] {
        let report = folder.verify(&format!("--shard {shard} {mode} early.foil")).exits(12);
        assert_eq!((&report["code"], &report["seq"]), (&json!("E6016"), &json!(2)));
    }
    // Whoever has kept the whole history runs all of it.
    let whole = folder.verify(&format!("--shard {shard} whole.foil")).ok();
    assert!(words(&whole["checked"]).contains("every call"));
}

/// Something in the way of the new segment: the decision is history, and what it decides is not done.
#[test]
fn a_decision_that_was_not_carried_out_is_later() {
    let (folder, shard) = noted();
    let in_the_way = folder.path(&format!("foil-data/shards/{shard}/journal/00000000.segment.new"));
    fs::create_dir(&in_the_way).unwrap();
    folder.foil(ERASE).refuses(3, 1101);
    assert!(is_told(&folder, &shard));
    folder.foil("bundle --out decided.foil").ok();
    let report = folder.verify(&format!("--shard {shard} decided.foil")).ok();
    assert!(words(&report["checked"]).contains("every call"));
    fs::remove_dir(&in_the_way).unwrap();
    // A crash in the middle leaves part of the new segment.
    fs::write(&in_the_way, SECRET).unwrap();
    let done = folder.foil("erase --pending").ok();
    assert_eq!((&done["erased"], &done["decided_by"]), (&json!([2]), &json!(null)));
    assert!(!is_told(&folder, &shard));
    assert_eq!(folder.foil("erase --pending").ok()["erased"], json!([]));
    folder.foil("bundle --out shard.foil").ok();
    folder.verify(&format!("--shard {shard} shard.foil")).ok();
}

#[test]
fn what_cannot_be_erased_is_refused_with_its_reason() {
    let (folder, _) = noted();
    folder.foil("erase 0 --sign authority.key --at 1357000010").refuses(1, 7046);
    folder.foil("erase 9 --sign authority.key --at 1357000010").refuses(1, 7015);
    folder.foil("erase 2 --sign clerk.key --at 1357000010").refuses(7, 5007);
    assert_eq!(folder.foil("erase 2").exit, Some(2));
    folder.foil(ERASE).ok();
    folder.foil(ERASE).refuses(1, 7046);
    let (older, _) = Folder::serving(&guest("counter"));
    older.foil("call hit --as clerk.key --at 1357000001").ok();
    let refused = older.foil("erase 1 --sign authority.key --at 1357000002");
    assert!(refused.stderr.contains("foil shard set-profile"), "{}", refused.stderr);
    assert_eq!(refused.exit, Some(2));
}

#[test]
fn a_state_that_is_lost_comes_from_a_snapshot_or_not_at_all() {
    let (folder, shard) = noted();
    folder.foil(ERASE).ok();
    let shown = folder.foil("shard show").ok();
    let store = folder.path(&format!("foil-data/shards/{shard}/store"));
    fs::remove_dir_all(&store).unwrap();
    folder.foil("shard show").refuses(1, 1109);
    folder.foil("recover").ok();
    assert_eq!(folder.foil("shard show").ok(), shown);
    fs::remove_dir_all(&store).unwrap();
    fs::remove_dir_all(folder.path("foil-data/snapshots")).unwrap();
    folder.foil("recover").refuses(1, 7044);
}

/// Snapshots that are damaged make up for nothing: an erasure takes whole ones.
#[test]
fn a_damaged_snapshot_makes_up_for_nothing() {
    let (folder, shard) = noted();
    for _ in 0..2 {
        let id = folder.foil("snapshot create").ok()["id"].as_str().unwrap().to_owned();
        let manifest = format!("foil-data/snapshots/{shard}/{id}/manifest");
        folder.write(&manifest, &folder.read(&manifest)[1..]);
    }
    folder.foil(ERASE).ok();
    let shown = folder.foil("shard show").ok();
    fs::remove_dir_all(folder.path(&format!("foil-data/shards/{shard}/store"))).unwrap();
    folder.foil("recover").ok();
    assert_eq!(folder.foil("shard show").ok(), shown);
}
