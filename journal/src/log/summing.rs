//! Summing up the segment that is written, and taking summaries at their word where their pages are there.

use super::Journal;
use super::index::Index;
use super::open::Scan;
use crate::block::Header;
use crate::commitment::Commitment;
use crate::disk::Disk;
use crate::page::{self, CHECKSUM_BYTES, PAGE_BYTES};
use crate::segment::{Frame, Place, Segment};
use crate::summary::{Pages, Parted, Summary, Sums};
use abi::Hash;
use abi::codec::{Bytes, Decode, Encode};
use abi::fault::Fault;
use abi::hash::{Hasher, SUMMARY};
use beside::both;

/// The longest summary, in bytes: more than what a segment's records come to.
const SUMMARY_BYTES_MAX: u64 = 256 << 20;
/// How many pages are read at a time, of which one half is checked beside the other.
const CHUNK_PAGES: u32 = 1024;

/// The file of the summary of segment `number`.
pub(super) fn name(number: u32) -> String {
    format!("{number:08}.summary")
}

/// The number of the segment that a summary's name says it is of.
pub(super) fn number(name: &str) -> Option<u32> {
    let number = name.strip_suffix(".summary")?.parse().ok()?;
    (self::name(number) == name).then_some(number)
}

/// The checksums of a segment's first pages.
#[derive(Clone, Debug)]
pub(super) struct Content {
    checksums: Hasher,
    pages: u32,
}

impl Content {
    fn new() -> Content {
        Content { checksums: SUMMARY.hasher(), pages: 0 }
    }

    /// Goes on over pages that are sound.
    fn wrote(&mut self, pages: &[u8]) {
        pages.chunks_exact(PAGE_BYTES).for_each(|page| self.add(&page[..CHECKSUM_BYTES]));
    }

    fn add(&mut self, checksum: &[u8]) {
        self.checksums.update(checksum);
        self.pages += 1;
    }

    /// Goes on to page `end`, from the disk: whether all pages are sound.
    fn read<D: Disk>(&mut self, disk: &D, segment: Segment, end: u32) -> Result<bool, Fault> {
        while self.pages < end {
            let count = CHUNK_PAGES.min(end - self.pages);
            let mut bytes = vec![0; count as usize * PAGE_BYTES];
            segment.pages(disk, self.pages, &mut bytes)?;
            let half = count / 2;
            let (first, second) = bytes.split_at(half as usize * PAGE_BYTES);
            let checksums = |first: u32, pages: &[u8]| {
                let pages = (first..).zip(pages.chunks_exact(PAGE_BYTES));
                pages.map(|(number, page)| page::checksum_of(page, segment.number, number)).collect()
            };
            let next = self.pages;
            let (first, second): (Vec<_>, Vec<_>) =
                both(count == CHUNK_PAGES, || checksums(next, first), || checksums(next + half, second));
            for checksum in first.into_iter().chain(second) {
                let Some(checksum) = checksum else { return Ok(false) };
                self.add(&checksum);
            }
        }
        Ok(true)
    }

    fn digest(&self) -> Hash {
        Hash(*self.checksums.finalize().as_bytes())
    }
}

/// What a segment comes to so far.
#[derive(Clone, Debug)]
pub(super) struct Summing {
    content: Content,
    /// Part by part: all together they are many megabytes, and whoever commits waits while those are moved.
    sums: Vec<Sums>,
    /// The page of the last frame.
    last: u32,
    /// The hash of the header before the segment's first block.
    previous: Hash,
}

impl Summing {
    pub(super) fn new(previous: Hash) -> Summing {
        Summing { content: Content::new(), sums: Vec::new(), last: 0, previous }
    }

    /// Goes on over the frame that was written at page `at`.
    pub(super) fn wrote(&mut self, at: u32, pages: &[u8]) {
        self.content.wrote(pages);
        self.last = at;
    }

    /// Goes on to page `end`, where the frame ends that begins at page `last`: whether all pages are sound.
    pub(super) fn read<D: Disk>(
        &mut self,
        disk: &D,
        segment: Segment,
        last: u32,
        end: u32,
    ) -> Result<bool, Fault> {
        self.last = last;
        self.content.read(disk, segment, end)
    }

    /// The summary of the segment `number`, of whose blocks `head` is the last; none, where it has no block.
    pub(super) fn summary(
        self,
        number: u32,
        index: &Index,
        head: Header,
        commitment: Option<&Commitment>,
    ) -> Option<Parted> {
        let here = |place: Place| (place.segment == number).then_some(place.page);
        let commitment_here = |height| index.commitment(height).and_then(here);
        let heights = index.heights(number);
        let pages = |height| {
            index.block(height).map(|place| Pages { block: place.page, commitment: commitment_here(height) })
        };
        let summary = Summary {
            shard: head.shard,
            segment: number,
            end: self.content.pages,
            last: self.last,
            content: self.content.digest(),
            previous: self.previous,
            first_height: heights.start,
            head,
            commitment: commitment.map(|commitment| Bytes(commitment.to_bytes())),
            places: heights.clone().filter_map(pages).collect(),
            before: heights.start.checked_sub(1).and_then(commitment_here),
            sums: Sums::default(),
        };
        (!heights.is_empty()).then_some(Parted { summary, parts: self.sums })
    }
}

impl<D: Disk> Journal<D> {
    /// Begins to sum up the segment that was just made.
    pub(super) fn begin_summing(&mut self) {
        let mut summing = Summing::new(self.head.map_or(self.shard, |head| head.hash()));
        let is_read = summing.read(&self.disk, self.segment, 0, self.next);
        self.summing = (is_read == Ok(true)).then_some(summing);
    }

    /// Leaves the summary of the segment that is written, for the next opening.
    pub(super) fn summarise(&mut self, commitment: Option<&Commitment>) {
        // A journal that is closed may go on in the same segment.
        let summing = if commitment.is_some() { self.summing.clone() } else { self.summing.take() };
        let Some((summing, head)) = summing.zip(self.head) else { return };
        let number = self.segment.number;
        if let Some(summary) = summing.summary(number, &self.index, head, commitment) {
            self.disk.leave(&name(number), move |out| summary.write(out));
        }
    }

    /// Forgets the summary of a segment that is about to be another.
    pub(super) fn unsummarise(&mut self, number: u32) -> Result<(), Fault> {
        if self.segment.number == number {
            self.summing = None;
        }
        let name = name(number);
        if self.disk.list()?.contains(&name) { self.disk.remove(&name) } else { Ok(()) }
    }
}

/// Adds the sums of blocks; where they are not known, the segment has no summary.
pub(super) fn sum(summing: &mut Option<Summing>, sums: Option<Sums>) {
    match (&mut *summing, sums) {
        (Some(summing), Some(sums)) => summing.sums.push(sums),
        _ => *summing = None,
    }
}

/// What a summary says of a segment whose pages are the ones that it is of.
pub(super) struct Resumed {
    pub(super) summary: Summary,
    /// The last frame, and the page where it begins.
    pub(super) last: (Frame, u32),
    /// Of the pages; the sums are still the summary's.
    pub(super) summing: Summing,
}

impl Resumed {
    /// What the summary of a segment says, if there is one that is of its pages, and its blocks follow `scan`'s.
    pub(super) fn find<D: Disk>(disk: &D, segment: Segment, scan: &Scan) -> Result<Option<Resumed>, Fault> {
        let Some(summary) = read(disk, segment.number) else { return Ok(None) };
        let Summary { end, last, previous, .. } = summary;
        let follows = (summary.shard, summary.segment, summary.first_height, previous)
            == (scan.shard, segment.number, scan.height() + 1, scan.head_hash());
        let mut summing = Summing::new(previous);
        if !follows || end > segment.pages || !summing.read(disk, segment, last, end)? {
            return Ok(None);
        }
        let frame = segment.read(disk, last)?.filter(|frame| last + frame.pages == end);
        let frame = frame.filter(|_| summing.content.digest() == summary.content);
        Ok(frame.map(|frame| Resumed { summary, last: (frame, last), summing }))
    }
}

/// The summary of a segment, if there is a whole one; nothing depends on it.
fn read<D: Disk>(disk: &D, number: u32) -> Option<Summary> {
    let len = disk.len(&name(number)).ok().filter(|len| *len <= SUMMARY_BYTES_MAX)?;
    let mut bytes = vec![0; usize::try_from(len).ok()?];
    disk.read(&name(number), 0, &mut bytes).ok()?;
    Summary::from_bytes(&bytes).ok()
}

#[cfg(test)]
mod tests;
