//! A journal that is read once, from its first block to its last, by who does not write it.
//!
//! Guarantees: frames are judged as [opening](super::Journal::open) judges them, each as it comes: a block is given
//! before what follows the frame after it is looked at. A torn last frame is left out, and a last segment without a
//! label; because a read can err where the medium does not, neither is that was not read twice.

use super::frames::decoded;
use super::open::{Content, Scan, is_blank, segments};
use super::prune;
use crate::block::Block;
use crate::commitment::Commitment;
use crate::disk::Disk;
use crate::past::Past;
use crate::segment::Segment;
use abi::Hash;
use abi::fault::Fault;

/// The blocks of a journal, in order.
pub struct JournalReader<D: Disk> {
    disk: D,
    scan: Scan,
    /// The segment that comes next, and the number after the last one's.
    next: u32,
    count: u32,
    /// The segment that is read, and the page that is next.
    at: Option<(Segment, u32)>,
    /// Whether what ends it was read twice.
    is_reread: bool,
    /// The block that is given next.
    ahead: Option<Block>,
}

impl<D: Disk> JournalReader<D> {
    /// A journal of `shard`.
    ///
    /// # Errors
    ///
    /// As [`Journal::open`](super::Journal::open), up to the first block.
    pub fn open(mut disk: D, shard: Hash) -> Result<JournalReader<D>, Fault> {
        let (first, past) = prune::beginning(&disk, &shard)?;
        let count = segments(&disk, first)?;
        let is_blank = |disk: &D| is_blank(disk, first, count, past.is_some());
        let is_blank = is_blank(&disk)? && disk.reread().and_then(|()| is_blank(&disk))?;
        let count = count - u32::from(is_blank);
        let scan = Scan::new(shard, first, past);
        let (at, is_reread, ahead) = (None, false, None);
        let mut reader = JournalReader { disk, scan, next: first, count, at, is_reread, ahead };
        reader.ahead = reader.block()?.0;
        Ok(reader)
    }

    /// What is known of the blocks that are gone.
    pub fn past(&self) -> Option<&Past> {
        self.scan.past.as_ref()
    }

    /// The next block, and the commitment to it, if there is one.
    ///
    /// # Errors
    ///
    /// As [`Journal::open`](super::Journal::open).
    pub fn read(&mut self) -> Result<Option<(Block, Option<Commitment>)>, Fault> {
        let Some(block) = self.ahead.take() else { return Ok(None) };
        let (next, commitment) = self.block()?;
        self.ahead = next;
        Ok(Some((block, commitment)))
    }

    /// The block in the frames that follow, and the commitment to the one before.
    fn block(&mut self) -> Result<Content, Fault> {
        let mut commitment = None;
        while let Some((block, before)) = self.frame()? {
            commitment = before.or(commitment);
            if block.is_some() {
                return Ok((block, commitment));
            }
        }
        Ok((None, commitment))
    }

    /// The next frame; `None` after the last one.
    fn frame(&mut self) -> Result<Option<Content>, Fault> {
        loop {
            let Some((segment, page)) = self.at else {
                if self.next == self.count {
                    return Ok(None);
                }
                let segment = Segment::open(&self.disk, self.next)?;
                self.at = Some((segment, self.scan.begin(&self.disk, segment)?.pages));
                self.next += 1;
                continue;
            };
            if let Some(frame) = segment.read(&self.disk, page)? {
                (self.at, self.is_reread) = (Some((segment, page + frame.pages)), false);
                return self.scan.frame(segment, page, decoded(&frame.bytes)).map(Some);
            }
            match segment.torn_end(&self.disk, page)? {
                Some(_) if self.next < self.count => return Err(segment.torn_within(page)),
                Some(_) if !self.is_reread => {
                    self.disk.reread()?;
                    self.is_reread = true;
                }
                _ => self.at = None,
            }
        }
    }
}
