//! The root straight from its definition, and the states that tests are made of.

use crate::leaf::Leaf;
use abi::Hash;
use abi::diff::Diff;
use abi::hash::{STATE_CONTENT, STATE_KEY, STATE_LEAF, STATE_NODE, STATE_VALUE};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use std::collections::BTreeMap;

pub(crate) type Map = BTreeMap<Vec<u8>, Vec<u8>>;

/// T of `leaves`, whose key hashes agree in the first `depth` bits, in any order.
pub(crate) fn trie_root(leaves: &[Leaf], depth: usize) -> Hash {
    match leaves {
        [] => Hash::ZERO,
        [leaf] => STATE_LEAF.hash_pair(&leaf.key, &STATE_CONTENT.hash_pair(&leaf.value, &leaf.next)),
        _ => {
            let (ones, zeros): (Vec<Leaf>, Vec<Leaf>) = leaves.iter().partition(|leaf| leaf.key.bit(depth));
            STATE_NODE.hash_pair(&trie_root(&zeros, depth + 1), &trie_root(&ones, depth + 1))
        }
    }
}

/// The root of the state `map`.
pub(crate) fn state_root(map: &Map) -> Hash {
    let mut leaves = vec![Leaf { key: Hash::ZERO, value: Hash::ZERO, next: Hash::ZERO }];
    for (key, value) in map {
        let key = STATE_KEY.hash_padded(key);
        leaves.last_mut().unwrap().next = key;
        leaves.push(Leaf { key, value: STATE_VALUE.hash_padded(value), next: Hash::ZERO });
    }
    trie_root(&leaves, 0)
}

/// Does to a map what a diff says.
pub(crate) fn apply(map: &mut Map, diff: &Diff) {
    for (key, value) in diff.iter() {
        match value {
            Some(value) => map.insert(key.to_vec(), value.to_vec()),
            None => map.remove(key),
        };
    }
}

/// Keys that are often each other's neighbours and prefixes, the empty key among them.
pub(crate) fn key() -> impl Strategy<Value = Vec<u8>> {
    vec(0u8..4, 0..4)
}

pub(crate) fn value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![vec(0u8..3, 0..3), vec(any::<u8>(), 60..140)]
}

pub(crate) fn state() -> impl Strategy<Value = Map> {
    prop_oneof![Just(Map::new()), btree_map(key(), value(), 0..6), btree_map(key(), value(), 0..60)]
}

pub(crate) fn diff() -> impl Strategy<Value = Diff> {
    vec((key(), proptest::option::of(value())), 0..24).prop_map(|writes| {
        let mut diff = Diff::new();
        writes.into_iter().for_each(|(key, value)| diff.put(key, value));
        diff
    })
}
