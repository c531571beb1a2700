//! The rung that needs a snapshot; the others are shown by `tests/cli/recovery.rs`.

use super::*;
use crate::commands::submit;
use crate::data::NodeShard;
use crate::place::Terms;
use abi::call::{Call, SignedCall};
use abi::genesis::{CommitPolicy, Genesis, JUMP_MS_DEFAULT, Quorum, TimePolicy, WINDOW_MS_DEFAULT};
use abi::id::Hash;
use abi::profile::Profile;
use abi::sign::SecretKey;
use abi::system::{Act, Deploy};
use kernel::ladder::{Rung, StoreFound};
use std::path::Path;

const NOW_MS: u64 = 1_000_000;

fn deploy(data: &Data, shard: &mut NodeShard, wasm: &[u8], key: u8) {
    let program = data.programs().unwrap().keep(wasm).unwrap();
    let (method, args) = Act::Deploy(Deploy { program }).to_call();
    let call = Terms::of(shard).call(method, args, [key; 32], NOW_MS + 1_000, 1_000_000);
    let call = Call { program: Some(Profile::One.system()), ..call };
    submit(shard, SignedCall::authorize(call, &[&SecretKey::from_seed(&[2; 32])]), NOW_MS).unwrap();
}

/// A data directory with a shard of three blocks, closed, and snapshots after the first two.
fn closed(path: &Path) -> (Data, Hash) {
    let data = Data::create(path).unwrap();
    let genesis = Genesis {
        version: abi::VERSION,
        profile: Profile::One.hash(),
        origin: "localhost".into(),
        authority: Quorum { threshold: 1, keys: vec![SecretKey::from_seed(&[2; 32]).public()] },
        writer: data.key().unwrap().public(),
        commit: CommitPolicy { writes: 1, replicas: Vec::new() },
        window_ms: WINDOW_MS_DEFAULT,
        time: TimePolicy { start_ms: NOW_MS, jump_ms: JUMP_MS_DEFAULT },
        witnesses: Quorum::default(),
        nonce: [0; 16],
    };
    let mut shard = data.create_shard(&genesis, "tests".into()).unwrap();
    let counter = include_bytes!("../../../../guests/wasm/counter.wasm");
    let hostile = include_bytes!("../../../../guests/wasm/hostile.wasm");
    for (key, wasm) in [(1, &counter[..]), (2, &hostile[..]), (3, &counter[..])] {
        deploy(&data, &mut shard, wasm, key);
        if key < 3 {
            let snapshots = data.snapshots(shard.id()).unwrap();
            let standing = shard.standing().unwrap().unwrap();
            let reader = shard.store_mut().reader();
            reader.frozen(|height, view| snapshots.take(standing, height, view)).unwrap().unwrap();
        }
    }
    shard.close().unwrap();
    (data, genesis.id())
}

#[test]
fn a_lost_store_is_made_of_a_snapshot_and_the_blocks_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let (data, id) = closed(&folder.path().join("data"));
    let home = data.home(id).unwrap();
    let whole = home.store_found();
    home.dir.remove_dir_all("store").unwrap();
    home.dir.create_dir("store.new").unwrap();
    let snapshots = data.kept_snapshots(id).unwrap();
    let recovery = Recovery { data: &data, home: &home, snapshots: snapshots.as_ref(), now_ms: NOW_MS };
    let plan = recovery.plan().unwrap();
    assert_eq!((plan.rung, plan.steps.len()), (Rung::Snapshot, 2));
    recovery.carry_out(&plan, 1).unwrap();
    assert!(matches!(home.store_found(), StoreFound::At { height: 2, .. }));
    let rest = recovery.plan().unwrap();
    assert_eq!((rest.rung, &rest.steps[0].deed), (Rung::Replay, &plan.steps[1].deed));
    recovery.carry_out(&rest, 9).unwrap();
    assert_eq!(home.store_found(), whole);
    assert!(recovery.plan().unwrap().is_empty() && !home.dir.exists("store.new"));
    assert_eq!(data.open_shard(id, "tests".into()).unwrap().1.height, 3);
}

/// One that rots after it was planned with is refused before it has a name, and the next plan is without it.
#[test]
fn a_snapshot_that_rots_is_not_served() {
    let folder = tempfile::tempdir().unwrap();
    let (data, id) = closed(&folder.path().join("data"));
    let home = data.home(id).unwrap();
    home.dir.remove_dir_all("store").unwrap();
    let snapshots = data.kept_snapshots(id).unwrap();
    let recovery = Recovery { data: &data, home: &home, snapshots: snapshots.as_ref(), now_ms: NOW_MS };
    let plan = recovery.plan().unwrap();
    assert_eq!(plan.rung, Rung::Snapshot);
    let chunks = data.dir.open_dir(format!("snapshots/{id}/chunks")).unwrap();
    for chunk in chunks.entries().unwrap() {
        let name = chunk.unwrap().file_name();
        let mut bytes = chunks.read(&name).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        chunks.write(&name, bytes).unwrap();
    }
    assert!(matches!(recovery.carry_out(&plan, 9), Err(NodeError::Snapshots(_))));
    assert!(!home.dir.exists("store"));
    let plan = recovery.plan().unwrap();
    assert_eq!((plan.rung, plan.steps.len()), (Rung::Rebuild, 1));
    recovery.carry_out(&plan, 9).unwrap();
    data.open_shard(id, "tests".into()).unwrap();
}
