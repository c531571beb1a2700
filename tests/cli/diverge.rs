//! Two histories of one shard, and the first difference between them.

use crate::foil::{Folder, guest};
use abi::call::{Call, Caller, SignedCall};
use abi::codec::Bytes;
use abi::genesis::{CommitPolicy, Genesis, Quorum, TimePolicy};
use abi::hash::PROGRAM;
use abi::profile::Profile;
use abi::sign::SecretKey;
use abi::system::{Act, Deploy};
use abi::view::{Entry, Scan, View};
use journal::{BundleWriter, MemoryDisk};
use kernel::recover::Opening;
use kernel::{Batch, Keyring, Request, Shard};
use serde_json::json;
use state::{Diff, Fault, MemoryStore, Store};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const START_MS: u64 = 1_357_000_000_000;
const TOTAL: &[u8] = b"\x01total\0";

fn key(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
}

/// A host whose host call `state_get` is wrong: from some moment on, it reads one more of one key.
#[derive(Clone, Default)]
struct Wrong {
    store: MemoryStore,
    is_wrong: Arc<AtomicBool>,
}

impl Store for Wrong {
    fn view(&self) -> Arc<dyn View> {
        Arc::new(self.clone())
    }

    fn applied(&self) -> Result<u64, Fault> {
        self.store.applied()
    }

    fn apply_all(&mut self, heights: RangeInclusive<u64>, writes: &Diff) -> Result<(), Fault> {
        self.store.apply_all(heights, writes)
    }

    fn flush(&mut self) -> Result<(), Fault> {
        self.store.flush()
    }
}

impl View for Wrong {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        let mut value = self.store.get(key)?;
        if key == TOTAL && self.is_wrong.load(Ordering::Relaxed) {
            value = value.map(|value| value.iter().map(|byte| byte + 1).collect());
        }
        Ok(value)
    }

    fn scan(&self, scan: &Scan<'_>) -> Result<Vec<Entry>, Fault> {
        View::scan(&self.store, scan)
    }
}

fn genesis() -> Genesis {
    Genesis {
        version: abi::VERSION,
        profile: Profile::One.hash(),
        origin: "foil.example/diverge".into(),
        authority: Quorum { threshold: 1, keys: vec![key(2).public()] },
        writer: key(1).public(),
        commit: CommitPolicy { writes: 1, replicas: Vec::new() },
        window_ms: 1_000_000,
        time: TimePolicy { start_ms: START_MS, jump_ms: 1_000_000 },
        witnesses: Quorum::default(),
        nonce: [0; 16],
    }
}

fn call(method: &str, args: Vec<u8>, n: u8) -> Call {
    Call {
        version: abi::VERSION,
        shard: genesis().id(),
        program: None,
        method: method.into(),
        args: Bytes(args),
        salt: [n; 32],
        caller: Caller::Nobody,
        key: [n; 32],
        expires_ms: START_MS + 500_000,
        fuel_max: 10_000_000,
    }
}

/// The bundle of a shard with a deploy and hits of the given numbers, two in a block, by a host that is wrong from
/// the hit `wrong_from` on.
fn bundle(hits: &[u8], wrong_from: usize) -> Vec<u8> {
    let wasm = std::fs::read(guest("counter")).unwrap();
    let program = PROGRAM.hash(&wasm);
    let programs = BTreeMap::from([(program, wasm.clone())]);
    let store = Wrong::default();
    let mut shard = Shard::create(Opening {
        genesis: genesis(),
        keyring: Keyring::new(vec![key(1)]),
        disk: MemoryDisk::new(),
        store: store.clone(),
        programs: Box::new(programs),
        build: "diverge".into(),
    })
    .unwrap();
    let mut submit = |calls: Vec<SignedCall>| {
        let requests = calls.into_iter().map(|signed| Request { signed, now_ms: START_MS + 1 }).collect();
        shard.submit(Batch { requests, block_calls: 2, stop_at_rejection: true }).unwrap();
    };
    let (method, args) = Act::Deploy(Deploy { program }).to_call();
    let deploy = Call { program: Some(Profile::One.system()), ..call(method, args, 0) };
    submit(vec![SignedCall::authorize(deploy, &[&key(2)])]);
    for (at, pair) in hits.chunks(2).enumerate() {
        store.is_wrong.store(2 * at >= wrong_from, Ordering::Relaxed);
        let caller = Caller::Key(key(3).public());
        let hit = |n: &u8| {
            SignedCall::sign(Call { caller: caller.clone(), ..call("hit", vec![0x80], *n) }, &key(3))
        };
        submit(pair.iter().map(hit).collect());
    }
    let mut writer = BundleWriter::new(Vec::new(), &genesis(), None, shard.position().height).unwrap();
    writer.program(&wasm).unwrap();
    for height in 1..=shard.position().height {
        let block = shard.block(height).unwrap().unwrap();
        writer.block(&block, shard.commitment(height).unwrap().as_ref(), None).unwrap();
    }
    writer.finish().unwrap()
}

const NEVER: usize = usize::MAX;

/// The issue's own case: one wrong host call is found, named to the key, and the bundle reproduces it.
#[test]
fn a_planted_miscomputation_is_named_to_the_key_and_the_host_call() {
    let folder = Folder::new();
    let hits: Vec<u8> = (1..=8).collect();
    folder.write("right.foil", bundle(&hits, NEVER));
    folder.write("wrong.foil", bundle(&hits, 4));
    let found = folder.foil("diverge right.foil wrong.foil").exits(13);
    assert_eq!((&found["height"], &found["seq"]), (&json!(4), &json!(5)), "{found}");
    assert_eq!(found["differs"], json!(["checkpoint", "receipt", "execution", "state root"]));
    assert_eq!(found["keys"], json!(["01746f74616c00"]));
    let call = &found["host_call"];
    assert_eq!((&call["name"], &call["key"]), (&json!("state_get"), &json!("746f74616c00")), "{found}");
    assert_eq!(found["sides"][0]["run_again"], "confirmed");
    assert!(found["sides"][1]["run_again"].as_str().unwrap().contains("seq=5"), "{found}");

    let shard = genesis().id();
    for engine in ["cranelift", "wasmi"] {
        let again = folder.verify(&format!("--shard {shard} --engine {engine} diverged.foil")).exits(13);
        assert_eq!((&again["height"], &again["seq"]), (&json!(4), &json!(5)), "{again}");
    }
    let fork = folder.verify(&format!("--shard {shard} diverged.fork")).ok();
    assert_eq!(fork["kind"], "fork");
    // The wrong one is wrong alone, too, and the right one right, by one worker or several.
    for jobs in [1, 2] {
        let verdict = folder.verify(&format!("--shard {shard} --jobs {jobs} wrong.foil")).exits(13);
        assert_eq!((&verdict["height"], &verdict["seq"]), (&json!(4), &json!(5)));
        folder.verify(&format!("--shard {shard} --jobs {jobs} right.foil")).ok();
    }
}

#[test]
fn other_calls_are_a_fork_and_no_miscomputation() {
    let folder = Folder::new();
    folder.write("one.foil", bundle(&[1, 2, 3, 4], NEVER));
    folder.write("other.foil", bundle(&[1, 2, 3, 5, 6], NEVER));
    let found = folder.foil("diverge one.foil other.foil").exits(13);
    assert_eq!((&found["height"], &found["seq"]), (&json!(3), &json!(4)), "{found}");
    assert_eq!((&found["first"], &found["differs"][1]), (&json!("checkpoint"), &json!("journal")));
    assert!(found["sides"].as_array().unwrap().iter().all(|side| side["run_again"] == "confirmed"));
    assert_eq!((&found["reproduction"], &found["host_call"]), (&json!(null), &json!(null)));
    folder.verify(&format!("--shard {} diverged.fork", genesis().id())).ok();
}

#[test]
fn a_history_that_goes_on_is_no_difference() {
    let folder = Folder::new();
    folder.write("short.foil", bundle(&[1, 2], NEVER));
    folder.write("long.foil", bundle(&[1, 2, 3, 4], NEVER));
    let same = folder.foil("diverge short.foil long.foil").ok();
    assert_eq!((&same["height"], &same["goes_on"]), (&json!(2), &json!("long.foil")));
    folder.foil("diverge short.foil short.foil").ok();
}

#[test]
fn histories_of_two_shards_cannot_be_compared() {
    let (folder, _) = Folder::serving(&guest("counter"));
    folder.foil("bundle --out shard.foil").ok();
    folder.write("other.foil", bundle(&[1], NEVER));
    folder.foil("diverge shard.foil other.foil").refuses(12, 6014);
    let same = folder.foil("diverge shard.foil foil-data").ok();
    assert_eq!(same["verdict"], "no difference");
}
