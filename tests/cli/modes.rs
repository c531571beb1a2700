//! How deep a verifier looks: each way says yes to what is right, and what it did not look at.

use crate::foil::{Folder, guest};
use serde_json::Value;

/// Eight calls in eight blocks, the last two by another writer.
fn history() -> (Folder, String) {
    let (folder, shard) = Folder::serving(&guest("counter"));
    let hit = |second: u64| folder.foil(&format!("call hit --as clerk.key --at {second}")).ok();
    (0..5).for_each(|n| {
        hit(1_357_000_000 + n);
    });
    folder.foil("shard set-writer --sign authority.key --at 1357000010").ok();
    hit(1_357_000_020);
    folder.foil("bundle --out shard.foil").ok();
    folder.foil("bundle --witness --out witnessed.foil").ok();
    (folder, shard)
}

fn has(report: &Value, list: &str, what: &str) -> bool {
    report[list].as_array().is_some_and(|list| list.iter().any(|item| item == what))
}

#[test]
fn every_depth_verifies_an_honest_history() {
    let (folder, shard) = history();
    let verify = |words: &str| folder.verify(&format!("--shard {shard} {words}")).ok();
    let whole = verify("shard.foil");
    assert!(has(&whole, "checked", "every call re-executed"));
    for (words, unchecked) in [
        ("--no-execute shard.foil", "execution"),
        ("--headers-only shard.foil", "call signatures"),
        ("--headers-only witnessed.foil", "execution"),
    ] {
        let report = verify(words);
        assert!(has(&report, "unchecked", unchecked), "{words}: {report}");
        assert_eq!(
            (&report["facts"]["head"], &report["facts"]["root"]),
            (&whole["facts"]["head"], &whole["facts"]["root"])
        );
    }
    for words in [
        "--jobs 2 shard.foil",
        "--jobs 3 --engine wasmi shard.foil",
        "--witness witnessed.foil",
        &format!("foil-data/shards/{shard}"),
        &format!("--jobs 2 foil-data/shards/{shard}"),
    ] {
        let report = verify(words);
        assert!(!has(&report, "unchecked", "execution"), "{words}: {report}");
        assert_eq!(report["facts"]["root"], whole["facts"]["root"]);
    }
}

/// As a kill leaves it that comes right after a segment is begun.
#[test]
fn a_segment_without_its_own_name_yet_is_read_and_then_named() {
    let (folder, shard) = history();
    let dir = format!("foil-data/shards/{shard}");
    let segment = folder.path(&format!("{dir}/journal/00000000.segment"));
    let ahead = segment.with_extension("segment.ahead");
    let verdict = || folder.verify(&format!("--shard {shard} {dir}")).ok()["facts"].clone();
    let before = verdict();
    std::fs::rename(&segment, &ahead).unwrap();
    assert_eq!(verdict(), before);
    folder.foil("doctor").ok();
    assert!(ahead.exists() && !segment.exists(), "who only reads names nothing");
    folder.foil("call hit --as clerk.key --at 1357000030").ok();
    assert!(segment.exists() && !ahead.exists());
    // One that is made for later is nobody's.
    std::fs::write(segment.with_file_name("00000001.segment.ahead"), [0; 8192]).unwrap();
    assert_eq!(verdict()["height"], before["height"].as_u64().unwrap() + 1);
    folder.foil("doctor").ok();
}

#[test]
fn a_checkpoint_is_where_execution_begins() {
    let (folder, shard) = history();
    for height in [1, 4, 8] {
        folder.foil(&format!("checkpoint --height {height} --out at.checkpoint")).ok();
        assert_eq!(folder.verify(&format!("--shard {shard} at.checkpoint")).ok()["facts"]["height"], height);
        let report = folder.verify(&format!("--shard {shard} --from at.checkpoint shard.foil")).ok();
        assert_eq!(report["facts"]["executed_from"], height + 1);
    }
    folder.foil("bundle --to 5 --out short.foil").ok();
    let short = folder.verify(&format!("--shard {shard} --from at.checkpoint short.foil")).exits(12);
    assert_eq!(short["code"], "E6011");
    let (stranger, other) = history();
    stranger.foil("checkpoint --out at.checkpoint").ok();
    folder.write("foreign.checkpoint", stranger.read("at.checkpoint"));
    let foreign = folder.verify(&format!("--shard {shard} --from foreign.checkpoint shard.foil"));
    assert_eq!(foreign.exits(10)["code"], "E6001", "{other}");
}

#[test]
fn a_part_of_history_runs_on_its_witnesses() {
    let (folder, shard) = history();
    folder.foil("bundle --from 4 --to 7 --witness --out part.foil").ok();
    let report = folder.verify(&format!("--shard {shard} part.foil")).ok();
    assert_eq!((&report["facts"]["from"], &report["facts"]["height"]), (&4.into(), &7.into()));
    assert!(has(&report, "unchecked", "idempotency keys used before the first block"));
    folder.foil("bundle --from 4 --to 7 --out bare.foil").ok();
    assert_eq!(folder.verify(&format!("--shard {shard} bare.foil")).exits(12)["code"], "E6004");
    folder.verify(&format!("--shard {shard} --no-execute bare.foil")).ok();
    folder.foil("bundle --from 9 --out none.foil").refuses(1, 7015);
}

#[test]
fn a_receipt_with_its_witness_runs_without_the_database() {
    let (folder, shard) = history();
    folder.foil("receipt 3 --with-witness --out three.foil").ok();
    std::fs::remove_dir_all(folder.path("foil-data")).unwrap();
    let report = folder.verify(&format!("--shard {shard} three.foil")).ok();
    assert!(has(&report, "checked", "every call re-executed on its block's witness"));
}

/// Whatever bit of a block with its witness is changed: never "verified", never "diverged" by what is only damaged.
#[test]
fn no_bit_of_a_stateless_block_can_be_changed() {
    let (folder, shard) = history();
    folder.foil("receipt 3 --with-witness --out three.foil").ok();
    let bytes = folder.read("three.foil");
    let anchor = verify::Anchor::Shard(shard.parse().unwrap());
    let plan = verify::Plan::of(verify::Execution::By(kernel::Engine::Wasmi));
    for at in (0..bytes.len()).step_by(53) {
        let mut changed = bytes.clone();
        changed[at] ^= 1 << (at % 8);
        let verdict = verify::verify_bundle(&changed[..], &anchor, &plan, &mut |_| ()).verdict;
        assert_ne!(verdict.exit, verify::Exit::Verified, "byte {at}: {verdict:?}");
        assert_ne!(verdict.exit, verify::Exit::Failure, "byte {at}: {verdict:?}");
    }
}

#[test]
fn the_writer_changes_by_an_act_of_the_authority_alone() {
    let (folder, shard) = history();
    let writer = folder.foil("shard show").ok()["writer"].clone();
    folder.foil("receipt 1 --out old.receipt").ok();
    folder.foil("receipt 7 --out new.receipt").ok();
    let old = folder.verify(&format!("--shard {shard} old.receipt")).ok();
    let new = folder.verify(&format!("--shard {shard} new.receipt")).ok();
    assert_eq!(new["facts"]["writer"], writer);
    assert_ne!(old["facts"]["writer"], writer);
    let key = writer.as_str().unwrap();
    folder.verify(&format!("--key {key} shard.foil")).ok();
    assert_eq!(folder.verify(&format!("--key {key} old.receipt")).exits(10)["code"], "E6001");
    folder.foil("shard set-writer --sign clerk.key --at 1357000030").refuses(7, 5007);
    folder.foil("call hit --as clerk.key --at 1357000040").ok();
    assert_eq!(folder.foil("shard show").ok()["writer"], writer);
}

#[test]
fn a_query_is_proven_with_its_answer() {
    let (folder, shard) = history();
    let total = folder.foil("query total --proof total.proof").ok();
    let report = folder.verify(&format!("--shard {shard} total.proof")).ok();
    assert_eq!((&total["value"], &report["facts"]["output"]), (&6.into(), &"06".into()));
    let anchor = verify::Anchor::Shard(shard.parse().unwrap());
    let proof = folder.read("total.proof");
    for at in (0..proof.len()).step_by(97) {
        let mut changed = proof.clone();
        changed[at] ^= 1 << (at % 8);
        let verdict = verify::verify_proof(&changed, &anchor).verdict;
        assert_ne!(verdict.exit, verify::Exit::Verified, "byte {at}: {verdict:?}");
    }
}
