//! One page of a segment, as whoever looks into a damaged journal wants to see it.

use super::{Journal, read_content};
use crate::block::{Block, Header};
use crate::commitment::Commitment;
use crate::disk::Disk;
use crate::page::Page;
use crate::segment::Segment;
use abi::codec::Decode;
use abi::fault::Fault;

/// What a page holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Dump {
    /// `sound`, `torn`, `damaged` or `unwritten`.
    pub state: &'static str,
    /// The first page of the frame that a sound page is of.
    pub first: Option<u32>,
    /// The frame's length in bytes.
    pub length: Option<u32>,
    /// The page's part of it.
    pub payload: Vec<u8>,
    /// The frame, if all of it can be read; none of a segment's label.
    pub frame: Option<DumpedFrame>,
}

/// What a frame holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DumpedFrame {
    /// How many pages it fills.
    pub pages: u32,
    /// The header of its block.
    pub header: Option<Header>,
    /// The height that its commitment is of.
    pub commitment: Option<u64>,
}

impl<D: Disk> Journal<D> {
    /// Looks at one page of a segment, whatever it is.
    ///
    /// # Errors
    ///
    /// `Corrupt`, for a file that is no segment or has no such page; `Io`, for a disk that fails.
    pub fn dump(disk: &D, number: u32, page: u32) -> Result<Dump, Fault> {
        let segment = Segment::open(disk, number)?;
        if page >= segment.pages {
            return Err(segment.corrupt(page, &format!("the segment has {} pages", segment.pages)));
        }
        let none = |state| Dump { state, first: None, length: None, payload: Vec::new(), frame: None };
        let mut payload = Vec::new();
        Ok(match segment.judge(disk, page, 1, &mut payload)?.pop() {
            Some(Page::Sound(head)) => Dump {
                state: "sound",
                first: Some(head.first),
                length: Some(head.length),
                payload,
                frame: frame(disk, segment, head.first)?,
            },
            Some(Page::Torn) => none("torn"),
            Some(Page::Damaged) => none("damaged"),
            Some(Page::Unwritten) | None => none("unwritten"),
        })
    }
}

fn frame<D: Disk>(disk: &D, segment: Segment, first: u32) -> Result<Option<DumpedFrame>, Fault> {
    let Some(frame) = segment.read(disk, first)?.filter(|_| first > 0) else { return Ok(None) };
    let Ok((block, commitment)) = read_content(&frame.bytes) else { return Ok(None) };
    let header = block.and_then(|bytes| Block::from_bytes(&bytes).ok()).map(|block| block.header);
    let commitment = commitment.and_then(|bytes| Commitment::from_bytes(&bytes).ok());
    let commitment = commitment.map(|commitment| commitment.height());
    Ok(Some(DumpedFrame { pages: frame.pages, header, commitment }))
}
