//! Applying the recorded writes, block by block, gives the recorded root of every block, without running a
//! call: what recovery does comes to what execution came to.

use super::content;
use crate::trace::{Violation, ensure};
use crate::world::SimShard;
use journal::Block;
use state::{MemoryStore, Store, Tree};

const PROPERTY: &str = "writes applied = calls run";

pub(super) fn check(shard: &SimShard, blocks: &[Block]) -> Result<(), Violation> {
    let broken = |fault| Violation::new(PROPERTY, fault);
    let (mut store, mut tree) = (MemoryStore::default(), Tree::new());
    for Block { header, diff, .. } in blocks {
        let root = tree.apply(&store.view(), diff).map_err(broken)?;
        ensure(root == header.root_after, PROPERTY, || format!("block {}", header.height))?;
        store.apply(header.height, diff).map_err(broken)?;
    }
    let same = content(&*store.view())? == content(&*shard.view())?;
    ensure(same, PROPERTY, || "another content".into())
}
