//! The frames of a segment, in portions: while one is gone over, the next is decoded.

use super::read_content;
use crate::block::Block;
use crate::commitment::Commitment;
use crate::disk::Disk;
use crate::segment::{Frame, Segment};
use abi::codec::{Decode, Error};
use abi::fault::Fault;
use beside::beside_if;
use std::ops::ControlFlow;

/// How many pages are read at a time.
const PORTION_PAGES: u32 = 1 << 10;
/// From how many pages on a portion is worth a thread.
const SHARED_PAGES: u32 = 16;

/// A whole frame, and what it says by itself.
pub(super) struct Read {
    /// Its first page.
    pub(super) page: u32,
    pub(super) frame: Frame,
    pub(super) decoded: Result<Decoded, Error>,
}

/// The block and the commitment in a frame, each where it is there.
pub(super) type Decoded = (Option<Result<Block, Error>>, Option<Result<Commitment, Error>>);

/// Frames that follow one another.
struct Portion {
    frames: Vec<(u32, Frame)>,
    pages: u32,
    /// The page after them, or what ended them, if they are the last.
    next: Result<u32, Result<(), Fault>>,
}

impl Portion {
    /// What can be read from `page` on.
    fn read<D: Disk>(disk: &D, segment: Segment, page: u32) -> Portion {
        let mut portion = Portion { frames: Vec::new(), pages: 0, next: Ok(page) };
        while let (&Ok(page), true) = (&portion.next, portion.pages < PORTION_PAGES) {
            portion.next = match segment.read(disk, page) {
                Ok(Some(frame)) => {
                    let pages = frame.pages;
                    portion.pages += pages;
                    portion.frames.push((page, frame));
                    Ok(page + pages)
                }
                Ok(None) => Err(Ok(())),
                Err(fault) => Err(Err(fault)),
            };
        }
        portion
    }
}

/// Goes over the whole frames of a segment from `page` on, in order, until there is none or `each` has enough. While
/// one portion is decoded, the one before it is gone over, and the next one read.
pub(super) fn each<D: Disk>(
    disk: &D,
    segment: Segment,
    page: u32,
    mut each: impl FnMut(Read) -> Result<ControlFlow<()>, Fault>,
) -> Result<(), Fault> {
    let mut go_over = |reads: Vec<Read>| {
        for read in reads {
            if each(read)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok::<_, Fault>(ControlFlow::Continue(()))
    };
    let (mut portion, mut reads) = (Portion::read(disk, segment, page), Vec::new());
    loop {
        let Portion { frames, pages, next } = portion;
        let go_on = || {
            let gone_over = go_over(reads)?;
            Ok::<_, Fault>(gone_over.map_continue(|()| next.map(|next| Portion::read(disk, segment, next))))
        };
        let (decoded, gone_on) = beside_if(pages >= SHARED_PAGES, || decode(frames), go_on);
        (portion, reads) = match gone_on? {
            ControlFlow::Break(()) => return Ok(()),
            ControlFlow::Continue(Ok(next)) => (next, decoded),
            ControlFlow::Continue(Err(end)) => {
                return if go_over(decoded)?.is_break() { Ok(()) } else { end };
            }
        };
    }
}

/// What a frame says by itself.
pub(super) fn decoded(frame: &[u8]) -> Result<Decoded, Error> {
    let (block, commitment) = read_content(frame)?;
    let block = block.map(|block| Block::from_bytes(&block));
    Ok((block, commitment.map(|commitment| Commitment::from_bytes(&commitment))))
}

fn decode(frames: Vec<(u32, Frame)>) -> Vec<Read> {
    let read = |(page, frame): (u32, Frame)| Read { page, decoded: decoded(&frame.bytes), frame };
    frames.into_iter().map(read).collect()
}
