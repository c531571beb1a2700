use super::*;
use crate::reads::{Reads, Recording};
use crate::reference::{Map, apply, diff, key, state, state_root, value};
use crate::shape::Op;
use crate::tree::{Tree, empty_root};
use abi::diff::Diff;
use abi::fault::Fault;
use abi::view::{Entry, Overlay, Scan, View};
use proptest::collection::vec;
use proptest::prelude::*;
use std::sync::Arc;

/// What a block does, one after the other.
#[derive(Clone, Debug)]
enum Act {
    Get(Vec<u8>),
    Scan(Vec<u8>, Option<Vec<u8>>, bool, usize),
    Put(Vec<u8>, Option<Vec<u8>>),
}

fn act() -> impl Strategy<Value = Act> {
    let limit = prop_oneof![Just(1), 0usize..6, Just(usize::MAX)];
    prop_oneof![
        key().prop_map(Act::Get),
        (key(), proptest::option::of(key()), any::<bool>(), limit)
            .prop_map(|(from, to, reverse, limit)| Act::Scan(from, to, reverse, limit)),
        (key(), proptest::option::of(value())).prop_map(|(key, value)| Act::Put(key, value)),
    ]
}

/// Does the acts on a view, writes over it: what was seen, and what was written.
fn run(view: Arc<dyn View>, acts: &[Act]) -> Result<(Vec<Vec<Entry>>, Diff), Fault> {
    let mut overlay = Overlay::new(view);
    let mut seen = Vec::new();
    for act in acts {
        match act {
            Act::Get(key) => {
                seen.push(overlay.get(key)?.into_iter().map(|value| (key.clone(), value)).collect())
            }
            Act::Scan(from, to, reverse, limit) => {
                let (reverse, limit) = (*reverse, *limit);
                seen.push(overlay.scan(&Scan { from, to: to.as_deref(), reverse, limit })?);
            }
            Act::Put(key, value) => overlay.put(key.clone(), value.clone()),
        }
    }
    Ok((seen, overlay.into_writes()))
}

/// The witness of the acts, what they saw, and the root after them.
fn witness(map: &Map, acts: &[Act]) -> (Witness, Vec<Vec<Entry>>, Diff, Hash) {
    let view: Arc<dyn View> = Arc::new(map.clone());
    let recording = Arc::new(Recording::new(view.clone()));
    let (seen, diff) = run(recording.clone(), acts).unwrap();
    let mut tree = Tree::build(map).unwrap();
    let witness = tree.witness(&*view, &recording.take().unwrap(), &diff).unwrap();
    let root = tree.apply(&view, &diff).unwrap();
    (witness, seen, diff, root)
}

/// The error that nothing is known, and no other, or the truth.
fn unknown_or<T: PartialEq + std::fmt::Debug>(found: Result<T, Fault>, truth: T) -> bool {
    match found {
        Ok(found) => {
            assert_eq!(found, truth);
            true
        }
        Err(Fault::WitnessIncomplete { .. }) => false,
        Err(fault) => panic!("{fault}"),
    }
}

/// Asks everything of a state that is said to be `map`; how much of it is known.
fn ask(state: WitnessState, map: &Map, acts: &[Act], diffs: &[Diff]) -> usize {
    let mut known = 0;
    for diff in diffs {
        let mut after = map.clone();
        apply(&mut after, diff);
        known += usize::from(unknown_or(state.root_after(diff), state_root(&after)));
    }
    for key in map.keys() {
        known += usize::from(unknown_or(state.get(key), map.get(key).cloned()));
    }
    let state = Arc::new(state);
    for act in acts {
        let acts = std::slice::from_ref(act);
        let truth = run(Arc::new(map.clone()), acts).unwrap();
        known += usize::from(unknown_or(run(state.clone(), acts), truth));
    }
    known
}

proptest! {
    #[test]
    fn a_block_runs_on_its_witness_alone(map in state(), acts in vec(act(), 0..24)) {
        let (witness, seen, diff, after) = witness(&map, &acts);
        let bytes = witness.to_bytes();
        let decoded = Witness::from_bytes(&bytes).unwrap();
        prop_assert_eq!(&decoded, &witness);
        let state = Arc::new(decoded.open(&state_root(&map)).unwrap());
        prop_assert_eq!(run(state.clone(), &acts), Ok((seen, diff.clone())));
        prop_assert_eq!(state.root_after(&diff), Ok(after));
    }

    #[test]
    fn many_writes_need_no_reads(map in state(), diff in diff()) {
        let witness = Tree::build(&map).unwrap().witness(&map, &Reads::default(), &diff).unwrap();
        let is_shown = |shown: &Option<Shown>| matches!(shown, Some((Value::Whole(_), _)));
        prop_assert!(!witness.keys.iter().any(|(_, shown)| is_shown(shown)), "no value is shown");
        let state = witness.open(&state_root(&map)).unwrap();
        let mut after = map;
        apply(&mut after, &diff);
        prop_assert_eq!(state.root_after(&diff), Ok(state_root(&after)));
    }

    #[test]
    fn whatever_else_is_asked_is_true_or_unknown(
        map in state(),
        (acts, others) in (vec(act(), 0..12), vec(act(), 0..12)),
        diffs in vec(diff(), 1..4),
    ) {
        let (witness, _, diff, _) = witness(&map, &acts);
        let state = witness.open(&state_root(&map)).unwrap();
        let diffs: Vec<Diff> = diffs.into_iter().chain([diff]).collect();
        prop_assert!(ask(state, &map, &others, &diffs) > 0, "the block's own writes are known");
    }

    #[test]
    fn a_witness_is_of_one_root(map in state(), other in state(), acts in vec(act(), 0..8)) {
        let verdict = witness(&map, &acts).0.open(&state_root(&other));
        prop_assert_eq!(verdict.is_ok(), map == other);
    }

    #[test]
    fn a_tampered_witness_is_refused_or_true(
        map in state(),
        acts in vec(act(), 0..16),
        diffs in vec(diff(), 0..2),
        tampers in vec((0u8..12, any::<u8>(), key(), value()), 1..4),
    ) {
        let (mut witness, _, diff, _) = witness(&map, &acts);
        for (what, at, key, value) in tampers {
            tamper(&mut witness, what, usize::from(at), key, value);
        }
        let diffs: Vec<Diff> = diffs.into_iter().chain([diff]).collect();
        if let Ok(state) = witness.open(&state_root(&map)) {
            ask(state, &map, &acts, &diffs);
        }
    }
}

fn tamper(witness: &mut Witness, what: u8, at: usize, key: Vec<u8>, value: Vec<u8>) {
    let (keys, ops, hashes) = (witness.keys.len(), witness.shape.ops.len(), witness.shape.hashes.len());
    let here = at % keys.max(1);
    match what {
        0 => witness.first ^= true,
        1 if keys > 0 => drop(witness.keys.remove(here)),
        2 if keys > 0 => witness.keys[here].0 = key.into(),
        3 if keys > 0 => witness.keys[here].1 = None,
        4 => {
            let place = witness.keys.partition_point(|(other, _)| **other < *key);
            witness.keys.insert(place, (key.into(), Some((Value::Whole(value.into()), None))));
        }
        5 => {
            let place = witness.keys.partition_point(|(other, _)| **other < *key);
            witness.keys.insert(place, (key.into(), None));
        }
        6 if keys > 0 => {
            if let Some((shown, _)) = &mut witness.keys[here].1 {
                *shown = Value::Hash(shown.hash());
            }
        }
        7 if keys > 0 => {
            let next = witness.keys.get(here + 1).map(|(key, _)| key_hash(key));
            if let Some((_, named)) = &mut witness.keys[here].1 {
                *named = if named.is_some() { None } else { next.or(Some(key_hash(&key))) };
            }
        }
        8 if ops > 0 => drop(witness.shape.ops.remove(at % ops)),
        9 if hashes > 0 => drop(witness.shape.hashes.remove(at % hashes)),
        10 if ops > 0 => {
            let op = [Op::Empty, Op::Branch, Op::Cut, Op::Known, Op::Foreign][at % 5];
            witness.shape.ops[(at / 5) % ops] = op;
        }
        11 if hashes > 0 => witness.shape.hashes[at % hashes] = key_hash(&key),
        _ => {}
    }
}

fn sample() -> Map {
    let entry = |i: u8| (vec![b'k', i], vec![i; usize::from(i)]);
    (0..40).step_by(4).map(entry).collect()
}

fn get(i: u8) -> Act {
    Act::Get(vec![b'k', i])
}

fn put(i: u8, value: Option<&[u8]>) -> Act {
    Act::Put(vec![b'k', i], value.map(<[u8]>::to_vec))
}

fn block() -> Vec<Act> {
    vec![
        get(8),
        get(9),
        put(4, None),
        put(14, Some(b"new")),
        put(20, Some(b"changed")),
        Act::Scan(vec![b'k', 24], None, true, 2),
        Act::Scan(vec![b'k', 27], Some(vec![b'k', 33]), false, usize::MAX),
    ]
}

/// One that answered all of the block from other bytes would be a second witness of it, or a lie.
#[test]
fn every_bit_of_a_witness_counts() {
    let map = sample();
    let (witness, ..) = witness(&map, &block());
    let bytes = witness.to_bytes();
    for (at, bit) in (0..bytes.len()).flat_map(|at| (0..8).map(move |bit| (at, bit))) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1 << bit;
        let Ok(flipped) = Witness::from_bytes(&flipped) else { continue };
        assert!(flipped.open(&state_root(&map)).is_err(), "byte {at}, bit {bit}");
    }
}

/// Takes away one thing at a time, as somebody would who wants the block to run and come to something else.
#[test]
fn what_is_left_out_is_missed() {
    let map = sample();
    let (whole, _, diff, _) = witness(&map, &block());
    let count = whole.keys.len().max(whole.shape.ops.len()).max(whole.shape.hashes.len());
    for (what, at) in [1, 3, 6, 8, 9].into_iter().flat_map(|what| (0..count).map(move |at| (what, at))) {
        let mut less = whole.clone();
        tamper(&mut less, what, at, Vec::new(), Vec::new());
        let Ok(state) = less.clone().open(&state_root(&map)) else { continue };
        let state = Arc::new(state);
        let ran = run(state.clone(), &block()).and_then(|_| state.root_after(&diff));
        assert_eq!(ran.is_ok(), less == whole, "{what} {at}");
    }
}

#[test]
fn a_block_that_does_nothing_needs_the_root_alone() {
    let map = sample();
    let (witness, ..) = witness(&map, &[]);
    assert_eq!(witness.shape.ops, [Op::Cut]);
    let state = witness.open(&state_root(&map)).unwrap();
    assert_eq!(state.root_after(&Diff::new()), Ok(state_root(&map)));
    assert_eq!(ask(state, &map, &block(), &[]), 3, "the writes of the block read nothing");
}

#[test]
fn the_empty_state_has_a_witness() {
    let all = Act::Scan(Vec::new(), None, true, 1);
    let (witness, seen, diff, after) = witness(&Map::new(), &[all, get(1), put(1, Some(b"one"))]);
    assert_eq!(seen, [Vec::new(), Vec::new()]);
    assert_eq!((witness.first, &*witness.keys, &*witness.shape.ops), (true, &[][..], &[Op::Known][..]));
    let state = witness.open(&empty_root()).unwrap();
    assert_eq!(state.root_after(&diff), Ok(after));
    assert_eq!(state.scan(&Scan { from: b"", to: None, reverse: false, limit: 9 }), Ok(Vec::new()));
}

/// What a block has written it reads from its own writes: the state is not asked.
#[test]
fn reads_of_own_writes_are_not_in_the_witness() {
    let map = sample();
    let written = witness(&map, &[put(8, Some(b"new"))]).0;
    let read_too = witness(&map, &[put(8, Some(b"new")), get(8)]).0;
    assert_eq!(written, read_too);
    assert!(matches!(&written.keys[..], [(_, Some((Value::Hash(_), Some(_))))]), "{written:?}");
}

/// The trie pulls up a leaf that is left alone, and leaves a branch where it is. To a verifier both are a
/// hash: one who took what is beside a deleted key for a leaf, or for a branch, would be wrong half of the
/// time.
#[test]
fn a_delete_shows_whether_one_leaf_is_left() {
    let map = sample();
    let (mut leaves, mut branches) = (0, 0);
    for key in map.keys() {
        let (witness, _, diff, after) = witness(&map, &[Act::Put(key.clone(), None)]);
        assert_eq!(witness.clone().open(&state_root(&map)).unwrap().root_after(&diff), Ok(after));
        // The same, with what is beside the deleted key cut off.
        let mut known: Vec<Hash> = witness.leaves().unwrap().iter().map(|leaf| leaf.key).collect();
        known.sort_unstable();
        let cut = Witness { shape: Tree::build(&map).unwrap().trie.shape(&known, &known), ..witness.clone() };
        let nothing_is_beside = cut == witness;
        let branch = cut.shape.ops.len() < witness.shape.ops.len();
        let state = cut.open(&state_root(&map)).unwrap();
        assert_eq!(unknown_or(state.root_after(&diff), after), nothing_is_beside);
        leaves += usize::from(!nothing_is_beside && !branch);
        branches += usize::from(branch);
    }
    assert!(leaves > 0 && branches > 0, "{leaves} {branches}");
}

#[test]
fn a_view_of_another_state_makes_no_witness() {
    let (map, mut other) = (sample(), sample());
    let tree = Tree::build(&map).unwrap();
    other.insert(vec![b'k', 8], b"changed".to_vec());
    other.insert(vec![b'k', 9], Vec::new());
    other.remove([b'k', 12].as_slice());
    for act in [get(8), get(9), get(12), Act::Scan(vec![b'k', 8], None, false, 1)] {
        let recording = Arc::new(Recording::new(Arc::new(map.clone())));
        run(recording.clone(), &[act]).unwrap();
        let made = tree.witness(&other, &recording.take().unwrap(), &Diff::new());
        assert!(matches!(made, Err(Fault::Corrupt { .. })));
    }
}

/// The bytes of witnesses are pinned, as those of proofs are.
#[test]
fn golden_witness() {
    let bytes = witness(&sample(), &block()).0.to_bytes();
    assert_eq!(
        abi::hash::BUNDLE.hash(&bytes).to_string(),
        "f913011d29edd3d3cf326fa531b58b57b8475ab7ad12beee066efeb141794762"
    );
}

/// Bytes of a witness by state and block: `cargo test -p state sizes -- --nocapture`.
#[test]
#[expect(clippy::print_stdout, reason = "sizes are for reading")]
fn sizes_grow_with_the_logarithm_of_the_state() {
    let key = |i: u64| i.to_be_bytes().to_vec();
    for (size, most) in [(1_000u64, 560), (100_000, 800)] {
        let map: Map = (0..size).map(|i| (key(2 * i), vec![7; 32])).collect();
        let (tree, count) = (Tree::build(&map).unwrap(), 100);
        let kinds: [(&str, &dyn Fn(u64) -> Act); 6] = [
            ("get", &|i| Act::Get(key(2 * i))),
            ("get of nothing", &|i| Act::Get(key(2 * i + 1))),
            ("scan of ten", &|i| Act::Scan(key(2 * i), None, false, 10)),
            ("update", &|i| Act::Put(key(2 * i), Some(vec![8; 32]))),
            ("insert", &|i| Act::Put(key(2 * i + 1), Some(vec![8; 32]))),
            ("delete", &|i| Act::Put(key(2 * i), None)),
        ];
        for (kind, act) in kinds {
            // Far apart, and in no order that the trie knows.
            let acts = |count: u64| (0..count).map(|i| act(i * (size / count))).collect::<Vec<_>>();
            let bytes = |count: u64| {
                let recording = Arc::new(Recording::new(Arc::new(map.clone())));
                let (_, diff) = run(recording.clone(), &acts(count)).unwrap();
                tree.witness(&map, &recording.take().unwrap(), &diff).unwrap().to_bytes().len()
            };
            let (one, each) = (bytes(1), bytes(count) / 100);
            println!("{size} keys, {kind}: {one} bytes alone, {each} each of {count}");
            assert!(each < one && each < most * if kind == "scan of ten" { 10 } else { 2 });
        }
    }
}

#[test]
fn more_keys_than_a_stranger_may_send_are_refused_before_they_are_read() {
    let head = |keys: usize| {
        let mut w = Writer::default();
        w.array(4);
        abi::VERSION.encode(&mut w);
        w.bool(false);
        w.array(keys);
        // As many bytes as the length in front of them needs, none of them a key.
        [w.into_bytes(), vec![0; keys]].concat()
    };
    let reason = |keys| Witness::from_bytes(&head(keys)).unwrap_err().reason;
    assert_eq!(reason(WITNESS_KEYS_MAX), Reason::Type);
    assert_eq!(reason(WITNESS_KEYS_MAX + 1), Reason::Length);
}
