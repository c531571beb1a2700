//! A bundle's history, for the tests that compare histories.

use abi::Hash;
use abi::codec::Encode;
use abi::genesis::Genesis;
use abi::hash::PROGRAM;
use abi::record::Record;
use journal::{Block, BundleReader, Item};

/// What is in a bundle.
pub(crate) struct History {
    pub(crate) genesis: Genesis,
    /// The programs' ids.
    pub(crate) programs: Vec<Hash>,
    pub(crate) blocks: Vec<Block>,
}

impl History {
    pub(crate) fn read(bundle: &[u8]) -> History {
        let (mut genesis, mut programs, mut blocks) = (None, Vec::new(), Vec::new());
        for item in BundleReader::new(bundle) {
            match item.expect("the bundle is whole") {
                Item::Genesis(found) => genesis = Some(found),
                Item::Program(wasm) => programs.push(PROGRAM.hash(&wasm)),
                Item::Block { block, .. } => blocks.push(block),
                Item::Manifest(_) | Item::Start(_) | Item::Trailer(_) => {}
            }
        }
        History { genesis: genesis.expect("a bundle has a genesis"), programs, blocks }
    }

    pub(crate) fn records(&self) -> Vec<Record> {
        self.blocks.iter().flat_map(|block| block.records(self.genesis.profile)).collect()
    }

    /// The bytes of every record, which history's leaves are the hashes of.
    pub(crate) fn record_bytes(&self) -> Vec<Vec<u8>> {
        self.records().iter().map(Encode::to_bytes).collect()
    }

    /// What the calls did, however they were batched.
    pub(crate) fn effects(&self) -> Vec<Hash> {
        self.records().iter().map(|record| record.effect.hash()).collect()
    }

    /// The root of the state in the end.
    pub(crate) fn root(&self) -> Hash {
        self.blocks.last().expect("a bundle holds a block").header.root_after
    }
}
