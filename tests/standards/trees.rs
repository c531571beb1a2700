//! Inclusion in the history tree (RFC 9162, section 2.1.3) against a transparency log's vectors.

use crate::{text, unhex};
use abi::Hash;
use abi::merkle::root_of_path;
use journal::History;
use serde_json::Value;

const INCLUSION: &str = include_str!("../vectors/upstream/merkle-inclusion.json");

/// One vector: where a leaf is said to be, and what leads from it to which root.
struct Claim {
    index: u64,
    size: u64,
    root: Hash,
    leaf: Hash,
    path: Vec<Hash>,
}

impl Claim {
    /// `None` where something is not a hash: such a claim cannot be made here.
    fn of(vector: &Value) -> Option<Claim> {
        let hash = |text: &str| unhex(text).try_into().ok().map(Hash);
        let path = vector["proof"].as_array().unwrap().iter().map(|item| hash(item.as_str().unwrap()));
        Some(Claim {
            index: vector["leafIdx"].as_u64().unwrap(),
            size: vector["treeSize"].as_u64().unwrap(),
            root: hash(text(vector, "root"))?,
            leaf: hash(text(vector, "leafHash"))?,
            path: path.collect::<Option<_>>()?,
        })
    }

    fn holds(&self) -> bool {
        root_of_path(History::node, self.leaf, self.index, self.size, &self.path) == Some(self.root)
    }
}

fn vectors() -> Vec<Value> {
    serde_json::from_str(INCLUSION).unwrap()
}

#[test]
fn every_inclusion_verdict_is_ours() {
    for vector in vectors() {
        let expected = !vector["wantErr"].as_bool().unwrap();
        assert_eq!(Claim::of(&vector).is_some_and(|claim| claim.holds()), expected, "{vector}");
    }
    assert_eq!(vectors().len(), 98);
}

/// The tree of the vectors, grown here leaf by leaf, has their roots and gives their paths.
#[test]
fn paths_are_those_of_the_log() {
    let leaves =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    let mut history = History::new();
    leaves.iter().for_each(|leaf| history.push(&unhex(leaf)));
    let claims: Vec<Claim> = vectors().iter().filter_map(Claim::of).filter(Claim::holds).collect();
    let of_this_tree = claims.iter().filter(|claim| history.root_at(claim.size) == Some(claim.root));
    let same =
        of_this_tree.filter(|claim| history.path(claim.index, claim.size).as_ref() == Some(&claim.path));
    assert_eq!(same.count(), 5);
    assert_eq!(claims.len(), 6, "one is of a leaf that nobody can name");
}
