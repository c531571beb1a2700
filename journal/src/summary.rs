//! A summary: what opening a journal makes of a segment's frames, for the next opening, which then need not decode
//! them.
//!
//! ```text
//! summary = ["counterfoil summary", version, shard, segment, end, last, content, previous, first height, head,
//!            commitment / null, << places >>, before, << leaf hashes >>, [live key…], [act…], digest]
//! ```
//!
//! It is of the frames before page `end`, the last of which starts at page `last`. Content is the digest of the
//! checksums of these pages; last comes the digest of all bytes before it.
//!
//! # Guarantees
//!
//! - A summary counts only where the pages of its segment are sound and are the ones that it is of: to use it is to
//!   have read them. So it needs no sync, and may be stale, torn or lost: then the frames are decoded.
//! - It is a cache. No object of the format holds one, and who verifies a journal does not look at it.

use crate::block::Header;
use crate::packed::{self, Packed};
use crate::past::PastAct;
use crate::sealed::{Sealing, check_seal};
use crate::window::LiveKey;
use abi::codec::{Bytes, Decode, Encode, Error, Reader, Reason, Writer};
use abi::hash::SUMMARY;
use abi::system::Act;
use abi::{Hash, VERSION, planted};
use std::io::{self, Write};

const MAGIC: &str = "counterfoil summary";
const MEMBERS: usize = 17;
/// The page of a block's frame, and that of its commitment's.
const PLACE_BYTES: usize = 8;

/// What records come to, for whoever opens their journal.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Sums {
    /// The leaves in the history tree.
    pub leaves: Vec<Hash>,
    /// The idempotency keys that were used.
    pub keys: Vec<LiveKey>,
    /// What the authority did.
    pub acts: Vec<PastAct>,
}

/// Where in the segment a block lies, and its commitment, if it is in the same segment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Pages {
    pub(crate) block: u32,
    pub(crate) commitment: Option<u32>,
}

/// What the frames of a segment come to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Summary {
    pub(crate) shard: Hash,
    pub(crate) segment: u32,
    /// The page after the last frame.
    pub(crate) end: u32,
    /// The page of the last frame.
    pub(crate) last: u32,
    /// The digest of the checksums of the pages before `end`.
    pub(crate) content: Hash,
    /// The hash of the header before the first block.
    pub(crate) previous: Hash,
    pub(crate) first_height: u64,
    /// The last block's header.
    pub head: Header,
    /// Its commitment, if it is in the segment.
    pub(crate) commitment: Option<Bytes>,
    /// The blocks, of which there is one at least.
    pub(crate) places: Vec<Pages>,
    /// Where the commitment of the block before the first is, if it is in the segment.
    pub(crate) before: Option<u32>,
    /// What the records come to. Of the keys there are those that live after the last block.
    pub sums: Sums,
}

/// A summary to be, whose sums are those of one part of its segment after the other.
#[derive(Debug)]
pub(crate) struct Parted {
    /// Its sums are none.
    pub(crate) summary: Summary,
    pub(crate) parts: Vec<Sums>,
}

impl Parted {
    /// Writes the summary with all its sums, piece by piece. That takes a while.
    pub(crate) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let Parted { summary, parts } = self;
        let mut sealing = Sealing::new(SUMMARY, out);
        let mut leaves = parts.iter().flat_map(|part| &part.leaves);
        sealing.write(|w| {
            summary.encode_frames(w);
            packed::head(w, leaves.clone().count());
        })?;
        leaves.try_for_each(|leaf| sealing.write(|w| w.raw(&leaf.0)))?;
        sealing.array(parts.iter().flat_map(|part| self.live(part)))?;
        sealing.array(parts.iter().flat_map(|part| &part.acts))?;
        sealing.seal()
    }

    /// The keys of a part that live after the last block.
    fn live<'a>(&self, part: &'a Sums) -> impl Iterator<Item = &'a LiveKey> + Clone {
        let now_ms = self.summary.head.time_ms;
        part.keys.iter().filter(move |key| key.expires_ms > now_ms && !planted!(KeysNotSummed))
    }
}

impl Summary {
    /// The acts with their places.
    pub fn acts(&self) -> impl Iterator<Item = (u64, Act)> {
        self.sums.acts.iter().filter_map(|act| act.read(&self.shard))
    }

    /// Whether the parts are of as many blocks and records as the head says.
    fn is_coherent(&self) -> bool {
        let last = self.first_height.checked_add(self.places.len() as u64);
        let records = self.sums.leaves.len() as u64;
        self.head.version == VERSION
            && self.head.shard == self.shard
            && !self.places.is_empty()
            && last.is_some_and(|end| end == self.head.height.saturating_add(1))
            && records <= self.head.history_size
            && self.places.iter().all(|pages| pages.block < self.end)
            && self.last < self.end
    }

    /// What it says of the frames.
    fn encode_frames(&self, w: &mut Writer) {
        w.array(MEMBERS);
        w.text(MAGIC);
        VERSION.encode(w);
        self.shard.encode(w);
        self.segment.encode(w);
        self.end.encode(w);
        self.last.encode(w);
        self.content.encode(w);
        self.previous.encode(w);
        self.first_height.encode(w);
        self.head.encode(w);
        self.commitment.encode(w);
        let page = |page: Option<u32>| page.unwrap_or(0).to_be_bytes();
        let place = |pages: &Pages| [pages.block.to_be_bytes(), page(pages.commitment)];
        w.bytes(self.places.iter().flat_map(place).collect::<Vec<_>>().as_flattened());
        self.before.encode(w);
    }
}

impl Decode for Summary {
    fn decode(r: &mut Reader<'_>) -> Result<Summary, Error> {
        let start = r.offset();
        r.array_of(MEMBERS)?;
        r.named(MAGIC)?;
        let (shard, segment, end, last) =
            (Decode::decode(r)?, Decode::decode(r)?, Decode::decode(r)?, Decode::decode(r)?);
        let (content, previous, first_height) = (Decode::decode(r)?, Decode::decode(r)?, Decode::decode(r)?);
        let (head, commitment, places) = (Decode::decode(r)?, Decode::decode(r)?, places(r)?);
        let (before, Packed(leaves)) = (Decode::decode(r)?, Decode::decode(r)?);
        let sums = Sums { leaves, keys: Decode::decode(r)?, acts: Decode::decode(r)? };
        check_seal(r, SUMMARY, start)?;
        let summary = Summary {
            shard,
            segment,
            end,
            last,
            content,
            previous,
            first_height,
            head,
            commitment,
            places,
            before,
            sums,
        };
        if summary.is_coherent() { Ok(summary) } else { Err(r.error(start, Reason::Unknown)) }
    }
}

fn places(r: &mut Reader<'_>) -> Result<Vec<Pages>, Error> {
    let at = r.offset();
    let (places, rest) = r.bytes()?.as_chunks::<PLACE_BYTES>();
    if !rest.is_empty() {
        return Err(r.error(at, Reason::Length));
    }
    let number = |bytes: &[u8]| bytes.iter().fold(0u32, |number, byte| number << 8 | u32::from(*byte));
    let pages = |place: &[u8; PLACE_BYTES]| Pages {
        block: number(&place[..4]),
        commitment: Some(number(&place[4..])).filter(|page| *page != 0),
    };
    Ok(places.iter().map(pages).collect())
}
