//! What the state holds, shown to a stranger; and what it does not hold.

use crate::flights::World;
use crate::foil::{Folder, guest};
use abi::codec::{Encode, dynamic};
use journal::{BundleReader, Chain, Item, Receipt, ReceiptFile, Trailer};
use serde_json::{Value, json};

/// The history of one airport after two hundred flights: `range.proof`, and how many entries that is.
fn proven() -> (World, usize) {
    let world = World::of(200);
    world.run("foil-data", "--block-calls 100");
    let busiest = world.folder.foil("query busiest limit=1").ok()["value"][0].clone();
    let id: u128 = busiest["id"].as_str().unwrap().parse().unwrap();
    let entries = busiest["debits_posted"].as_str().unwrap().parse().unwrap();
    let shown =
        world.folder.foil(&format!("state range history/{id:032x} --proof range.proof --limit 1000")).ok();
    assert_eq!(shown["shown"], entries);
    assert!(entries > 30);
    (world, entries)
}

/// Changes a proof, which is `["counterfoil proof", version, receipt, 1, [version, from, to, before,
/// [[key, value]…], after, shape]]`.
fn edited(folder: &Folder, edit: impl FnOnce(&mut Vec<ciborium::Value>)) {
    let mut file = dynamic::decode(&folder.read("range.proof")).unwrap();
    edit(file.as_array_mut().unwrap());
    folder.write("bad.proof", dynamic::encode(&file).unwrap());
}

fn range(file: &mut [ciborium::Value]) -> &mut Vec<ciborium::Value> {
    file[4].as_array_mut().unwrap()
}

fn entries(file: &mut [ciborium::Value]) -> &mut Vec<ciborium::Value> {
    range(file)[4].as_array_mut().unwrap()
}

#[track_caller]
fn refused(world: &World) -> Value {
    let report = world.folder.verify(&format!("--shard {} bad.proof", world.shard)).exits(10);
    assert!(report["code"].is_string() && report["reason"].is_string(), "{report}");
    assert!(report["facts"].get("values").is_none(), "a refused proof shows no values: {report}");
    report
}

#[test]
fn a_range_is_proven_complete() {
    let (world, count) = proven();
    let report = world.folder.verify(&format!("--shard {} range.proof", world.shard)).ok();
    assert_eq!((&report["kind"], &report["facts"]["entries"]), (&json!("proof"), &json!(count)));
    assert!(report["checked"].as_array().unwrap().contains(&json!("completeness of the range")));
    let here = world.folder.foil("shard show").ok();
    assert_eq!((&report["facts"]["root"], &report["facts"]["head"]), (&here["root"], &here["head"]));
    assert_eq!(world.folder.verify("range.proof").exits(11)["code"], "E6002");
    let foreign = format!("--shard {} range.proof", "0".repeat(64));
    assert_eq!(world.folder.verify(&foreign).exits(10)["code"], "E6001");
}

/// One transfer left out, wherever it stands; then added, moved and changed.
#[test]
fn a_proof_with_a_transfer_left_out_is_refused() {
    let (world, count) = proven();
    edited(&world.folder, |_| ());
    world.folder.verify(&format!("--shard {} bad.proof", world.shard)).ok();
    for at in 0..count {
        edited(&world.folder, |file| drop(entries(file).remove(at)));
        refused(&world);
    }
    edited(&world.folder, |file| entries(file).clear());
    refused(&world);
    edited(&world.folder, |file| {
        let twice = entries(file)[3].clone();
        entries(file).insert(3, twice);
    });
    assert_eq!(refused(&world)["code"], "E3001");
    edited(&world.folder, |file| entries(file).swap(3, 4));
    assert_eq!(refused(&world)["code"], "E3001");
}

#[test]
fn a_proof_with_a_changed_value_or_bound_is_refused() {
    let (world, count) = proven();
    let flip = |value: &mut ciborium::Value| *value.as_bytes_mut().unwrap().last_mut().unwrap() ^= 1;
    for (entry, part) in [(0, 0), (0, 1), (count / 2, 1), (count - 1, 0), (count - 1, 1)] {
        edited(&world.folder, |file| flip(&mut entries(file)[entry].as_array_mut().unwrap()[part]));
        refused(&world);
    }
    // The neighbours that show where the range ends, and the shape; what the range is *called* is checked
    // by whoever asked, but an entry must be inside of it.
    for part in [3, 5] {
        edited(&world.folder, |file| range(file)[part] = ciborium::Value::Null);
        refused(&world);
    }
    edited(&world.folder, |file| range(file)[1] = entries(file)[1].as_array().unwrap()[0].clone());
    assert_eq!(refused(&world)["code"], "E3002");
    edited(&world.folder, |file| range(file)[2] = entries(file)[1].as_array().unwrap()[0].clone());
    assert_eq!(refused(&world)["code"], "E3002");
}

/// A true proof under the receipt of another root, or under none.
#[test]
fn a_proof_of_another_root_is_refused() {
    let (world, _) = proven();
    let receipt = |seq: u64| {
        world.folder.foil(&format!("receipt {seq} --out {seq}.receipt")).ok();
        ciborium::Value::Bytes(world.folder.read(&format!("{seq}.receipt")))
    };
    // The last record's own receipt is what the proof carries; any of its block has the same root.
    for (seq, exit) in [(297, 0), (198, 0), (197, 10), (1, 10)] {
        edited(&world.folder, |file| file[2] = receipt(seq));
        let ran = world.folder.verify(&format!("--shard {} bad.proof", world.shard));
        assert_eq!(ran.exit, Some(exit), "receipt {seq}: {}", ran.stdout);
        if exit == 10 {
            assert_eq!(refused(&world)["code"], "E3005");
        }
    }
    edited(&world.folder, |file| file[2] = ciborium::Value::Bytes(Vec::new()));
    refused(&world);
}

/// An old record under the newest head is in that history, but the root after it is not the newest: the
/// values of an old proof once passed beside a new head.
#[test]
fn an_old_root_under_a_newer_head_is_refused() {
    let (folder, shard) = Folder::serving(&guest("counter"));
    let hit = |second: u64| folder.foil(&format!("call hit --as clerk.key --at {second}")).ok();
    hit(1_357_000_000);
    folder.foil("state get total --proof range.proof").ok();
    hit(1_357_000_001);
    folder.foil("bundle --out shard.foil").ok();

    let mut items: Vec<Item> =
        BundleReader::new(&folder.read("shard.foil")[..]).collect::<Result<_, _>>().unwrap();
    let Some(Item::Trailer(Trailer { commitment: Some(newest), .. })) = items.pop() else {
        panic!("a bundle ends with its head");
    };
    let Item::Genesis(genesis) = items.remove(1) else { panic!("a bundle begins with its genesis") };
    let mut chain = Chain::new(&genesis, state::empty_root()).unwrap();
    let mut records = Vec::new();
    for item in items {
        if let Item::Block { block, .. } = item {
            records.extend(chain.block(&block).unwrap());
        }
    }
    let mut history = journal::History::new();
    records.iter().for_each(|record| history.push(&record.leaf()));
    let path = history.path(1, 3).unwrap();
    let receipt = Receipt::new(records[1].leaf(), &newest, 1, path);
    let file = ReceiptFile { genesis: Some(genesis), receipt, links: Vec::new() }.to_bytes();
    folder.write("old.receipt", &file);
    folder.verify(&format!("--shard {shard} old.receipt")).ok();
    edited(&folder, |proof| proof[2] = ciborium::Value::Bytes(file));
    assert_eq!(folder.verify(&format!("--shard {shard} bad.proof")).exits(10)["code"], "E6007");
}

/// Any bit of a small proof, of a value that is there and of one that is not.
#[test]
fn every_bit_flip_of_a_proof_is_refused() {
    let (world, _) = proven();
    let anchor = verify::Anchor::Shard(world.shard.parse().unwrap());
    let totals = world.folder.foil("state get totals/00000001 --proof there.proof").ok();
    assert!(totals["value"].is_string());
    let absent = world.folder.foil("state get totals/00000002 --proof absent.proof").ok();
    assert!(absent["value"].is_null());
    for name in ["there.proof", "absent.proof"] {
        let report = world.folder.verify(&format!("--shard {} {name}", world.shard)).ok();
        assert_eq!(report["facts"]["values"][0]["value"].is_string(), name == "there.proof");
        let proof = world.folder.read(name);
        for at in 0..proof.len() {
            for bit in 0..8 {
                let mut changed = proof.clone();
                changed[at] ^= 1 << bit;
                let verdict = verify::verify_proof(&changed, &anchor).verdict;
                assert_eq!(verdict.exit, verify::Exit::Invalid, "{name}: bit {bit} of {at}: {verdict:?}");
            }
        }
    }
}
