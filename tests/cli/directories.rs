//! Data directories that are not what they should be, and what is mended by itself.

use crate::foil::{Folder, Ran, guest};
use std::fs::{self, File, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};

const HIT: &str = "call hit --as clerk.key --at 1357000000";

/// The counter, called once, in `foil-data`; the shard's id.
fn counted() -> (Folder, String) {
    let (folder, shard) = Folder::serving(&guest("counter"));
    folder.foil(HIT).ok();
    (folder, shard)
}

/// What every command answers that needs the shard: it must be the same refusal, and change nothing.
#[track_caller]
fn refused(folder: &Folder, exit: i32, number: u16) {
    for words in ["shard show", HIT, "query total", "bundle", "replay", "receipt 1", "state get total"] {
        let ran = folder.foil(words);
        assert_eq!(ran.exit, Some(exit), "{words}: {}", ran.stderr);
        ran.refuses(exit, number);
    }
}

#[test]
fn a_directory_of_another_version_is_refused() {
    let (folder, _) = counted();
    let format = folder.read("foil-data/FORMAT");
    for other in ["counterfoil data 0\n", "counterfoil data 1", "", "\u{1b}[31m"] {
        folder.write("foil-data/FORMAT", other);
        refused(&folder, 1, 7006);
        folder.foil("shard list").refuses(1, 7006);
        folder.foil(&format!("shard create --authority {}", "0".repeat(64))).refuses(1, 7006);
    }
    folder.write("foil-data/FORMAT", format);
    folder.foil(HIT).ok();
}

#[test]
fn what_is_no_data_directory_is_refused() {
    let folder = Folder::new();
    let key = folder.foil("key generate authority.key").ok()["public_key"].as_str().unwrap().to_owned();
    folder.copy("authority.key", "clerk.key");
    refused(&folder, 1, 7005);
    fs::create_dir(folder.path("foil-data")).unwrap();
    refused(&folder, 1, 7005);
    folder.write("foil-data/notes.txt", "mine");
    folder.foil(&format!("shard create --authority {key}")).refuses(3, 7002);
    assert_eq!(folder.read("foil-data/notes.txt"), b"mine");
    folder.write("file", "");
    folder.foil("--data file shard show").refuses(1, 7005);
    folder.foil("--data file/deeper shard show").refuses(1, 7005);
}

#[test]
fn a_directory_in_use_is_refused() {
    let (folder, _) = counted();
    let lock = File::open(folder.path("foil-data/LOCK")).unwrap();
    lock.try_lock().unwrap();
    refused(&folder, 1, 7007);
    drop(lock);
    folder.foil(HIT).ok();
}

#[test]
fn the_shard_is_named_where_there_are_several() {
    let (folder, first) = counted();
    let authority = folder.foil("key show authority.key").ok()["public_key"].as_str().unwrap().to_owned();
    let made = folder.foil(&format!("shard create --authority {authority}")).ok();
    let second = made["shard"].as_str().unwrap();
    refused(&folder, 2, 7008);
    folder.foil(&format!("shard show --on {}", "0".repeat(64))).refuses(2, 7008);
    assert_eq!(folder.foil(&format!("shard show --on {first}")).ok()["records"], 2);
    assert_eq!(folder.foil(&format!("shard show --on {}", &second[..16])).ok()["records"], 0);
}

#[test]
fn another_shards_files_are_refused() {
    let (folder, shard) = counted();
    let authority = folder.foil("key show authority.key").ok()["public_key"].as_str().unwrap().to_owned();
    let made =
        folder.foil_on("other", &format!("shard create --authority {authority} --start 1356998400")).ok();
    let other = made["shard"].as_str().unwrap();
    folder
        .foil_on(
            "other",
            &format!("deploy {} --sign authority.key --at 1356998400", guest("counter").display()),
        )
        .ok();

    let ours = format!("foil-data/shards/{shard}");
    let theirs = format!("other/shards/{other}");
    let replaced = |name: &str, number: u16| {
        fs::rename(folder.path(&format!("{ours}/{name}")), folder.path("kept")).unwrap();
        folder.copy(&format!("{theirs}/{name}"), &format!("{ours}/{name}"));
        refused(&folder, 1, number);
        fs::rename(folder.path(&format!("{ours}/{name}")), folder.path(&format!("theirs-{name}"))).unwrap();
        fs::rename(folder.path("kept"), folder.path(&format!("{ours}/{name}"))).unwrap();
    };
    replaced("genesis", 7009);
    replaced("journal", 1105);

    let genesis = folder.read(&format!("{ours}/genesis"));
    for damaged in [&genesis[..genesis.len() - 1], b"", b"\x80"] {
        folder.write(&format!("{ours}/genesis"), damaged);
        refused(&folder, 1, 7010);
    }
    fs::remove_file(folder.path(&format!("{ours}/genesis"))).unwrap();
    refused(&folder, 3, 7002);
    folder.write(&format!("{ours}/genesis"), genesis);

    folder.copy("foil-data/node.key", "node.key");
    folder.copy("other/node.key", "foil-data/node.key");
    refused(&folder, 1, 5102);
    folder.copy("node.key", "foil-data/node.key");
    folder.foil(HIT).ok();
}

/// A state that is not the fold of the journal is never served: the store is a cache, lost without loss,
/// caught up where it is behind, and refused where it is anything else.
#[test]
fn a_lost_store_is_folded_again_and_a_foreign_one_is_refused() {
    let (folder, shard) = counted();
    let store = format!("foil-data/shards/{shard}/store");
    folder.copy(&store, "early");
    folder.foil(HIT).ok();
    let before = folder.foil("shard show").ok();
    for put in [None, Some("early")] {
        fs::remove_dir_all(folder.path(&store)).unwrap();
        put.into_iter().for_each(|put| folder.copy(put, &store));
        assert_eq!(folder.foil("shard show").ok(), before);
        assert_eq!(folder.foil("query total").ok()["value"], 2);
    }
    let (other, twin) = counted();
    other.foil(HIT.replace("clerk", "authority").as_str()).ok();
    fs::remove_dir_all(folder.path(&store)).unwrap();
    let theirs = other.path(&format!("foil-data/shards/{twin}/store"));
    assert!(
        std::process::Command::new("cp")
            .arg("-a")
            .arg(theirs)
            .arg(folder.path(&store))
            .status()
            .unwrap()
            .success()
    );
    refused(&folder, 1, 1102);
}

/// A journal with a changed byte in what was synced is refused, and never cut.
#[test]
fn a_damaged_journal_is_refused_and_kept() {
    let (folder, shard) = counted();
    let journal = folder.path(&format!("foil-data/shards/{shard}/journal"));
    let segment = fs::read_dir(&journal).unwrap().next().unwrap().unwrap().path();
    let whole = fs::read(&segment).unwrap();
    let used = whole.iter().rposition(|&byte| byte != 0).unwrap();
    for at in [0, used / 3, used / 2, used - 100, used] {
        let mut damaged = whole.clone();
        damaged[at] ^= 1;
        fs::write(&segment, &damaged).unwrap();
        let ran = folder.foil("shard show");
        assert_eq!(ran.exit, Some(1), "byte {at} of {used}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stderr.contains("E1102: ") || ran.stderr.contains("E1105: "), "{}", ran.stderr);
        assert_eq!(fs::read(&segment).unwrap(), damaged, "byte {at}");
    }
    fs::write(&segment, &whole).unwrap();
    folder.foil(HIT).ok();
}

#[test]
fn a_program_that_is_lost_or_changed_is_not_run() {
    let (folder, _) = counted();
    let id = folder.foil("shard show").ok()["program"].as_str().unwrap().to_owned();
    let kept = format!("foil-data/programs/{id}.wasm");
    let wasm = folder.read(&kept);
    fs::copy(guest("ledger"), folder.path(&kept)).unwrap();
    for words in [HIT, "query total", "replay", "bundle"] {
        folder.foil(words).refuses(1, 1102);
    }
    assert!(!folder.path("shard.foil").exists(), "a bundle without its program");
    fs::remove_file(folder.path(&kept)).unwrap();
    folder.foil(HIT).refuses(7, 5017);
    folder.foil("replay").refuses(12, 5202);
    folder.write(&kept, wasm);
    folder.foil(HIT).ok();
}

#[test]
fn keys_that_others_may_read_are_refused() {
    let (folder, _) = counted();
    let chmod =
        |name: &str, mode: u32| fs::set_permissions(folder.path(name), Permissions::from_mode(mode)).unwrap();
    for name in ["clerk.key", "foil-data/node.key"] {
        for mode in [0o644, 0o640, 0o604, 0o620] {
            chmod(name, mode);
            folder.foil(HIT).refuses(3, 7003);
        }
        chmod(name, 0o600);
    }
    folder.write("bad.key", "not a key");
    chmod("bad.key", 0o600);
    folder.foil("key show bad.key").refuses(1, 7004);
    folder.foil("key show foil-data").refuses(3, 7002);
    folder.foil("key generate clerk.key").refuses(3, 7002);
    folder.foil(HIT).ok();
}

/// As somebody who may not enter the data directory: as nobody where the test is root, whom no permission
/// binds.
#[test]
fn a_directory_without_permission_is_refused() {
    let (folder, _) = counted();
    let chmod =
        |name: &str, mode: u32| fs::set_permissions(folder.path(name), Permissions::from_mode(mode)).unwrap();
    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    chmod("", 0o755);
    let run =
        |words: &str| -> Ran { if is_root { folder.foil_as_nobody(words) } else { folder.foil(words) } };
    for name in ["foil-data", "foil-data/shards"] {
        let mode = fs::metadata(folder.path(name)).unwrap().mode();
        if !is_root {
            chmod(name, 0);
        }
        run("shard show").refuses(3, 7002);
        chmod(name, if is_root { 0o777 } else { mode });
    }
}
