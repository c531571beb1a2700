//! Writing a bundle.

use super::{BLOCK, GENESIS, MANIFEST, Manifest, PROGRAM, START, Start, TRAILER, Trailer};
use crate::block::Block;
use crate::commitment::Commitment;
use abi::codec::{Bytes, Encode};
use abi::genesis::Genesis;
use abi::hash::{BUNDLE, Hasher};
use abi::{Hash, VERSION};
use std::io::{self, Write};

/// Writes a bundle to `W`: the manifest, genesis and start when it is made, then programs, then blocks, then
/// [`finish`](BundleWriter::finish). It is the caller's bug if they come in another order.
pub struct BundleWriter<W: Write> {
    output: W,
    hasher: Hasher,
    /// The height of the next block, and of the last.
    next: u64,
    to: u64,
    from: u64,
    /// The last block written.
    last: Option<(u64, Hash, Option<Commitment>)>,
}

impl<W: Write> BundleWriter<W> {
    /// A bundle of the blocks up to height `to`: from genesis, or after the block of `start`.
    pub fn new(output: W, genesis: &Genesis, start: Option<&Start>, to: u64) -> io::Result<BundleWriter<W>> {
        let from = start.map_or(1, |start| start.header.height + 1);
        assert!(from <= to, "a bundle holds at least one block");
        let mut writer = BundleWriter { output, hasher: BUNDLE.hasher(), next: from, to, from, last: None };
        let manifest = Manifest { version: VERSION, shard: genesis.id(), from, to };
        writer.item(&(MANIFEST, Bytes(manifest.to_bytes())))?;
        writer.item(&(GENESIS, Bytes(genesis.to_bytes())))?;
        if let Some(start) = start {
            writer.item(&(START, Bytes(start.to_bytes())))?;
        }
        Ok(writer)
    }

    /// Adds a program that the blocks need, before the first block.
    pub fn program(&mut self, wasm: &[u8]) -> io::Result<()> {
        assert!(self.next == self.from, "programs come before blocks");
        self.item(&(PROGRAM, Bytes::from(wasm)))
    }

    /// Adds the next block, with its commitment and its witness if there are any.
    pub fn block(
        &mut self,
        block: &Block,
        commitment: Option<&Commitment>,
        witness: Option<&Bytes>,
    ) -> io::Result<()> {
        let height = block.header.height;
        assert!(height == self.next && height <= self.to, "blocks come in order, and in range");
        assert!(commitment.is_none_or(|c| c.names(&block.header)), "the commitment is this block's");
        let bytes = commitment.map(|commitment| Bytes(commitment.to_bytes()));
        self.item(&(BLOCK, Bytes(block.to_bytes()), bytes, witness.cloned()))?;
        self.next += 1;
        self.last = Some((height, block.header.hash(), commitment.cloned()));
        Ok(())
    }

    /// Writes the trailer, after the last block of the range.
    pub fn finish(mut self) -> io::Result<W> {
        let (height, header, commitment) = self.last.take().expect("a bundle holds at least one block");
        assert!(height == self.to, "the bundle holds its whole range");
        let digest = Hash(*self.hasher.finalize().as_bytes());
        let trailer = Trailer { height, header, commitment, digest };
        self.item(&(TRAILER, Bytes(trailer.to_bytes())))?;
        self.output.flush()?;
        Ok(self.output)
    }

    fn item(&mut self, item: &impl Encode) -> io::Result<()> {
        let bytes = item.to_bytes();
        self.hasher.update(&bytes);
        self.output.write_all(&bytes)
    }
}
