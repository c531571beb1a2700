//! What a shard has shown as history stays so: one block for each height, whatever crashes; and epochs never
//! fall.

use crate::trace::{Violation, ensure};
use abi::Hash;
use journal::Header;
use std::collections::BTreeMap;

const PROPERTY: &str = "a height has one block, and epochs never fall";

/// The blocks that were shown, by height: hash and epoch.
#[derive(Default)]
pub(crate) struct Committed(BTreeMap<u64, (Hash, u64)>);

impl Committed {
    /// Takes down a block that the shard shows.
    pub(crate) fn learn(&mut self, header: &Header) -> Result<(), Violation> {
        let shown = (header.hash(), header.epoch);
        let before = *self.0.entry(header.height).or_insert(shown);
        ensure(before == shown, PROPERTY, || format!("block {} is another one now", header.height))?;
        let below = self.0.range(..header.height).next_back();
        ensure(below.is_none_or(|(_, (_, epoch))| *epoch <= header.epoch), PROPERTY, || {
            format!("block {} has epoch {}", header.height, header.epoch)
        })
    }
}
