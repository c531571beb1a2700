//! A shard to which nothing happens, and which makes other blocks of the same calls, comes to the same
//! effects and the same state.
//!
//! But blocks end where the states ended that reverts lead to; and as a revert names a height, which is another one
//! there, the twin's authority signs its own reverts to the same states.

use super::content;
use crate::birth;
use crate::disk::SimDisk;
use crate::rng::Rng;
use crate::store::SimStore;
use crate::trace::{Violation, ensure};
use crate::world::SimShard;
use abi::Hash;
use abi::call::{Call, SignedCall};
use abi::codec::Bytes;
use abi::fault::Fault;
use abi::system::{Act, Revert};
use journal::{Block, Entry};
use kernel::recover::Opening;
use kernel::{Batch, Request, Shard};
use std::collections::BTreeSet;

const PROPERTY: &str = "neither crashes nor blocks are seen by a program";

pub(super) fn check(shard: &SimShard, blocks: &[Block], rng: &mut Rng) -> Result<(), Violation> {
    let broken = |fault: Fault| Violation::new(PROPERTY, fault);
    let mut twin = Shard::create(Opening {
        genesis: shard.genesis().clone(),
        keyring: kernel::Keyring::new(birth::writers().into()),
        disk: SimDisk::default(),
        store: SimStore::default(),
        programs: birth::catalogue(),
        build: "an undisturbed sim".into(),
    })
    .map_err(|error| Violation::new(PROPERTY, error))?;
    let reverts = || blocks.iter().filter_map(|block| Some((block, revert_of(block)?)));
    let sizes = reverts().filter_map(|(_, revert)| size_at(blocks, revert.height));
    let ends: BTreeSet<u64> = sizes.chain(reverts().map(|(block, _)| block.header.first_seq)).collect();
    let block_calls = *rng.pick(&[1, 7, 1_000]);
    let mut requests = Vec::new();
    for block in blocks {
        for (seq, entry) in (block.header.first_seq..).zip(&block.entries) {
            if ends.contains(&seq) {
                submit(&mut twin, std::mem::take(&mut requests), block_calls).map_err(broken)?;
            }
            let signed = match revert_of(block) {
                Some(revert) => translated(&twin, blocks, entry, revert).map_err(broken)?,
                None => entry.call.clone(),
            };
            requests.push(Request { signed, now_ms: entry.time_ms });
        }
    }
    submit(&mut twin, requests, block_calls).map_err(broken)?;
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

type Twin = Shard<SimDisk, SimStore>;

fn submit(twin: &mut Twin, requests: Vec<Request>, block_calls: usize) -> Result<(), Fault> {
    twin.submit(Batch { requests, block_calls, stop_at_rejection: true }).map(|_| ())
}

/// The revert that a block is.
fn revert_of(block: &Block) -> Option<Revert> {
    block.acts().into_iter().find_map(|(_, act)| match act {
        Act::Revert(revert) => Some(revert),
        _ => None,
    })
}

/// How many calls history had after a block.
fn size_at(blocks: &[Block], height: u64) -> Option<u64> {
    blocks.iter().map(|block| &block.header).find(|it| it.height == height).map(|it| it.history_size)
}

/// The same revert, by the height that its state has in the twin.
fn translated(twin: &Twin, blocks: &[Block], entry: &Entry, revert: Revert) -> Result<SignedCall, Fault> {
    let (size, mut height) = (size_at(blocks, revert.height), twin.position().height);
    while height > 0 && twin.block(height)?.map(|block| block.header.history_size) != size {
        height -= 1;
    }
    let (_, args) = Act::Revert(Revert { height, ..revert }).to_call();
    let [first, second, _] = birth::authority();
    Ok(SignedCall::authorize(Call { args: Bytes(args), ..entry.call.call.clone() }, &[&first, &second]))
}

/// What the calls of a block came to; of a revert, which is another call in the twin, the root it led to.
fn effects_of(block: &Block, shard: &SimShard) -> Vec<Hash> {
    if revert_of(block).is_some() {
        return vec![block.header.root_after];
    }
    shard.records_of(block).iter().map(|record| record.effect.hash()).collect()
}
