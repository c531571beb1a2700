//! A shard of the counter on files and RocksDB, its snapshots, and everything that can happen to them.

use super::*;
use crate::RocksStore;
use crate::commands::build;
use crate::data::{Data, NodeShard};
use abi::Coded;
use abi::call::{Call, Caller, SignedCall};
use abi::codec::Bytes;
use abi::genesis::{CommitPolicy, Genesis, Quorum, TimePolicy};
use abi::profile::Profile;
use abi::system::{Act, Deploy};
use abi::view::Entry;
use kernel::{Answer, Batch, Request};
use state::{MemoryStore, Store};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use tempfile::TempDir;

const COUNTER: &[u8] = include_bytes!("../../../../guests/wasm/counter.wasm");
const START_MS: u64 = 1_000_000;
const ALL: Scan<'static> = Scan { from: b"", to: None, reverse: false, limit: usize::MAX };

struct World {
    folder: TempDir,
    data: Data,
    shard: NodeShard,
    calls: u64,
}

fn key(number: u64) -> SecretKey {
    SecretKey::from_seed(&std::array::from_fn(|i| number.to_le_bytes()[i % 8]))
}

impl World {
    /// A shard that this many accounts have called once, in blocks of at most 300.
    fn of(accounts: u64) -> World {
        let folder = tempfile::tempdir().unwrap();
        let data = Data::create(&folder.path().join("data")).unwrap();
        let genesis = Genesis {
            version: abi::VERSION,
            profile: Profile::One.hash(),
            origin: "foil.example/snapshots".into(),
            authority: Quorum { threshold: 1, keys: vec![key(0).public()] },
            writer: data.key().unwrap().public(),
            commit: CommitPolicy { writes: 1, replicas: Vec::new() },
            window_ms: 1_000_000,
            time: TimePolicy { start_ms: START_MS, jump_ms: 1000 },
            witnesses: Quorum::default(),
            nonce: [0; 16],
        };
        let shard = data.create_shard(&genesis, build()).unwrap();
        let mut world = World { folder, data, shard, calls: 0 };
        let program = world.data.programs().unwrap().keep(COUNTER).unwrap();
        let (method, args) = Act::Deploy(Deploy { program }).to_call();
        let deploy = Call { program: Some(Profile::One.system()), args: Bytes(args), ..world.call(method) };
        world.submit(vec![SignedCall::authorize(deploy, &[&key(0)])]);
        let hits = (1..=accounts).map(|account| world.hit(account)).collect();
        world.submit(hits);
        world
    }

    fn call(&mut self, method: &str) -> Call {
        self.calls += 1;
        Call {
            version: abi::VERSION,
            shard: self.shard.id(),
            program: None,
            method: method.into(),
            args: Bytes(().to_bytes()),
            salt: [1; 32],
            caller: Caller::Nobody,
            key: key(self.calls).public().0,
            expires_ms: START_MS + 500_000,
            fuel_max: 10_000_000,
        }
    }

    fn hit(&mut self, account: u64) -> SignedCall {
        let key = key(account);
        SignedCall::sign(Call { caller: Caller::Key(key.public()), ..self.call("hit") }, &key)
    }

    fn submit(&mut self, calls: Vec<SignedCall>) {
        let requests = calls.into_iter().map(|signed| Request { signed, now_ms: START_MS }).collect();
        let batch = Batch { requests, block_calls: 300, stop_at_rejection: false };
        for answer in self.shard.submit(batch).unwrap() {
            assert!(matches!(&answer, Answer::New { outcome, .. } if outcome.is_returned()), "{answer:?}");
        }
    }

    fn snapshots(&self) -> Snapshots {
        self.data.snapshots(self.shard.id()).unwrap()
    }

    /// Takes a snapshot as `foil snapshot create` does.
    fn take(&mut self) -> Taken {
        let (snapshots, standing) = (self.snapshots(), self.shard.standing().unwrap().unwrap());
        let reader = self.shard.store_mut().reader();
        reader.frozen(|height, view| snapshots.take(standing, height, view)).unwrap().unwrap()
    }

    fn content(&self) -> Vec<Entry> {
        self.shard.view().scan(&ALL).unwrap()
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(format!("data/snapshots/{}/{name}", self.shard.id()))
    }

    /// All objects, by name.
    fn objects(&self) -> BTreeMap<String, Vec<u8>> {
        let objects = Objects::in_directory(&self.path("")).unwrap();
        let of = |folder: String| {
            let names = objects.list(&folder).unwrap().objects;
            names.into_iter().map(move |name| format!("{folder}/{name}"))
        };
        let names = objects.list("").unwrap().folders.into_iter().flat_map(of);
        names.map(|name| (name.clone(), objects.read(&name).unwrap().unwrap())).collect()
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        Objects::in_directory(&self.path("")).unwrap().replace(name, bytes.to_vec()).unwrap();
    }

    fn delete(&self, name: &str) {
        Objects::in_directory(&self.path("")).unwrap().remove(name).unwrap();
    }
}

fn loaded(snapshots: &Snapshots, height_max: u64) -> Result<(Loaded, Vec<Entry>), SnapshotsError> {
    let mut store = MemoryStore::default();
    let loaded = snapshots.load_newest(height_max, &mut store)?;
    assert_eq!(store.applied(), Ok(loaded.height));
    Ok((loaded, store.view().scan(&ALL).unwrap()))
}

#[test]
fn a_snapshot_is_loaded_as_it_was_taken() {
    let mut world = World::of(40);
    let taken = world.take();
    let (at, content) = (world.shard.position().clone(), world.content());
    assert_eq!(taken.manifest.standing.checkpoint.header.root_after, at.root);
    let snapshots = world.snapshots();
    assert_eq!(snapshots.verify(&taken.id).unwrap(), taken.manifest);
    let (found, entries) = loaded(&snapshots, u64::MAX).unwrap();
    assert_eq!((found.id, found.height, entries), (taken.id.clone(), at.height, content.clone()));
    let mut rocks = RocksStore::open(&world.folder.path().join("store")).unwrap();
    assert_eq!(snapshots.load(&taken.id, &mut rocks).unwrap(), at.height);
    assert_eq!(rocks.view().scan(&ALL).unwrap(), content);
    assert!(matches!(snapshots.load(&taken.id, &mut rocks), Err(SnapshotsError::NotEmpty)));
}

/// A view that waits, whenever it is scanned, until a block has been committed.
struct Stepping<'a> {
    view: &'a dyn View,
    asks: Mutex<Sender<()>>,
    answers: Mutex<Receiver<()>>,
}

impl View for Stepping<'_> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        self.view.get(key)
    }

    fn scan(&self, scan: &Scan<'_>) -> Result<Vec<Entry>, Fault> {
        self.asks.lock().unwrap().send(()).unwrap();
        self.answers.lock().unwrap().recv().unwrap();
        self.view.scan(scan)
    }
}

/// Between any two reads of the snapshot the shard commits a block that changes what was read and what was
/// not; the snapshot is of the height at which it was begun.
#[test]
fn a_snapshot_is_of_its_height_while_the_shard_commits() {
    let mut world = World::of(900);
    let (before, content) = (world.shard.position().clone(), world.content());
    let (snapshots, standing) = (world.snapshots(), world.shard.standing().unwrap().unwrap());
    let reader = world.shard.store_mut().reader();
    let ((asks, asked), (answer, answers)) = (channel(), channel());
    let taken = std::thread::scope(|scope| {
        let taker = scope.spawn(move || {
            reader.frozen(|height, view| {
                let view = Stepping { view, asks: Mutex::new(asks), answers: Mutex::new(answers) };
                snapshots.take(standing, height, &view)
            })
        });
        let mut blocks = 0;
        while asked.recv().is_ok() {
            blocks += 1;
            let hits = (0..20).map(|n| world.hit(blocks * 10 + n * 67)).collect();
            world.submit(hits);
            answer.send(()).unwrap();
        }
        assert!(blocks >= 4, "the state was read at once");
        taker.join().unwrap().unwrap().unwrap()
    });
    assert!(world.shard.position().height >= before.height + 4);
    assert_ne!(world.content(), content);
    let header = taken.manifest.standing.checkpoint.header;
    assert_eq!((header.height, header.root_after), (before.height, before.root));
    assert_eq!(loaded(&world.snapshots(), u64::MAX).unwrap().1, content);
}

#[test]
fn a_snapshot_of_another_height_than_its_history_is_not_taken() {
    let mut world = World::of(1);
    let standing = world.shard.standing().unwrap().unwrap();
    let hit = world.hit(1);
    world.submit(vec![hit]);
    let snapshots = world.snapshots();
    let reader = world.shard.store_mut().reader();
    let taken = reader.frozen(|height, view| snapshots.take(standing, height, view)).unwrap();
    assert!(matches!(taken, Err(SnapshotsError::Moved { wanted: 2, found: 3 })));
    assert!(snapshots.list().unwrap().is_empty());
}

/// Every byte of the manifest and of a chunk: refused by a number, never loaded, and the store is of no
/// height.
#[test]
fn any_changed_byte_of_manifest_or_chunk_is_refused() {
    let mut world = World::of(6);
    let taken = world.take();
    let snapshots = world.snapshots();
    let objects = world.objects();
    let spoiled: Vec<_> =
        objects.iter().filter(|(name, _)| !name.contains("/0-") && !is_marker(name)).collect();
    assert_eq!(spoiled.len(), 2, "a manifest and a chunk");
    for (name, bytes) in spoiled {
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << (at % 8);
            world.put_quickly(name, &changed);
            let error = snapshots.verify(&taken.id).err().unwrap_or_else(|| panic!("{name}: byte {at}"));
            assert!((1001..=3999).contains(&error.code()), "{name}: byte {at}: {error}");
        }
        for cut in [0, 1, bytes.len() / 2, bytes.len() - 1] {
            world.put_quickly(name, &bytes[..cut]);
            assert!(snapshots.verify(&taken.id).is_err(), "{name} cut at {cut}");
            let mut store = MemoryStore::default();
            assert!(snapshots.load(&taken.id, &mut store).is_err());
            assert_eq!(store.applied(), Ok(0));
        }
        world.put_quickly(name, bytes);
    }
    assert!(snapshots.verify(&taken.id).is_ok());
}

fn is_marker(name: &str) -> bool {
    PHASES.iter().any(|(_, marker)| name.ends_with(marker))
}

impl World {
    /// Without an fsync: thousands of bytes are changed.
    fn put_quickly(&self, name: &str, bytes: &[u8]) {
        let dir = cap_std::fs::Dir::open_ambient_dir(self.path(""), cap_std::ambient_authority()).unwrap();
        dir.write(name, bytes).unwrap();
    }
}

#[test]
fn the_newest_that_can_be_used_is_loaded() {
    let mut world = World::of(3);
    let mut taken = Vec::new();
    for account in 10..13 {
        taken.push((world.take(), world.content()));
        let hit = world.hit(account);
        world.submit(vec![hit]);
    }
    let snapshots = world.snapshots();
    let heights: Vec<u64> = snapshots.list().unwrap().iter().map(|it| it.height).collect();
    assert_eq!(heights, [4, 3, 2]);
    let used =
        |height_max| loaded(&snapshots, height_max).map(|(it, content)| (it.height, content, it.refused));
    assert_eq!(used(99).unwrap().1, taken[2].1);
    assert_eq!(used(3).unwrap().1, taken[1].1);
    assert!(
        matches!(used(1), Err(SnapshotsError::NoneUsable { height_max: 1, refused }) if refused.is_empty())
    );

    world.delete(&format!("{}/manifest", taken[2].0.id));
    let chunk = taken[1].0.manifest.parts[0].name;
    world.put(&format!("chunks/{chunk}"), b"rotten");
    let (height, content, refused) = used(99).unwrap();
    assert_eq!((height, &content), (2, &taken[0].1));
    let codes: Vec<u16> = refused.iter().map(|(_, error)| error.code()).collect();
    assert_eq!(codes, [7061, 3101]);
    world.delete(&format!("{}/manifest", taken[0].0.id));
    assert!(matches!(used(99), Err(SnapshotsError::NoneUsable { refused, .. }) if refused.len() == 3));
}

#[test]
fn chunks_are_shared_and_rotten_ones_are_mended_by_the_next_snapshot() {
    let mut world = World::of(3);
    let first = world.take();
    let second = world.take();
    assert_eq!((first.written, second.written), (1, 0));
    assert_eq!(first.manifest.parts, second.manifest.parts);
    world.put(&format!("chunks/{}", first.manifest.parts[0].name), b"rotten");
    assert_eq!(world.snapshots().verify(&first.id).err().map(|error| error.code()), Some(3101));
    assert_eq!(world.take().written, 1);
    assert!(world.snapshots().verify(&first.id).is_ok());
}

#[test]
fn one_of_two_takes_a_step() {
    let mut world = World::of(1);
    let id = world.take().id;
    let (one, other) = (world.snapshots(), world.snapshots());
    assert!(one.advance(&id, Phase::Committed, Step::Supersede, 1).is_ok());
    let again = other.advance(&id, Phase::Committed, Step::Supersede, 2);
    assert!(matches!(again, Err(SnapshotsError::Raced { phase: Phase::Superseded, .. })));
    let illegal = other.advance(&id, Phase::Committed, Step::Collect, 2);
    assert_eq!(illegal.err().map(|error| error.code()), Some(5301));
}

/// A crash while a snapshot is taken leaves its objects up to some point, in the order in which they are
/// made; it is never loaded, and the collector leaves nothing of it.
#[test]
fn a_snapshot_cut_off_anywhere_is_never_loaded_and_is_collected() {
    let mut world = World::of(3);
    let kept = world.take();
    let hit = world.hit(9);
    world.submit(vec![hit]);
    let before = world.objects();
    let taken = world.take();
    let whole = world.objects();
    let chunk = format!("chunks/{}", taken.manifest.parts[0].name);
    let order = ["0-uploading", "", "manifest", "1-verifying", "2-committed"];
    let name = |it: &str| if it.is_empty() { chunk.clone() } else { format!("{}/{it}", taken.id) };
    let snapshots = world.snapshots();
    for made in 1..order.len() {
        for name in order.iter().map(|it| name(it)) {
            world.delete(&name);
        }
        for name in order[..made].iter().map(|it| name(it)) {
            world.put(&name, &whole[&name]);
        }
        assert_eq!(loaded(&snapshots, u64::MAX).unwrap().0.id, kept.id, "{made} made");
        let refused = snapshots.load(&taken.id, &mut MemoryStore::default());
        assert!(matches!(refused, Err(SnapshotsError::NotCommitted { .. })), "{made} made: {refused:?}");
        let now = now_ms();
        let young = snapshots.collect(&POLICY, now).unwrap();
        assert!(young.removed.is_empty(), "somebody may be at work on it");
        let stale = snapshots.collect(&Policy { stale_ms: 0, ..POLICY }, now).unwrap();
        assert_eq!((stale.removed, stale.chunks_kept), (vec![taken.id.clone()], false));
        assert_eq!(world.objects(), before, "{made} made");
    }
}

#[test]
fn the_oldest_are_superseded_stay_for_their_grace_and_then_go() {
    let mut world = World::of(1);
    let mut ids = Vec::new();
    for account in 1..=4 {
        ids.push(world.take().id);
        let hit = world.hit(account);
        world.submit(vec![hit]);
    }
    let (snapshots, now) = (world.snapshots(), now_ms());
    let collected = snapshots.collect(&POLICY, now).unwrap();
    assert_eq!((collected.superseded, collected.removed.len()), (ids[..2].to_vec(), 0));
    assert!(snapshots.load(&ids[0], &mut MemoryStore::default()).is_ok(), "it has its grace");
    let later = snapshots.collect(&POLICY, now + POLICY.grace_ms).unwrap();
    assert_eq!((later.removed.len(), later.chunks), (2, 2));
    assert_eq!(snapshots.list().unwrap().len(), 2);
    assert!(ids[2..].iter().all(|id| snapshots.verify(id).is_ok()));
    assert_eq!(snapshots.collect(&POLICY, now + POLICY.grace_ms).unwrap(), Collected::default());
}

/// What the collector removes goes in an order in which it is never taken for more than it was.
#[test]
fn a_removal_cut_off_anywhere_is_gone_on_with() {
    let mut world = World::of(1);
    let ids = [world.take().id, world.take().id, world.take().id];
    let snapshots = world.snapshots();
    let now = now_ms();
    let superseded = snapshots.collect(&POLICY, now).unwrap().superseded;
    let [gone] = superseded.as_slice() else { panic!("{superseded:?} of {ids:?}") };
    let removed = ["manifest", "0-uploading", "1-verifying", "2-committed"];
    for name in removed {
        world.delete(&format!("{gone}/{name}"));
        let it = snapshots.list().unwrap().into_iter().find(|it| it.id == *gone).unwrap();
        assert_eq!(it.phase, Phase::Superseded);
        assert_eq!(snapshots.load(gone, &mut MemoryStore::default()).err().map(|e| e.code()), Some(7061));
        assert!(snapshots.collect(&POLICY, now).unwrap().chunks_kept);
    }
    let done = snapshots.collect(&POLICY, now + POLICY.grace_ms).unwrap();
    assert_eq!(done.removed, std::slice::from_ref(gone));
    assert_eq!(snapshots.list().unwrap().len(), 2);
}
