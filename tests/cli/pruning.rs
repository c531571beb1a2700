//! A journal whose oldest segments were dropped: what has to be there before, what goes on after, and what is
//! refused because it is gone.

use crate::foil::{Folder, MIDNIGHT, guest};
use abi::codec::{Decode, Encode};
use abi::genesis::Genesis;
use abi::profile::Profile;
use journal::{Journal, MemoryDisk, Past, SegmentSize, segment_name};
use serde_json::Value;
use std::fs;
use std::thread::sleep;
use std::time::Duration;

const DAY: u64 = 86_400;

/// When a call is made: so many seconds after the shard's birth.
fn at(seconds: u64) -> String {
    (MIDNIGHT.parse::<u64>().unwrap() + seconds).to_string()
}

/// A shard under profile 2 with small segments, the counter and twelve calls, a block each; its id. The first
/// segments' keys are dead a day later.
fn counted() -> (Folder, String) {
    let folder = Folder::new();
    let first = folder.create("");
    let path = |shard: &str| format!("foil-data/shards/{shard}");
    let genesis = Genesis::from_bytes(&folder.read(&format!("{}/genesis", path(&first)))).unwrap();
    let genesis = Genesis { profile: Profile::Two.hash(), ..genesis };
    let shard = genesis.id().to_string();
    let disk = Journal::create_with(MemoryDisk::new(), genesis.id(), SegmentSize::of_pages(7)).unwrap();
    let mut segment = disk.into_disk().file_mut(&segment_name(0)).unwrap().clone();
    fs::create_dir_all(folder.path(&format!("{}/journal", path(&shard)))).unwrap();
    folder.write(&format!("{}/genesis", path(&shard)), genesis.to_bytes());
    folder.write(&format!("{}/journal/{}", path(&shard), segment_name(0)), std::mem::take(&mut segment));
    fs::remove_dir_all(folder.path(&path(&first))).unwrap();
    let deploy = format!("deploy {} --sign authority.key --at {MIDNIGHT}", guest("counter").display());
    folder.foil(&deploy).ok();
    (1..=12).for_each(|second| hit(&folder, second));
    (folder, shard)
}

fn hit(folder: &Folder, second: u64) {
    folder.foil(&format!("call hit --as clerk.key --at {}", at(second))).ok();
}

/// The journal's files.
fn files(folder: &Folder, shard: &str) -> Vec<String> {
    let entries = fs::read_dir(folder.path(&format!("foil-data/shards/{shard}/journal"))).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn prune(options: &str, seconds: u64) -> String {
    format!("prune {options} --sign authority.key --at {}", at(seconds))
}

/// The same, with two snapshots, old keys, and blocks after them; pruned, and what that said.
fn pruned() -> (Folder, String, Value) {
    let (folder, shard) = counted();
    folder.foil("snapshot create").ok();
    hit(&folder, DAY);
    folder.foil("snapshot create").ok();
    hit(&folder, DAY + 20);
    let said = folder.foil(&prune("", DAY + 30)).ok();
    (folder, shard, said)
}

#[test]
fn what_is_not_backed_or_not_settled_stays() {
    let (folder, shard) = counted();
    let before = files(&folder, &shard);
    assert!(before.len() > 3, "{before:?}");
    folder.foil(&prune("", 20)).refuses(1, 7071);
    folder.foil(&prune("--to 5", 20)).refuses(1, 7071);
    folder.foil(&prune("--to 14", 20)).refuses(1, 7015);
    folder.foil("snapshot create").ok();
    folder.foil(&prune("--to 5", 20)).refuses(1, 7071);
    let second = folder.foil("snapshot create").ok()["id"].as_str().unwrap().to_owned();
    // Keys live for a day.
    folder.foil(&prune("--to 5", 20)).refuses(1, 5402);
    folder.foil(&prune("", 20)).refuses(1, 5403);
    hit(&folder, DAY);
    folder.foil(&prune("--to 14", DAY + 30)).refuses(1, 7071);
    folder.foil(&prune("--to 1", DAY + 30)).refuses(1, 5403);
    // One of the two that is damaged is none.
    let manifest = format!("foil-data/snapshots/{shard}/{second}/manifest");
    let whole = folder.read(&manifest);
    folder.write(&manifest, &whole[1..]);
    folder.foil(&prune("--to 5", DAY + 30)).refuses(1, 7071);
    folder.write(&manifest, whole);
    let planned = folder.foil(&format!("prune --to 5 --dry-run --at {}", at(DAY + 30))).ok();
    assert!(planned["segments"].as_u64() > Some(0) && planned["pruned_to"].as_u64() <= Some(5), "{planned}");
    folder.foil(&format!("prune --to 5 --at {}", at(DAY + 30))).exits(2);
    folder.foil(&format!("prune --to 5 --sign clerk.key --at {}", at(DAY + 30))).refuses(7, 5007);
    assert_eq!(
        (files(&folder, &shard), folder.foil("shard show").ok()["height"].as_u64()),
        (before, Some(14))
    );
    let done = folder.foil(&prune("--to 5", DAY + 30)).ok();
    assert_eq!((&done["pruned_to"], &done["segments"]), (&planned["pruned_to"], &planned["segments"]));
    assert_eq!(done["decision"], 14);
}

#[test]
fn earlier_states_are_told_from_the_first_block_that_is_kept() {
    let (folder, shard, said) = pruned();
    let first = said["first_block"].as_u64().unwrap();
    for gone in [0, 1, first - 1] {
        folder.foil(&format!("query total --height {gone}")).refuses(1, 1110);
    }
    for height in first..=15 {
        let said = folder.foil(&format!("query total --height {height} --proof q.proof")).ok();
        assert_eq!(said["value"], height - 1);
        folder.verify(&format!("--shard {shard} q.proof")).ok();
    }
}

#[test]
fn a_pruned_shard_serves_proves_and_is_verified_from_where_it_begins() {
    let (folder, shard, said) = pruned();
    let first = said["first_block"].as_u64().unwrap();
    assert!(first > 5, "{said}");
    let shown = folder.foil("shard show").ok();
    assert_eq!((&shown["first_block"], &shown["height"]), (&said["first_block"], &16.into()));
    assert_eq!(folder.foil("query total").ok()["value"], 14);
    assert!(files(&folder, &shard)[0].ends_with(".past"));

    // Receipts of what is kept; of what is gone, who decided it.
    folder.foil("receipt 13").ok();
    folder.verify(&format!("--shard {shard} 13.receipt")).ok();
    for gone in [
        "receipt 1",
        "inspect --seq 1",
        "bundle --from 1",
        "bundle --from 2",
        "revert --to 2 --sign authority.key",
    ] {
        let refused = folder.foil(gone);
        let said = refused.refuses(1, 1110);
        assert!(
            said.contains(&format!("history before block {first} was dropped by decision of record 15")),
            "{said}"
        );
    }

    // The directory and its bundle, by their history alone; calls cannot be run without the state.
    folder.foil("bundle --out rest.foil").ok();
    let directory = format!("foil-data/shards/{shard}");
    for file in ["rest.foil", &directory] {
        let report = folder.verify(&format!("--shard {shard} --no-execute {file}")).ok();
        assert_eq!(
            (&report["facts"]["from"], &report["facts"]["head"]),
            (&said["first_block"], &shown["head"]),
            "{report}"
        );
        assert_eq!(report["facts"]["program"], shown["program"]);
        let unchecked = report["unchecked"].to_string();
        assert!(unchecked.contains("idempotency keys used before the first block"), "{unchecked}");
        folder.verify(&format!("--shard {shard} {file}")).exits(12);
    }
    // With the state of a snapshot, from that on.
    folder.foil("bundle --witness --out w.foil").refuses(1, 7072);
    folder.foil("bundle --from 14 --witness --out w.foil").ok();
    folder.verify(&format!("--shard {shard} --witness w.foil")).ok();
    let replayed = folder.foil("replay").ok();
    assert_eq!((&replayed["from_block"], &replayed["root"]), (&14.into(), &shown["root"]));
    folder.foil("replay --seq 15").ok();
    folder.foil(&format!("replay --seq {}", first - 1)).refuses(1, 7072);
    folder.foil("scrub").ok();
    folder.foil("doctor").ok();
    assert_eq!(folder.foil("recover --dry-run").ok()["plans"][0]["rung"], "nothing to do");

    // Nothing more can go, and a second time it can.
    folder.foil(&prune("", DAY + 40)).refuses(1, 5403);
    for day in 2..6 {
        (0..3).for_each(|second| hit(&folder, day * (DAY - 1) + second));
        folder.foil("snapshot create").ok();
    }
    let again = folder.foil(&prune("", 6 * (DAY - 1))).ok();
    assert!(again["first_block"].as_u64() > Some(first), "{again}");
    assert_eq!(folder.foil("query total").ok()["value"], 26);
    folder.verify(&format!("--shard {shard} --no-execute {directory}")).ok();
}

#[test]
fn a_lost_store_is_recovered_from_a_snapshot_and_from_nothing_else() {
    let (folder, shard, _) = pruned();
    let before = folder.foil("shard show").ok();
    let store = format!("foil-data/shards/{shard}/store");
    folder.copy("foil-data", "halted");
    fs::remove_dir_all(folder.path(&store)).unwrap();
    let refused = folder.foil("shard show");
    assert!(refused.refuses(1, 1110).contains("foil recover --dry-run"));
    let recovered = folder.foil("recover").ok();
    assert_eq!(recovered["plans"][0]["rung"], "older snapshot plus suffix", "{recovered}");
    assert_eq!(folder.foil("shard show").ok(), before);
    assert_eq!(folder.foil("restore").ok()["root"], before["root"]);

    fs::remove_dir_all(folder.path(&format!("halted/shards/{shard}/store"))).unwrap();
    fs::remove_dir_all(folder.path("halted/snapshots")).unwrap();
    let halted = folder.foil_on("halted", "recover");
    assert!(halted.stderr.contains("no whole snapshot from there on is kept"), "{}", halted.stderr);
    halted.refuses(1, 7044);
}

#[test]
fn published_records_stay_and_new_ones_follow() {
    let (folder, _) = counted();
    folder.foil("publish --out site").ok();
    folder.foil("snapshot create").ok();
    folder.foil("snapshot create").ok();
    hit(&folder, DAY);
    folder.foil(&prune("", DAY + 30)).ok();
    let published = folder.foil("publish --out site").ok();
    assert_eq!(
        (&published["records"], &published["head"]),
        (&15.into(), &folder.foil("shard show").ok()["head"])
    );
    folder.foil("publish --out other").refuses(1, 1110);

    // So a run that may have begun in what is gone does not begin again by itself.
    folder.write("rows.csv", format!("at\n{}\n", at(DAY + 40)));
    folder.write("map.json", r#"{ "method": "hit", "args": {} }"#);
    let run = "run rows.csv --map map.json --run late --time-from at --as clerk.key";
    folder.foil(run).refuses(1, 7073);
    assert_eq!(folder.foil(&format!("{run} --begin")).ok()["new"], 1);
    assert_eq!(folder.foil(run).ok()["resumed_after_line"], 2);
}

/// What a crash leaves: segments that were to go and are still there, a past that was being written, one that was
/// to be removed. A past that has rotten is never taken for less than it was.
#[test]
fn an_interrupted_pruning_is_finished_and_a_damaged_past_refused() {
    let (folder, shard) = counted();
    folder.foil("snapshot create").ok();
    folder.foil("snapshot create").ok();
    hit(&folder, DAY);
    folder.copy("foil-data", "whole");
    folder.foil(&prune("--to 10", DAY + 30)).ok();
    let shown = folder.foil("shard show").ok();
    let (journal, left) = (format!("foil-data/shards/{shard}/journal"), files(&folder, &shard));
    let past = left.iter().find(|name| name.ends_with(".past")).unwrap().clone();
    folder.copy(
        &format!("whole/shards/{shard}/journal/00000000.segment"),
        &format!("{journal}/00000000.segment"),
    );
    let verified = folder.verify(&format!("--shard {shard} --no-execute foil-data/shards/{shard}")).ok();
    assert_eq!(verified["facts"]["from"], shown["first_block"]);
    assert_eq!(folder.foil("shard show").ok(), shown);
    assert_eq!(files(&folder, &shard), left);

    let whole = folder.read(&format!("{journal}/{past}"));
    assert!(Past::open(&whole, &shard.parse().unwrap()).is_ok());
    for (place, number) in [(0, 1102), (whole.len() / 2, 1102), (whole.len() - 1, 1102)] {
        let mut rotten = whole.clone();
        rotten[place] ^= 4;
        folder.write(&format!("{journal}/{past}"), rotten);
        let said = folder.foil("shard show").refuses(1, number).to_owned();
        assert!(said.contains(&past), "{said}");
        folder.verify(&format!("--shard {shard} --no-execute foil-data/shards/{shard}")).exits(10);
        folder.foil("doctor").exits(1);
        folder.foil("recover").refuses(1, 7044);
    }
    folder.write(&format!("{journal}/{past}"), &whole);
    folder.foil("query total").ok();

    // Decided, and cut off before the past was whole: the same command goes on, without another decision.
    let unfinished = format!("whole/shards/{shard}/journal/{past}");
    folder.write(&unfinished, &whole[..whole.len() / 2]);
    assert_eq!(folder.foil_on("whole", "shard show").ok()["first_block"], Value::Null);
    folder.foil_on("whole", &prune("--to 10", DAY + 30)).ok();
    assert_eq!(folder.read(&unfinished).len(), whole.len());
}

/// Killed at many moments, it leaves a journal of all blocks or of those that were to stay; asked again, it is done.
#[test]
fn a_kill_during_a_pruning_leaves_a_journal_that_opens() {
    let (folder, shard) = counted();
    folder.foil("snapshot create").ok();
    folder.foil("snapshot create").ok();
    hit(&folder, DAY);
    folder.copy("foil-data", "done");
    let words = prune("--to 10", DAY + 30);
    let first = folder.foil_on("done", &words).ok()["first_block"].clone();
    let mut killed = 0;
    for round in 0..16u64 {
        let data = format!("killed-{round}");
        folder.copy("foil-data", &data);
        let mut child = folder.start(&format!("--data {data} {words}"));
        sleep(Duration::from_millis(round * 8));
        killed += u64::from(child.try_wait().unwrap().is_none());
        let _ = child.kill();
        child.wait().unwrap();

        let shown = folder.foil_on(&data, "shard show").ok();
        assert!([14, 15].map(Value::from).contains(&shown["height"]), "{shown}");
        if shown["first_block"].is_null() {
            folder.foil_on(&data, &words).ok();
        } else {
            folder.foil_on(&data, &words).refuses(1, 5403);
        }
        let shown = folder.foil_on(&data, "shard show").ok();
        assert_eq!((&shown["first_block"], &shown["height"]), (&first, &15.into()), "it is decided once");
        folder.verify(&format!("--shard {shard} --no-execute {data}/shards/{shard}")).ok();
        fs::remove_dir_all(folder.path(&data)).unwrap();
    }
    assert!(killed > 0, "every pruning was over before it could be killed");
}
