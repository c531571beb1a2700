use super::*;
use crate::{Fill, MemoryStore, Store, empty_root};
use proptest::prelude::*;
use std::collections::BTreeMap;

type Map = BTreeMap<Vec<u8>, Vec<u8>>;

/// A state of `count` entries with values of `len` bytes.
fn state(count: u32, len: usize) -> Map {
    (0..count).map(|n| (n.to_be_bytes().to_vec(), vec![n.to_le_bytes()[0]; len])).collect()
}

fn chunks(state: &Map) -> Vec<Chunk> {
    Chunks::of(state).collect::<Result<_, _>>().unwrap()
}

fn names(state: &Map) -> Vec<Hash> {
    chunks(state).iter().map(|chunk| Chunk::digest(&chunk.to_bytes())).collect()
}

fn rebuilt(chunks: &[Chunk], wanted: &Hash) -> Result<Tree, SnapshotError> {
    let mut rebuild = Rebuild::new();
    chunks.iter().try_for_each(|chunk| rebuild.add(chunk))?;
    rebuild.finish(wanted)
}

fn root(state: &Map) -> Hash {
    Tree::build(state).unwrap().root()
}

proptest! {
    #[test]
    fn a_state_comes_back_from_its_chunks(
        entries in proptest::collection::btree_map(
            proptest::collection::vec(0u8..4, 1..4),
            proptest::collection::vec(any::<u8>(), 0..40),
            0..40,
        ),
    ) {
        let chunks = chunks(&entries);
        let tree = rebuilt(&chunks, &root(&entries)).unwrap();
        prop_assert_eq!(tree.len(), entries.len());
        let mut store = MemoryStore::default();
        for chunk in &chunks {
            prop_assert_eq!(&Chunk::from_bytes(&chunk.to_bytes()).unwrap(), chunk);
            store.fill(chunk.entries()).unwrap();
        }
        store.filled(3).unwrap();
        prop_assert_eq!(Tree::build(&*store.view()).unwrap().root(), root(&entries));
    }
}

#[test]
fn the_empty_state_has_no_chunks() {
    assert!(chunks(&Map::new()).is_empty());
    assert!(rebuilt(&[], &empty_root()).is_ok());
    assert!(Chunk::from_bytes(&[0x80]).is_err(), "there is no empty chunk");
}

#[test]
fn chunks_are_full_and_none_is_over_its_limits() {
    for (count, len, at_least) in [(40_000, 10, 2), (40_000, 100, 4), (40, 256 << 10, 10)] {
        let state = state(count, len);
        let chunks = chunks(&state);
        assert!(chunks.len() >= at_least, "{count} of {len}: {}", chunks.len());
        for (index, chunk) in chunks.iter().enumerate() {
            let bytes = chunk.to_bytes().len();
            assert!(bytes <= CHUNK_BYTES_MAX && chunk.entries().len() <= CHUNK_ENTRIES_MAX);
            assert!(bytes >= CUT_BYTES_MIN / 2 || index == chunks.len() - 1, "{index}: {bytes}");
        }
        assert_eq!(rebuilt(&chunks, &root(&state)).map(|tree| tree.len()), Ok(count as usize));
    }
}

/// Without the ends at hashes every chunk after an insertion would be another one.
#[test]
fn a_change_of_the_state_changes_few_chunks() {
    let mut state = state(60_000, 100);
    let before = names(&state);
    assert!(before.len() >= 8, "{}", before.len());
    state.insert(vec![0, 0, 1, 0, 0], vec![1]);
    state.remove(&5u32.to_be_bytes()[..]);
    let after = names(&state);
    let shared = after.iter().filter(|name| before.contains(name)).count();
    assert!(shared * 2 > before.len(), "{shared} of {}", before.len());
}

#[test]
fn chunks_swapped_doubled_or_left_out_are_refused() {
    let state = state(40_000, 100);
    let (chunks, root) = (chunks(&state), root(&state));
    let of = |order: &[usize]| {
        let picked: Vec<Chunk> = order.iter().map(|&at| chunks[at].clone()).collect();
        rebuilt(&picked, &root).err()
    };
    let all: Vec<usize> = (0..chunks.len()).collect();
    assert!(all.len() >= 3);
    assert_eq!(of(&all), None);
    assert_eq!(of(&[1, 0]), Some(SnapshotError::Order));
    assert_eq!(of(&[0, 0]), Some(SnapshotError::Order));
    assert!(matches!(of(&all[1..]), Some(SnapshotError::Root { .. })));
    assert!(matches!(of(&all[..all.len() - 1]), Some(SnapshotError::Root { .. })));
    assert!(matches!(of(&[&all[..1], &all[2..]].concat()), Some(SnapshotError::Root { .. })));
}

#[test]
fn a_chunk_with_a_changed_byte_is_refused() {
    let bytes = chunks(&state(20, 5))[0].to_bytes();
    let name = Chunk::digest(&bytes);
    assert!(Chunk::open(&name, &bytes).is_ok());
    for at in 0..bytes.len() {
        for mask in [1, 0x80, 0xff] {
            let mut changed = bytes.clone();
            changed[at] ^= mask;
            assert!(matches!(Chunk::open(&name, &changed), Err(SnapshotError::Digest { .. })));
        }
    }
}

#[test]
fn a_chunk_has_one_encoding() {
    let unsorted = [0x82, 0x82, 0x41, 2, 0x40, 0x82, 0x41, 1, 0x40];
    let twice = [0x82, 0x82, 0x41, 1, 0x40, 0x82, 0x41, 1, 0x40];
    for bytes in [&unsorted[..], &twice] {
        assert_eq!(Chunk::from_bytes(bytes).map_err(|error| error.reason), Err(Reason::Order));
        let opened = Chunk::open(&Chunk::digest(bytes), bytes);
        assert!(matches!(opened, Err(SnapshotError::Malformed(_))));
    }
    let long = Chunk { entries: vec![(vec![1], vec![0; CHUNK_BYTES_MAX])] }.to_bytes();
    assert_eq!(Chunk::from_bytes(&long).map_err(|error| error.reason), Err(Reason::Length));
}
