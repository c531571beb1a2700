//! A revert leads to the root that stood after the block it names, and is alone in its block. (That nothing else
//! changes is for the others to see: history only grows, keys stay used, receipts hold.)

use crate::trace::{Violation, ensure};
use abi::system::Act;
use journal::Block;

const PROPERTY: &str = "a revert leads back";

pub(super) fn check(blocks: &[Block]) -> Result<(), Violation> {
    for block in blocks {
        let height = block.header.height;
        for (_, act) in block.acts() {
            let Act::Revert(revert) = act else { continue };
            let named = blocks.iter().find(|before| before.header.height == revert.height);
            let root = named.map(|named| named.header.root_after);
            ensure(root == Some(block.header.root_after), PROPERTY, || {
                format!("block {height} to {}: another root", revert.height)
            })?;
            ensure(block.entries.len() == 1, PROPERTY, || format!("block {height}: it is not alone"))?;
        }
    }
    Ok(())
}
