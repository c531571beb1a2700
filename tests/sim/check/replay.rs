//! A stranger with the genesis accepts the whole history; running all calls again comes to the same roots, and the
//! store is what they wrote.

use super::{chain, content};
use crate::birth;
use crate::trace::{Violation, ensure};
use crate::world::SimShard;
use journal::Block;
use kernel::Replayer;
use state::Tree;

const PROPERTY: &str = "root = replay";

pub(super) fn check(shard: &SimShard, blocks: &[Block]) -> Result<(), Violation> {
    let mut replayer = Replayer::new(shard.genesis(), birth::catalogue(), kernel::Engine::Cranelift)
        .map_err(|error| Violation::new(PROPERTY, error))?;
    for block in blocks {
        replayer.block(block).map_err(|error| Violation::new(PROPERTY, error))?;
        chain::check(shard, replayer.chain(), block.header.height)?;
    }
    let position = shard.position();
    ensure(replayer.chain().root() == position.root, PROPERTY, || "another root".into())?;
    ensure(replayer.chain().history().root() == shard.head(), PROPERTY, || "another head".into())?;
    let same = content(&*replayer.view())? == content(&*shard.view())?;
    ensure(same, PROPERTY, || "another content".into())?;
    let tree = Tree::build(&*shard.view()).map_err(|fault| Violation::new(PROPERTY, fault))?;
    ensure(tree.root() == position.root, PROPERTY, || "the store has another root".into())
}
