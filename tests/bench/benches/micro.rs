//! The smallest pieces that a call pays for: the codec, hashes, signatures, the tree and its proofs, host calls.
//! Criterion runs them; `tests/bench/run.sh micro` calls it.

use abi::Hash;
use abi::call::Caller;
use abi::codec::{Decode, Encode};
use abi::diff::Diff;
use abi::effect::Effect;
use abi::hash::{STATE_NODE, STATE_VALUE};
use abi::record::{Placement, Record};
use abi::session::{Context, Mode};
use abi::sign::SecretKey;
use abi::view::View;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use state::{KeysProof, Tree};
use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;
use vm::{Engine, Job, Vm};

/// Keys of the tree.
const KEYS: u32 = 100_000;
/// Host calls of one run.
const LOOP: u32 = 1_000;

fn hash(n: u32) -> Hash {
    STATE_VALUE.hash_padded(&n.to_be_bytes())
}

fn record() -> Record {
    let effect = Effect {
        version: abi::VERSION,
        shard: hash(1),
        seq: 1 << 40,
        time_ms: 1_700_000_000_000,
        program: hash(2),
        profile: hash(3),
        caller: Caller::Key(SecretKey::from_seed(&[7; 32]).public()),
        call: hash(4),
        key: hash(5).0,
        expires_ms: 1_700_000_060_000,
        outcome: 0,
        output: hash(6),
        diff: hash(7),
        events: hash(8),
        messages: hash(9),
    };
    let placement =
        Placement { height: 1 << 30, index: 7, epoch: 1, root_before: hash(10), root_after: hash(11) };
    Record { effect, fuel: 12_345, placement }
}

fn codec(criterion: &mut Criterion) {
    let (record, bytes) = (record(), record().to_bytes());
    let mut group = criterion.benchmark_group("codec");
    group.throughput(Throughput::Bytes(bytes.len() as u64));
    group.bench_function("encode a record", |bencher| bencher.iter(|| black_box(&record).to_bytes()));
    group.bench_function("decode a record", |bencher| {
        bencher.iter(|| Record::from_bytes(black_box(&bytes)).expect("it was encoded"));
    });
    group.bench_function("read the same bytes with ciborium", |bencher| {
        bencher.iter(|| {
            let value: ciborium::Value = ciborium::from_reader(black_box(&bytes[..])).expect("it is CBOR");
            value
        });
    });
}

fn hashes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("hash");
    group.bench_function("a node", |bencher| {
        let sides = [hash(1), hash(2)];
        bencher.iter(|| STATE_NODE.hash_pair(black_box(&sides[0]), black_box(&sides[1])));
    });
    let blocks: Vec<[u8; 64]> = (0..1_024u32)
        .map(|n| [hash(n).0, hash(n + 1).0].concat())
        .map(|block| block.try_into().expect("two hashes are a block"))
        .collect();
    group.throughput(Throughput::Elements(blocks.len() as u64));
    group.bench_function("1024 nodes in lanes", |bencher| {
        let mut digests = Vec::with_capacity(blocks.len());
        bencher.iter(|| {
            digests.clear();
            STATE_NODE.hash_many(black_box(&blocks), &mut digests);
        });
    });
    let value = vec![7; 300];
    group.throughput(Throughput::Bytes(300));
    group.bench_function("a value of 300 bytes", |bencher| {
        bencher.iter(|| STATE_VALUE.hash_padded(black_box(&value)));
    });
}

fn signatures(criterion: &mut Criterion) {
    let (key, said) = (SecretKey::from_seed(&[1; 32]), hash(1));
    let mut group = criterion.benchmark_group("signature");
    group.bench_function("sign", |bencher| bencher.iter(|| key.sign(black_box(&said.0))));
    let (public, signature) = (key.public(), key.sign(&said.0));
    group.bench_function("verify strictly", |bencher| {
        bencher.iter(|| assert!(public.verifies(black_box(&said.0), &signature)));
    });
}

type Map = BTreeMap<Vec<u8>, Vec<u8>>;

fn map() -> Map {
    (0..KEYS).map(|n| ([&[1], &hash(n).0[..]].concat(), hash(n ^ 1).0.to_vec())).collect()
}

fn tree(criterion: &mut Criterion) {
    let map = map();
    let view: Arc<dyn View> = Arc::new(map.clone());
    let mut tree = Tree::build(&*view).expect("a map is no disk");
    let keys: Vec<&Vec<u8>> = map.keys().collect();
    let mut group = criterion.benchmark_group("tree");
    let (key, root) = (keys[keys.len() / 3], tree.root());
    group.bench_function("prove a key of 100000", |bencher| {
        bencher.iter(|| tree.prove(&*view, &[black_box(key)]).expect("the view is the tree's"));
    });
    let proof = tree.prove(&*view, &[key]).expect("the view is the tree's").to_bytes();
    group.bench_function("read and verify its proof", |bencher| {
        bencher.iter(|| {
            let proof = KeysProof::from_bytes(black_box(&proof)).expect("it was encoded");
            assert_eq!(proof.verify(&root).expect("it is a proof").len(), 1);
        });
    });
    for size in [1usize, 1_000] {
        // Values alone change, so that the tree never asks the view.
        let updates = |round: u8| -> Diff {
            let (value, keys) = ([round; 32], keys.iter().step_by(keys.len() / size).take(size));
            keys.map(|key| (&key[..], Some(&value[..]))).collect()
        };
        let (diffs, mut round) = ([updates(1), updates(2)], 0);
        group.throughput(Throughput::Elements(size as u64));
        group.bench_function(format!("{size} updates of 100000 keys"), |bencher| {
            bencher.iter(|| {
                round ^= 1;
                tree.apply(&view, &diffs[round]).expect("the view is the tree's")
            });
        });
    }
}

/// A guest that makes one host call in a loop.
fn guest(call: &str) -> Vec<u8> {
    let text = format!(
        r#"(module
            (import "foil" "state_get" (func $get (param i32 i32 i32 i32) (result i64)))
            (import "foil" "state_put" (func $put (param i32 i32 i32 i32)))
            (import "foil" "answer" (func $answer (param i32 i32)))
            (memory (export "memory") 1 1)
            (data (i32.const 0) "key")
            (func (export "call:main") (local $left i32)
                (local.set $left (i32.const {LOOP}))
                (loop $again
                    {call}
                    (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
                (call $answer (i32.const 0) (i32.const 1))))"#
    );
    wat::parse_str(text).expect("it is a module")
}

fn host_calls(criterion: &mut Criterion) {
    let vm = Vm::new(Engine::Cranelift).expect("the engine starts");
    let view: Arc<dyn View> = Arc::new(Map::from([(b"\x01key".to_vec(), vec![7; 8])]));
    let job = || Job {
        view: view.clone(),
        context: Context { shard: Hash::ZERO, seq: 0, time_ms: 0, caller: Caller::Nobody, call: Hash::ZERO },
        mode: Mode::Call,
        method: "main".into(),
        input: Vec::new(),
        fuel_max: 100_000_000,
    };
    let mut group = criterion.benchmark_group("host call");
    group.throughput(Throughput::Elements(u64::from(LOOP)));
    let calls = [
        ("none, the loop alone", ""),
        ("get", "(drop (call $get (i32.const 0) (i32.const 3) (i32.const 64) (i32.const 8)))"),
        ("put", "(call $put (i32.const 0) (i32.const 3) (i32.const 64) (i32.const 8))"),
    ];
    for (name, call) in calls {
        let program = vm.admit(&guest(call)).expect("the guest is admitted");
        let run = |job| vm.run(&program, job).expect("the host works");
        assert!(run(job()).outcome.is_returned(), "{name}");
        group.bench_function(format!("1000 times {name}"), |bencher| {
            bencher.iter_batched(job, run, BatchSize::SmallInput);
        });
    }
}

criterion_group!(micro, codec, hashes, signatures, tree, host_calls);
criterion_main!(micro);
