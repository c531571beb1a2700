//! Snapshots as an operator knows them: taken beside a run, listed, verified, restored, collected, and
//! refused where they are not what they were.

use crate::flights::World;
use crate::foil::{Folder, guest};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::Duration;

const HIT: &str = "call hit --as clerk.key --at 1357000000";

/// The counter, called once, in `foil-data`; the shard's id.
fn counted() -> (Folder, String) {
    let (folder, shard) = Folder::serving(&guest("counter"));
    folder.foil(HIT).ok();
    (folder, shard)
}

fn create(folder: &Folder) -> String {
    folder.foil("snapshot create").ok()["id"].as_str().expect("a snapshot has a name").to_owned()
}

fn list(folder: &Folder, data: &str) -> Vec<Value> {
    folder.foil_on(data, "snapshot list").ok()["snapshots"].as_array().expect("a list").clone()
}

fn phases(folder: &Folder, data: &str) -> Vec<String> {
    list(folder, data).iter().map(|row| row["phase"].as_str().expect("a phase").to_owned()).collect()
}

/// The files in a folder of the shard's snapshots.
fn files(folder: &Folder, data: &str, shard: &str, name: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder.path(&format!("{data}/snapshots/{shard}/{name}")));
    let entries = entries.expect("the folder is there");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

#[test]
fn a_snapshot_is_taken_listed_verified_and_restored() {
    let (folder, shard) = counted();
    let before = folder.foil("shard show").ok();
    let made = folder.foil("snapshot create").ok();
    assert_eq!((&made["height"], &made["root"]), (&before["height"], &before["root"]));
    assert_eq!((&made["chunks"], &made["written"]), (&1.into(), &1.into()));
    let rows = list(&folder, "foil-data");
    assert_eq!((rows.len(), &rows[0]["id"], &rows[0]["phase"]), (1, &made["id"], &"COMMITTED".into()));
    assert_eq!((&rows[0]["entries"], &rows[0]["damage"]), (&made["entries"], &Value::Null));
    let id = made["id"].as_str().unwrap();
    let verified = folder.foil(&format!("snapshot verify {id}")).ok();
    assert_eq!(verified["verified"][0]["root"], before["root"]);

    folder.foil(HIT).ok();
    let after = folder.foil("shard show").ok();
    let store = format!("foil-data/shards/{shard}/store");
    for lost in [false, true] {
        if lost {
            fs::remove_dir_all(folder.path(&store)).unwrap();
        }
        let restored = folder.foil("restore").ok();
        assert_eq!((&restored["snapshot"], &restored["replayed"]), (&made["id"], &1.into()));
        assert_eq!((&restored["height"], &restored["root"]), (&after["height"], &after["root"]));
        assert!(!folder.path(&format!("{store}.new")).exists());
        assert_eq!(folder.foil("shard show").ok(), after);
        assert_eq!(folder.foil("query total").ok()["value"], 2);
    }
    folder.foil("replay").ok();
}

/// A snapshot is taken every few blocks while the run goes on; each is whole, and of its own height.
#[test]
fn a_run_takes_snapshots_beside_itself() {
    let world = World::of(6000);
    let ran = world.run("foil-data", "--block-calls 50 --snapshot-every 10");
    let taken = ran["snapshots"].as_array().unwrap();
    assert!(taken.len() >= 2, "{ran}");
    let rows = list(&world.folder, "foil-data");
    assert!(rows.len() >= 2 && rows.iter().all(|row| row["damage"].is_null()), "{rows:?}");
    let committed: Vec<&Value> = rows.iter().filter(|row| row["phase"] == "COMMITTED").collect();
    assert!(committed.len() >= 2 && committed[1]["height"].as_u64() < ran["height"].as_u64());
    world.folder.foil("snapshot verify").ok();
    for row in &rows {
        let restored = world.folder.foil(&format!("restore --snapshot {}", row["id"].as_str().unwrap())).ok();
        assert_eq!((&restored["snapshot_height"], &restored["root"]), (&row["height"], &ran["root"]));
    }
}

/// One changed bit in the manifest or in a chunk.
#[test]
fn a_changed_bit_is_refused_with_its_number() {
    let (folder, shard) = counted();
    let id = create(&folder);
    let manifest = format!("foil-data/snapshots/{shard}/{id}/manifest");
    let chunk = files(&folder, "foil-data", &shard, "chunks").remove(0);
    let after = folder.foil("shard show").ok();
    let flip = |path: &PathBuf, at: usize| {
        let mut bytes = fs::read(path).unwrap();
        let at = at.min(bytes.len() - 1);
        bytes[at] ^= 1;
        fs::write(path, bytes).unwrap();
    };
    for (path, at, number) in
        [(&chunk, 5, 3101), (&folder.path(&manifest), 3, 2701), (&folder.path(&manifest), usize::MAX, 2708)]
    {
        flip(path, at);
        folder.foil("snapshot verify").refuses(10, number);
        folder.foil(&format!("restore --snapshot {id}")).refuses(10, number);
        let said = folder.foil("restore").refuses(1, 7067).to_owned();
        assert!(said.contains(&format!("E{number} ")), "{said}");
        assert_eq!(folder.foil("shard show").ok(), after, "a restore that fails changes nothing");
        flip(path, at);
        folder.foil("snapshot verify").ok();
    }
    assert_eq!(list(&folder, "foil-data")[0]["damage"], Value::Null);
    fs::remove_file(&chunk).unwrap();
    folder.foil("snapshot verify").refuses(10, 7061);
    let mended = folder.foil("snapshot create").ok();
    assert_eq!(mended["written"], 1);
    folder.foil("snapshot verify").ok();
}

#[test]
fn what_is_no_snapshot_of_this_journal_is_refused() {
    let (folder, _) = counted();
    folder.foil("restore").refuses(1, 7067);
    folder.foil("restore --snapshot 2-0000000000000000").refuses(10, 7061);
    folder.foil("restore --snapshot ../../../etc").refuses(10, 7061);
    folder.copy("foil-data", "before");
    folder.foil(HIT).ok();
    let id = create(&folder);
    // The journal of an older copy of the directory has not come so far.
    fs::remove_dir_all(folder.path("before/snapshots")).unwrap_or_default();
    folder.copy("foil-data/snapshots", "before/snapshots");
    folder.foil_on("before", "restore").refuses(1, 7067);
    folder.foil_on("before", &format!("restore --snapshot {id}")).refuses(10, 7068);
    // Other calls since: the same height, another block.
    folder.foil_on("before", "call hit --at 1357000001 --as authority.key").ok();
    folder.foil_on("before", "restore").refuses(10, 7068);
    assert_eq!(folder.foil_on("before", "query total").ok()["value"], 2);
}

/// Killed at many moments while it takes a snapshot: what was committed stays, nothing half is ever
/// restored, and the collector leaves nothing of it.
#[test]
fn a_kill_while_a_snapshot_is_taken_leaves_nothing_that_is_not_collected() {
    let world = World::of(3000);
    world.run("foil-data", "");
    let (folder, shard) = (&world.folder, &world.shard);
    let kept = create(folder);
    let root = folder.foil("shard show").ok()["root"].clone();
    let (mut unfinished, mut killed) = (0, 0);
    for round in 0..16u64 {
        let data = format!("killed-{round}");
        folder.copy("foil-data", &data);
        // Nothing of the chunks is there already.
        for chunk in files(folder, &data, shard, "chunks") {
            fs::remove_file(chunk).unwrap();
        }
        let known = files(folder, &data, shard, "").len();
        let mut child = folder.start(&format!("--data {data} snapshot create"));
        // The snapshot has its name; how much of it is there by then differs from round to round.
        while files(folder, &data, shard, "").len() == known && child.try_wait().unwrap().is_none() {
            sleep(Duration::from_millis(1));
        }
        sleep(Duration::from_millis(round * 2));
        killed += u64::from(child.try_wait().unwrap().is_none());
        let _ = child.kill();
        child.wait().unwrap();

        let rows = list(folder, &data);
        unfinished += rows.iter().filter(|row| row["phase"] != "COMMITTED").count();
        let newest = rows.iter().find(|row| row["phase"] == "COMMITTED" && row["id"] != kept.as_str());
        if let Some(newest) = newest {
            folder.foil_on(&data, &format!("snapshot verify {}", newest["id"].as_str().unwrap())).ok();
        }
        let collected = folder.foil_on(&data, "snapshot collect --stale 0s --grace 0s").ok();
        assert_eq!(collected["chunks_kept"], false, "{collected}");
        assert!(phases(folder, &data).iter().all(|phase| phase == "COMMITTED"));
        let strays = ["chunks", &kept].map(|name| files(folder, &data, shard, name)).concat();
        assert!(strays.iter().all(|path| !path.to_string_lossy().contains('#')), "{strays:?}");
        folder.foil_on(&data, "snapshot create").ok();
        let restored = folder.foil_on(&data, "restore").ok();
        assert_eq!(restored["root"], root);
        fs::remove_dir_all(folder.path(&data)).unwrap();
    }
    assert!(killed > 0 && unfinished > 0, "no kill came in the middle: killed={killed}");
}

/// Killed at many moments of a restore, it leaves the old store or the new one, and both serve.
#[test]
fn a_kill_during_a_restore_leaves_the_old_store_or_the_new_one() {
    let world = World::of(2000);
    world.run("foil-data", "--block-calls 100 --snapshot-every 5");
    let (folder, shard) = (&world.folder, &world.shard);
    let before = folder.foil("shard show").ok();
    let mut killed = 0;
    for round in 0..20u64 {
        let mut child = folder.start("restore");
        sleep(Duration::from_millis(5 + round * 12));
        killed += u64::from(child.try_wait().unwrap().is_none());
        let _ = child.kill();
        child.wait().unwrap();
        assert!(folder.path(&format!("foil-data/shards/{shard}/store/CURRENT")).exists(), "round {round}");
        assert_eq!(folder.foil("shard show").ok(), before, "round {round}");
        assert!(!folder.path(&format!("foil-data/shards/{shard}/store.new")).exists());
    }
    assert!(killed > 0, "every restore was over before it could be killed");
    assert_eq!(folder.foil("restore").ok()["root"], before["root"]);
}

#[test]
fn two_processes_do_not_work_on_one_directory() {
    let world = World::of(3000);
    let mut running = world.folder.start(&world.words("foil-data", "--block-calls 1 --snapshot-every 20"));
    let marked = world.folder.path("foil-data/snapshots");
    while !marked.exists() {
        assert!(running.try_wait().unwrap().is_none(), "the run ended without a snapshot");
        sleep(Duration::from_millis(5));
    }
    for words in ["snapshot create", "snapshot list", "snapshot verify", "snapshot collect", "restore"] {
        world.folder.foil(words).refuses(1, 7007);
    }
    running.kill().unwrap();
    running.wait().unwrap();
    world.folder.foil("snapshot create").ok();
    world.folder.foil("restore").ok();
}

#[test]
fn at_least_two_are_kept_and_the_superseded_can_be_restored_until_they_are_collected() {
    let (folder, _) = counted();
    let ids: Vec<String> = (0..4)
        .map(|_| {
            folder.foil(HIT).ok();
            create(&folder)
        })
        .collect();
    assert_eq!(phases(&folder, "foil-data"), ["COMMITTED", "COMMITTED", "SUPERSEDED", "SUPERSEDED"]);
    assert_eq!(folder.foil(&format!("restore --snapshot {}", ids[0])).ok()["replayed"], 3);
    let collected = folder.foil("snapshot collect --keep 0 --grace 0s").ok();
    assert_eq!(collected["removed"].as_array().unwrap().len(), 2);
    assert_eq!(phases(&folder, "foil-data"), ["COMMITTED", "COMMITTED"]);
    folder.foil(&format!("restore --snapshot {}", ids[0])).refuses(10, 7061);
    folder.foil(&format!("restore --snapshot {}", ids[2])).ok();
}
