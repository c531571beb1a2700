use super::*;
use crate::reference::trie_root;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Hashes that agree in long prefixes, as ground keys' do, and part at the first, a middle or a last bit.
fn hash() -> impl Strategy<Value = Hash> {
    (0u8..3, 0u8..2, 0u8..4).prop_map(|(first, middle, last)| {
        let mut hash = Hash::ZERO;
        (hash.0[0], hash.0[16], hash.0[31]) = (first << 6, middle, last);
        hash
    })
}

fn leaf(key: Hash, value: u8) -> Leaf {
    Leaf { key, value: Hash([value; 32]), next: Hash::ZERO }
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let edit = btree_map(hash(), proptest::option::of(0u8..4), 0..8);
    edit.prop_map(|edits| {
        edits.into_iter().map(|(key, value)| (key, value.map(|value| leaf(key, value)))).collect()
    })
}

fn branches(leaves: &[Leaf], depth: usize) -> usize {
    if leaves.len() < 2 {
        return 0;
    }
    let (ones, zeros): (Vec<Leaf>, Vec<Leaf>) = leaves.iter().partition(|leaf| leaf.key.bit(depth));
    1 + branches(&zeros, depth + 1) + branches(&ones, depth + 1)
}

proptest! {
    #[test]
    fn any_batches_of_edits_lead_to_the_root_of_the_definition(batches in vec(edits(), 0..12)) {
        let mut trie = Trie::new(&[]);
        let mut model = BTreeMap::new();
        for edits in batches {
            for &(key, leaf) in &edits {
                match leaf {
                    Some(leaf) => model.insert(key, leaf),
                    None => model.remove(&key),
                };
            }
            let leaves: Vec<Leaf> = model.values().copied().collect();
            prop_assert_eq!(trie.apply(&edits), trie_root(&leaves, 0));
            prop_assert_eq!(trie.root(), Trie::new(&leaves).root());
            for (key, _) in edits {
                prop_assert_eq!(trie.get(&key), model.get(&key));
            }
            prop_assert_eq!(trie.len(), leaves.len());
            prop_assert_eq!(trie.branches.len(), branches(&leaves, 0), "no branch is kept or lost");
        }
        let clear: Vec<Edit> = model.keys().map(|&key| (key, None)).collect();
        prop_assert_eq!(trie.apply(&clear), Hash::ZERO);
        prop_assert_eq!((trie.len(), trie.branches.len()), (0, 0));
    }
}

#[test]
fn keys_that_part_at_the_last_bit_stand_at_depth_256() {
    let mut last = Hash::ZERO;
    last.0[31] = 1;
    let mut trie = Trie::new(&[leaf(Hash::ZERO, 1), leaf(last, 2)]);
    assert_eq!(trie.branches.len(), 256);
    assert_eq!(trie.get(&last), Some(&leaf(last, 2)));
    assert_eq!(trie.apply(&[(last, None)]), leaf(Hash::ZERO, 1).hash());
    assert_eq!(trie.branches.len(), 0);
}

#[test]
#[should_panic(expected = "edits ascend")]
fn edits_out_of_order_are_a_bug() {
    Trie::new(&[]).apply(&[(Hash([1; 32]), None), (Hash::ZERO, None)]);
}
