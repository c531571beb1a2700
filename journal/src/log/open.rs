//! Opening a journal: every frame is read, and a torn tail cut.

use super::frames::{self, Decoded, Read};
use super::index::Index;
use super::summing::{Resumed, Summing};
use super::{Journal, prune, summing};
use crate::block::{Block, Header};
use crate::commitment::Commitment;
use crate::disk::Disk;
use crate::past::Past;
use crate::segment::{self, Frame, Label, MAGIC, Place, Segment, SegmentSize};
use crate::summary::{Parted, Summary, Sums};
use crate::verify::link;
use abi::codec::{Decode, Error};
use abi::fault::Fault;
use abi::{Hash, VERSION, planted};
use std::ops::ControlFlow;

/// How a journal ended when it was opened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tail {
    /// What was cut: the last frame, if a crash tore it.
    pub cut: Option<Cut>,
    /// The last block's commitment; there after a clean close.
    pub commitment: Option<Commitment>,
}

/// Pages that held part of a frame and are unwritten again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cut {
    /// The segment's number.
    pub segment: u32,
    /// The first page.
    pub page: u32,
    /// How many pages.
    pub pages: u32,
}

/// What is made of a journal's blocks while they are read, in order.
pub trait Fold {
    /// Goes on over a block, and says what its records come to, if they are right.
    fn block(&mut self, block: &Block) -> Option<Sums>;

    /// Goes on over the blocks that a summary is of.
    fn summary(&mut self, summary: &Summary);
}

/// Nothing is made of them.
impl Fold for () {
    fn block(&mut self, _block: &Block) -> Option<Sums> {
        None
    }

    fn summary(&mut self, _summary: &Summary) {}
}

impl<D: Disk> Journal<D> {
    /// Opens a journal of `shard`, and finishes the creation of one that a crash interrupted.
    ///
    /// Reads every frame: page checksums, strict decoding, the chain of headers; not whether what they say
    /// is right, which is `Chain`'s to judge. The last frame is written again and synced, because what a
    /// process reads back may never have reached the disk. What a crash tore is cut, and because a read can err
    /// where the medium does not, nothing is cut that was not read twice.
    ///
    /// # Errors
    ///
    /// `Corrupt` names the place of bytes that are not what was written; `Foreign` is another shard's
    /// journal or another version's; `Io` is a disk that fails or holds no journal.
    pub fn open(disk: D, shard: Hash) -> Result<(Self, Tail), Fault> {
        Self::open_above(disk, shard, 0)
    }

    /// The same for a journal of which it is known that the block at height `floor` was durable: a torn frame
    /// below that is no crash's, and is left as it is.
    ///
    /// # Errors
    ///
    /// As [`open`](Journal::open); `Corrupt` as well, if the journal ends below the floor.
    pub fn open_above(disk: D, shard: Hash, floor: u64) -> Result<(Self, Tail), Fault> {
        let (journal, tail, ()) = Self::opened(disk, shard, floor, false, |_| ())?;
        Ok((journal, tail))
    }

    /// The same, and folds the blocks into what `start` makes, so that nobody need read them again. Where a segment
    /// has a summary, its pages are checked and its frames are not decoded. Where the journal is read twice, so that
    /// something may be cut, the second fold is the one that counts.
    ///
    /// # Errors
    ///
    /// As [`open_above`](Journal::open_above).
    pub fn open_folding<T: Fold>(
        disk: D,
        shard: Hash,
        floor: u64,
        start: impl Fn(Option<&Past>) -> T,
    ) -> Result<(Self, Tail, T), Fault> {
        Self::opened(disk, shard, floor, true, start)
    }

    /// The height with which a journal's last segment begins, as its label says; 0 where none says it.
    ///
    /// # Errors
    ///
    /// `Io`, for a disk that fails.
    pub fn last_begins(disk: &D) -> Result<u64, Fault> {
        let last = disk.list()?.iter().filter_map(|name| segment::number(name)).max();
        let Some(Ok(last)) = last.map(|number| Segment::open(disk, number)) else { return Ok(0) };
        let label = last.read(disk, 0)?.and_then(|label| Label::from_bytes(&label.bytes).ok());
        Ok(label.map_or(0, |label| label.first_height))
    }

    fn opened<T: Fold>(
        mut disk: D,
        shard: Hash,
        floor: u64,
        resumes: bool,
        start: impl Fn(Option<&Past>) -> T,
    ) -> Result<(Self, Tail, T), Fault> {
        let read = |disk: &D| {
            let (first, past) = prune::beginning(disk, &shard)?;
            let mut folded = start(past.as_ref());
            let found = Found::on(disk, shard, (first, past), resumes, &mut folded)?;
            Ok::<_, Fault>((found, folded))
        };
        let (mut found, mut folded) = read(&disk)?;
        if found.scan.height() < floor {
            let ends = found.scan.height();
            return Err(Fault::corrupt(format!("journal: it ends at {ends}, and block {floor} was durable")));
        }
        let once = found.ends();
        if once.is_torn() {
            disk.reread()?;
            (found, folded) = read(&disk)?;
            if found.ends() != once {
                return Err(Fault::io(
                    "open the journal",
                    "read twice, it ends in two ways: the disk is failing",
                ));
            }
        }
        let Found { mut scan, last, torn, blank } = found;
        for summary in std::mem::take(&mut scan.summaries) {
            disk.leave(&summing::name(summary.summary.segment), move |out| summary.write(out));
        }
        prune::sweep(&mut disk, scan.first)?;
        if let Some(blank) = blank {
            disk.remove(&segment::name(blank))?;
        }
        let Some((segment, end)) = last else {
            return Ok((Self::create(disk, shard)?, Tail { cut: None, commitment: None }, folded));
        };
        let cut = torn.map(|torn| cut(&mut disk, segment, end.next, torn)).transpose()?;
        if !planted!(OpenWithoutSync) {
            segment.write(&mut disk, end.page, &end.frame)?;
            disk.sync(&segment::name(segment.number))?;
        }
        let (journal, tail) = scan.journal(disk, segment, end.next, cut);
        Ok((journal, tail, folded))
    }
}

/// What a journal is found to hold.
struct Found {
    scan: Scan,
    /// The last segment that has a label, and its last whole frame.
    last: Option<(Segment, End)>,
    /// Where a frame ends that a crash tore.
    torn: Option<u32>,
    /// A segment that a crash left between its making and its label.
    blank: Option<u32>,
}

/// How a journal ends: everything that is destroyed on opening it.
#[derive(PartialEq, Eq)]
struct Ends {
    height: u64,
    torn: Option<(u32, u32)>,
    blank: Option<u32>,
}

impl Ends {
    fn is_torn(&self) -> bool {
        self.torn.is_some() || self.blank.is_some()
    }
}

impl Found {
    /// Reads all of a journal, and gives each block away.
    fn on<D: Disk>(
        disk: &D,
        shard: Hash,
        (first, past): (u32, Option<Past>),
        resumes: bool,
        fold: &mut dyn Fold,
    ) -> Result<Found, Fault> {
        let count = segments(disk, first)?;
        let blank = is_blank(disk, first, count, past.is_some())?.then_some(count - 1);
        let mut scan = Scan::new(shard, first, past);
        let mut last = None;
        for number in first..blank.unwrap_or(count) {
            let segment = Segment::open(disk, number)?;
            let end = scan.segment(disk, segment, resumes, fold)?;
            if number + 1 < count {
                if segment.torn_end(disk, end.next)?.is_some() {
                    return Err(segment.torn_within(end.next));
                }
                scan.summarise(segment.number, end.resumed);
            }
            last = Some((segment, end));
        }
        let torn = match &last {
            Some((segment, end)) => segment.torn_end(disk, end.next)?,
            None => None,
        };
        Ok(Found { scan, last, torn, blank })
    }

    fn ends(&self) -> Ends {
        let torn = self.last.as_ref().zip(self.torn).map(|((_, end), torn)| (end.next, torn));
        Ends { height: self.scan.height(), torn, blank: self.blank }
    }
}

/// Whether the last of the segments from `first` to `count` is one that a crash left without its label.
pub(super) fn is_blank<D: Disk>(disk: &D, first: u32, count: u32, is_pruned: bool) -> Result<bool, Fault> {
    // What follows a past was labelled before the past was written.
    let may_be_blank = count - 1 > first || !is_pruned;
    Ok(may_be_blank && Segment::is_blank(disk, count - 1)?)
}

/// The number after the last segment's; from the first's on, numbers have no gaps.
pub(super) fn segments<D: Disk>(disk: &D, first: u32) -> Result<u32, Fault> {
    let numbers = disk.list()?.into_iter().filter_map(|name| segment::number(&name));
    let mut numbers: Vec<u32> = numbers.filter(|number| *number >= first).collect();
    numbers.sort_unstable();
    match numbers.last() {
        None if first == 0 => Err(Fault::io("open the journal", "there is none")),
        None => Err(Fault::corrupt(format!("segment {first} is missing"))),
        Some(&last) if numbers.len() as u64 == u64::from(last - first) + 1 => Ok(last + 1),
        Some(&last) => {
            let missing = (first..last).find(|number| numbers.binary_search(number).is_err());
            Err(Fault::corrupt(format!("segment {} is missing", missing.unwrap_or(first))))
        }
    }
}

/// Cuts what a crash left behind the last whole frame.
fn cut<D: Disk>(disk: &mut D, segment: Segment, next: u32, end: u32) -> Result<Cut, Fault> {
    if !planted!(KeepTornTail) {
        segment.erase(disk, next, end)?;
    }
    Ok(Cut { segment: segment.number, page: next, pages: end - next })
}

/// What the frames read so far come to.
pub(super) struct Scan {
    pub(super) shard: Hash,
    /// The first segment's number.
    first: u32,
    pub(super) past: Option<Past>,
    pub(super) index: Index,
    pub(super) head: Option<Header>,
    pub(super) committed: u64,
    commitment: Option<Commitment>,
    /// The height of the last block in which something is erased.
    pub(super) erased: u64,
    /// What the segment that is read comes to, as far as that is known.
    summing: Option<Summing>,
    /// The summaries that finished segments should have.
    summaries: Vec<Parted>,
}

/// The block and the commitment in a frame.
pub(super) type Content = (Option<Block>, Option<Commitment>);

/// The last whole frame of a segment, and the page after it.
struct End {
    frame: Vec<u8>,
    page: u32,
    next: u32,
    /// Whether a summary said so.
    resumed: bool,
}

impl Scan {
    /// Before the first frame of the segment `first`, which goes on from `past`.
    pub(super) fn new(shard: Hash, first: u32, past: Option<Past>) -> Scan {
        let head = past.as_ref().map(|past| past.header);
        let committed = head.map_or(0, |head| head.height);
        Scan {
            shard,
            first,
            past,
            index: Index::after(committed),
            head,
            committed,
            commitment: None,
            erased: 0,
            summing: None,
            summaries: Vec::new(),
        }
    }

    /// The hash of the last header; the shard's id before the first.
    pub(super) fn head_hash(&self) -> Hash {
        self.head.map_or(self.shard, |head| head.hash())
    }

    pub(super) fn height(&self) -> u64 {
        self.index.height()
    }

    /// The journal that was read, open for writing at page `next` of its last segment.
    fn journal<D: Disk>(self, disk: D, segment: Segment, next: u32, cut: Option<Cut>) -> (Journal<D>, Tail) {
        let durable = self.height();
        let tail = Tail { cut, commitment: self.commitment };
        let journal = Journal {
            disk,
            shard: self.shard,
            size: SegmentSize::of_pages(segment.pages),
            segment,
            next,
            durable,
            past: self.past,
            index: self.index,
            head: self.head,
            committed: self.committed,
            summing: self.summing,
            written: 0,
            stopped: false,
        };
        (journal, tail)
    }

    /// Reads every whole frame of a segment, but those that a summary is of.
    fn segment<D: Disk>(
        &mut self,
        disk: &D,
        segment: Segment,
        resumes: bool,
        fold: &mut dyn Fold,
    ) -> Result<End, Fault> {
        let resumed = if resumes { Resumed::find(disk, segment, self)? } else { None };
        let mut end = match resumed {
            Some(Resumed { summary, last, summing }) => {
                fold.summary(&summary);
                let sums = self.resume(segment.number, summary);
                self.summing = Some(summing);
                summing::sum(&mut self.summing, Some(sums));
                End { next: last.1 + last.0.pages, frame: last.0.bytes, page: last.1, resumed: true }
            }
            None => {
                let label = self.begin(disk, segment)?;
                self.summing = resumes.then(|| Summing::new(self.head_hash()));
                End { next: label.pages, frame: label.bytes, page: 0, resumed: false }
            }
        };
        frames::each(disk, segment, end.next, |Read { page, frame, decoded }| {
            if let Some(block) = self.frame(segment, page, decoded)?.0 {
                summing::sum(&mut self.summing, fold.block(&block));
            }
            end = End { next: page + frame.pages, frame: frame.bytes, page, resumed: false };
            Ok(ControlFlow::Continue(()))
        })?;
        if let Some(summing) = &mut self.summing
            && !summing.read(disk, segment, end.page, end.next)?
        {
            self.summing = None;
        }
        Ok(end)
    }

    /// Goes on over the blocks that a summary is of: what their records come to.
    fn resume(&mut self, segment: u32, summary: Summary) -> Sums {
        let place = |page| Place { segment, page };
        let mut commit = |index: &mut Index, page: Option<u32>| {
            if let Some(page) = page {
                index.commit(place(page));
                self.committed = index.height();
            }
        };
        commit(&mut self.index, summary.before);
        for pages in summary.places {
            self.index.push(place(pages.block));
            commit(&mut self.index, pages.commitment);
        }
        self.head = Some(summary.head);
        self.commitment = summary.commitment.and_then(|commitment| Commitment::from_bytes(&commitment).ok());
        summary.sums
    }

    /// Has the summary of a segment left that is finished, unless it has one.
    fn summarise(&mut self, number: u32, has_one: bool) {
        if let Some((summing, head)) = self.summing.take().zip(self.head)
            && !has_one
        {
            let summary = summing.summary(number, &self.index, head, self.commitment.as_ref());
            self.summaries.extend(summary);
        }
    }

    /// The label of the next segment, with which it begins.
    pub(super) fn begin<D: Disk>(&self, disk: &D, segment: Segment) -> Result<Frame, Fault> {
        let label = segment.read(disk, 0)?.ok_or_else(|| segment.corrupt(0, "no whole label"))?;
        self.label(segment, &label.bytes).map(|()| label)
    }

    pub(super) fn label(&self, segment: Segment, bytes: &[u8]) -> Result<(), Fault> {
        let label = Label::from_bytes(bytes).map_err(|error| segment.corrupt(0, &error.to_string()))?;
        if label.magic != MAGIC || label.version != VERSION {
            return Err(Fault::foreign(format!(
                "segment {} is of format `{}` version {}",
                segment.number, label.magic, label.version
            )));
        }
        if label.shard != self.shard {
            return Err(Fault::foreign(format!(
                "segment {} is of shard {}, not {}",
                segment.number, label.shard, self.shard
            )));
        }
        if (label.segment, label.first_height) != (segment.number, self.height() + 1) {
            return Err(segment.corrupt(0, &format!("the label names height {}", label.first_height)));
        }
        Ok(())
    }

    /// Goes on over a frame; the block in it, if there is one, and the commitment to the block before.
    pub(super) fn frame(
        &mut self,
        segment: Segment,
        page: u32,
        decoded: Result<Decoded, Error>,
    ) -> Result<Content, Fault> {
        let height = self.height() + 1;
        let corrupt = |why: &str| segment.corrupt(page, &format!("at height {height}: {why}"));
        let wrong = |error: Error| corrupt(&error.to_string());
        let (block, commitment) = decoded.map_err(wrong)?;
        if block.is_none() && commitment.is_none() {
            return Err(corrupt("an empty frame"));
        }
        let place = Place { segment: segment.number, page };
        let commitment = commitment.transpose().map_err(wrong)?;
        if let Some(commitment) = &commitment {
            if !self.head.is_some_and(|head| commitment.names(&head)) {
                return Err(corrupt("the commitment is another block's"));
            }
            self.index.commit(place);
            self.committed = self.height();
        }
        let Some(block) = block else {
            self.commitment.clone_from(&commitment);
            return Ok((None, commitment));
        };
        let block = block.map_err(wrong)?;
        link(&self.shard, self.head.as_ref(), &block.header)
            .map_err(|reason| corrupt(&reason.to_string()))?;
        self.index.push(place);
        self.head = Some(block.header);
        self.commitment = None;
        if block.is_erased() {
            self.erased = block.header.height;
        }
        Ok((Some(block), commitment))
    }
}
