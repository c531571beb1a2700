//! Acts of the authority on a shard's state and time, as somebody makes them, and as strangers see them.

use crate::foil::{Folder, guest};

const DAY_S: u64 = 86_400;

/// Three hits, one a block, after the deploy: the total is 3 at height 4.
fn counted() -> (Folder, String) {
    let (folder, shard) = Folder::serving(&guest("counter"));
    hit(&folder, 1_357_000_001);
    hit(&folder, 1_357_000_002);
    hit(&folder, 1_357_000_003);
    (folder, shard)
}

fn hit(folder: &Folder, second: u64) {
    folder.foil(&format!("call hit --as clerk.key --at {second}")).ok();
}

#[test]
fn a_revert_brings_the_state_back_and_history_goes_on() {
    let (folder, shard) = counted();
    folder.foil("receipt 3 --out undone.receipt").ok();
    let then = folder.foil("inspect --height 2").ok()["root_after"].clone();
    let reverted = folder.foil("revert --to 2 --sign authority.key --at 1357000004").ok();
    assert_eq!((&reverted["height"], &reverted["root"]), (&5.into(), &then));
    assert_eq!(folder.foil("query total").ok()["value"], 1);
    hit(&folder, 1_357_000_005);
    assert_eq!(folder.foil("query total").ok()["value"], 2);
    // What was undone is evidence, and verifies as before.
    folder.verify(&format!("--shard {shard} undone.receipt")).ok();
    folder.foil("bundle --witness --out shard.foil").ok();
    folder.foil("bundle --from 6 --witness --out after.foil").ok();
    folder.verifies_in_every_mode(&shard, "shard.foil");
    folder.verify(&format!("--shard {shard} after.foil")).ok();
    folder.foil("replay").ok();
}

#[test]
fn a_lost_store_is_folded_again_over_a_revert() {
    let (folder, shard) = counted();
    let reverted = folder.foil("revert --to 3 --sign authority.key --at 1357000004").ok();
    std::fs::remove_dir_all(folder.path(&format!("foil-data/shards/{shard}/store"))).unwrap();
    assert_eq!(folder.foil("shard show").ok()["root"], reverted["root"]);
}

#[test]
fn only_the_authority_goes_back_and_only_to_what_was() {
    let (folder, _) = counted();
    folder.foil("revert --to 2 --sign clerk.key --at 1357000004").refuses(7, 5007);
    folder.foil("revert --to 9 --sign authority.key --at 1357000004").refuses(1, 7015);
    assert_eq!(folder.foil("query total").ok()["value"], 3);
}

#[test]
fn time_makes_a_great_step_by_an_act_alone() {
    let (folder, shard) = counted();
    let later = 1_357_000_003 + 40 * DAY_S;
    folder.foil(&format!("call hit --as clerk.key --at {later}")).refuses(7, 5011);
    let short = later - 1;
    folder.foil(&format!("advance --to {short} --sign authority.key --at {later}")).refuses(7, 5011);
    folder.foil(&format!("advance --to {later} --sign authority.key --at {later}")).ok();
    hit(&folder, later);
    folder.foil("bundle --out shard.foil").ok();
    folder.verify(&format!("--shard {shard} shard.foil")).ok();
}
