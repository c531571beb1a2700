use super::check::edit;
use super::*;
use crate::leaf::key_hash;
use crate::reference::trie_root;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Hashes that agree in long prefixes, as ground keys' do, and part at the first, a middle or a last bit; or
/// lie anywhere.
fn hash() -> impl Strategy<Value = Hash> {
    let ground = (0u8..3, 0u8..4, 0u8..8).prop_map(|(first, middle, last)| {
        let mut hash = Hash::ZERO;
        (hash.0[0], hash.0[16], hash.0[31]) = (first << 6, middle, last);
        hash
    });
    let spread = any::<u8>().prop_map(|n| key_hash(&[n]));
    prop_oneof![ground, spread]
}

fn leaf(key: Hash, value: u8) -> Leaf {
    Leaf { key, value: Hash([value; 32]), next: Hash([value ^ 1; 32]) }
}

/// More deletions than writes, or fewer.
fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let edit = |often| btree_map(hash(), proptest::option::weighted(often, 0u8..4), 0..60);
    prop_oneof![edit(0.9), edit(0.5), edit(0.1)].prop_map(|edits| {
        edits.into_iter().map(|(key, value)| (key, value.map(|value| leaf(key, value)))).collect()
    })
}

/// Hashes that share their first 40 bits, ascending.
fn ground(count: u32) -> Vec<Hash> {
    let key = |n: u32| {
        let mut hash = key_hash(&n.to_be_bytes());
        hash.0[..5].copy_from_slice(&[7; 5]);
        hash
    };
    let mut keys: Vec<Hash> = (0..count).map(key).collect();
    keys.sort_unstable();
    keys
}

proptest! {
    #[test]
    fn any_batches_of_edits_lead_to_the_root_of_the_definition(batches in vec(edits(), 0..12)) {
        let mut trie = Trie::new();
        let mut model = BTreeMap::new();
        for edits in batches {
            let leaves = edit(&mut model, &edits);
            prop_assert_eq!(trie.apply(&edits), trie_root(&leaves, 0));
            prop_assert_eq!(trie.root(), Trie::of_leaves(&leaves).root());
            trie.check();
            prop_assert!(trie.holds(&leaves));
            for (key, leaf) in edits {
                prop_assert_eq!(trie.get(&key).is_some(), leaf.is_some());
            }
        }
        let clear: Vec<Edit> = model.keys().map(|&key| (key, None)).collect();
        prop_assert_eq!(trie.apply(&clear), Hash::ZERO);
        trie.check();
        prop_assert_eq!((trie.len(), trie.branches()), (0, 0));
    }

    #[test]
    fn a_prefix_names_a_key_only_if_no_other_has_it(edits in edits(), asked in vec(hash(), 1..80)) {
        let mut trie = Trie::new();
        trie.apply(&edits);
        let prefixes: Vec<Prefix> = asked.iter().map(Prefix::of).collect();
        let keys: Vec<Hash> = edits.iter().filter_map(|(key, leaf)| leaf.map(|_| *key)).collect();
        for (prefix, named) in prefixes.iter().zip(trie.named(&prefixes)) {
            let mut same = keys.iter().filter(|key| Prefix::of(key) == *prefix);
            prop_assert_eq!(named, match (same.next(), same.next()) {
                (None, _) => Named::None,
                (Some(key), None) => Named::One(*key),
                _ => Named::Many,
            });
        }
    }

    /// Neither in how the trie is laid out, nor in what is told of it.
    #[test]
    fn history_leaves_no_trace(batches in vec(edits(), 1..6), targets in edits()) {
        let mut trie = Trie::new();
        let mut model = BTreeMap::new();
        batches.iter().for_each(|edits| {
            trie.apply(edits);
        });
        let leaves = batches.iter().map(|edits| edit(&mut model, edits)).last().unwrap();
        let built = Trie::of_leaves(&leaves);
        prop_assert_eq!(trie.branches(), built.branches());
        let asked: Vec<Hash> = targets.iter().map(|edit| edit.0).collect();
        prop_assert_eq!(trie.shape(&asked, &[]), built.shape(&asked, &[]));
        prop_assert_eq!(trie.beside(&targets), built.beside(&targets));
    }

    #[test]
    fn what_edits_would_make_is_what_they_make(before in edits(), edits in edits(), asked in edits()) {
        let (mut trie, mut model) = (Trie::new(), BTreeMap::new());
        let built = Trie::of_leaves(&edit(&mut model, &before));
        trie.apply(&before);
        let leaves = edit(&mut model, &edits);
        let after = Trie::of_leaves(&leaves);
        let targets: Vec<Hash> = asked.iter().map(|edit| edit.0).collect();
        let known: Vec<Hash> = targets.iter().filter(|key| model.contains_key(key)).copied().collect();
        for (targets, known) in [(&targets, &known), (&targets, &Vec::new()), (&Vec::new(), &Vec::new())] {
            let expected = (after.root(), after.shape(targets, known));
            prop_assert_eq!(trie.edited(&edits, targets, known), expected);
        }
        trie.check();
        prop_assert_eq!(trie.root(), built.root());
    }
}

#[test]
fn keys_that_part_at_the_last_bit_stand_at_depth_256() {
    let mut last = Hash::ZERO;
    last.0[31] = 1;
    let leaves = [leaf(Hash::ZERO, 1), leaf(last, 2)];
    let mut trie = Trie::of_leaves(&leaves);
    assert_eq!(trie.shape(&[last], &[]).ops.iter().filter(|op| **op == Op::Branch).count(), 256);
    assert_eq!(trie.root(), trie_root(&leaves, 0));
    assert!(trie.holds(&leaves));
    assert_eq!(trie.apply(&[(last, None)]), leaf(Hash::ZERO, 1).hash());
    trie.check();
}

/// More than a bucket holds, that part at the last bits only: a branch for each bit.
#[test]
fn nine_keys_that_part_at_the_last_bits_make_a_chain_of_branches() {
    let leaves: Vec<Leaf> = (0..9u8)
        .map(|n| {
            let mut key = Hash([0xaa; 32]);
            key.0[31] = n;
            leaf(key, n)
        })
        .collect();
    let mut trie = Trie::of_leaves(&leaves);
    trie.check();
    assert_eq!(trie.root(), trie_root(&leaves, 0));
    // Nine leaves have two levels of the crown above them.
    assert_eq!(trie.branches(), 253 - TOP_BITS - 2);
    for left in (0..9).rev() {
        assert_eq!(trie.apply(&[(leaves[left].key, None)]), trie_root(&leaves[..left], 0));
        trie.check();
        assert!(trie.branches() == 0, "eight fit into one bucket");
    }
}

/// In one batch, in many, in another order, and away again: nobody slows the trie down or fills it.
#[test]
fn a_thousand_ground_keys_are_a_subtree() {
    let keys = ground(1_000);
    let leaves: Vec<Leaf> = keys.iter().map(|key| leaf(*key, key.0[31])).collect();
    let wanted = trie_root(&leaves, 0);
    let edits: Vec<Edit> = leaves.iter().map(|leaf| (leaf.key, Some(*leaf))).collect();
    let mut trie = Trie::new();
    assert_eq!(trie.apply(&edits), wanted);
    trie.check();
    let bytes = trie.bytes();
    for start in 0..7 {
        let batch = |with: bool| -> Vec<Edit> {
            edits.iter().skip(start).step_by(7).map(|(key, leaf)| (*key, leaf.filter(|_| with))).collect()
        };
        assert_ne!(trie.apply(&batch(false)), wanted);
        trie.check();
        assert_eq!(trie.apply(&batch(true)), wanted);
        trie.check();
    }
    assert!(trie.bytes() <= bytes * 5 / 4, "what comes and goes takes no more memory each time");
    for chunk in edits.chunks(100) {
        let gone: Vec<Edit> = chunk.iter().map(|edit| (edit.0, None)).collect();
        trie.apply(&gone);
        trie.check();
    }
    assert_eq!((trie.root(), trie.len()), (Hash::ZERO, 0));
    for edit in edits.iter().rev() {
        trie.apply(&[*edit]);
    }
    trie.check();
    assert_eq!(trie.root(), wanted);
}

/// The crown grows by many levels in a batch, by none, and goes again; leaves are far from evenly spread below it.
#[test]
fn a_trie_that_grows_and_shrinks_is_as_if_it_were_built() {
    let mut trie = Trie::new();
    let mut model = BTreeMap::new();
    let spread = |n: u32| key_hash(&n.to_be_bytes());
    let mut apply = |keys: Vec<Hash>, value: Option<u8>| {
        let edits: Vec<Edit> = BTreeSet::from_iter(keys)
            .into_iter()
            .map(|key| (key, value.map(|value| leaf(key, value))))
            .collect();
        let leaves = edit(&mut model, &edits);
        assert_eq!(trie.apply(&edits), trie_root(&leaves, 0));
        trie.check();
        assert!(trie.holds(&leaves));
        let built = Trie::of_leaves(&leaves);
        built.check();
        assert_eq!((trie.root(), trie.branches()), (built.root(), built.branches()));
        let all: Vec<Hash> = leaves.iter().map(|leaf| leaf.key).collect();
        assert_eq!(trie.shape(&all, &all), built.shape(&all, &all));
    };
    apply((0..1_500).map(spread).collect(), Some(1));
    apply((1_400..1_410).map(spread).collect(), Some(2));
    apply(ground(300), Some(1));
    (0..5).for_each(|part| apply((part * 250..part * 250 + 249).map(spread).collect(), None));
    apply((0..3_000).map(spread).collect(), Some(3));
    apply((1..3_000).map(spread).chain(ground(300)).collect(), None);
    apply(vec![spread(0)], None);
}

#[test]
#[should_panic(expected = "no two edits are of one key hash")]
fn two_edits_of_one_key_hash_are_a_bug() {
    Trie::new().apply(&[(Hash::ZERO, None), (Hash::ZERO, Some(leaf(Hash::ZERO, 1)))]);
}
