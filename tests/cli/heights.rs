//! What a shard held after a block that is not its last one, with what proves it.

use crate::foil::{Folder, guest};
use serde_json::{Value, json};

/// A shard whose counter was hit four times, from block 2 on, and that the chronicle serves since block 6.
fn served_twice() -> (Folder, String) {
    let (folder, shard) = Folder::serving(&guest("counter"));
    (1..=4).for_each(|n| drop(folder.foil(&format!("call hit --as clerk.key --at 135700000{n}")).ok()));
    let chronicle = guest("chronicle");
    folder.foil(&format!("deploy {} --sign authority.key --at 1357000010", chronicle.display())).ok();
    folder.foil("call note kind=plain details=new --as clerk.key --at 1357000011").ok();
    (folder, shard)
}

/// What a stranger finds proven in a file.
#[track_caller]
fn proven(folder: &Folder, shard: &str, file: &str) -> Value {
    folder.verify(&format!("--shard {shard} {file}")).ok()["facts"].clone()
}

#[test]
fn the_state_after_any_block_is_read_and_proven() {
    let (folder, shard) = served_twice();
    let before = folder.foil("shard show").ok();
    for height in 1..=7 {
        let root = folder.foil(&format!("inspect --height {height}")).ok()["root_after"].clone();
        let hits = (height - 1).min(4);
        let value = if hits == 0 { Value::Null } else { json!(format!("0{hits}")) };
        let got = folder.foil(&format!("state get total --height {height} --proof a.proof")).ok();
        assert_eq!((&got["value"], &got["root"]), (&value, &root), "{height}");
        let facts = proven(&folder, &shard, "a.proof");
        assert_eq!((&facts["root"], &facts["values"][0]["value"]), (&root, &value));
        let range = folder.foil(&format!("state range 0x01 --height {height} --proof a.proof")).ok();
        let facts = proven(&folder, &shard, "a.proof");
        assert_eq!((&range["root"], &facts["root"], &facts["entries"]), (&root, &root, &range["shown"]));
        assert_eq!(range["entries"], facts["values"]);
        assert_eq!(range["shown"] == 0, height == 1, "{range}");
    }
    assert_eq!(folder.foil("shard show").ok(), before);
    assert_eq!(folder.foil("scrub").ok()["findings"], json!([]));
}

#[test]
fn a_query_is_answered_by_the_program_of_its_time() {
    let (folder, shard) = served_twice();
    folder.foil("query total").refuses(7, 5016);
    assert_eq!(folder.foil("query size").ok()["value"], 1);
    for height in 1..=5 {
        let said = folder.foil(&format!("query total --height {height} --proof q.proof")).ok();
        assert_eq!(said["value"], height - 1);
        let report = folder.verify(&format!("--shard {shard} q.proof")).ok();
        assert!(report["checked"].as_array().unwrap().contains(&json!("the query, run again")), "{report}");
        assert_eq!(report["facts"]["method"], "total");
    }
    for height in [6, 7] {
        folder.foil(&format!("query total --height {height}")).refuses(7, 5016);
        assert_eq!(folder.foil(&format!("query size --height {height}")).ok()["value"], height - 6);
    }
    folder.foil("query total --height 0").refuses(7, 5014);
    folder.foil("query size --height 5").refuses(7, 5016);
}

#[test]
fn there_is_nothing_after_a_block_that_is_not_there() {
    let (folder, _) = served_twice();
    let born = folder.foil("state get total --height 0").ok();
    assert_eq!(
        (&born["value"], born["root"] != folder.foil("state get total").ok()["root"]),
        (&Value::Null, true)
    );
    assert_eq!(folder.foil("state range 0x00 --height 0").ok()["shown"], 0);
    for none in ["state get total --height 0 --proof a.proof", "state get total --height 8"] {
        folder.foil(none).refuses(1, 7015);
    }
    folder.foil("query size --height 18446744073709551615").refuses(1, 7015);
    folder.foil("state range total --height 8").refuses(1, 7015);
    folder.foil("state get total --height -1").exits(2);
    assert!(!folder.path("a.proof").exists());
}

/// After a revert the state is that of an earlier height; the heights in between are what they were.
#[test]
fn what_was_reverted_is_told_as_it_was() {
    let (folder, shard) = served_twice();
    folder.foil("revert --to 3 --sign authority.key --at 1357000020").ok();
    folder.foil("call hit --as clerk.key --at 1357000021").ok();
    for (height, total) in [(3, 2), (4, 3), (5, 4), (8, 2), (9, 3)] {
        let said = folder.foil(&format!("query total --height {height} --proof q.proof")).ok();
        assert_eq!(said["value"], total, "{height}");
        proven(&folder, &shard, "q.proof");
    }
    assert_eq!(folder.foil("query size --height 7").ok()["value"], 1);
}
