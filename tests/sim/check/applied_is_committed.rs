//! The store is never ahead of what is committed: there is no way back from there.

use crate::disk::SimDisk;
use crate::store::SimStore;
use crate::trace::{Violation, ensure};
use abi::Hash;
use journal::Journal;

const PROPERTY: &str = "applied ≤ committed";

pub(crate) fn check(store: &SimStore, disk: &SimDisk, shard: Hash) -> Result<(), Violation> {
    if store.height() == 0 {
        return Ok(());
    }
    let (synced, _) = Journal::open(disk.synced(), shard).map_err(|fault| Violation::of(PROPERTY, fault))?;
    ensure(store.height() <= synced.height(), PROPERTY, || {
        format!("the store is at {}, a power cut would leave {}", store.height(), synced.height())
    })
}
