use super::*;
use crate::reference::{Map, key, state, state_root, value};
use crate::shape::Op;
use crate::tree::Tree;
use proptest::collection::vec;
use proptest::prelude::*;

fn tree(map: &Map) -> Tree {
    Tree::build(map).unwrap()
}

fn prove(map: &Map, keys: &[Vec<u8>]) -> KeysProof {
    let keys: Vec<&[u8]> = keys.iter().map(Vec::as_slice).collect();
    tree(map).prove(map, &keys).unwrap()
}

fn prove_range(map: &Map, from: &[u8], to: Option<&[u8]>) -> RangeProof {
    tree(map).prove_range(map, from, to).unwrap()
}

/// The range straight from the map.
fn range(map: &Map, from: &[u8], to: Option<&[u8]>) -> Vec<(Bytes, Bytes)> {
    let inside = |key: &[u8]| key >= from && to.is_none_or(|to| key < to);
    let entry = |(key, value): (&Vec<u8>, &Vec<u8>)| (key.clone().into(), value.clone().into());
    map.iter().filter(|(key, _)| inside(key)).map(entry).collect()
}

fn sample() -> Map {
    let entry = |i: u8| (vec![b'k', i], vec![i; usize::from(i)]);
    (0..40).step_by(4).map(entry).collect()
}

proptest! {
    #[test]
    fn keys_are_proven_present_or_absent(map in state(), keys in vec(key(), 0..8)) {
        let proof = prove(&map, &keys);
        let decoded = KeysProof::from_bytes(&proof.to_bytes()).unwrap();
        prop_assert_eq!(&decoded, &proof);
        let proven = decoded.verify(&state_root(&map)).unwrap();
        let mut asked = keys;
        asked.sort();
        asked.dedup();
        let expected: Vec<_> = asked.into_iter().map(|key| (key.clone(), map.get(&key).cloned())).collect();
        prop_assert_eq!(proven, expected);
    }

    #[test]
    fn ranges_are_proven_whole(map in state(), from in key(), to in proptest::option::of(key())) {
        let proof = prove_range(&map, &from, to.as_deref());
        let decoded = RangeProof::from_bytes(&proof.to_bytes()).unwrap();
        prop_assert_eq!(&decoded, &proof);
        prop_assert_eq!(decoded.verify(&state_root(&map)).unwrap(), range(&map, &from, to.as_deref()));
        prop_assert_eq!((&*decoded.from, decoded.to.as_deref()), (&*from, to.as_deref()));
    }

    #[test]
    fn a_proof_is_of_one_root(map in state(), other in state(), keys in vec(key(), 1..4)) {
        let root = state_root(&other);
        let verdict = prove(&map, &keys).verify(&root);
        prop_assert_eq!(verdict.is_ok(), map == other);
        let verdict = prove_range(&map, &keys[0], None).verify(&root).map(<[_]>::to_vec);
        prop_assert_eq!(verdict.is_ok(), map == other);
    }

    #[test]
    fn a_tampered_range_proof_is_refused_or_true(
        map in state(),
        (from, to) in (key(), proptest::option::of(key())),
        tampers in vec((0u8..9, any::<u8>(), key(), value()), 1..4),
    ) {
        let mut proof = prove_range(&map, &from, to.as_deref());
        for (what, at, key, value) in tampers {
            let at = usize::from(at) % proof.entries.len().max(1);
            let here = proof.entries.get(at).is_some();
            match what {
                0 if here => drop(proof.entries.remove(at)),
                1 => proof.entries.insert(at, (key.into(), value.into())),
                2 if here => proof.entries[at].1 = value.into(),
                3 if here => proof.entries[at].0 = key.into(),
                4 => proof.from = key.into(),
                5 => proof.to = Some(key.into()),
                6 => proof.to = None,
                7 => proof.after = Some(key.into()),
                _ => proof.before = Some((key.clone().into(), value_hash(&value))),
            }
        }
        if let Ok(entries) = proof.verify(&state_root(&map)) {
            prop_assert_eq!(entries, range(&map, &proof.from, proof.to.as_deref()));
        }
    }
}

#[test]
fn a_tampered_range_is_refused() {
    let map = sample();
    let root = state_root(&map);
    let honest = prove_range(&map, &[b'k', 8], Some(&[b'k', 24]));
    assert_eq!(honest.verify(&root).unwrap().len(), 4);
    let refuse = |name: &str, tamper: &dyn Fn(&mut RangeProof)| {
        let mut proof = honest.clone();
        tamper(&mut proof);
        assert!(proof.verify(&root).is_err(), "{name}");
    };
    for at in 0..4 {
        refuse("an entry left out", &|proof| drop(proof.entries.remove(at)));
        refuse("a value changed", &|proof| proof.entries[at].1.0.push(0));
        refuse("an entry added", &|proof| {
            let mut entry = proof.entries[at].clone();
            entry.0.0.push(0);
            proof.entries.insert(at + 1, entry);
        });
    }
    refuse("entries reordered", &|proof| proof.entries.swap(1, 2));
    refuse("an entry twice", &|proof| proof.entries.insert(1, proof.entries[0].clone()));
    refuse("a range that starts later", &|proof| proof.from = vec![b'k', 9].into());
    refuse("a range that starts before its neighbour", &|proof| proof.from = vec![b'k', 4].into());
    refuse("a range that ends before its entries do", &|proof| proof.to = Some(vec![b'k', 20].into()));
    refuse("a range that ends behind its neighbour", &|proof| proof.to = Some(vec![b'k', 25].into()));
    refuse("a range without end", &|proof| proof.to = None);
    refuse("no neighbour after", &|proof| proof.after = None);
    refuse("no range after", &|proof| (proof.to, proof.after) = (None, None));
    refuse("no neighbour before", &|proof| proof.before = None);
    refuse("another neighbour after", &|proof| proof.after = Some(vec![b'k', 28].into()));
    refuse("another neighbour before", &|proof| {
        proof.before = Some((vec![b'k', 0].into(), value_hash(&[])));
    });
}

#[test]
fn another_value_of_a_key_is_refused() {
    let map = sample();
    let mut proof = prove(&map, &[vec![b'k', 8]]);
    proof.claims[0].1.as_mut().unwrap().0.0.push(1);
    assert!(matches!(proof.verify(&state_root(&map)), Err(ProofError::Root { .. })));
}

#[test]
fn a_present_key_cannot_be_made_absent() {
    let map = sample();
    let root = state_root(&map);
    for key in map.keys() {
        let honest = prove(&map, std::slice::from_ref(key));
        let place = honest.shape.ops.iter().position(|&op| op == Op::Known).unwrap();
        let hashes_before = honest.shape.ops[..place].iter().filter(|&&op| op == Op::Cut).count();
        let (value, next) = honest.claims[0].1.clone().unwrap();
        let leaf = Leaf { key: key_hash(key), value: value_hash(&value), next };
        let refuse = |op: Op, hashes: &[Hash]| {
            let mut proof = honest.clone();
            proof.claims[0].1 = None;
            proof.shape.ops[place] = op;
            proof.shape.hashes.splice(hashes_before..hashes_before, hashes.iter().copied());
            proof.verify(&root).unwrap_err()
        };
        let claim = ProofError::Claim { key: leaf.key };
        assert_eq!(refuse(Op::Known, &[]), claim);
        assert_eq!(refuse(Op::Cut, &[leaf.hash()]), claim);
        assert_eq!(refuse(Op::Foreign, &[leaf.key, leaf.content()]), claim);
        assert!(matches!(refuse(Op::Empty, &[]), ProofError::Root { .. }));
        // A leaf of another key that could stand here, even with the content of the true one.
        let mut stranger = leaf.key;
        stranger.0[31] ^= 1;
        assert!(matches!(refuse(Op::Foreign, &[stranger, leaf.content()]), ProofError::Root { .. }));
    }
}

#[test]
fn the_sentinel_and_the_leaf_before_take_no_place_of_a_key() {
    // The empty key of the empty state: its path ends at the sentinel.
    let proof = prove(&Map::new(), &[Vec::new()]);
    assert_eq!(proof.shape.ops, [Op::Foreign]);
    assert_eq!(proof.verify(&crate::empty_root()), Ok(vec![(Vec::new(), None)]));
    let range = prove_range(&Map::new(), b"", None);
    assert_eq!(range.verify(&crate::empty_root()), Ok(&[][..]));
}

#[test]
fn claims_in_disorder_are_refused() {
    let map = sample();
    let root = state_root(&map);
    let honest = prove(&map, &[vec![b'k', 8], vec![b'k', 9]]);
    let mut swapped = honest.clone();
    swapped.claims.swap(0, 1);
    assert_eq!(swapped.verify(&root), Err(ProofError::Order));
    let mut twice = honest;
    twice.claims.insert(0, twice.claims[0].clone());
    assert_eq!(twice.verify(&root), Err(ProofError::Order));
}

/// Every encoding that differs from `bytes` in one byte: each bit flipped, and all.
fn flips(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let flip = |at: usize, mask: u8| {
        let mut flipped = bytes.to_vec();
        flipped[at] ^= mask;
        flipped
    };
    (0..bytes.len()).flat_map(move |at| [1, 2, 4, 8, 16, 32, 64, 128, 255].map(|mask| flip(at, mask)))
}

/// A flip in a key that is absent can name another key, which is as absent, on the same path. All else
/// is refused.
#[test]
fn a_flipped_byte_of_a_keys_proof_is_refused_or_names_another_absent_key() {
    let map = sample();
    let root = state_root(&map);
    let keys = [vec![b'k', 8], vec![b'k', 9], vec![b'k', 12], b"z".to_vec()];
    for bytes in flips(&prove(&map, &keys).to_bytes()) {
        let Ok(proof) = KeysProof::from_bytes(&bytes) else { continue };
        let Ok(proven) = proof.verify(&root) else { continue };
        assert!(proven.iter().map(|(key, _)| key).ne(&keys), "one encoding of one proof");
        assert!(proven.iter().all(|(key, value)| map.get(key) == value.as_ref()));
    }
}

/// A flip in a bound can name another range of the same entries. All else is refused.
#[test]
fn a_flipped_byte_of_a_range_proof_is_refused_or_moves_a_bound_between_keys() {
    let map = sample();
    let root = state_root(&map);
    for (from, to) in [(7, Some(24)), (10, Some(11)), (20, None), (0, Some(4)), (30, Some(20))] {
        let to = to.map(|to| [b'k', to]);
        let honest = prove_range(&map, &[b'k', from], to.as_ref().map(|to| &to[..]));
        for bytes in flips(&honest.to_bytes()) {
            let Ok(proof) = RangeProof::from_bytes(&bytes) else { continue };
            let Ok(entries) = proof.verify(&root) else { continue };
            assert_eq!(entries, honest.entries);
            assert_eq!(entries, range(&map, &proof.from, proof.to.as_deref()));
            assert_ne!((&proof.from, &proof.to), (&honest.from, &honest.to), "one encoding of one proof");
        }
    }
}

#[test]
fn a_view_of_another_state_is_never_proven_from() {
    let (map, mut other) = (sample(), sample());
    let tree = tree(&map);
    other.insert(vec![b'k', 8], b"changed".to_vec());
    other.insert(vec![b'k', 9], Vec::new());
    other.remove([b'k', 12].as_slice());
    for at in [8, 9, 12] {
        assert!(tree.prove(&other, &[&[b'k', at]]).is_err());
        assert!(tree.prove_range(&other, &[b'k', at], Some(&[b'k', at + 1])).is_err());
    }
}

/// The bytes of proofs are pinned, as roots are.
#[test]
fn golden_proofs() {
    let map = sample();
    let hash = |bytes: &[u8]| abi::hash::BUNDLE.hash(bytes).to_string();
    let keys = prove(&map, &[vec![b'k', 8], vec![b'k', 9]]).to_bytes();
    assert_eq!(hash(&keys), "2d229698cf7051394782ae2c118b6fd6bc8c8dfd88d08e9fe4063bac6a047e89");
    let range = prove_range(&map, &[b'k', 8], Some(&[b'k', 24])).to_bytes();
    assert_eq!(hash(&range), "f5d0f31a0077ce17db00842dd2a978822fc5c77489ccc801c75b0b9a2cf7633b");
}
