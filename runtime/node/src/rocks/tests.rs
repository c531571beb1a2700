//! The store beside one in memory, and over its own files.

use super::*;
use state::MemoryStore;
use state::{Range, Scan};

const ALL: Scan<'static> = Scan { from: b"", to: None, reverse: false, limit: usize::MAX };

/// Both stores answer every read alike.
#[test]
fn it_reads_like_the_memory_store() {
    let dir = tempfile::tempdir().unwrap();
    let mut rocks = RocksStore::open(dir.path()).unwrap();
    let (mut memory, mut diffs) = (MemoryStore::default(), Vec::new());
    for height in 1..=20u64 {
        let mut diff = Diff::new();
        for n in 0..8 {
            let key = vec![1, (height * 7 + n * 3).to_le_bytes()[0] % 24];
            diff.put(key, (n % 3 != 0).then(|| height.to_be_bytes().to_vec()));
        }
        rocks.apply(height, &diff).unwrap();
        memory.apply(height, &diff).unwrap();
        assert_eq!(rocks.applied(), memory.applied());
        diffs.push(diff);
    }
    let mut at_once = RocksStore::open(&dir.path().join("at once")).unwrap();
    let writes = |of: &[Diff]| of.iter().flat_map(Diff::iter).collect::<Diff>();
    assert!(at_once.apply_all(2..=3, &Diff::new()).is_err(), "none is left out");
    // Past what was applied at once, past a block by itself, and past both, which is not in the database then.
    let mut height = 0;
    for blocks in [9, 7, 1, 3] {
        let heights = height + 1..=height + blocks;
        height += blocks;
        let of: Vec<Diff> = (0..blocks).map(|_| diffs.remove(0)).collect();
        at_once.apply_all(heights, &writes(&of)).unwrap();
    }
    assert_eq!((at_once.applied(), at_once.view().scan(&ALL)), (Ok(20), rocks.view().scan(&ALL)));
    let (rocks, memory) = (rocks.view(), memory.view());
    let shown = |view: &dyn View| {
        let mut entries = Vec::new();
        view.show(&mut |key, value| entries.push((key.to_vec(), value.to_vec()))).unwrap();
        entries
    };
    assert_eq!(shown(&*rocks), shown(&*memory));
    let bounds: Vec<[u8; 2]> = (0..26u8).map(|last| [1, last]).collect();
    let ranges: Vec<Range<'_>> = bounds.iter().map(|to| (vec![1, to[1] / 2], &to[..])).collect();
    assert_eq!(rocks.greatest(&ranges), memory.greatest(&ranges));
    let from_the_first = [(Vec::new(), &b"\x01\x00"[..]), (Vec::new(), &b"\x02"[..])];
    assert_eq!(rocks.greatest(&from_the_first), memory.greatest(&from_the_first));
    for from in 0..26u8 {
        for to in [None, Some([1, from / 2]), Some([1, from + 5])] {
            for (reverse, limit) in [(false, 3), (true, 3), (true, 0), (false, 100)] {
                let from = &[1, from][..];
                let scan = Scan { from, to: to.as_ref().map(|to| &to[..]), reverse, limit };
                assert_eq!(rocks.scan(&scan), memory.scan(&scan));
                assert_eq!(rocks.get(from), memory.get(from));
            }
        }
    }
}

#[test]
fn a_store_with_another_family_is_not_ours() {
    let dir = tempfile::tempdir().unwrap();
    let mut options = options();
    options.create_if_missing(true);
    options.create_missing_column_families(true);
    drop(DB::open_cf(&options, dir.path(), ["default", "state"]).unwrap());
    for refused in [RocksStore::open(dir.path()).err(), RocksStore::open_to_read(dir.path()).err()] {
        assert!(matches!(refused, Some(Fault::Corrupt { .. })), "{refused:?}");
    }
}

#[test]
fn a_frozen_view_stands_still_while_blocks_are_applied() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = RocksStore::open(dir.path()).unwrap();
    let diff = |value: u8| {
        let mut diff = Diff::new();
        (0..10).for_each(|key| diff.put(vec![1, key], (!value.is_multiple_of(3)).then(|| vec![value])));
        diff
    };
    (1..=4u8).for_each(|height| store.apply(height.into(), &diff(height)).unwrap());
    let all = Scan { from: b"", to: None, reverse: false, limit: 100 };
    let before = store.view().scan(&all).unwrap();
    let reader = store.reader();
    let found = reader.frozen(|height, view| {
        (5..=9u8).for_each(|height| store.apply(height.into(), &diff(height)).unwrap());
        store.flush().unwrap();
        (height, view.scan(&all), view.get(&[1, 3]), store.view().scan(&all))
    });
    let (height, frozen, one, live) = found.unwrap();
    assert_eq!((height, frozen.as_ref(), one), (4, Ok(&before), Ok(Some(vec![4]))));
    assert_ne!(live, frozen);
    assert_eq!(reader.frozen(|height, _| height), Ok(9));
}

/// Each block writes its height to every key, and much of it is written back meanwhile.
#[test]
fn a_reader_beside_it_never_sees_a_part_of_a_block() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = RocksStore::open(dir.path()).unwrap();
    let (reader, live) = (store.reader(), store.view());
    std::thread::scope(|scope| {
        let reading = scope.spawn(move || {
            let (mut last, mut seen) = (0, 0);
            while last < 300 {
                let (height, entries) = reader.frozen(|height, view| (height, view.scan(&ALL))).unwrap();
                let entries = entries.unwrap();
                assert_eq!(entries.len(), if height == 0 { 0 } else { 20 });
                assert!(entries.iter().all(|(_, value)| *value == height.to_be_bytes()), "{height}");
                assert!(height >= last && live.scan(&ALL).unwrap().len() >= entries.len());
                seen += u64::from(height > last);
                last = height;
            }
            seen
        });
        for height in 1..=300u64 {
            let mut diff = Diff::new();
            (0..20).for_each(|key| diff.put(vec![1, key], Some(height.to_be_bytes().to_vec())));
            store.apply(height, &diff).unwrap();
        }
        assert!(reading.join().unwrap() > 1);
    });
}

#[test]
fn a_store_is_filled_once_and_durably() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = RocksStore::open(dir.path()).unwrap();
    store.fill(&[(vec![1], vec![2])]).unwrap();
    assert_eq!(store.applied(), Ok(0), "it is of no block before it is whole");
    store.filled(7).unwrap();
    assert!(store.fill(&[]).is_err() && store.filled(8).is_err());
    drop(store);
    let mut store = RocksStore::open(dir.path()).unwrap();
    assert_eq!((store.applied(), store.view().get(&[1])), (Ok(7), Ok(Some(vec![2]))));
    store.apply(8, &Diff::new()).unwrap();
}

#[test]
fn what_was_flushed_is_there_after_opening_again() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = RocksStore::open(dir.path()).unwrap();
    let mut diff = Diff::new();
    diff.put(vec![1, 1], Some(vec![2]));
    store.apply(1, &diff).unwrap();
    store.flush().unwrap();
    drop(store);
    let store = RocksStore::open(dir.path()).unwrap();
    assert_eq!(store.applied(), Ok(1));
    assert_eq!(store.view().get(&[1, 1]), Ok(Some(vec![2])));
}
