use super::*;
use crate::leaf::Leaf;
use crate::trie::Trie;
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn hash() -> impl Strategy<Value = Hash> {
    (0u8..4, 0u8..2, 0u8..4).prop_map(|(first, middle, last)| {
        let mut hash = Hash::ZERO;
        (hash.0[0], hash.0[1], hash.0[31]) = (first << 6, middle, last);
        hash
    })
}

/// A trie that holds some of the hashes, the zero hash among them, and what it holds.
fn trie(keys: impl IntoIterator<Item = Hash>) -> (Trie, BTreeMap<Hash, Hash>) {
    let mut leaves: BTreeMap<Hash, Leaf> =
        keys.into_iter().map(|key| (key, Leaf { key, value: key, next: key })).collect();
    leaves.insert(Hash::ZERO, Leaf::SENTINEL);
    let list: Vec<Leaf> = leaves.values().copied().collect();
    (Trie::of_leaves(&list), leaves.iter().map(|(&key, leaf)| (key, leaf.content())).collect())
}

fn targets(held: &BTreeMap<Hash, Hash>, keys: impl IntoIterator<Item = Hash>) -> Vec<Target> {
    keys.into_iter().map(|key| Target { key, content: held.get(&key).copied() }).collect()
}

fn shape(trie: &Trie, targets: &[Target]) -> Shape {
    let mut keys: Vec<Hash> = targets.iter().map(|target| target.key).collect();
    keys.sort_unstable();
    let known: Vec<Hash> = keys.iter().copied().filter(|key| trie.get(key).is_some()).collect();
    trie.shape(&keys, &known)
}

/// One way to tamper with a shape and its targets.
#[derive(Clone, Debug)]
enum Tamper {
    Op(usize, u8),
    OpInserted(usize, u8),
    OpRemoved(usize),
    HashSwapped(usize, usize),
    HashInserted(usize, Hash),
    HashRemoved(usize),
    Claim(usize, Option<Hash>),
}

fn tamper() -> impl Strategy<Value = Tamper> {
    let at = 0usize..24;
    prop_oneof![
        (at.clone(), 0u8..5).prop_map(|(at, op)| Tamper::Op(at, op)),
        (at.clone(), 0u8..5).prop_map(|(at, op)| Tamper::OpInserted(at, op)),
        at.clone().prop_map(Tamper::OpRemoved),
        (at.clone(), at.clone()).prop_map(|(a, b)| Tamper::HashSwapped(a, b)),
        (at.clone(), hash()).prop_map(|(at, hash)| Tamper::HashInserted(at, hash)),
        at.clone().prop_map(Tamper::HashRemoved),
        (at, proptest::option::of(hash())).prop_map(|(at, content)| Tamper::Claim(at, content)),
    ]
}

impl Tamper {
    fn with(&self, shape: &mut Shape, targets: &mut [Target]) {
        let (ops, hashes) = (shape.ops.len(), shape.hashes.len());
        let op = |op: u8| OPS[usize::from(op)];
        match *self {
            Tamper::Op(at, to) => shape.ops[at % ops] = op(to),
            Tamper::OpInserted(at, to) => shape.ops.insert(at % (ops + 1), op(to)),
            Tamper::OpRemoved(at) if ops > 1 => drop(shape.ops.remove(at % ops)),
            Tamper::HashSwapped(a, b) if hashes > 0 => shape.hashes.swap(a % hashes, b % hashes),
            Tamper::HashInserted(at, hash) => shape.hashes.insert(at % (hashes + 1), hash),
            Tamper::HashRemoved(at) if hashes > 0 => drop(shape.hashes.remove(at % hashes)),
            Tamper::Claim(at, content) if !targets.is_empty() => {
                let at = at % targets.len();
                targets[at].content = content;
            }
            _ => {}
        }
    }
}

proptest! {
    #[test]
    fn honest_shapes_verify(keys in btree_set(hash(), 0..20), asked in btree_set(hash(), 0..8)) {
        let (trie, held) = trie(keys);
        let targets = targets(&held, asked);
        let shape = shape(&trie, &targets);
        prop_assert_eq!(shape.verify(&trie.root(), targets), Ok(()));
        prop_assert_eq!(Shape::from_bytes(&shape.to_bytes()), Ok(shape));
    }

    #[test]
    fn a_shape_that_verifies_is_the_honest_one_and_its_claims_are_true(
        keys in btree_set(hash(), 0..20),
        asked in btree_set(hash(), 0..8),
        tampers in vec(tamper(), 1..4),
    ) {
        let (trie, held) = trie(keys);
        let honest_targets = targets(&held, asked);
        let honest = shape(&trie, &honest_targets);
        let (mut shape, mut targets) = (honest.clone(), honest_targets.clone());
        tampers.iter().for_each(|tamper| tamper.with(&mut shape, &mut targets));
        if shape.verify(&trie.root(), targets.clone()).is_ok() {
            prop_assert_eq!(shape, honest);
            prop_assert_eq!(targets, honest_targets);
        }
    }
}

fn with_last_byte(last: u8) -> Hash {
    let mut hash = Hash::ZERO;
    hash.0[31] = last;
    hash
}

#[test]
fn the_deepest_leaves_can_be_proven() {
    let (trie, held) = trie([with_last_byte(1)]);
    let targets = targets(&held, [Hash::ZERO, with_last_byte(1), with_last_byte(2)]);
    let shape = shape(&trie, &targets);
    assert_eq!(shape.ops.iter().filter(|&&op| op == Op::Branch).count(), 256);
    assert_eq!(shape.verify(&trie.root(), targets), Ok(()));
}

#[test]
fn a_path_beyond_the_last_bit_is_refused_before_the_stack_is() {
    let target = Target { key: Hash::ZERO, content: None };
    for depth in [257, 1_000_000] {
        let shape = Shape { ops: vec![Op::Branch; depth], hashes: Vec::new() };
        assert_eq!(shape.verify(&Hash::ZERO, vec![target]), Err(ProofError::Shape));
    }
}

#[test]
fn nothing_is_absent_from_the_zero_root() {
    let shape = Shape { ops: vec![Op::Empty], hashes: Vec::new() };
    let target = Target { key: Hash::ZERO, content: None };
    let refused = ProofError::Root { expected: Hash::ZERO, found: Hash::ZERO };
    assert_eq!(shape.verify(&Hash::ZERO, vec![target]), Err(refused));
}

#[test]
fn a_foreign_leaf_cannot_stand_off_its_path() {
    // The trie of this root was never built by us: its leaf stands where its bits do not lead.
    let (here, stray) = (Hash([0x00; 32]), Hash([0xff; 32]));
    let root = node_hash(&leaf_hash(&stray, &stray), &Hash([1; 32]));
    let shape =
        Shape { ops: vec![Op::Branch, Op::Foreign, Op::Cut], hashes: vec![stray, stray, Hash([1; 32])] };
    let target = Target { key: here, content: None };
    assert_eq!(shape.verify(&root, vec![target]), Err(ProofError::Shape));
}

#[test]
fn unknown_nodes_are_refused() {
    let known = [0x82, 0x41, 4, 0x80];
    assert!(Shape::from_bytes(&known).is_ok());
    for op in 5..=255 {
        assert_eq!(Shape::from_bytes(&[0x82, 0x41, op, 0x80]).unwrap_err().reason, Reason::Unknown);
    }
}
