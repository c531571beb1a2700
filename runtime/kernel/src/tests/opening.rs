//! What a shard is opened with decides whether it is.

use super::fixture::{Sample, disk, genesis, key, opening, refusal};
use crate::recover::{Opening, Recovered};
use crate::{Shard, ShardError};
use abi::Coded;
use abi::diff::Diff;
use abi::fault::Fault;
use abi::genesis::{CommitPolicy, Genesis};
use abi::id::Hash;
use journal::MemoryDisk;
use state::{MemoryStore, Store};

/// The disk and store of a shard of three blocks, closed.
fn closed() -> (MemoryDisk, MemoryStore) {
    let mut sample = Sample::begun();
    for method in ["count", "put"] {
        let call = sample.signed(method);
        sample.ask(&call);
    }
    sample.shard.close().unwrap()
}

fn of_genesis(genesis: Genesis) -> Opening<MemoryDisk, MemoryStore> {
    Opening { disk: disk(&genesis), genesis, ..opening(MemoryDisk::new(), MemoryStore::default()) }
}

#[test]
fn a_genesis_that_this_build_cannot_serve_is_refused() {
    let cases = [
        (Genesis { profile: Hash([1; 32]), ..genesis() }, 5101),
        (Genesis { writer: key(2).public(), ..genesis() }, 5102),
        (Genesis { commit: CommitPolicy { writes: 2, replicas: vec![key(5).public()] }, ..genesis() }, 5103),
    ];
    for (genesis, code) in cases {
        let created = Shard::create(Opening { disk: MemoryDisk::new(), ..of_genesis(genesis.clone()) });
        assert_eq!(created.err().map(|error| error.code()), Some(code));
        assert_eq!(refusal(of_genesis(genesis)).code(), code);
    }
    let broken = Genesis { window_ms: 0, ..genesis() };
    assert!(matches!(refusal(of_genesis(broken)), ShardError::Genesis(_)));
}

#[test]
fn a_shard_is_made_once_and_found_again() {
    let shard = Shard::create(opening(MemoryDisk::new(), MemoryStore::default())).unwrap();
    let (disk, store) = shard.close().unwrap();
    let again = Shard::create(opening(disk.clone(), MemoryStore::default())).err();
    assert!(matches!(again, Some(ShardError::Fault(Fault::Io { .. }))));
    let (shard, recovered) = Shard::open(opening(disk, store)).unwrap();
    assert_eq!((shard.position().height, recovered.height), (0, 0));
    assert_eq!(shard.commitment(0), Ok(None));
    let nothing = refusal(opening(MemoryDisk::new(), MemoryStore::default()));
    assert!(matches!(nothing, ShardError::Fault(Fault::Io { .. })));
}

#[test]
fn a_shard_that_was_closed_has_nothing_to_recover() {
    let (disk, store) = closed();
    let (shard, Recovered { tail, store_height, height }) = Shard::open(opening(disk, store)).unwrap();
    assert_eq!((tail.cut, store_height, height), (None, 3, 3));
    assert_eq!(tail.commitment, shard.commitment(3).unwrap());
}

#[test]
fn a_store_that_lost_everything_is_made_again() {
    let (disk, store) = closed();
    let (shard, recovered) = Shard::open(opening(disk, MemoryStore::default())).unwrap();
    assert_eq!((recovered.store_height, recovered.height), (0, 3));
    let content = |view: &dyn state::View| view.get(b"\x01count").unwrap();
    assert_eq!(content(&*shard.view()), content(&*store.view()));
    assert!(content(&*store.view()).is_some());
}

#[test]
fn a_store_ahead_of_the_journal_is_refused() {
    let (_, store) = closed();
    let error = refusal(opening(disk(&genesis()), store));
    assert!(error.to_string().contains("it ends at 0, and block 3 was durable"), "{error}");
    assert!(matches!(error, ShardError::Fault(Fault::Corrupt { .. })));
}

#[test]
fn a_store_of_another_content_is_refused() {
    let (disk, _) = closed();
    let mut store = MemoryStore::default();
    store.apply(1, &Diff::new()).unwrap();
    let error = refusal(opening(disk, store));
    assert!(error.to_string().contains("its root at height 1 is"), "{error}");
}

#[test]
fn a_journal_of_another_shard_is_refused() {
    let other = disk(&Genesis { nonce: [1; 16], ..genesis() });
    let error = refusal(opening(other, MemoryStore::default()));
    assert!(matches!(error, ShardError::Fault(Fault::Foreign { .. })), "{error}");
}
