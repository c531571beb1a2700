//! Erasing what a block says, on disk.
//!
//! The segment that holds the block is made anew in memory, with the erased form in the place of the block, and
//! takes the place of the old one in one step: a crash leaves the one or the other, and both open. The frames
//! behind the block move up, because it is shorter now; their order, their contents and the label stay.

use super::{Content, Journal, read_content};
use crate::block::Block;
use crate::disk::Disk;
use crate::page::PAGE_BYTES;
use crate::segment::{self, Frame, Segment};
use abi::codec::{Bytes, Encode};
use abi::fault::Fault;
use std::collections::BTreeMap;

impl<D: Disk> Journal<D> {
    /// Puts the erased form of a block into the place of what was appended, durably. Of a segment that was
    /// replaced, nothing is left in the journal's files.
    ///
    /// It is the caller's bug if the block is another than the one that is there, or not erased, or something is
    /// not synced.
    ///
    /// # Errors
    ///
    /// `Full` if there is no room for a segment beside the old one, and `Corrupt` if a frame of the old one cannot be
    /// read: nothing has happened then.
    pub fn rewrite(&mut self, block: &Block) -> Result<(), Fault> {
        self.running()?;
        assert!(self.durable == self.height(), "what is rewritten is durable");
        let height = block.header.height;
        let there = self.read(height)?.map(|there| there.header);
        assert!(
            there == Some(block.header) && block.is_erased(),
            "the block is the erased form of what is there"
        );
        let place = self.index.block(height).ok_or_else(|| Fault::corrupt(format!("block {height}")))?;
        let segment = Segment::open(&self.disk, place.segment)?;
        let (bytes, moved) = self.rewritten(segment, place.page, &block.to_bytes())?;
        let unsummarised = self.unsummarise(segment.number);
        self.stopping(unsummarised)?;
        let replaced = self.disk.replace(&segment::name(segment.number), &bytes);
        self.stopping(replaced)?;
        self.moved(segment.number, &moved);
        Ok(())
    }

    /// The bytes of a segment in which the block in the frame at page `at` is another, and where every frame has
    /// moved to; the last page that it moves to is the first that is free.
    fn rewritten(
        &self,
        segment: Segment,
        at: u32,
        block: &[u8],
    ) -> Result<(Vec<u8>, BTreeMap<u32, u32>), Fault> {
        let (mut bytes, mut moved, mut page) = (Vec::new(), BTreeMap::new(), 0);
        while let Some(Frame { bytes: frame, pages }) = segment.read(&self.disk, page)? {
            let next = u32::try_from(bytes.len() / PAGE_BYTES).expect("a segment has less than 4 GiB");
            moved.insert(page, next);
            let frame = match page == at {
                true => {
                    with_block(&frame, block).map_err(|error| segment.corrupt(page, &error.to_string()))?
                }
                false => frame,
            };
            segment.fill(next, &frame, &mut bytes);
            page += pages;
        }
        // What cannot be read now is not to be lost: it is mended or kept as it is, and nothing is erased until then.
        if segment.torn_end(&self.disk, page)?.is_some() || !self.are_known(segment.number, &moved) {
            return Err(
                segment.corrupt(page, "no whole frame, and a segment with less is not put in its place")
            );
        }
        moved.insert(page, u32::try_from(bytes.len() / PAGE_BYTES).expect("a segment has less than 4 GiB"));
        bytes.resize(segment.pages as usize * PAGE_BYTES, 0);
        Ok((bytes, moved))
    }

    /// Whether every frame of a segment was found.
    fn are_known(&self, number: u32, found: &BTreeMap<u32, u32>) -> bool {
        self.index.pages(number).all(|page| found.contains_key(&page))
    }

    /// Follows the frames of a segment to where they are now.
    fn moved(&mut self, number: u32, moved: &BTreeMap<u32, u32>) {
        self.index.moved(number, moved);
        if let (true, Some(next)) = (self.segment.number == number, moved.get(&self.next)) {
            self.next = *next;
        }
    }
}

/// A frame with another block in it.
fn with_block(frame: &[u8], block: &[u8]) -> Result<Vec<u8>, abi::codec::Error> {
    let (_, commitment): Content = read_content(frame)?;
    Ok((Some(Bytes(block.to_vec())), commitment).to_bytes())
}

#[cfg(test)]
mod tests;
