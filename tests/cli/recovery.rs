//! The recovery ladder on real files: every rung, what it leaves, what it refuses, and that recovering twice
//! changes no shard's history. `tests/scripts` tells the same as stories.

use crate::foil::{Folder, MIDNIGHT, guest, root};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

const PAGE: usize = 4096;
const HIT: &str = "call hit --as clerk.key --at 1357000000";

/// The counter, called three times and closed after each: the label is page 0, the deploy's block page 1, its
/// commitment page 2, and so on up to page 8. `early` is the store after the first call.
struct World {
    folder: Folder,
    shard: String,
}

impl World {
    fn new() -> World {
        let (folder, shard) = Folder::serving(&guest("counter"));
        let world = World { folder, shard };
        for call in 1..=3 {
            world.folder.foil(&format!("{HIT} --key {call}")).ok();
            if call == 1 {
                world.folder.copy(&world.store(), "early");
            }
        }
        world
    }

    fn store(&self) -> String {
        format!("foil-data/shards/{}/store", self.shard)
    }

    fn segment(&self) -> String {
        format!("foil-data/shards/{}/journal/00000000.segment", self.shard)
    }

    /// Changes the pages of the journal's only segment.
    fn spoil(&self, change: impl FnOnce(&mut [u8])) {
        let mut bytes = self.folder.read(&self.segment());
        change(&mut bytes);
        self.folder.write(&self.segment(), bytes);
    }

    /// The one plan that there is for the shard.
    fn plan(&self) -> Value {
        let plans = self.folder.foil("recover --dry-run").ok()["plans"].take();
        let ours = |plan: &&Value| plan["shard"] == json!(self.shard);
        plans.as_array().unwrap().iter().find(ours).unwrap().clone()
    }

    fn rung(&self) -> String {
        self.plan()["rung"].as_str().unwrap().to_owned()
    }

    fn bundle(&self) -> Vec<u8> {
        self.folder.foil("bundle --out now.foil").ok();
        self.folder.read("now.foil")
    }

    fn remove_store(&self) {
        fs::remove_dir_all(self.folder.path(&self.store())).unwrap();
    }
}

/// What a plan's steps do.
fn deeds(plan: &Value) -> Vec<&str> {
    plan["steps"].as_array().unwrap().iter().map(|step| step["do"].as_str().unwrap()).collect()
}

/// Every file under `path`, with its bytes.
fn files(path: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => drop(found.insert(path.clone(), fs::read(&path).unwrap())),
        }
    }
    found
}

/// Whether a program can be run here.
#[allow(clippy::print_stderr, reason = "whoever runs this is told what was not tried")]
fn have(name: &str) -> bool {
    let there = Command::new("sh").args(["-c", &format!("command -v {name} >/dev/null")]).status();
    let there = there.is_ok_and(|status| status.success());
    if !there {
        eprintln!("skipped: there is no {name}");
    }
    there
}

/// A rung, what leads to it, and its steps.
type Case<'a> = (&'a str, &'a dyn Fn(), &'a [&'a str]);

#[test]
fn every_rung_brings_back_the_same_history() {
    let world = World::new();
    let before = world.bundle();
    let cases: [Case<'_>; 4] = [
        (
            "torn tail cut",
            &|| world.spoil(|bytes| bytes[8 * PAGE..8 * PAGE + 512].fill(0)),
            &["cut 1 pages of segment 0 from page 8 on"],
        ),
        (
            "gap replay",
            &|| {
                world.remove_store();
                world.folder.copy("early", &world.store());
            },
            &["replay blocks 3 to 4 into the store"],
        ),
        ("full rebuild", &|| world.remove_store(), &["replay blocks 1 to 4 into the store"]),
        (
            "full rebuild",
            &|| world.folder.write(&format!("{}/CURRENT", world.store()), "none\n"),
            &["move the store into quarantine", "replay blocks 1 to 4 into the store"],
        ),
    ];
    for (rung, spoil, steps) in cases {
        spoil();
        let plan = world.plan();
        assert_eq!((plan["rung"].as_str(), deeds(&plan)), (Some(rung), steps.to_vec()), "{plan}");
        assert_eq!(world.rung(), rung, "a plan changes nothing");
        world.folder.foil("recover").ok();
        assert_eq!(world.rung(), "nothing to do", "after {rung}");
        let own = world.folder.read("foil-data/self/genesis");
        world.folder.foil("recover").ok();
        assert_eq!(world.folder.read("foil-data/self/genesis"), own);
        assert!(world.bundle() == before, "{rung}: another history");
        assert_eq!(world.folder.foil("query total").ok()["value"], 3);
    }
    let history = world.folder.foil("recover --history").ok();
    let kinds: Vec<&Value> = history["notes"].as_array().unwrap().iter().map(|note| &note["kind"]).collect();
    assert_eq!(kinds, ["recovering", "recovered"].repeat(4), "{history}");
}

/// After each step a crash may come: what is planned then is the rest.
#[test]
fn a_recovery_goes_on_after_any_step() {
    let world = World::new();
    let before = world.bundle();
    world.spoil(|bytes| bytes[8 * PAGE..8 * PAGE + 512].fill(0));
    world.folder.write(&format!("{}/CURRENT", world.store()), "none\n");
    let plan = world.plan();
    let whole = deeds(&plan);
    assert_eq!(whole.len(), 3);
    for done in 1..whole.len() {
        world.folder.foil("recover --steps 1").ok();
        assert_eq!(deeds(&world.plan()), whole[done..], "after {done} steps");
    }
    // The crash came after the last step and before anything was noted of it.
    world.folder.foil("shard show").ok();
    assert_eq!(world.rung(), "nothing to do");
    world.folder.foil("recover").ok();
    let history = world.folder.foil("recover --history").ok();
    assert_eq!(history["notes"].as_array().unwrap().last().unwrap()["kind"], "recovered", "{history}");
    assert!(world.bundle() == before);
}

#[test]
fn a_rotten_journal_halts_keeps_its_bytes_and_is_never_cut() {
    let world = World::new();
    let sound = world.folder.read(&world.segment());
    world.spoil(|bytes| bytes[3 * PAGE + 100] ^= 1);
    let rotten = world.folder.read(&world.segment());
    assert!(world.folder.foil(HIT).refuses(1, 1102).contains("foil recover --dry-run"));
    for words in ["recover --dry-run", "recover", "recover"] {
        let line = world.folder.foil(words).refuses(1, 7044).to_owned();
        assert!(line.contains("segment 0, page 3: ") && line.contains("gone: height 2"), "{line}");
    }
    assert!(world.folder.read(&world.segment()) == rotten);
    let items = world.folder.foil("quarantine list").ok()["items"].take();
    let [item] = &items.as_array().unwrap()[..] else { panic!("{items}") };
    assert_eq!((&item["place"], &item["code"]), (&json!("1 pages from 0:3"), &json!("E1102")));
    let id = item["item"].as_str().unwrap();
    let shown = world.folder.foil(&format!("quarantine show {}", &id[..10])).ok();
    let hex: String = rotten[3 * PAGE..4 * PAGE].iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(shown["hex"], json!(hex));

    // What is in quarantine stands in the way until it is replaced or released.
    for words in ["shard show", HIT, "query total", "bundle"] {
        world.folder.foil(words).refuses(1, 7043);
    }
    world.folder.write(&world.segment(), &sound);
    assert_eq!(world.folder.foil("query total").ok()["value"], 3);
    world.folder.write(&world.segment(), &rotten);
    world.folder.foil(&format!("quarantine release {id} --because seen")).ok();
    world.folder.foil("query total").refuses(1, 1102);
    assert!(world.folder.read(&world.segment()) == rotten, "a release applies nothing");
    let history = world.folder.foil("recover --history").ok();
    let kinds: Vec<&Value> = history["notes"].as_array().unwrap().iter().map(|note| &note["kind"]).collect();
    assert_eq!(kinds, ["halted", "released"], "{history}");
    world.folder.foil("quarantine show nothing").refuses(2, 7045);
}

/// A block that the store has seen was durable, however torn it looks now.
#[test]
fn what_was_durable_is_not_taken_for_torn() {
    let world = World::new();
    world.spoil(|bytes| {
        bytes[8 * PAGE..9 * PAGE].fill(0);
        bytes[7 * PAGE..7 * PAGE + 512].fill(0);
    });
    let spoilt = world.folder.read(&world.segment());
    assert!(world.folder.foil(HIT).refuses(1, 1102).contains("block 4 was durable"));
    let line = world.folder.foil("recover").refuses(1, 7044).to_owned();
    assert!(line.contains("the store has seen height 4") && line.contains("gone: height 4"), "{line}");
    assert!(world.folder.read(&world.segment()) == spoilt);
}

#[test]
fn a_doctor_changes_nothing_and_sees_what_is_wrong() {
    let world = World::new();
    let data = world.folder.path("foil-data");
    let healthy = world.folder.foil("doctor foil-data").ok();
    assert_eq!((&healthy["healthy"], &healthy["plans"][0]["rung"]), (&json!(true), &json!("nothing to do")));
    let states = |checkup: &Value| -> Vec<String> {
        let wrong = checkup["files"].as_array().unwrap().iter().filter(|row| row["state"] != "ok");
        wrong
            .map(|row| format!("{} {}", row["file"].as_str().unwrap(), row["state"].as_str().unwrap()))
            .collect()
    };
    assert_eq!(states(&healthy), [""; 0]);
    let page = world.folder.foil("doctor --dump 0:3").ok();
    assert_eq!((&page["state"], &page["frame"]["height"]), (&json!("sound"), &json!(2)));

    world.spoil(|bytes| bytes[8 * PAGE..8 * PAGE + 512].fill(0));
    world.remove_store();
    world.folder.copy("early", &world.store());
    let program = world.folder.foil_on("foil-data", "shard list").ok()["shards"][0]["shard"].clone();
    assert_eq!(program, json!(world.shard));
    fs::copy(guest("ledger"), fs::read_dir(data.join("programs")).unwrap().next().unwrap().unwrap().path())
        .unwrap();
    let before = files(&data);
    // It waits for nobody, and says who is there.
    let lock = File::options().write(true).open(data.join("LOCK")).unwrap();
    lock.try_lock().unwrap();
    let ill = world.folder.foil("doctor").exits(1);
    drop(lock);
    assert!(files(&data) == before, "a doctor changes nothing");
    assert_eq!((&ill["healthy"], &ill["plans"][0]["rung"]), (&json!(false), &json!("gap replay")));
    let wrong = states(&ill);
    assert!(wrong.iter().any(|row| row.ends_with("00000000.segment torn")), "{wrong:?}");
    let held = ill["files"].as_array().unwrap().iter().find(|row| row["file"] == "LOCK").unwrap();
    assert!(held["details"].as_str().unwrap().starts_with("held"), "{held}");
    assert_eq!(world.folder.foil("doctor --dump 0:8").ok()["state"], "torn");
    world.folder.foil("doctor --dump 0:99999999").refuses(1, 1102);
    world.folder.foil("doctor nowhere").refuses(3, 7002);
    fs::remove_file(data.join("node.key")).unwrap();
    let wrong = states(&world.folder.foil("doctor").exits(1));
    assert!(wrong.contains(&"node.key E7002".to_owned()), "{wrong:?}");
}

#[test]
fn a_scrub_counts_what_is_sound_and_keeps_what_is_not() {
    let world = World::new();
    let sound = world.folder.foil("scrub").ok();
    let [shard] = &sound["shards"].as_array().unwrap()[..] else { panic!("{sound}") };
    assert_eq!((&shard["blocks"], &shard["records"], &shard["findings"]), (&json!(4), &json!(4), &json!(0)));
    assert!(shard["bytes"].as_u64().unwrap() > 65 << 20, "{shard}");
    assert!(shard["bytes_per_second"].as_u64().is_some());
    let paced = world.folder.foil("scrub --rate 100").ok();
    assert!(paced["shards"][0]["took_ms"].as_u64().unwrap() >= 650, "65 MiB at 100 MB a second: {paced}");

    let segment = world.folder.read(&world.segment());
    world.spoil(|bytes| bytes[5 * PAGE + 9] ^= 4);
    for _ in 0..2 {
        let found = world.folder.foil("scrub").exits(1);
        assert_eq!(
            (&found["findings"][0]["height"], &found["findings"][0]["code"]),
            (&json!(3), &json!("E1102"))
        );
    }
    assert_eq!(world.folder.foil("quarantine list").ok()["items"].as_array().unwrap().len(), 1);
    world.folder.foil("query total").refuses(1, 7043);
    world.folder.write(&world.segment(), segment);

    let twin = World::new();
    world.remove_store();
    let (from, to) = (twin.folder.path(&twin.store()), world.folder.path(&world.store()));
    assert!(Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap().success());
    let found = world.folder.foil("scrub").exits(1);
    assert_eq!(
        (&found["findings"][0]["source"], &found["findings"][0]["height"]),
        (&json!("store"), &json!(4))
    );
    assert_eq!(world.rung(), "full rebuild");
}

/// Files that were put back from a backup look like any others.
#[test]
fn a_stale_backup_is_not_signed_over() {
    let world = World::new();
    let foil = |words: &str| world.folder.foil(words);
    foil("shard show --remember second").ok();
    world.folder.copy("foil-data", "backup");
    foil(&format!("{HIT} --key today --remember second")).ok();
    fs::rename(world.folder.path("foil-data"), world.folder.path("newest")).unwrap();
    world.folder.copy("backup", "foil-data");
    let before = world.folder.read(&world.segment());
    for words in [HIT, "shard show", "bundle"] {
        let line = foil(&format!("{words} --remember second")).refuses(1, 7042).to_owned();
        assert!(line.contains("4 blocks") && line.contains("remembers block 5"), "{line}");
    }
    let line = foil("recover --dry-run --remember second").refuses(1, 7044).to_owned();
    assert!(line.contains("gone: height 5"), "{line}");
    assert!(world.folder.read(&world.segment()) == before, "nothing is signed");
    // Where nobody remembers, a second history begins; whoever remembers sees it.
    foil(&format!("{HIT} --key another")).ok();
    let line = foil("shard show --remember second").refuses(1, 7042).to_owned();
    assert!(line.contains("holds block 5, "), "{line}");
    fs::remove_dir_all(world.folder.path("foil-data")).unwrap();
    fs::rename(world.folder.path("newest"), world.folder.path("foil-data")).unwrap();
    world.folder.write("foil-data/remember", "../second\n");
    foil(&format!("{HIT} --key tomorrow")).ok();
    let heads = files(&world.folder.path("second"));
    let (name, head) = heads.first_key_value().unwrap();
    assert_eq!((heads.len(), name.file_stem().unwrap().to_str()), (1, Some(world.shard.as_str())));
    world.folder.write(&format!("second/{}.head", world.shard), &head[1..]);
    foil("shard show").refuses(1, 1102);
}

#[test]
fn a_newer_format_is_not_gone_back_from() {
    let world = World::new();
    for newer in ["counterfoil data 2\n", "counterfoil data 10\n"] {
        world.folder.write("foil-data/FORMAT", newer);
        for words in ["shard show", "recover", "scrub", "quarantine list"] {
            world.folder.foil(words).refuses(1, 7041);
        }
        assert_eq!(world.folder.foil("doctor").exits(1)["files"][0]["state"], "E7041");
    }
    world.folder.write("foil-data/FORMAT", "counterfoil data 0\n");
    world.folder.foil("shard show").refuses(1, 7006);
}

/// `foil` under strace, where one call to the system for the journal's segment fails.
fn injected(world: &World, inject: &str, words: &str) -> (Option<i32>, String) {
    let plain = std::env::var_os("FOIL").map_or_else(
        || std::env::current_exe().unwrap().ancestors().nth(2).unwrap().join("foil"),
        PathBuf::from,
    );
    let segment = world.folder.path(&world.segment());
    let mut command = Command::new("strace");
    command
        .args(["-f", "-qq", "-o", "/dev/null", "-P"])
        .arg(segment)
        .args(["-e", &format!("inject={inject}")]);
    command.arg(plain).args(words.split_whitespace()).current_dir(world.folder.path(""));
    let ran = command.output().expect("strace runs");
    (ran.status.code(), String::from_utf8_lossy(&ran.stderr).into_owned())
}

/// The first write of a run is opening's, of the last frame; the second is the block's.
#[test]
fn a_disk_without_room_loses_nothing_and_takes_the_call_later() {
    if !have("strace") {
        return;
    }
    let world = World::new();
    let before = world.folder.foil("shard show").ok();
    for error in ["ENOSPC", "EDQUOT", "EROFS"] {
        for when in [1, 2] {
            let inject = format!("pwrite64:error={error}:when={when}");
            let (exit, said) = injected(&world, &inject, &format!("{HIT} --key kept"));
            assert_eq!(exit, Some(3), "{error} at {when}: {said}");
            assert!(said.contains("E1108: "), "{error} at {when}: {said}");
            assert_eq!(world.folder.foil("shard show").ok(), before);
        }
    }
    assert_eq!(world.folder.foil(&format!("{HIT} --key kept")).ok()["known"], false);
    assert_eq!(world.folder.foil("query total").ok()["value"], 4);
}

#[test]
fn a_tree_beyond_its_memory_refuses_calls_and_answers_queries() {
    let world = World::new();
    let before = world.folder.foil("shard show").ok();
    let small = "--tree-memory 1000";
    let line = world.folder.foil(&format!("{HIT} --key kept {small}")).refuses(3, 1111).to_owned();
    assert!(line.contains("max=1000"), "{line}");
    assert_eq!(world.folder.foil(&format!("shard show {small}")).ok(), before);
    assert_eq!(world.folder.foil(&format!("query total {small}")).ok()["value"], 3);
    assert_eq!(world.folder.foil(&format!("{HIT} --key kept --tree-memory 100000000")).ok()["known"], false);
    assert_eq!(world.folder.foil("query total").ok()["value"], 4);
}

/// After a sync that failed nobody knows what is on the disk: the process stops, and the next one compares.
#[test]
fn a_failed_sync_stops_and_the_next_process_compares() {
    if !have("strace") {
        return;
    }
    for when in [2, 3] {
        let world = World::new();
        world.folder.foil("shard show --remember second").ok();
        let inject = format!("fdatasync:error=EIO:when={when}");
        let (exit, said) = injected(&world, &inject, &format!("{HIT} --key once --remember second"));
        assert_eq!(exit, Some(3), "{said}");
        assert!(said.contains("E1101: "), "{said}");
        world.folder.foil("shard show --remember second").ok();
        world.folder.foil(&format!("{HIT} --key once --remember second")).ok();
        assert_eq!(world.folder.foil("query total").ok()["value"], 4);
        world.folder.foil("bundle --out whole.foil").ok();
        world.folder.verify(&format!("--shard {} whole.foil", world.shard)).ok();
    }
}

/// A real disk that is full: nothing is left of what there was no room for.
#[test]
#[allow(clippy::print_stderr, reason = "whoever runs this is told what was not tried")]
fn a_shard_for_which_there_is_no_room_is_not_there() {
    let world = World::new();
    fs::create_dir(world.folder.path("small")).unwrap();
    let small = world.folder.path("small");
    let mount = |options: &str| {
        let mut command = Command::new("mount");
        command
            .args(["-t", "tmpfs", "-o", options, "none"])
            .arg(&small)
            .output()
            .is_ok_and(|ran| ran.status.success())
    };
    if !mount("size=40m") {
        eprintln!("skipped: nothing can be mounted here");
        return;
    }
    let authority =
        world.folder.foil("key show authority.key").ok()["public_key"].as_str().unwrap().to_owned();
    let create = format!("shard create --authority {authority} --start {MIDNIGHT}");
    let refused = world.folder.foil_on("small/data", &create);
    let left = fs::read_dir(small.join("data/shards")).map(Iterator::count);
    let grown = mount("remount,size=300m");
    let made = world.folder.foil_on("small/data", &create);
    let listed = world.folder.foil_on("small/data", "shard list");
    Command::new("umount").arg(&small).status().unwrap();
    refused.refuses(3, 1108);
    assert_eq!((left.unwrap() <= 1, grown), (true, true));
    made.ok();
    assert_eq!(listed.ok()["shards"].as_array().unwrap().len(), 1);
}

/// Every scenario is told, and nothing is told that has no scenario.
#[test]
fn every_scenario_has_its_trace() {
    let scripts = fs::read_dir(root().join("tests/scripts")).unwrap();
    let mut stems: BTreeMap<String, usize> = BTreeMap::new();
    for path in scripts.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()) {
        *stems.entry(path.file_stem().unwrap().to_str().unwrap().to_owned()).or_default() += 1;
    }
    assert!(stems.len() >= 6 && stems.values().all(|count| *count == 2), "{stems:?}");
}
