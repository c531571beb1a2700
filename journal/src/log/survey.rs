//! A survey of a journal: what its files say, page by page, of which nothing is changed.
//!
//! Opening a journal stops at the first byte that is wrong. Who is to mend it needs more: what is sound before
//! that place, what can still be read behind it, and so what is gone.

use super::frames::{self, Read};
use super::open::{Cut, Scan};
use super::{Journal, prune, read_content};
use crate::block::{Block, Header};
use crate::disk::Disk;
use crate::page::{PAGE_BYTES, Page};
use crate::past::Past;
use crate::segment::{self, CHUNK_PAGES, Segment};
use abi::Hash;
use abi::codec::Decode;
use abi::fault::Fault;
use std::collections::BTreeSet;
use std::ops::ControlFlow;

/// What a journal's files say.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct JournalSurvey {
    /// What is known of the blocks that were pruned.
    pub past: Option<Past>,
    /// The segments, by number.
    pub segments: Vec<SegmentSurvey>,
    /// The blocks, from the first that is kept up to where all is sound.
    pub blocks: Vec<SurveyedBlock>,
    /// The header of the last of those blocks, or else of the last that was pruned.
    pub head: Option<Header>,
    /// The height of the last of those blocks whose commitment is there.
    pub committed: u64,
    /// The height of the last of those blocks in which something is erased, so that what it wrote is not known;
    /// 0, if there is none.
    pub erased: u64,
    /// What comes after them.
    pub ending: Ending,
}

/// A block that can be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SurveyedBlock {
    /// The bytes of its frame on disk.
    pub bytes: u64,
    /// The hash of its header.
    pub header: Hash,
    /// The state root after it.
    pub root: Hash,
}

/// What the pages of a segment are.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SegmentSurvey {
    /// Its number.
    pub number: u32,
    /// Its length.
    pub bytes: u64,
    /// Pages that are whole and in their place.
    pub sound: u32,
    /// Pages that were written in part.
    pub torn: u32,
    /// Pages that are not what was written.
    pub damaged: u32,
    /// Pages of zeros.
    pub unwritten: u32,
    /// Whole frames, its label among them.
    pub frames: u32,
    /// The first and the last height of the blocks in it that can be read.
    pub heights: Option<(u64, u64)>,
}

/// What comes after a journal's last sound block.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ending {
    /// Nothing.
    Clean,
    /// A frame that a crash tore while it was written.
    Torn(Cut),
    /// A segment that a crash left without its label.
    Blank {
        /// Its number.
        segment: u32,
    },
    /// Bytes that are not what was written.
    Damaged(Damage),
}

/// A place in a journal where bytes are not what was written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Damage {
    /// The segment's number.
    pub segment: u32,
    /// The first page of the first frame that cannot be read.
    pub page: u32,
    /// How many pages lie before the next frame that can be; all that are written, if there is none.
    pub pages: u32,
    /// The first height that cannot be read.
    pub height: u64,
    /// The first height behind it that can be.
    pub resumes: Option<u64>,
    /// The last height that can be.
    pub last: Option<u64>,
    /// The rule that the bytes break.
    pub because: String,
}

impl JournalSurvey {
    /// The height up to which the journal can be opened.
    pub fn height(&self) -> u64 {
        self.pruned() + self.blocks.len() as u64
    }

    /// The height up to which blocks were pruned; 0 where none were.
    pub fn pruned(&self) -> u64 {
        self.past.as_ref().map_or(0, |past| past.header.height)
    }

    /// The block of a height, if it is sound.
    pub fn block(&self, height: u64) -> Option<&SurveyedBlock> {
        self.blocks.get(usize::try_from(height.checked_sub(self.pruned() + 1)?).ok()?)
    }

    /// The header's hash and the state root of the block of a height, if it is sound or the last that was pruned.
    pub fn hashes(&self, height: u64) -> Option<(Hash, Hash)> {
        match &self.past {
            Some(Past { header, .. }) if header.height == height => Some((header.hash(), header.root_after)),
            _ => self.block(height).map(|block| (block.header, block.root)),
        }
    }
}

impl<D: Disk> Journal<D> {
    /// Reads all files of a journal of `shard`, and changes none.
    ///
    /// # Errors
    ///
    /// `Foreign`, for another shard's journal or another version's; `Io`, for a disk that fails. Damage is no
    /// error here: it is what a survey is for.
    pub fn survey(disk: &D, shard: Hash) -> Result<JournalSurvey, Fault> {
        let numbers: BTreeSet<u32> = disk.list()?.iter().filter_map(|name| segment::number(name)).collect();
        let (first, past, damage) = match prune::beginning(disk, &shard) {
            Ok((first, past)) => (first, past, None),
            Err(fault) => (0, None, Some(fault)),
        };
        let scan = Scan::new(shard, first, past);
        let mut survey = Survey { scan, segments: Vec::new(), blocks: Vec::new(), ending: Ending::Clean };
        damage.map_or(Ok(()), |fault| survey.damaged(0, 0, 0, fault))?;
        let Some(&last) = numbers.last().filter(|last| **last >= first) else {
            survey.damaged(first, 0, 0, Fault::corrupt(format!("segment {first} is missing")))?;
            return Ok(survey.done());
        };
        for number in first..=last {
            match numbers.contains(&number) {
                true => survey.segment(disk, number, number == last)?,
                false => {
                    survey.damaged(number, 0, 0, Fault::corrupt(format!("segment {number} is missing")))?
                }
            }
        }
        Ok(survey.done())
    }
}

/// A survey under way.
struct Survey {
    scan: Scan,
    segments: Vec<SegmentSurvey>,
    blocks: Vec<SurveyedBlock>,
    ending: Ending,
}

/// The pages of a segment, counted.
struct Pages {
    survey: SegmentSurvey,
    /// Where frames start, as far as single pages tell.
    starts: Vec<u32>,
    /// The page after the last that is written.
    end: u32,
}

impl Survey {
    fn done(self) -> JournalSurvey {
        let Survey { scan, segments, blocks, ending } = self;
        let Scan { past, head, committed, erased, .. } = scan;
        JournalSurvey { past, segments, blocks, head, committed, erased, ending }
    }

    /// Notes the first damage there is; what is no damage is an error of the survey's own.
    fn damaged(&mut self, segment: u32, page: u32, pages: u32, fault: Fault) -> Result<(), Fault> {
        let Fault::Corrupt { what: because } = fault else { return Err(fault) };
        if !matches!(self.ending, Ending::Damaged(_)) {
            let height = self.scan.height() + 1;
            let (resumes, last) = (None, None);
            self.ending = Ending::Damaged(Damage { segment, page, pages, height, resumes, last, because });
        }
        Ok(())
    }

    fn segment<D: Disk>(&mut self, disk: &D, number: u32, is_last: bool) -> Result<(), Fault> {
        let may_be_blank = is_last && self.is_sound() && !self.is_beginning();
        if may_be_blank && matches!(Segment::is_blank(disk, number), Ok(true)) {
            let bytes = disk.len(&segment::name(number))?;
            let unwritten = u32::try_from(bytes / PAGE_BYTES as u64).unwrap_or(u32::MAX);
            self.segments.push(SegmentSurvey { number, bytes, unwritten, ..SegmentSurvey::default() });
            self.ending = Ending::Blank { segment: number };
            return Ok(());
        }
        let segment = match Segment::open(disk, number) {
            Ok(segment) => segment,
            Err(fault) => {
                let bytes = disk.len(&segment::name(number))?;
                self.segments.push(SegmentSurvey { number, bytes, ..SegmentSurvey::default() });
                return self.damaged(number, 0, 0, fault);
            }
        };
        let mut pages = Pages::of(segment);
        let next = match self.is_sound() {
            true => self.front(disk, segment, is_last, &mut pages)?,
            false => pages.count(disk, segment, 0).map(|()| 0)?,
        };
        if let Ending::Damaged(_) = self.ending {
            self.behind(disk, segment, next, &mut pages)?;
        }
        self.segments.push(pages.survey);
        Ok(())
    }

    /// Whether the next segment is the first one after a past, which was labelled before that was written.
    fn is_beginning(&self) -> bool {
        self.segments.is_empty() && self.scan.past.is_some()
    }

    fn is_sound(&self) -> bool {
        matches!(self.ending, Ending::Clean)
    }

    /// Reads the frames of a segment as opening the journal would; the page where that ends.
    fn front<D: Disk>(
        &mut self,
        disk: &D,
        segment: Segment,
        is_last: bool,
        pages: &mut Pages,
    ) -> Result<u32, Fault> {
        let (mut next, mut is_damaged) = (0, false);
        frames::each(disk, segment, 0, |Read { page, frame, decoded }| {
            let before = self.scan.height();
            let read = match page {
                0 => self.scan.label(segment, &frame.bytes),
                page => self.scan.frame(segment, page, decoded).map(|_| ()),
            };
            next = page + frame.pages;
            if let Err(fault) = read {
                is_damaged = true;
                self.damaged(segment.number, page, frame.pages, fault)?;
                return Ok(ControlFlow::Break(()));
            }
            if let Some(head) = self.scan.head.filter(|head| head.height > before) {
                let bytes = u64::from(frame.pages) * PAGE_BYTES as u64;
                self.blocks.push(SurveyedBlock { bytes, header: head.hash(), root: head.root_after });
                pages.survey.holds(head.height);
            }
            pages.survey.frames += 1;
            Ok(ControlFlow::Continue(()))
        })?;
        if is_damaged {
            return pages.count(disk, segment, next).map(|()| next);
        }
        pages.count(disk, segment, next)?;
        let torn = match segment.torn_end(disk, next) {
            Ok(Some(end)) if next == 0 || !is_last => {
                let why = if next == 0 { "no whole label" } else { "torn, but a later segment follows" };
                (end, Err(segment.corrupt(next, why)))
            }
            Ok(None) if next == 0 => (0, Err(segment.corrupt(0, "no whole label"))),
            torn => (pages.end, torn),
        };
        match torn {
            (_, Ok(None)) => {}
            (_, Ok(Some(end))) => {
                self.ending = Ending::Torn(Cut { segment: segment.number, page: next, pages: end - next });
            }
            (end, Err(fault)) => {
                let resumes = pages.starts.iter().find(|&&start| start > next).copied();
                self.damaged(segment.number, next, resumes.unwrap_or(end).saturating_sub(next), fault)?;
            }
        }
        Ok(next)
    }

    /// Looks for blocks that can be read behind the damage.
    fn behind<D: Disk>(
        &mut self,
        disk: &D,
        segment: Segment,
        next: u32,
        pages: &mut Pages,
    ) -> Result<(), Fault> {
        for &start in pages.starts.iter().filter(|&&start| start >= next) {
            let Some(frame) = segment.read(disk, start)? else { continue };
            pages.survey.frames += 1;
            let Ok((Some(block), _)) = read_content(&frame.bytes) else { continue };
            let Ok(block) = Block::from_bytes(&block) else { continue };
            let height = block.header.height;
            pages.survey.holds(height);
            if let Ending::Damaged(damage) = &mut self.ending {
                damage.resumes.get_or_insert(height);
                damage.last = damage.last.max(Some(height));
            }
        }
        Ok(())
    }
}

impl SegmentSurvey {
    /// Notes a block that can be read.
    fn holds(&mut self, height: u64) {
        let (first, last) = self.heights.unwrap_or((height, height));
        self.heights = Some((first.min(height), last.max(height)));
    }
}

impl Pages {
    /// None yet.
    fn of(segment: Segment) -> Pages {
        let bytes = u64::from(segment.pages) * PAGE_BYTES as u64;
        let survey = SegmentSurvey { number: segment.number, bytes, ..SegmentSurvey::default() };
        Pages { survey, starts: Vec::new(), end: 0 }
    }

    /// Judges every page from `page` on by itself; those before it are of whole frames.
    fn count<D: Disk>(&mut self, disk: &D, segment: Segment, mut page: u32) -> Result<(), Fault> {
        (self.survey.sound, self.end) = (page, page);
        while page < segment.pages {
            let chunk = CHUNK_PAGES.min(segment.pages - page);
            for judged in segment.judge(disk, page, chunk, &mut Vec::new())? {
                match judged {
                    Page::Unwritten => self.survey.unwritten += 1,
                    Page::Torn => self.survey.torn += 1,
                    Page::Damaged => self.survey.damaged += 1,
                    Page::Sound(head) => {
                        self.survey.sound += 1;
                        self.starts.extend((head.first == page).then_some(page));
                    }
                }
                page += 1;
                if judged != Page::Unwritten {
                    self.end = page;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
