//! Vectors of proofs of state.

use super::{Maker, flipped, replaced};
use crate::shard::Shard;
use crate::vector::hex;
use abi::Hash;
use abi::codec::Encode;
use abi::diff::Diff;
use serde_json::{Value, json};
use state::{Recording, Store, Tree, View};

pub(super) fn make(made: &mut Maker) {
    let shard = Shard::sample();
    let root = json!({ "root": shard.tree.root().to_string() });
    let other = json!({ "root": Hash([1; 32]).to_string() });
    keys(made, &shard, &root, &other);
    ranges(made, &shard, &root, &other);
    witnesses(made, &shard, &other);
}

fn keys(made: &mut Maker, shard: &Shard, root: &Value, other: &Value) {
    let view = shard.store.view();
    let prove = |keys: &[&[u8]]| shard.tree.prove(&*view, keys).unwrap().to_bytes();
    let bytes = prove(&[&[1, 1], &[1, 2], &[1, 99]]);
    made.object("keys-proof", "two-present-one-absent", &bytes, root);
    made.valid("keys-proof/of-nothing", &prove(&[]), root);
    made.valid("keys-proof/one-absent", &prove(&[b"\x01no such key"]), root);
    let empty = Tree::new().prove(&*state::MemoryStore::default().view(), &[b"\x01x"]).unwrap().to_bytes();
    made.valid("keys-proof/of-the-empty-state", &empty, &json!({ "root": state::empty_root().to_string() }));
    made.invalid("keys-proof/of-another-root", &bytes, other, 3005);
    made.invalid("keys-proof/hash-flipped", &flipped(&bytes, 3), root, 3005);
    let value =
        replaced(&bytes, &hex(&[&[0x4a][..], &[1; 10]].concat()), &hex(&[&[0x4a][..], &[2; 10]].concat()));
    made.invalid("keys-proof/value-changed", &value, root, 3005);
    let unsorted = replaced(&replaced(&bytes, "420101", "420103"), "420102", "420101");
    made.invalid("keys-proof/unsorted", &unsorted, root, 3001);
    let denied = replaced(&prove(&[&[1, 1]]), &present(&bytes), "f6");
    made.invalid("keys-proof/present-key-denied", &denied, root, 3004);
    let version = [&[bytes[0], 2], &bytes[2..]].concat();
    made.invalid("keys-proof/of-another-version", &version, root, 1008);
}

/// The claim about key `[1, 1]` in a proof of it: value and next key's hash.
fn present(bytes: &[u8]) -> String {
    let at = bytes.windows(3).position(|three| three == [0x42, 1, 1]).unwrap() + 3;
    hex(&bytes[at..at + 1 + 11 + 34])
}

fn ranges(made: &mut Maker, shard: &Shard, root: &Value, other: &Value) {
    let view = shard.store.view();
    let prove = |from: &[u8], to: Option<&[u8]>| shard.tree.prove_range(&*view, from, to).unwrap().to_bytes();
    let bytes = prove(&[1, 2], Some(&[1, 4]));
    made.object("range-proof", "two-entries", &bytes, root);
    made.valid("range-proof/of-everything", &prove(&[], None), root);
    made.valid("range-proof/of-nothing-between", &prove(&[1, 50], Some(&[1, 60])), root);
    made.valid("range-proof/inverted", &prove(&[2], Some(&[1])), root);
    made.invalid("range-proof/of-another-root", &bytes, other, 3005);
    let outside = replaced(&bytes, "8701420102420104", "8701420103420104");
    made.invalid("range-proof/entry-outside", &outside, root, 3002);
    let version = [&[bytes[0], 2], &bytes[2..]].concat();
    made.invalid("range-proof/of-another-version", &version, root, 1008);
}

fn witnesses(made: &mut Maker, shard: &Shard, other: &Value) {
    let mut diff = Diff::new();
    diff.put(vec![1, 2], None);
    diff.put(vec![1, 77], Some(vec![7]));
    let recording = Recording::new(shard.store.view());
    recording.get(&[1, 1]).unwrap();
    recording.get(&[1, 66]).unwrap();
    let reads = recording.take().unwrap();
    let bytes = shard.tree.witness(&*shard.store.view(), &reads, &diff).unwrap().to_bytes();
    let context = json!({
        "root": shard.tree.root().to_string(), "reads": ["0101", "0142"], "diff": hex(&diff.to_bytes()),
    });
    made.object("witness", "reads-and-writes", &bytes, &context);
    for (at, (witness, block)) in (1..).zip(shard.witnesses.iter().zip(&shard.blocks)) {
        let root = block.header.root_before.to_string();
        let context = json!({ "root": root, "reads": [], "diff": hex(&block.diff.to_bytes()) });
        made.valid(&format!("witness/of-block-{at}"), &witness.to_bytes(), &context);
    }
    let mut of_other = context.clone();
    of_other["root"] = other["root"].clone();
    made.invalid("witness/of-another-root", &bytes, &of_other, 3005);
    let mut unknown = context.clone();
    unknown["reads"] = json!(["0104"]);
    made.invalid("witness/read-of-what-is-not-there", &bytes, &unknown, 1106);
    let version = [&[bytes[0], 2], &bytes[2..]].concat();
    made.invalid("witness/of-another-version", &version, &context, 1008);
}
