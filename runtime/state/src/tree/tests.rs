use super::*;
use crate::reference::{Map, apply, diff, key, state, state_root, value};
use abi::codec::Encode;
use abi::view::Entry;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

/// States whose roots another implementation, in another language, gave.
#[test]
fn golden_roots() {
    let text = |entries: &[(&str, &str)]| -> Map {
        entries.iter().map(|(key, value)| (key.as_bytes().to_vec(), value.as_bytes().to_vec())).collect()
    };
    // Keys of one and two bytes, values of 0 to 299.
    let many = (0u16..300).map(|i| {
        let skip = if i < 200 { 1 } else { 0 };
        (i.to_be_bytes()[skip..].to_vec(), vec![u8::try_from(i % 251).unwrap(); usize::from(i)])
    });
    for (map, golden) in [
        (Map::new(), "bfffcab36a927c3b160a7b1d377b7045b5b50b3cf52cc4cadd4d39dd377f9156"),
        (text(&[("", "")]), "de03cefa9b4f9892f209208d03c6a422ec65520c94f216d75c59b2d1521e1fd5"),
        (
            text(&[("apple", "red"), ("pear", "green")]),
            "9d06b63d22aa431f8809755d158ff3c12804bde32da33424b8a99890febe0719",
        ),
        (many.collect(), "d33b09bbf223c4da5858895cb35156f11b8331bef3fdbbf04a76cd81e8722e34"),
    ] {
        assert_eq!(state_root(&map).to_string(), golden);
        assert_eq!(Tree::build(&map).unwrap().root().to_string(), golden);
    }
    assert_eq!(Tree::new().root(), empty_root());
    assert_eq!(empty_root(), state_root(&Map::new()));
}

fn put_all(entries: &[Entry]) -> Diff {
    let mut diff = Diff::new();
    entries.iter().for_each(|(key, value)| diff.put(key.clone(), Some(value.clone())));
    diff
}

/// Applies to a tree and to the map it follows.
fn step(tree: &mut Tree, map: &mut Map, diff: &Diff) -> Hash {
    let before: Arc<dyn View> = Arc::new(map.clone());
    apply(map, diff);
    tree.apply(&before, diff).unwrap()
}

/// The state that updates come to, in batches of these sizes in turn, and the tree that followed.
fn follow(updates: &[(Vec<u8>, Option<Vec<u8>>)], sizes: &[usize]) -> (Tree, Map) {
    let (mut tree, mut map) = (Tree::new(), Map::new());
    let (mut left, mut sizes) = (updates, sizes.iter().cycle());
    while let (false, Some(size)) = (left.is_empty(), sizes.next()) {
        let (batch, rest) = left.split_at(left.len().min(*size));
        let mut diff = Diff::new();
        batch.iter().for_each(|(key, value)| diff.put(key.clone(), value.clone()));
        step(&mut tree, &mut map, &diff);
        left = rest;
    }
    (tree, map)
}

/// More keys than are hashed at once: the tree that is built is the one that diffs come to, and neither
/// knows the other's history.
#[test]
fn portions_make_the_same_tree() {
    let entry = |n: u32| (n.to_be_bytes().to_vec(), vec![n.to_le_bytes()[0]]);
    for count in [4_094, 4_095, 4_096, 4_097, 10_000] {
        let all: Map = (0..count).map(entry).collect();
        let mut followed = Map::new();
        let mut tree = Tree::new();
        let entries: Vec<Entry> = all.clone().into_iter().collect();
        for part in entries.chunks(3_000) {
            step(&mut tree, &mut followed, &put_all(part));
        }
        let mut built = Tree::build(&all).unwrap();
        assert_eq!((built.root(), built.len()), (tree.root(), all.len()));
        let mut odd = Diff::new();
        all.keys().skip(1).step_by(2).for_each(|key| odd.put(key.clone(), None));
        let mut map = all.clone();
        assert_eq!(step(&mut built, &mut map, &odd), step(&mut tree, &mut followed, &odd));
        assert_eq!(built.len(), map.len());
        built.trie.check();
        tree.trie.check();
    }
}

proptest! {
    #[test]
    fn the_root_is_that_of_the_definition_after_every_batch(
        mut map in state(),
        diffs in vec(diff(), 0..8),
    ) {
        let mut tree = Tree::build(&map).unwrap();
        for diff in diffs {
            let root = step(&mut tree, &mut map, &diff);
            prop_assert_eq!(root, state_root(&map));
            prop_assert_eq!((root, map.len()), (tree.root(), tree.len()));
            prop_assert_eq!(root, Tree::build(&map).unwrap().root());
            tree.trie.check();
        }
        let mut clear = Diff::new();
        map.keys().for_each(|key| clear.put(key.clone(), None));
        prop_assert_eq!(step(&mut tree, &mut map, &clear), empty_root());
        prop_assert!(tree.is_empty());
    }

    /// The same updates in another order, which keeps only each key's own, and in other batches.
    #[test]
    fn order_and_batching_leave_no_trace(
        (updates, order) in vec((key(), option::weighted(0.6, value())), 0..60).prop_flat_map(|updates| {
            let keys: Vec<Vec<u8>> = updates.iter().map(|(key, _)| key.clone()).collect();
            (Just(updates), Just(keys).prop_shuffle())
        }),
        sizes in vec(1usize..12, 1..6),
        other_sizes in vec(1usize..60, 1..6),
        asked in vec(key(), 0..8),
        (from, to) in (key(), option::of(key())),
    ) {
        let mut left = updates.clone();
        let of_key = |key: &Vec<u8>| left.iter().position(|update| update.0 == *key).map(|at| left.remove(at));
        let reordered: Vec<_> = order.iter().filter_map(of_key).collect();
        let told = |(tree, map): &(Tree, Map)| {
            let asked: Vec<&[u8]> = asked.iter().map(Vec::as_slice).collect();
            let keys = tree.prove(map, &asked).unwrap().to_bytes();
            (tree.root(), keys, tree.prove_range(map, &from, to.as_deref()).unwrap().to_bytes())
        };
        let (one, other) = (follow(&updates, &sizes), follow(&reordered, &other_sizes));
        prop_assert_eq!(&one.1, &other.1);
        prop_assert_eq!(told(&one), told(&other));
        prop_assert_eq!(told(&one), told(&(Tree::build(&one.1).unwrap(), one.1)));
    }

    #[test]
    fn writes_that_change_nothing_change_no_root(map in state(), absent in vec(key(), 0..8)) {
        let mut diff = put_all(&map.clone().into_iter().collect::<Vec<_>>());
        absent.into_iter().filter(|key| !map.contains_key(key)).for_each(|key| diff.put(key, None));
        let mut tree = Tree::build(&map).unwrap();
        let root = tree.root();
        prop_assert_eq!(tree.apply(&(Arc::new(map) as Arc<dyn View>), &diff), Ok(root));
    }
}

#[test]
fn a_state_of_many_scans_is_built_whole() {
    let map: Map = (0u32..2_000).map(|i| (i.to_be_bytes().to_vec(), vec![1])).collect();
    let mut tree = Tree::new();
    let diff = put_all(&map.clone().into_iter().collect::<Vec<_>>());
    let root = tree.apply(&(Arc::new(Map::new()) as Arc<dyn View>), &diff).unwrap();
    assert_eq!(Tree::build(&map).unwrap().root(), root);
    assert_eq!((root, tree.len()), (state_root(&map), 2_000));
}

/// A state that cannot be read.
struct Broken;

impl View for Broken {
    fn get(&self, _: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        Err(Fault::Stopped)
    }

    fn scan(&self, _: &Scan<'_>) -> Result<Vec<Entry>, Fault> {
        Err(Fault::Stopped)
    }
}

#[test]
fn a_fault_leaves_the_tree_as_it_was() {
    let map: Map = [(vec![1], vec![1]), (vec![5], vec![5])].into();
    let mut tree = Tree::build(&map).unwrap();
    let root = tree.root();
    let mut diff = put_all(&[(vec![1], vec![2]), (vec![3], vec![3])]);
    let broken: Arc<dyn View> = Arc::new(Broken);
    assert_eq!(tree.apply(&broken, &diff), Err(Fault::Stopped));
    let other: Arc<dyn View> = Arc::new(Map::from([(vec![2], vec![2])]));
    assert!(matches!(tree.apply(&other, &diff), Err(Fault::Corrupt { .. })));
    let mut delete = Diff::new();
    delete.put(vec![5], None);
    let emptied: Arc<dyn View> = Arc::new(Map::from([(vec![5], vec![5])]));
    assert!(matches!(tree.apply(&emptied, &delete), Err(Fault::Corrupt { .. })));
    assert!(matches!(Tree::build(&Broken), Err(Fault::Stopped)));
    assert_eq!(tree.root(), root);
    diff.put(vec![3], None);
    assert!(tree.apply(&broken, &diff).is_ok(), "a new value of a present key needs no neighbour");
}
