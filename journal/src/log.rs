//! The journal: blocks appended, synced, committed, and read back.
//!
//! A frame holds a block and the commitment of the block before it, or on a clean close the last block's
//! commitment alone: `[block / null, commitment / null]`.
//!
//! Invariants: committed ≤ durable ≤ height ≤ durable + 1. After a write or sync that failed, the handle
//! refuses everything; opening again recovers.

use crate::block::{Block, Header};
use crate::commitment::Commitment;
use crate::disk::Disk;
use crate::past::Past;
use crate::segment::{self, Frame, Label, MAGIC, Place, Segment, SegmentSize, frame_pages};
use crate::summary::Sums;
use crate::verify::link;
use abi::codec::{Bytes, Decode, Encode, Error, Writer};
use abi::fault::Fault;
use abi::limits::BLOCK_BYTES_MAX;
use abi::{Hash, VERSION, planted};
use index::Index;
use summing::Summing;

mod dump;
mod frames;
mod index;
mod open;
mod prune;
mod reader;
mod rewrite;
mod summing;
mod survey;

pub use dump::{Dump, DumpedFrame};
pub use open::{Cut, Fold, Tail};
pub use prune::{Prunable, name as past_name};
pub use reader::JournalReader;
pub use survey::{Damage, Ending, JournalSurvey, SegmentSurvey, SurveyedBlock};

/// One shard's journal on one disk.
#[derive(Debug)]
pub struct Journal<D: Disk> {
    disk: D,
    shard: Hash,
    /// The size of segments made from now on.
    size: SegmentSize,
    /// The segment that is written.
    segment: Segment,
    /// Its first unwritten page.
    next: u32,
    /// What is known of the blocks that are gone, if any are.
    past: Option<Past>,
    /// Where each block lies, from the first that is kept.
    index: Index,
    /// The last block's header.
    head: Option<Header>,
    durable: u64,
    committed: u64,
    /// Pages written since the disk was last told what it will be asked for.
    written: u32,
    /// What the segment that is written comes to, as far as that is known.
    summing: Option<Summing>,
    stopped: bool,
}

/// A block that was read and not decoded, which may be left to another thread.
#[derive(Debug)]
pub struct Undecoded {
    height: u64,
    segment: Segment,
    page: u32,
    frame: Vec<u8>,
}

impl Undecoded {
    /// The block's height.
    pub fn height(&self) -> u64 {
        self.height
    }

    /// How many bytes were read.
    pub fn bytes(&self) -> usize {
        self.frame.len()
    }

    /// The block.
    ///
    /// # Errors
    ///
    /// Corrupt, if it is not what was appended.
    pub fn block(&self) -> Result<Block, Fault> {
        let block = content(self.segment, self.page, &self.frame)?.0;
        match block.map(|bytes| Block::from_bytes(&bytes)) {
            Some(Ok(block)) if block.header.height == self.height => Ok(block),
            _ => Err(Fault::corrupt(format!("block {}: not what was appended", self.height))),
        }
    }
}

/// The file that tries whether there is room.
/// What a call takes in a block, as a rule.
const ENTRY_BYTES: usize = 512;
const PROBE: &str = "probe";

/// What a frame holds.
type Content = (Option<Bytes>, Option<Bytes>);

impl<D: Disk> Journal<D> {
    /// A fresh journal of `shard`.
    ///
    /// # Errors
    ///
    /// Refuses a disk that holds segments.
    pub fn create(disk: D, shard: Hash) -> Result<Self, Fault> {
        Self::create_with(disk, shard, SegmentSize::DEFAULT)
    }

    /// The same, with segments of another size, into which every block must fit.
    pub fn create_with(mut disk: D, shard: Hash, size: SegmentSize) -> Result<Self, Fault> {
        if disk.list()?.iter().any(|name| segment::number(name).or(prune::number(name)).is_some()) {
            return Err(Fault::io("create a journal", "there is one"));
        }
        let (segment, next) = new_segment(&mut disk, 0, size, shard, 1)?;
        let mut journal = Journal {
            disk,
            shard,
            size,
            segment,
            next,
            past: None,
            index: Index::after(0),
            head: None,
            durable: 0,
            committed: 0,
            written: 0,
            summing: None,
            stopped: false,
        };
        journal.begin_summing();
        Ok(journal)
    }

    /// The height of the last block appended.
    pub fn height(&self) -> u64 {
        self.index.height()
    }

    /// The height of the first block that is kept, or of the one that will be.
    pub fn first(&self) -> u64 {
        first(self.past.as_ref())
    }

    /// What is known of the blocks before that one; `None` where none are gone.
    pub fn past(&self) -> Option<&Past> {
        self.past.as_ref()
    }

    /// The height up to which blocks are synced.
    pub fn durable(&self) -> u64 {
        self.durable
    }

    /// The height up to which blocks are committed: what [`commit_to`](Journal::commit_to) said, and on
    /// opening the last block whose commitment is in the journal.
    pub fn committed(&self) -> u64 {
        self.committed
    }

    /// The header of the last block appended.
    pub fn head(&self) -> Option<&Header> {
        self.head.as_ref()
    }

    /// Says that the blocks up to `height` are committed; they must be durable.
    pub fn commit_to(&mut self, height: u64) {
        assert!(height <= self.durable, "only what is durable is committed");
        assert!(height >= self.committed, "what is committed stays so");
        self.committed = height;
    }

    /// Appends the next block, with the commitment of the one before it if there is one. It is not synced.
    ///
    /// It is the caller's bug if the block does not follow the last one, an earlier one is not synced, or
    /// the block is over its size limit.
    pub fn append(&mut self, block: &Block, previous: Option<&Commitment>) -> Result<(), Fault> {
        self.append_summed(block, previous, None)
    }

    /// The same, with what the block's records come to: then the next opening need not decode them.
    pub fn append_summed(
        &mut self,
        block: &Block,
        previous: Option<&Commitment>,
        sums: Option<Sums>,
    ) -> Result<(), Fault> {
        self.running()?;
        assert!(self.durable == self.height(), "at most one block is not synced");
        if planted!(SyncLate) {
            self.disk.sync(&segment::name(self.segment.number))?;
        }
        let previous = previous.filter(|_| !planted!(ForgetCommitment));
        if let Err(reason) = link(&self.shard, self.head.as_ref(), &block.header) {
            panic!("the block does not follow the last one: {reason}");
        }
        let mut w = Writer::with_capacity(block.diff.size() + ENTRY_BYTES * block.entries.len());
        block.encode(&mut w);
        let bytes = w.into_bytes();
        assert!(bytes.len() <= BLOCK_BYTES_MAX, "block too large: size={}", bytes.len());
        let place = self.write(Some(bytes), previous)?;
        self.index.push(place);
        self.head = Some(block.header);
        summing::sum(&mut self.summing, sums);
        Ok(())
    }

    /// Makes the appended block durable.
    pub fn sync(&mut self) -> Result<(), Fault> {
        self.running()?;
        if planted!(SyncLate) {
            self.durable = self.height();
            return Ok(());
        }
        let name = segment::name(self.segment.number);
        let synced = if planted!(SkipSync) { Ok(()) } else { self.disk.sync(&name) };
        self.stopping(synced)?;
        self.durable = self.height();
        Ok(())
    }

    /// Writes the last block's commitment in a frame of its own, synced: the end of a clean close.
    pub fn close(&mut self, commitment: &Commitment) -> Result<(), Fault> {
        self.running()?;
        assert!(self.durable == self.height(), "what is signed for is durable");
        self.write(None, Some(commitment))?;
        self.sync()?;
        self.summarise(Some(commitment));
        Ok(())
    }

    /// The block at `height`; `None` if there is none.
    ///
    /// # Errors
    ///
    /// Corrupt, if it is not what was appended; pruned, if it is gone.
    pub fn read(&self, height: u64) -> Result<Option<Block>, Fault> {
        self.running()?;
        self.is_kept(height)?;
        let Some(place) = self.index.block(height) else {
            return Ok(None);
        };
        let (segment, frame) = self.frame(place)?;
        Undecoded { height, segment, page: place.page, frame: frame.bytes }.block().map(Some)
    }

    /// The blocks from `height` on, read but not decoded, until they come to `bytes`: at least one, if there is one.
    ///
    /// # Errors
    ///
    /// Corrupt, where there is no whole frame any more.
    pub fn undecoded(&self, height: u64, bytes: usize) -> Result<Vec<Undecoded>, Fault> {
        self.running()?;
        let (mut read, mut size) = (Vec::new(), 0);
        for height in height.. {
            let Some(place) = self.index.block(height).filter(|_| size < bytes) else { break };
            let (segment, frame) = self.frame(place)?;
            size += frame.bytes.len();
            read.push(Undecoded { height, segment, page: place.page, frame: frame.bytes });
        }
        Ok(read)
    }

    /// The header of the block at `height`, or of the last that is gone; `None` if there is none.
    ///
    /// # Errors
    ///
    /// As [`read`](Journal::read).
    pub fn header(&self, height: u64) -> Result<Option<Header>, Fault> {
        match &self.past {
            Some(past) if past.header.height == height => Ok(Some(past.header)),
            _ => Ok(self.read(height)?.map(|block| block.header)),
        }
    }

    /// The segment and page where the frame of the block at `height` starts; `None` if there is none.
    pub fn place(&self, height: u64) -> Option<(u32, u32)> {
        self.index.block(height).map(|place| (place.segment, place.page))
    }

    /// The commitment of the block at `height`; `None` while it is not in the journal.
    ///
    /// # Errors
    ///
    /// Corrupt, if it is not what was appended; pruned, if its block is gone.
    pub fn commitment(&self, height: u64) -> Result<Option<Commitment>, Fault> {
        self.running()?;
        self.is_kept(height)?;
        let Some(place) = self.index.commitment(height) else {
            return Ok(None);
        };
        let (segment, frame) = self.frame(place)?;
        let content = content(segment, place.page, &frame.bytes)?;
        let commitment = content.1.map(|bytes| Commitment::from_bytes(&bytes));
        match commitment {
            Some(Ok(commitment)) if commitment.height() == height => Ok(Some(commitment)),
            _ => Err(Fault::corrupt(format!("commitment {height}: not what was appended"))),
        }
    }

    /// Tries whether there is room for another segment: what a disk that was full has to have before anything is
    /// appended again.
    ///
    /// # Errors
    ///
    /// `Full`, while there is none.
    pub fn probe(&mut self) -> Result<(), Fault> {
        self.running()?;
        if self.disk.list()?.iter().any(|name| name == PROBE) {
            let removed = self.disk.remove(PROBE);
            self.stopping(removed)?;
        }
        let tried = self.disk.create(PROBE, self.size.bytes()).and_then(|()| self.disk.remove(PROBE));
        self.stopping(tried)
    }

    /// The disk.
    pub fn disk(&self) -> &D {
        &self.disk
    }

    /// The disk, without the journal.
    pub fn into_disk(self) -> D {
        self.disk
    }

    fn running(&self) -> Result<(), Fault> {
        if self.stopped { Err(Fault::Stopped) } else { Ok(()) }
    }

    /// Stops the handle if a write or sync has failed: nobody knows what is on the disk. A disk that was full
    /// before anything was written is as it was.
    fn stopping<T>(&mut self, done: Result<T, Fault>) -> Result<T, Fault> {
        self.stopped |= matches!(&done, Err(fault) if !matches!(fault, Fault::Full { .. }));
        done
    }

    fn is_kept(&self, height: u64) -> Result<(), Fault> {
        match &self.past {
            Some(past) if (1..=past.header.height).contains(&height) => Err(past.gone()),
            _ => Ok(()),
        }
    }

    fn frame(&self, place: Place) -> Result<(Segment, Frame), Fault> {
        let segment = Segment::open(&self.disk, place.segment)?;
        let frame = segment.read(&self.disk, place.page)?;
        let frame = frame.ok_or_else(|| segment.corrupt(place.page, "no whole frame"))?;
        Ok((segment, frame))
    }

    /// Writes a frame where the last one ends, in a new segment if this one cannot hold it.
    fn write(&mut self, block: Option<Vec<u8>>, commitment: Option<&Commitment>) -> Result<Place, Fault> {
        if let Some(commitment) = commitment {
            let named = self.head.as_ref().is_some_and(|head| commitment.names(head));
            assert!(named, "the commitment is the last block's");
        }
        let frame = write_content(block, commitment);
        if frame_pages(&frame) > self.segment.pages - self.next {
            assert!(frame_pages(&frame) < self.size.pages(), "a block fits into a segment");
            let number = self.segment.number + 1;
            let first_height = self.height() + u64::from(!planted!(WrongFirstHeight));
            let made = new_segment(&mut self.disk, number, self.size, self.shard, first_height);
            let made = self.stopping(made)?;
            self.summarise(None);
            (self.segment, self.next) = made;
            self.begin_summing();
        }
        let place = Place { segment: self.segment.number, page: self.next };
        let written = self.segment.write(&mut self.disk, self.next, &frame);
        let pages = self.stopping(written)?;
        self.next += frame_pages(&frame);
        self.written += frame_pages(&frame);
        self.look_ahead();
        if let Some(summing) = &mut self.summing {
            summing.wrote(place.page, &pages);
        }
        if commitment.is_some() {
            self.index.commit(place);
        }
        Ok(place)
    }

    /// Half of a segment before it is needed the next one may be made; not for somebody who writes a few blocks only.
    fn look_ahead(&mut self) {
        let half = self.segment.pages / 2;
        if self.next > half && self.written > half / 2 {
            self.disk.ahead(&segment::name(self.segment.number + 1), self.size.bytes());
            self.written = 0;
        }
    }
}

/// Makes segment `number`, labelled and synced; the page after its label.
fn new_segment<D: Disk>(
    disk: &mut D,
    number: u32,
    size: SegmentSize,
    shard: Hash,
    first_height: u64,
) -> Result<(Segment, u32), Fault> {
    let label = Label { magic: MAGIC.into(), version: VERSION, shard, segment: number, first_height };
    let segment = Segment { number, pages: size.pages() };
    disk.create(&segment::name(number), size.bytes())?;
    let label = label.to_bytes();
    let labelled = segment.write(disk, 0, &label);
    if let Err(Fault::Full { .. }) = labelled {
        disk.remove(&segment::name(number))?;
    }
    labelled?;
    disk.sync(&segment::name(number))?;
    Ok((segment, frame_pages(&label)))
}

/// The height of the first block after a past.
fn first(past: Option<&Past>) -> u64 {
    past.map_or(0, |past| past.header.height) + 1
}

fn write_content(block: Option<Vec<u8>>, commitment: Option<&Commitment>) -> Vec<u8> {
    let mut w = Writer::default();
    (block.map(Bytes), commitment.map(|commitment| Bytes(commitment.to_bytes()))).encode(&mut w);
    w.into_bytes()
}

fn content(segment: Segment, page: u32, frame: &[u8]) -> Result<Content, Fault> {
    read_content(frame).map_err(|error| segment.corrupt(page, &error.to_string()))
}

fn read_content(frame: &[u8]) -> Result<Content, Error> {
    Content::from_bytes(frame)
}

#[cfg(test)]
mod tests;
