use super::*;
use crate::leaf::Leaf;
use crate::trie::Trie;
use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Hashes that part at the first, a middle or a last bit.
fn hash() -> impl Strategy<Value = Hash> {
    (0u8..4, 0u8..2, 0u8..4).prop_map(|(first, middle, last)| {
        let mut hash = Hash::ZERO;
        (hash.0[0], hash.0[1], hash.0[31]) = (first << 6, middle, last);
        hash
    })
}

fn leaf(key: Hash, value: Hash) -> Leaf {
    Leaf { key, value, next: Hash::ZERO }
}

fn trie(mut keys: BTreeSet<Hash>) -> Trie {
    keys.insert(Hash::ZERO);
    Trie::of_leaves(&keys.into_iter().map(|key| leaf(key, key)).collect::<Vec<_>>())
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    btree_map(hash(), proptest::option::of(hash()), 0..8).prop_map(|edits| {
        edits.into_iter().map(|(key, value)| (key, value.map(|it| leaf(key, it)))).collect()
    })
}

/// The shape that leads to `targets`, with no leaf left to the verifier.
fn shape(trie: &Trie, targets: &BTreeSet<Hash>) -> Shape {
    trie.shape(&targets.iter().copied().collect::<Vec<_>>(), &[])
}

fn opened(trie: &Trie, targets: &BTreeSet<Hash>) -> Pruned {
    Pruned::open(&shape(trie, targets), &[], &trie.root()).unwrap()
}

proptest! {
    #[test]
    fn edits_and_what_is_beside_them_are_enough(keys in btree_set(hash(), 0..20), edits in edits()) {
        let mut trie = trie(keys);
        let targets = edits.iter().map(|edit| edit.0).chain(trie.beside(&edits)).collect();
        let pruned = opened(&trie, &targets);
        prop_assert_eq!(pruned.root_after(&edits), Ok(trie.apply(&edits)));
    }

    #[test]
    fn with_less_shown_nothing_else_comes_out(
        keys in btree_set(hash(), 0..20),
        targets in btree_set(hash(), 0..8),
        asked in hash(),
        edits in edits(),
    ) {
        let mut trie = trie(keys);
        let pruned = opened(&trie, &targets);
        prop_assert!(!targets.contains(&asked) || pruned.has(&asked).is_ok());
        if let Ok(found) = pruned.has(&asked) {
            prop_assert_eq!(found, trie.get(&asked).is_some());
        }
        if let Ok(root) = pruned.root_after(&edits) {
            prop_assert_eq!(root, trie.apply(&edits));
        }
    }

    /// Under the root that it leads to itself, which is no state's: nobody vouches for it, and nothing may
    /// come of it but an error or some other root.
    #[test]
    fn a_trie_that_never_was_is_no_reason_to_panic(
        keys in btree_set(hash(), 0..20),
        targets in btree_set(hash(), 0..8),
        tampers in vec((any::<bool>(), any::<u8>(), 0u8..5), 1..6),
        (asked, edits) in (hash(), edits()),
    ) {
        let mut shape = shape(&trie(keys), &targets);
        for (insert, at, op) in tampers {
            let (at, len) = (usize::from(at), shape.ops.len());
            let op = [Op::Empty, Op::Branch, Op::Cut, Op::Known, Op::Foreign][usize::from(op)];
            match insert {
                true => shape.ops.insert(at % (len + 1), op),
                false => shape.ops[at % len] = op,
            }
            shape.hashes.push(Hash([7; 32]));
        }
        let known = [(asked, asked)];
        for known in [&known[..0], &known] {
            for hashes in 0..=shape.hashes.len() {
                let shape = Shape { ops: shape.ops.clone(), hashes: shape.hashes[..hashes].to_vec() };
                let found = match Pruned::open(&shape, known, &Hash([1; 32])) {
                    Err(ProofError::Root { found, .. }) if found != Hash::ZERO => found,
                    refused => {
                        prop_assert!(refused.is_err());
                        continue;
                    }
                };
                let pruned = Pruned::open(&shape, known, &found).unwrap();
                prop_assert_eq!(pruned.root_after(&[]), Ok(found));
                // What is put where nothing is hidden has a root; what is deleted may need what is.
                let put = pruned.root_after(&[(asked, Some(leaf(asked, asked)))]);
                prop_assert_eq!(put.is_ok(), pruned.has(&asked).is_ok());
                prop_assert!(pruned.root_after(&edits) != Ok(Hash::ZERO) || edits.iter().all(|edit| edit.1.is_none()));
            }
        }
    }
}

fn refused(ops: Vec<Op>, hashes: &[Hash]) -> ProofError {
    Pruned::open(&Shape { ops, hashes: hashes.to_vec() }, &[], &Hash([1; 32])).err().unwrap()
}

#[test]
fn a_branch_over_less_than_two_leaves_is_refused() {
    let (here, stray) = (Hash([0x00; 32]), Hash([0xff; 32]));
    assert_eq!(refused(vec![Op::Branch, Op::Empty, Op::Empty], &[]), ProofError::Shape);
    assert_eq!(refused(vec![Op::Branch, Op::Foreign, Op::Empty], &[here, here]), ProofError::Shape);
    assert_eq!(refused(vec![Op::Branch, Op::Empty, Op::Foreign], &[stray, here]), ProofError::Shape);
    // A leaf where its bits do not lead.
    let off = refused(vec![Op::Branch, Op::Foreign, Op::Cut], &[stray, here, stray]);
    assert_eq!(off, ProofError::Claim { key: stray });
    let zero = refused(vec![Op::Branch, Op::Cut, Op::Cut], &[stray, Hash::ZERO]);
    assert_eq!(zero, ProofError::Shape);
}

#[test]
fn a_path_beyond_the_last_bit_is_refused_before_the_stack_is() {
    for depth in [257, 1_000_000] {
        assert_eq!(refused(vec![Op::Branch; depth], &[]), ProofError::Shape);
    }
}
