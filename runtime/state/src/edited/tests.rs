use super::*;
use crate::reads::Recording;
use crate::reference::{Map, apply, diff, key, state, state_root};
use abi::codec::Encode;
use abi::view::Scan;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use std::sync::Arc;

/// What is read of a state in the order of these keys, with what proves it.
fn witness(tree: &Edited<'_>, map: &Map, keys: &[Vec<u8>]) -> Vec<u8> {
    let recording = Recording::new(Arc::new(map.clone()));
    for (at, key) in keys.iter().enumerate() {
        recording.get(key).unwrap();
        recording.scan(&Scan { from: key, to: None, reverse: at % 2 == 0, limit: at }).unwrap();
    }
    tree.witness(map, &recording.take().unwrap()).unwrap().to_bytes()
}

proptest! {
    #[test]
    fn it_proves_what_the_tree_would_that_the_diff_makes(
        (map, diff) in (state(), diff()),
        keys in vec(key(), 0..8),
        (from, to) in (key(), option::of(key())),
    ) {
        let tree = Tree::build(&map).unwrap();
        let edited = tree.edited(&map, &diff).unwrap();
        let mut after = map.clone();
        apply(&mut after, &diff);
        let made = Tree::build(&after).unwrap();
        prop_assert_eq!(edited.root(), state_root(&after));
        let asked: Vec<&[u8]> = keys.iter().map(Vec::as_slice).collect();
        prop_assert_eq!(edited.prove(&after, &asked), made.prove(&after, &asked));
        let range = edited.prove_range(&after, &from, to.as_deref());
        prop_assert_eq!(range, made.prove_range(&after, &from, to.as_deref()));
        prop_assert_eq!(witness(&edited, &after, &keys), witness(&made.unedited(), &after, &keys));
        tree.trie.check();
        prop_assert_eq!(tree.root(), state_root(&map));
    }

    #[test]
    fn it_proves_nothing_from_another_state(map in state(), other in state(), diff in diff()) {
        let tree = Tree::build(&map).unwrap();
        let edited = tree.edited(&map, &diff).unwrap();
        let mut after = map;
        apply(&mut after, &diff);
        if after != other {
            let key = after.iter().chain(&other).map(|(key, _)| key);
            let differing: Vec<&[u8]> =
                key.filter(|key| after.get(*key) != other.get(*key)).map(Vec::as_slice).collect();
            let is_refused = |fault: Option<Fault>| matches!(fault, Some(Fault::Corrupt { .. }));
            prop_assert!(is_refused(edited.prove(&other, &differing).err()));
            prop_assert!(is_refused(edited.prove_range(&other, b"", None).err()));
        }
    }
}
