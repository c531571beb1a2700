//! Segments: preallocated, zero-filled files of pages, and the frames in them.
//!
//! A frame lies in consecutive pages of one segment; frames follow one another without gaps. The first
//! frame of a segment is its label: format version, shard, the segment's number, the height of the first
//! block in it. At most one frame is written and not yet synced, so only the last frame of the last
//! segment can be torn.

use crate::disk::Disk;
use crate::page::{self, Head, PAGE_BYTES, PAYLOAD_BYTES, Page, pages_of};
use abi::fault::Fault;
use abi::limits::BLOCK_BYTES_MAX;
use abi::{Hash, planted};

/// How large a segment is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SegmentSize {
    pages: u32,
}

impl SegmentSize {
    /// The size of a node's segments: 65 MiB, which holds the largest block.
    pub const DEFAULT: SegmentSize = SegmentSize { pages: 16_640 };

    /// A segment of `pages` pages of 4 KiB, at least two.
    pub const fn of_pages(pages: u32) -> SegmentSize {
        assert!(pages >= 2, "a segment holds its label and a frame");
        SegmentSize { pages }
    }

    /// How many pages it has.
    pub(crate) const fn pages(self) -> u32 {
        self.pages
    }

    pub(crate) const fn bytes(self) -> u64 {
        self.pages as u64 * PAGE_BYTES as u64
    }
}

/// What a frame adds to its block: two heads and a commitment.
const FRAME_OVERHEAD_MAX: usize = 4 << 10;
const _: () = assert!(
    (SegmentSize::DEFAULT.pages as usize - 1) * PAYLOAD_BYTES as usize
        >= BLOCK_BYTES_MAX + FRAME_OVERHEAD_MAX,
    "a segment holds the largest block"
);

/// The label of a segment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Label {
    pub(crate) magic: String,
    pub(crate) version: u8,
    pub(crate) shard: Hash,
    pub(crate) segment: u32,
    pub(crate) first_height: u64,
}

abi::canonical_array!(Label { magic, version, shard, segment, first_height });

/// What a label starts with.
pub(crate) const MAGIC: &str = "counterfoil journal";

/// The file of segment `number`.
pub fn name(number: u32) -> String {
    format!("{number:08}.segment")
}

/// The number of a segment's file; `None` for files that are no segments.
pub(crate) fn number(name: &str) -> Option<u32> {
    let number = name.strip_suffix(".segment")?.parse().ok()?;
    (self::name(number) == name).then_some(number)
}

/// A segment's number and how many pages it has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Segment {
    pub(crate) number: u32,
    pub(crate) pages: u32,
}

/// Where a frame lies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Place {
    pub(crate) segment: u32,
    pub(crate) page: u32,
}

/// A frame that was read.
pub(crate) struct Frame {
    pub(crate) bytes: Vec<u8>,
    pub(crate) pages: u32,
}

/// Pages read in one go when a tail is judged.
pub(crate) const CHUNK_PAGES: u32 = 64;

impl Segment {
    /// A segment that exists.
    pub(crate) fn open<D: Disk>(disk: &D, number: u32) -> Result<Segment, Fault> {
        let bytes = disk.len(&name(number))?;
        let pages = u32::try_from(bytes / PAGE_BYTES as u64).unwrap_or(0);
        if pages < 2 || u64::from(pages) * PAGE_BYTES as u64 != bytes {
            return Err(Fault::corrupt(format!("segment {number}: no segment is {bytes} bytes long")));
        }
        Ok(Segment { number, pages })
    }

    /// Writes `frame` from page `first` on: the pages. Nothing is synced.
    pub(crate) fn write<D: Disk>(&self, disk: &mut D, first: u32, frame: &[u8]) -> Result<Vec<u8>, Fault> {
        let mut pages = Vec::with_capacity(frame_pages(frame) as usize * PAGE_BYTES);
        self.fill(first, frame, &mut pages);
        disk.write(&name(self.number), offset(first), &pages)?;
        Ok(pages)
    }

    /// Reads pages from `first` on.
    pub(crate) fn pages<D: Disk>(&self, disk: &D, first: u32, pages: &mut [u8]) -> Result<(), Fault> {
        disk.read(&name(self.number), offset(first), pages)
    }

    /// Appends the pages of `frame`, of which `first` is the first, and says how many it fills.
    pub(crate) fn fill(&self, first: u32, frame: &[u8], bytes: &mut Vec<u8>) -> u32 {
        let length = frame_length(frame);
        let pages = pages_of(length);
        assert!(first + pages <= self.pages, "a frame never crosses a segment");
        for page in first..first + pages {
            page::write(Head { segment: self.number, page, first, length }, frame, bytes);
        }
        pages
    }

    /// The whole and sound frame that starts at page `first`; `None` if there is none.
    pub(crate) fn read<D: Disk>(&self, disk: &D, first: u32) -> Result<Option<Frame>, Fault> {
        if first >= self.pages {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        let length = match self.judge(disk, first, 1, &mut bytes)?.pop() {
            Some(Page::Sound(head)) if head.first == first => head.length,
            _ => return Ok(None),
        };
        let pages = pages_of(length);
        if pages > self.pages - first {
            return Ok(None);
        }
        bytes.reserve_exact(length as usize - bytes.len());
        let goes_on =
            |page: &Page| matches!(page, Page::Sound(head) if (head.first, head.length) == (first, length));
        if !self.judge(disk, first + 1, pages - 1, &mut bytes)?.iter().all(goes_on) {
            return Ok(None);
        }
        assert!(bytes.len() == length as usize, "the pages hold the whole frame");
        Ok(Some(Frame { bytes, pages }))
    }

    /// What is wrong where a frame is torn before the last segment.
    pub(crate) fn torn_within(&self, page: u32) -> Fault {
        self.corrupt(page, "torn, but a later segment follows")
    }

    /// Judges what lies from page `first` on, where no whole frame starts: nothing, or one torn frame, of
    /// which the end (a page index) is returned.
    ///
    /// # Errors
    ///
    /// Corrupt, if a page was changed after it was written, or a later frame follows.
    pub(crate) fn torn_end<D: Disk>(&self, disk: &D, first: u32) -> Result<Option<u32>, Fault> {
        let mut end = None;
        let mut length = None;
        let mut page = first;
        while page < self.pages {
            let chunk = CHUNK_PAGES.min(self.pages - page);
            for judged in self.judge(disk, page, chunk, &mut Vec::new())? {
                match judged {
                    Page::Unwritten => {}
                    Page::Torn => end = Some(page + 1),
                    Page::Sound(head)
                        if head.first == first && *length.get_or_insert(head.length) == head.length =>
                    {
                        end = Some(page + 1);
                    }
                    Page::Sound(_) if planted!(CutWhatFollows) => end = Some(page + 1),
                    Page::Damaged if planted!(CutDamaged) => end = Some(page + 1),
                    Page::Sound(_) => {
                        return Err(self.corrupt(first, &format!("no frame, but one follows at page {page}")));
                    }
                    Page::Damaged => return Err(self.corrupt(page, "changed since it was written")),
                }
                page += 1;
            }
        }
        match (end, length) {
            (Some(end), Some(length)) if end - first > pages_of(length) => {
                Err(self.corrupt(end - 1, "written beyond the last frame"))
            }
            _ => Ok(end),
        }
    }

    /// Makes the pages in `[first, end)` unwritten again, durably.
    pub(crate) fn erase<D: Disk>(&self, disk: &mut D, first: u32, end: u32) -> Result<(), Fault> {
        let name = name(self.number);
        let end = if planted!(CutOnePageOnly) { first + 1 } else { end };
        let zeros = vec![0; (end - first) as usize * PAGE_BYTES];
        disk.write(&name, offset(first), &zeros)?;
        disk.sync(&name)
    }

    /// Whether segment `number` was made and never labelled: a crash came between.
    ///
    /// # Errors
    ///
    /// Corrupt, if it has no whole label and yet holds something.
    pub(crate) fn is_blank<D: Disk>(disk: &D, number: u32) -> Result<bool, Fault> {
        let opened = Segment::open(disk, number);
        if let Ok(segment) = opened {
            return Ok(segment.read(disk, 0)?.is_none() && segment.torn_end(disk, 0).map(|_| true)?);
        }
        let (name, len) = (name(number), disk.len(&name(number))?);
        let mut offset = 0;
        while offset < len {
            let mut bytes = vec![0; PAGE_BYTES.min(usize::try_from(len - offset).unwrap_or(PAGE_BYTES))];
            disk.read(&name, offset, &mut bytes)?;
            if bytes.iter().any(|&byte| byte != 0) {
                return opened.map(|_| false);
            }
            offset += bytes.len() as u64;
        }
        Ok(true)
    }

    /// What each of `pages` pages from `first` on is; what the sound ones hold is appended to `frame`.
    pub(crate) fn judge<D: Disk>(
        &self,
        disk: &D,
        first: u32,
        pages: u32,
        frame: &mut Vec<u8>,
    ) -> Result<Vec<Page>, Fault> {
        let mut bytes = vec![0; pages as usize * PAGE_BYTES];
        self.pages(disk, first, &mut bytes)?;
        let judge = |(page, bytes)| page::read(bytes, self.number, page, frame);
        Ok((first..).zip(bytes.chunks_exact(PAGE_BYTES)).map(judge).collect())
    }

    /// A page that is not what was written.
    pub(crate) fn corrupt(&self, page: u32, why: &str) -> Fault {
        Fault::corrupt(format!("segment {}, page {page}: {why}", self.number))
    }
}

/// How many pages `frame` fills.
pub(crate) fn frame_pages(frame: &[u8]) -> u32 {
    pages_of(frame_length(frame))
}

fn frame_length(frame: &[u8]) -> u32 {
    assert!(!frame.is_empty(), "a frame holds something");
    u32::try_from(frame.len()).expect("a frame fits its segment, which has less than 4 GiB")
}

fn offset(page: u32) -> u64 {
    u64::from(page) * PAGE_BYTES as u64
}
