use super::*;
use abi::merkle;

/// The leaves of the test tree of RFC 6962's reference implementation.
const LEAVES: [&[u8]; 8] = [
    &[],
    &[0x00],
    &[0x10],
    &[0x20, 0x21],
    &[0x30, 0x31],
    &[0x40, 0x41, 0x42, 0x43],
    &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
    &[0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f],
];

/// Its roots, from the empty tree to that of all eight.
const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn index(position: u64) -> usize {
    usize::try_from(position).unwrap()
}

fn history(size: u64) -> History {
    let mut history = History::new();
    (0..size).for_each(|seq| history.push(&seq.to_be_bytes()));
    history
}

#[test]
fn rfc_6962_test_tree() {
    let mut history = History::new();
    assert_eq!(history.root().to_string(), ROOTS[0]);
    for (leaf, root) in LEAVES.iter().zip(&ROOTS[1..]) {
        history.push(leaf);
        assert_eq!(history.root().to_string(), *root);
    }
    for (size, root) in (0..).zip(ROOTS) {
        assert_eq!(history.root_at(size).map(|root| root.to_string()).as_deref(), Some(root));
    }
    assert_eq!(history.root_at(9), None);
}

/// Nodes of the same tree, by the leaves they are over.
const LEAF_1: &str = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7";
const LEAF_4: &str = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b";
const LEAF_6: &str = "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f";
const LEAVES_2_3: &str = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e";
const LEAVES_4_5: &str = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a";
const LEAVES_4_7: &str = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4";
const LEAVES_6_7: &str = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0";

/// The proofs in the tests of Certificate Transparency's reference implementations, in C++ (merkletree) and
/// Go (transparency-dev/merkle); there, leaves are counted from 1.
#[test]
fn rfc_6962_test_proofs() {
    let mut history = History::new();
    LEAVES.iter().for_each(|leaf| history.push(leaf));
    let text = |path: Option<Vec<Hash>>| path.unwrap().iter().map(Hash::to_string).collect::<Vec<_>>();
    let inclusion: [(u64, u64, &[&str]); 6] = [
        (0, 1, &[]),
        (0, 8, &[LEAF_1, LEAVES_2_3, LEAVES_4_7]),
        (5, 8, &[LEAF_4, LEAVES_6_7, ROOTS[4]]),
        (2, 3, &[ROOTS[2]]),
        (1, 5, &[ROOTS[1], LEAVES_2_3, LEAF_4]),
        (4, 5, &[ROOTS[4]]),
    ];
    for (seq, size, path) in inclusion {
        assert_eq!(text(history.path(seq, size)), path, "{seq} {size}");
    }
    let consistency: [(u64, u64, &[&str]); 5] = [
        (1, 1, &[]),
        (1, 8, &[LEAF_1, LEAVES_2_3, LEAVES_4_7]),
        (6, 8, &[LEAVES_4_5, LEAVES_6_7, ROOTS[4]]),
        (2, 5, &[LEAVES_2_3, LEAF_4]),
        (6, 7, &[LEAVES_4_5, LEAF_6, ROOTS[4]]),
    ];
    for (older, newer, path) in consistency {
        assert_eq!(text(history.consistency(older, newer)), path, "{older} {newer}");
        let root = |size: u64| ROOTS[index(size)].parse().unwrap();
        let path: Vec<Hash> = path.iter().map(|hash| hash.parse().unwrap()).collect();
        assert!(is_consistent(older, &root(older), newer, &root(newer), &path), "{older} {newer}");
    }
}

#[test]
fn paths_and_roots_are_those_of_the_naive_functions() {
    let history = history(70);
    for size in 1..=70 {
        let leaves = &history.whole().nodes(0, 0, size).unwrap();
        assert_eq!(history.root_at(size), Some(merkle::root(History::node, leaves)));
        for seq in 0..size {
            let path = merkle::path(History::node, leaves, index(seq));
            assert_eq!(history.path(seq, size), Some(path));
        }
        assert_eq!(history.path(size, size), None);
        for first in 0..=size {
            let paths = (first..size).map(|seq| merkle::path(History::node, leaves, index(seq)));
            assert_eq!(history.whole().paths(first..size, size), Some(paths.collect()));
        }
        assert_eq!(history.whole().paths(0..size + 1, size), None);
    }
    assert_eq!(history.path(0, 71), None);
    assert_eq!(history.path(u64::MAX, u64::MAX), None);
}

#[test]
fn every_prefix_is_consistent_and_no_other_tree_is() {
    let history = history(131);
    for newer in 0..=131 {
        let after = history.root_at(newer).unwrap();
        for older in 0..=newer {
            let before = history.root_at(older).unwrap();
            let path = history.consistency(older, newer).unwrap();
            assert!(is_consistent(older, &before, newer, &after, &path), "{older} {newer}");
            assert!(!is_consistent(older, &Hash([7; 32]), newer, &after, &path));
            let changed_counts = older > 0 && older < newer;
            if changed_counts {
                assert!(!is_consistent(older, &before, newer, &Hash([7; 32]), &path));
                assert!(!is_consistent(older, &before, newer, &after, &path[1..]));
                let long = [&path[..], &[Hash::ZERO]].concat();
                assert!(!is_consistent(older, &before, newer, &after, &long));
            }
        }
    }
    assert_eq!(history.consistency(1, 132), None);
    assert_eq!(history.consistency(2, 1), None);
}

/// Every proof of a tree that has forgotten what lies below its tiles is that of the tree that has not.
#[test]
fn what_was_forgotten_is_recalled_by_its_leaves() {
    let all = history(1_100);
    let leaves = |tile: u64| all.whole().nodes(0, tile * TILE, TILE).unwrap();
    for keep in [0, 1, 300] {
        let mut some = History::new();
        for seq in 0..1_100u64 {
            some.push(&seq.to_be_bytes());
            some.forget(keep);
            assert_eq!(Some(some.root()), all.root_at(seq + 1), "what is added needs nothing of it");
        }
        let held: usize = some.levels.iter().map(|row| row.nodes.len()).sum();
        assert!(held < 2 * (index(keep + 2 * TILE) + 10), "{held} nodes");
        let recalled = |places: &[u64]| {
            let mut recalled = some.whole();
            for tile in some.forgotten(places) {
                assert!(!recalled.bring(tile, &leaves(tile ^ 1)), "another tile is not this one");
                assert!(!recalled.bring(tile, &leaves(tile)[1..]), "nor is a part");
                assert!(recalled.bring(tile, &leaves(tile)));
            }
            recalled
        };
        let places = || (0..=1_100).step_by(37).chain([255, 256, 257, 511, 512, 1_024]);
        for size in places() {
            assert_eq!(recalled(&[size]).peaks(size), all.peaks(size));
            assert_eq!(recalled(&[size]).root_at(size), all.root_at(size));
            for seq in places() {
                let recalled = recalled(&[seq, size]);
                assert_eq!(recalled.path(seq, size), all.path(seq, size), "{seq} {size}");
                assert_eq!(recalled.consistency(seq, size), all.consistency(seq, size), "{seq} {size}");
            }
        }
    }
}
