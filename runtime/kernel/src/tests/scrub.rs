//! What a scrub sees that opening does not.

use super::fixture::{Sample, genesis};
use crate::scrub::{Finding, Scrub};
use abi::diff::Diff;
use journal::Block;
use state::{MemoryStore, Store};

fn blocks() -> Vec<Block> {
    let mut sample = Sample::begun();
    for method in ["count", "put", "count"] {
        let call = sample.signed(method);
        sample.ask(&call);
    }
    sample.blocks()
}

fn scrubbed(blocks: &[Block]) -> Result<Scrub, Finding> {
    let mut scrub = Scrub::new(&genesis())?;
    blocks.iter().try_for_each(|block| scrub.block(block, None).unwrap())?;
    Ok(scrub)
}

#[test]
fn a_sound_shard_has_no_findings() {
    let blocks = blocks();
    let scrub = scrubbed(&blocks).unwrap();
    assert_eq!((scrub.height(), scrub.records()), (4, 4));
    let mut store = MemoryStore::default();
    assert_eq!(scrub.store(0, &*store.view()), Ok(Ok(())));
    for block in &blocks {
        store.apply(block.header.height, &block.diff).unwrap();
        assert_eq!(scrub.store(block.header.height, &*store.view()), Ok(Ok(())));
    }
    let ahead = Finding::Ahead { height: 5, ends: 4 };
    assert_eq!(scrub.store(5, &*store.view()), Ok(Err(ahead)));
    let wrong = scrub.store(1, &*store.view()).unwrap();
    assert!(matches!(wrong, Err(Finding::Store { height: 1, .. })), "{wrong:?}");
}

#[test]
fn a_block_that_is_not_what_was_signed_is_found() {
    let mut changed = blocks();
    changed[1].diff = Diff::new();
    assert!(matches!(scrubbed(&changed).err(), Some(Finding::Block(_))));
    let mut without = blocks();
    without.remove(1);
    assert!(matches!(scrubbed(&without).err(), Some(Finding::Block(_))));
}
