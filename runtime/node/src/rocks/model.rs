//! The store and the tree over it, beside a plain map to which the same is written.
//!
//! `FOIL_SEED=N` makes other operations, and `FOIL_SOAK=1` ten times as many. Tests keep next to nothing in memory, so
//! that most of what is read was forgotten, and nearly every commit is written back.

use super::*;
use abi::writes::Writes;
use rng::Rng;
use state::{Scan, Tree};
use std::collections::{BTreeMap, BTreeSet};
use tempfile::TempDir;

#[path = "../../../../tests/sim/rng.rs"]
#[allow(dead_code, reason = "the simulated world draws more kinds of numbers")]
mod rng;

type Map = BTreeMap<Vec<u8>, Vec<u8>>;

const ALL: Scan<'static> = Scan { from: b"", to: None, reverse: false, limit: usize::MAX };
/// How many keys there are to write to.
const KEYS: u64 = 10_000;

struct World {
    rng: Rng,
    dir: TempDir,
    store: RocksStore,
    tree: Tree,
    map: Map,
    height: u64,
    /// What was committed since a flush, as a journal would have it.
    unflushed: Vec<(RangeInclusive<u64>, Diff)>,
    operations: u64,
}

/// Too many to be shown where they differ.
#[track_caller]
fn same<T: PartialEq>(found: &T, wanted: &T, what: &str) {
    assert!(found == wanted, "{what}: not as in the map");
}

fn everything(view: &dyn View) -> Vec<Entry> {
    let mut entries = Vec::new();
    view.show(&mut |key, value| entries.push((key.to_vec(), value.to_vec()))).unwrap();
    entries
}

impl World {
    fn new(seed: u64) -> World {
        let dir = tempfile::tempdir().unwrap();
        let store = RocksStore::open(dir.path()).unwrap();
        let (rng, tree, map) = (Rng::new(seed, "model"), Tree::new(), Map::new());
        World { rng, dir, store, tree, map, height: 0, unflushed: Vec::new(), operations: 0 }
    }

    /// One of the keys, of which every second one is the one before it and a byte.
    fn key(&mut self) -> Vec<u8> {
        let number = self.rng.within(0..=KEYS - 1);
        let mut key = vec![1];
        key.extend_from_slice(&(number / 2).to_be_bytes()[6..]);
        key.extend((number % 2 == 1).then_some(0));
        key
    }

    fn value(&mut self) -> Vec<u8> {
        let longest = if self.rng.percent(1) { 4_000 } else { 40 };
        vec![self.rng.byte(); self.rng.index(longest)]
    }

    /// A part of the keys, in either direction.
    fn read(&mut self, view: &dyn View) {
        let (from, to, reverse) = (self.key(), self.key(), self.rng.percent(50));
        let to = self.rng.percent(80).then_some(&*to);
        let limit = if self.rng.percent(30) { 1 } else { self.rng.index(40) };
        let scan = Scan { from: &from, to, reverse, limit };
        same(&view.scan(&scan), &View::scan(&self.map, &scan), "a part that is scanned");
        if let Some(to) = to {
            let range = [(from.clone(), to)];
            assert_eq!(view.greatest(&range), self.map.greatest(&range));
        }
    }

    /// Compares what is read at once, and leaves what is written to be committed.
    fn operate(&mut self, writes: &mut Writes) {
        self.operations += 1;
        let (key, view) = (self.key(), self.store.view());
        match self.rng.within(0..=99) {
            0..40 => writes.put(key, Some(self.value())),
            40..60 => writes.put(key, None),
            60..85 => assert_eq!(view.get(&key).unwrap().as_ref(), self.map.get(&key)),
            _ => self.read(&*view),
        }
    }

    /// Some operations, and now and then the end of all keys of a stretch.
    fn commit(&mut self) {
        let mut writes = Writes::new();
        let most = 1 << self.rng.within(0..=12);
        (0..self.rng.within(1..=most)).for_each(|_| self.operate(&mut writes));
        if self.rng.percent(3) {
            let (from, count) = (self.key(), self.rng.index(500));
            for (key, _) in self.map.range(from..).take(count) {
                self.operations += 1;
                writes.put(key.clone(), None);
            }
        }
        let diff = Diff::from(writes);
        self.tree.apply(&self.store.view(), &diff).unwrap();
        let blocks = if self.rng.percent(30) { 2 } else { 1 };
        let heights = self.height + 1..=self.height + blocks;
        self.store.apply_all(heights.clone(), &diff).unwrap();
        for (key, value) in diff.iter() {
            match value {
                Some(value) => self.map.insert(key.to_vec(), value.to_vec()),
                None => self.map.remove(key),
            };
        }
        self.height += blocks;
        self.unflushed.push((heights, diff));
    }

    fn flush(&mut self) {
        self.store.flush().unwrap();
        self.unflushed.clear();
    }

    fn compact(&self) {
        self.store.shared.db.compact_range(None::<&[u8]>, None::<&[u8]>);
    }

    /// Without a flush: what the store does not have by then comes from the journal, as after a crash.
    fn reopened(mut self) -> World {
        drop(self.store);
        self.store = RocksStore::open(self.dir.path()).unwrap();
        let applied = self.store.applied().unwrap();
        let flushed = self.unflushed.first().map_or(self.height, |(heights, _)| heights.start() - 1);
        let is_an_end = self.unflushed.iter().any(|(heights, _)| *heights.end() == applied);
        assert!(applied == flushed || is_an_end, "height {applied} is that of no commit after {flushed}");
        let lost = self.unflushed.iter().filter(|(heights, _)| *heights.start() > applied);
        let writes: Diff = lost.flat_map(|(_, diff)| diff.iter()).collect();
        if applied < self.height {
            self.store.apply_all(applied + 1..=self.height, &writes).unwrap();
        }
        self
    }

    /// A reader sees the same while there are commits and the database is rearranged under it.
    fn look_back(&mut self) {
        let (before, height, root) = (self.map.clone(), self.height, self.tree.root());
        let reader = self.store.reader();
        let look = |found, view: &dyn View| {
            self.commit();
            self.flush();
            self.compact();
            assert_eq!(found, height);
            same(&view.scan(&ALL).unwrap(), &everything(&before), "what a reader sees");
            assert_eq!(Tree::build(view).unwrap().root(), root);
        };
        reader.frozen(look).unwrap();
    }

    fn disturbed(mut self) -> World {
        match self.rng.within(0..=99) {
            0..10 => self.flush(),
            10..15 => self.compact(),
            15..20 => self.look_back(),
            20..30 => return self.reopened(),
            _ => {}
        }
        self
    }

    /// All of it is that of the map: what is there, its root, and what is proven of it.
    fn check(&mut self) {
        let (view, root) = (self.store.view(), self.tree.root());
        assert_eq!(self.store.applied(), Ok(self.height));
        same(&everything(&*view), &everything(&self.map), "everything that is shown");
        for limit in [1, usize::MAX] {
            for reverse in [false, true] {
                let scan = Scan { reverse, limit, ..ALL };
                same(&view.scan(&scan), &View::scan(&self.map, &scan), "everything that is scanned");
            }
        }
        let built = Tree::build(&self.map).unwrap();
        assert_eq!((root, self.tree.len()), (built.root(), built.len()));
        assert_eq!(root, Tree::build(&*view).unwrap().root());
        let keys: BTreeSet<Vec<u8>> = (0..20).map(|_| self.key()).collect();
        let asked: Vec<&[u8]> = keys.iter().map(Vec::as_slice).collect();
        let proof = self.tree.prove(&*view, &asked).unwrap();
        let known = keys.iter().map(|key| (key.clone(), self.map.get(key).cloned()));
        assert_eq!(proof.verify(&root).unwrap(), known.collect::<Vec<_>>());
        let (from, to) = (self.key(), self.key());
        let proof = self.tree.prove_range(&*view, &from, Some(&to)).unwrap();
        let proven = proof.verify(&root).unwrap().iter().map(|(key, value)| (key.0.clone(), value.0.clone()));
        let scan = Scan { from: &from, to: Some(&to), ..ALL };
        assert_eq!(proven.collect::<Vec<Entry>>(), View::scan(&self.map, &scan).unwrap());
    }
}

#[test]
#[allow(clippy::print_stdout, reason = "the command is for whoever sees this fail")]
fn store_and_tree_are_those_of_the_map() {
    let text = |name| std::env::var(name).unwrap_or_default();
    let seed: u64 = text("FOIL_SEED").parse().unwrap_or(0);
    let operations = if text("FOIL_SOAK") == "1" { 1_000_000 } else { 100_000 };
    println!(
        "FOIL_SEED={seed} FOIL_SOAK={} cargo test --release --workspace --lib store_and_tree_are",
        text("FOIL_SOAK")
    );
    let mut world = World::new(seed);
    while world.operations < operations {
        world.commit();
        world = world.disturbed();
        if world.rng.percent(5) {
            world.check();
        }
    }
    world.reopened().check();
}

#[test]
fn the_root_is_the_same_before_and_after_flush_compaction_and_reopening() {
    let mut world = World::new(1);
    let root_of = |world: &World| Tree::build(&*world.store.view()).unwrap().root();
    while world.height < 30 {
        world.commit();
        let root = world.tree.root();
        assert_eq!(root_of(&world), root, "with some of it in memory only");
        world.compact();
        assert_eq!(root_of(&world), root, "with the rest of it compacted");
        world = world.reopened();
        assert_eq!(root_of(&world), root, "after the end of the process");
        world.flush();
        assert_eq!(root_of(&world), root, "flushed");
        world.compact();
        assert_eq!(root_of(&world), root, "compacted");
        world = world.reopened();
        assert_eq!(root_of(&world), root, "opened again");
    }
}

/// Bytes in RocksDB's own logs, and whether it says that it never wrote to one. A log goes with the flush of what is in
/// it, and so tells of the last writes only.
fn logged(store: &RocksStore) -> (u64, bool) {
    let paths = store.shared.db.path().read_dir().unwrap().map(|entry| entry.unwrap().path());
    let logs = paths.filter(|path| path.extension().is_some_and(|extension| extension == "log"));
    let stats = store.shared.db.property_value("rocksdb.dbstats").unwrap().unwrap();
    assert!(stats.contains("Cumulative WAL: "), "{stats}");
    (logs.map(|log| log.metadata().unwrap().len()).sum(), stats.contains("Cumulative WAL: 0 writes"))
}

#[test]
fn rocksdb_keeps_no_log_of_what_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = RocksStore::open(dir.path()).unwrap();
    store.fill(&[(vec![1], vec![2; 100])]).unwrap();
    assert_eq!(logged(&store), (0, true));
    for height in 1..=60u64 {
        let mut diff = Diff::new();
        (0..5).for_each(|n| diff.put(vec![1, height.to_le_bytes()[0], n], Some(vec![n; 20])));
        store.apply(height, &diff).unwrap();
    }
    store.flush().unwrap();
    assert_eq!(logged(&store), (0, true));
    // It would show.
    store.shared.db.put([1], [2]).unwrap();
    let (bytes, is_never) = logged(&store);
    assert!(bytes > 0 && !is_never);
}
