//! A shard to which nothing happens, and which makes other blocks of the same calls, comes to the same
//! effects and the same state.

use super::content;
use crate::birth;
use crate::disk::SimDisk;
use crate::rng::Rng;
use crate::store::SimStore;
use crate::trace::{Violation, ensure};
use crate::world::SimShard;
use abi::Hash;
use journal::Block;
use kernel::recover::Opening;
use kernel::{Batch, Request, Shard};

const PROPERTY: &str = "neither crashes nor blocks are seen by a program";

pub(super) fn check(shard: &SimShard, blocks: &[Block], rng: &mut Rng) -> Result<(), Violation> {
    let mut twin = Shard::create(Opening {
        genesis: shard.genesis().clone(),
        keyring: kernel::Keyring::new(birth::writers().into()),
        disk: SimDisk::default(),
        store: SimStore::default(),
        programs: birth::catalogue(),
        build: "an undisturbed sim".into(),
    })
    .map_err(|error| Violation::new(PROPERTY, error))?;
    let entries = blocks.iter().flat_map(|block| &block.entries);
    let requests = entries.map(|entry| Request { signed: entry.call.clone(), now_ms: entry.time_ms });
    let block_calls = *rng.pick(&[1, 7, 1_000]);
    let batch = Batch { requests: requests.collect(), block_calls, stop_at_rejection: true };
    twin.submit(batch).map_err(|fault| Violation::new(PROPERTY, fault))?;
    let mut effects = Vec::new();
    for height in 1..=twin.position().height {
        if let Ok(Some(block)) = twin.block(height) {
            effects.extend(effects_of(&block, shard));
        }
    }
    let disturbed: Vec<Hash> = blocks.iter().flat_map(|block| effects_of(block, shard)).collect();
    ensure(effects == disturbed, PROPERTY, || "other effects".into())?;
    ensure(twin.position().root == shard.position().root, PROPERTY, || "another root".into())?;
    ensure(content(&*twin.view())? == content(&*shard.view())?, PROPERTY, || "another content".into())
}

fn effects_of(block: &Block, shard: &SimShard) -> Vec<Hash> {
    block.records(shard.genesis().profile).iter().map(|record| record.effect.hash()).collect()
}
