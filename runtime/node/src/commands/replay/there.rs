//! `foil replay --seq` of a shard that a node serves: the record's block comes with the part of the state that it
//! touches, and is run here.

use super::{ReplayArgs, show};
use crate::cli::Global;
use crate::commands::bundle::Range;
use crate::error::NodeError;
use crate::place::reach;
use abi::codec::Decode;
use abi::genesis::Genesis;
use abi::hash::PROGRAM;
use abi::id::Hash;
use journal::{Block, BundleReader, Chain, Item, Start};
use kernel::{ReplayError, Rerun};
use state::{View, Witness};
use std::collections::BTreeMap;
use std::sync::Arc;
use verify::Exit;

/// Runs the call of one record, and shows what it comes to here. What the node says of its history is held against
/// the signatures of the block, and no further.
pub(super) fn run(global: &Global, args: &ReplayArgs) -> Result<Exit, NodeError> {
    let mut place = reach(global)?;
    let seq = match args.seq {
        Some(seq) => seq,
        None => place.standing()?["records"].as_u64().unwrap_or_default().saturating_sub(1),
    };
    let height = place.found(seq)?.0.header.height;
    let bundle = place.bundle(&Range { heights: (height, height), witness: true })?;
    place.close()?;
    let Touched { genesis, start, programs, block, witness } = Touched::read(&bundle, height)?;
    let index = seq.checked_sub(block.header.first_seq).and_then(|index| usize::try_from(index).ok());
    let Some(index) = index.filter(|index| *index < block.entries.len()) else {
        return Err(lacks("the record"));
    };
    let mut chain = match &start {
        None => Chain::new(&genesis, state::empty_root()),
        Some(start) => Chain::start(&genesis, start, state::empty_root()),
    }
    .map_err(ReplayError::from)?;
    let profile = chain.profile_of(&block);
    chain.block(&block).map_err(ReplayError::from)?;
    let mut rerun = Rerun::new(&genesis, Box::new(programs), args.engine)?;
    let walk = rerun.walk(&block, profile, index, witness.clone())?;
    if show(global, args, &mut rerun, (&block, index), &walk)? {
        rerun.block(&block, &block.digests(), profile, witness)?;
    }
    Ok(Exit::Verified)
}

fn lacks(what: &str) -> NodeError {
    NodeError::Usage(format!("the bundle that the node gives lacks {what}"))
}

/// A block with all that it takes to run it.
struct Touched {
    genesis: Genesis,
    start: Option<Start>,
    programs: BTreeMap<Hash, Vec<u8>>,
    block: Block,
    witness: Arc<dyn View>,
}

impl Touched {
    /// Reads a bundle of the one block of this height.
    fn read(bundle: &[u8], height: u64) -> Result<Touched, NodeError> {
        let (mut genesis, mut start, mut programs) = (None, None, BTreeMap::new());
        for item in BundleReader::new(bundle) {
            match item.map_err(super::divergence::unread)? {
                Item::Genesis(found) => {
                    found.check()?;
                    genesis = Some(found);
                }
                Item::Program(wasm) => {
                    programs.insert(PROGRAM.hash(&wasm), wasm);
                }
                Item::Start(found) => start = Some(found),
                Item::Block { block, .. } if block.is_erased() => {
                    return Err(ReplayError::Erased { from: height, height }.into());
                }
                Item::Block { block, witness, .. } if block.header.height == height => {
                    let witness = witness.ok_or_else(|| lacks("the block's witness"))?;
                    let wrong = |error: &dyn std::fmt::Display| {
                        NodeError::Usage(format!("the witness that the node gives: {error}"))
                    };
                    let witness = Witness::from_bytes(&witness).map_err(|error| wrong(&error))?;
                    let witness = witness.open(&block.header.root_before).map_err(|error| wrong(&error))?;
                    let genesis = genesis.ok_or_else(|| lacks("the genesis"))?;
                    return Ok(Touched { genesis, start, programs, block, witness: Arc::new(witness) });
                }
                _ => {}
            }
        }
        Err(lacks("the block"))
    }
}
