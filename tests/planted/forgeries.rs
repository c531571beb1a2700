//! Histories of which one bit was changed, and which no verifier may accept.

use crate::birth;
use crate::record::History;
use crate::rng::Rng;
use abi::codec::{Decode, Encode};
use journal::{Block, Chain, Commitment};

/// Changes a bit of every block and of every commitment, so many times: what was accepted, if anything was.
pub(crate) fn refused(history: &History, seed: u64, times: usize) -> Result<(), String> {
    let genesis = birth::genesis(seed);
    let begin = || Chain::new(&genesis, state::empty_root()).map_err(|error| error.to_string());
    let mut rng = Rng::new(seed, "forgeries");
    let mut chain = begin()?;
    for (block, commitment) in history.blocks.iter().zip(&history.commitments) {
        for _ in 0..times {
            let Ok(forged) = Block::from_bytes(&changed(&block.to_bytes(), &mut rng)) else { continue };
            // The host's build is for people, and enters no hash.
            if (Block { build: block.build.clone(), ..forged.clone() }) == *block
                || chain.block(&forged).is_err()
            {
                continue;
            }
            // What a block says of its header alone is the commitment's to hold.
            if chain.commitment(commitment).is_ok() {
                return Err(format!("a forgery of block {} is accepted", block.header.height));
            }
            chain = begin()?;
            for before in history.blocks.iter().take_while(|b| b.header.height < block.header.height) {
                chain.block(before).map_err(|error| error.to_string())?;
            }
        }
        chain.block(block).map_err(|error| format!("the history itself is refused: {error}"))?;
        chain.commitment(commitment).map_err(|error| format!("the history itself is refused: {error}"))?;
        for _ in 0..times {
            let forged = Commitment::from_bytes(&changed(&commitment.to_bytes(), &mut rng));
            if forged.is_ok_and(|forged| chain.commitment(&forged).is_ok()) {
                return Err(format!("a forgery of commitment {} is accepted", block.header.height));
            }
        }
    }
    Ok(())
}

fn changed(bytes: &[u8], rng: &mut Rng) -> Vec<u8> {
    let mut changed = bytes.to_vec();
    changed[rng.index(bytes.len())] ^= 1 << rng.within(0..=7);
    changed
}
