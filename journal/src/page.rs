//! Pages of 4 KiB, of which it can be told whether they were written whole, in part, or changed since.
//!
//! ```text
//! page     = 8 sectors of 512 bytes = 8 × (511 bytes of content, the tag 0xA5)
//! content  = checksum 16 · segment 4 · page 4 · first 4 · length 4 · payload 4,056
//! checksum = the first 16 bytes of H_segment-page(the rest of the content)
//! ```
//!
//! Numbers are big-endian. A frame lies in consecutive pages; each names the frame's first page and its
//! length in bytes, so that every page of a frame tells where the frame starts and ends. The payload of
//! the last page is filled up with zeros.
//!
//! # The sector assumption
//!
//! A disk writes a 512-byte sector whole or not at all, and segments are zero-filled before use. The tag
//! makes every written sector differ from a zero one, so a page that a crash tore still holds a sector of
//! zeros; a page whose sectors were all written and whose checksum is wrong was changed afterwards. A
//! disk that loses a sector *after* it was synced looks like a torn write: where that matters, the
//! commitment in the next frame, or a replica, tells them apart.

use abi::hash::SEGMENT_PAGE;
use abi::planted;

/// Bytes of a page of a segment.
pub const PAGE_BYTES: usize = 4096;
/// Bytes of a frame that one page holds.
pub(crate) const PAYLOAD_BYTES: u32 = 4_056;

const SECTOR_BYTES: usize = 512;
const CONTENT_BYTES: usize = PAGE_BYTES / SECTOR_BYTES * (SECTOR_BYTES - 1);
pub(crate) const CHECKSUM_BYTES: usize = 16;
const HEAD_BYTES: usize = CHECKSUM_BYTES + 4 * 4;
const TAG: u8 = 0xA5;
const _: () = assert!(PAYLOAD_BYTES as usize == CONTENT_BYTES - HEAD_BYTES, "a page is full");

/// Where a page is, and of which frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Head {
    /// The segment's number.
    pub(crate) segment: u32,
    /// The page's index in the segment.
    pub(crate) page: u32,
    /// The index of the frame's first page.
    pub(crate) first: u32,
    /// The frame's length in bytes.
    pub(crate) length: u32,
}

impl Head {
    /// Which bytes of the frame the page holds; `None` where the frame has no such page.
    fn payload(&self) -> Option<std::ops::Range<usize>> {
        let start = self.page.checked_sub(self.first)?.checked_mul(PAYLOAD_BYTES)?;
        let end = self.length.min(start.saturating_add(PAYLOAD_BYTES));
        (start < end).then_some(start as usize..end as usize)
    }
}

/// How many pages a frame of `length` bytes fills.
pub(crate) fn pages_of(length: u32) -> u32 {
    length.div_ceil(PAYLOAD_BYTES)
}

/// What a page turns out to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Page {
    /// Never written: all zeros.
    Unwritten,
    /// Whole, and in its place.
    Sound(Head),
    /// Written in part: it still holds a sector of zeros.
    Torn,
    /// Written whole, and not what was written.
    Damaged,
}

/// Appends the page of `head`, which holds its part of `frame`.
pub(crate) fn write(head: Head, frame: &[u8], out: &mut Vec<u8>) {
    let payload = head.payload().expect("the writer writes a frame's own pages");
    let mut content = [0u8; CONTENT_BYTES];
    for (slot, number) in
        content[CHECKSUM_BYTES..].chunks_exact_mut(4).zip([head.segment, head.page, head.first, head.length])
    {
        slot.copy_from_slice(&number.to_be_bytes());
    }
    content[HEAD_BYTES..HEAD_BYTES + payload.len()].copy_from_slice(&frame[payload]);
    let checksum = checksum(&content);
    content[..CHECKSUM_BYTES].copy_from_slice(&checksum);
    for sector in content.chunks_exact(SECTOR_BYTES - 1) {
        out.extend_from_slice(sector);
        out.push(TAG);
    }
}

/// Judges the page at index `page` of segment number `segment`, and appends what it holds of its frame.
pub(crate) fn read(bytes: &[u8], segment: u32, page: u32, frame: &mut Vec<u8>) -> Page {
    // Most pages of the last segment, and what their content goes to need not be made for them.
    if bytes == [0; PAGE_BYTES] {
        return Page::Unwritten;
    }
    let mut content = [0; CONTENT_BYTES];
    match judge(bytes, segment, page, &mut content) {
        Ok((head, payload)) => {
            frame.extend_from_slice(&content[HEAD_BYTES..HEAD_BYTES + payload]);
            Page::Sound(head)
        }
        Err(page) => page,
    }
}

/// The checksum of the page, if it is sound.
pub(crate) fn checksum_of(bytes: &[u8], segment: u32, page: u32) -> Option<[u8; CHECKSUM_BYTES]> {
    let mut content = [0; CONTENT_BYTES];
    let is_sound = judge(bytes, segment, page, &mut content).is_ok();
    content.first_chunk().copied().filter(|_| is_sound)
}

/// Fills in the content of a page: its head, and how many bytes of payload it holds, or what it is instead of sound; of
/// an unwritten page, torn.
fn judge(
    bytes: &[u8],
    segment: u32,
    page: u32,
    content: &mut [u8; CONTENT_BYTES],
) -> Result<(Head, usize), Page> {
    assert!(bytes.len() == PAGE_BYTES, "a page is read whole");
    let mut sectors = bytes.chunks_exact(SECTOR_BYTES);
    if sectors.clone().any(|sector| sector == [0; SECTOR_BYTES]) {
        return Err(if planted!(TornIsDamage) { Page::Damaged } else { Page::Torn });
    }
    if !sectors.all(|sector| sector.ends_with(&[TAG])) {
        return Err(Page::Damaged);
    }
    for (part, sector) in content.chunks_exact_mut(SECTOR_BYTES - 1).zip(bytes.chunks_exact(SECTOR_BYTES)) {
        part.copy_from_slice(&sector[..SECTOR_BYTES - 1]);
    }
    if content[..CHECKSUM_BYTES] != checksum(content) && !planted!(SkipChecksum) {
        return Err(Page::Damaged);
    }
    let number = |index: usize| {
        let start = CHECKSUM_BYTES + 4 * index;
        content[start..start + 4].iter().fold(0u32, |number, &byte| number << 8 | u32::from(byte))
    };
    let head = Head { segment: number(0), page: number(1), first: number(2), length: number(3) };
    match head.payload() {
        Some(payload) if (head.segment, head.page) == (segment, page) => Ok((head, payload.len())),
        _ => Err(Page::Damaged),
    }
}

fn checksum(content: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let digest = SEGMENT_PAGE.hash(&content[CHECKSUM_BYTES..]);
    std::array::from_fn(|i| digest.0[i])
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: Head = Head { segment: 3, page: 7, first: 6, length: PAYLOAD_BYTES + 5 };

    fn page() -> Vec<u8> {
        let mut frame = vec![0u8; HEAD.length as usize];
        frame[PAYLOAD_BYTES as usize] = 9;
        let mut out = Vec::new();
        write(HEAD, &frame, &mut out);
        out
    }

    fn read(bytes: &[u8], segment: u32, page: u32) -> Page {
        super::read(bytes, segment, page, &mut Vec::new())
    }

    #[test]
    fn a_page_reads_back_in_its_place_only() {
        let (page, mut frame) = (page(), vec![1]);
        assert_eq!(super::read(&page, 3, 7, &mut frame), Page::Sound(HEAD));
        assert_eq!(frame, [1, 9, 0, 0, 0, 0]);
        assert_eq!(read(&page, 3, 8), Page::Damaged);
        assert_eq!(read(&page, 2, 7), Page::Damaged);
        assert_eq!(read(&[0; PAGE_BYTES], 3, 7), Page::Unwritten);
    }

    #[test]
    fn a_missing_sector_is_torn_and_a_changed_bit_is_damage() {
        let page = page();
        for written in 1u16..255 {
            let mut torn = page.clone();
            for sector in (0..8).filter(|sector| written & (1 << sector) == 0) {
                torn[sector * SECTOR_BYTES..(sector + 1) * SECTOR_BYTES].fill(0);
            }
            assert_eq!(read(&torn, 3, 7), Page::Torn);
        }
        for bit in 0..PAGE_BYTES * 8 {
            let mut changed = page.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(read(&changed, 3, 7), Page::Damaged, "bit {bit}");
        }
    }
}
