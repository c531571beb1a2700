//! Where the blocks of a journal lie, and their commitments: four bytes a block, as a journal has many.
//!
//! Most commitments are in the frame of the block after theirs. Those are told by a bit; the few others have a place of
//! their own.

use crate::segment::Place;
use std::collections::BTreeMap;
use std::mem;

/// The bit of a page that says that the block's commitment is in the frame of the block after it.
const COMMITTED: u32 = 1 << 31;

/// The blocks from a height on, one after the other.
#[derive(Clone, Debug)]
pub(super) struct Index {
    /// The height of the last block, or of the one before the first.
    height: u64,
    segments: Vec<Blocks>,
    /// The commitments that lie elsewhere, by the height of their block.
    apart: BTreeMap<u64, Place>,
}

/// The blocks of a segment.
#[derive(Clone, Debug)]
struct Blocks {
    segment: u32,
    /// The height of the first one.
    first: u64,
    /// The page of each, with the bit.
    pages: Vec<u32>,
}

impl Index {
    /// After the block of a height.
    pub(super) fn after(height: u64) -> Index {
        Index { height, segments: Vec::new(), apart: BTreeMap::new() }
    }

    /// The height of the last block.
    pub(super) fn height(&self) -> u64 {
        self.height
    }

    /// Adds the next block.
    pub(super) fn push(&mut self, place: Place) {
        if self.apart.get(&self.height) == Some(&place)
            && let Some(last) = self.segments.last_mut().and_then(|blocks| blocks.pages.last_mut())
        {
            self.apart.remove(&self.height);
            *last |= COMMITTED;
        }
        self.height += 1;
        match self.segments.last_mut() {
            Some(blocks) if blocks.segment == place.segment => blocks.pages.push(place.page),
            before => {
                before.into_iter().for_each(|blocks| blocks.pages.shrink_to_fit());
                let Place { segment, page } = place;
                self.segments.push(Blocks { segment, first: self.height, pages: vec![page] });
            }
        }
    }

    /// The commitment of the last block, if there is one, is in the frame at `place`.
    pub(super) fn commit(&mut self, place: Place) {
        if !self.segments.is_empty() {
            self.apart.insert(self.height, place);
        }
    }

    /// The segment of a block, its page there and whether the bit is set.
    fn find(&self, height: u64) -> Option<(Place, bool)> {
        let behind = self.segments.partition_point(|blocks| blocks.first <= height);
        let Blocks { segment, first, pages } = self.segments.get(behind.checked_sub(1)?)?;
        let page = *pages.get(usize::try_from(height - first).ok()?)?;
        Some((Place { segment: *segment, page: page & !COMMITTED }, page & COMMITTED != 0))
    }

    /// Where a block lies; `None` if there is none.
    pub(super) fn block(&self, height: u64) -> Option<Place> {
        Some(self.find(height)?.0)
    }

    /// Where the commitment of a block lies; `None` while it is not known.
    pub(super) fn commitment(&self, height: u64) -> Option<Place> {
        match self.find(height)? {
            (_, true) => self.block(height + 1),
            (_, false) => self.apart.get(&height).copied(),
        }
    }

    /// The heights of the blocks in a segment.
    pub(super) fn heights(&self, segment: u32) -> std::ops::Range<u64> {
        let found = self.segments.binary_search_by_key(&segment, |blocks| blocks.segment);
        found.map_or(0..0, |at| {
            let Blocks { first, pages, .. } = &self.segments[at];
            *first..first + pages.len() as u64
        })
    }

    /// The pages of a segment where there is a block or a commitment.
    pub(super) fn pages(&self, segment: u32) -> impl Iterator<Item = u32> {
        let blocks = self.heights(segment).filter_map(|height| self.block(height));
        let apart = self.apart.values().copied().filter(move |place| place.segment == segment);
        blocks.chain(apart).map(|place| place.page)
    }

    /// Follows what lies in a segment to where it is now.
    pub(super) fn moved(&mut self, segment: u32, to: &BTreeMap<u32, u32>) {
        let follow = |page: u32| to.get(&page).copied().unwrap_or(page);
        for blocks in self.segments.iter_mut().filter(|blocks| blocks.segment == segment) {
            let pages = blocks.pages.iter_mut();
            pages.for_each(|page| *page = follow(*page & !COMMITTED) | *page & COMMITTED);
        }
        let apart = self.apart.values_mut().filter(|place| place.segment == segment);
        apart.for_each(|place| place.page = follow(place.page));
    }

    /// Forgets the blocks up to a height, the last one of a segment.
    pub(super) fn forget(&mut self, height: u64) {
        self.segments.retain(|blocks| blocks.first > height);
        self.apart = mem::take(&mut self.apart).split_off(&(height + 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    /// Beside a list of each block's place and its commitment's, of any frames of a block, a commitment or both.
    #[derive(Clone, Debug)]
    struct Kept {
        block: Place,
        commitment: Option<Place>,
    }

    fn built(frames: &[(bool, bool, bool)]) -> (Index, Vec<Kept>, Place) {
        let (mut index, mut list, mut place) =
            (Index::after(7), Vec::<Kept>::new(), Place { segment: 3, page: 1 });
        for (begins, commits, is_block) in frames {
            if *begins {
                place = Place { segment: place.segment + 1, page: 1 };
            }
            if *commits {
                index.commit(place);
                list.last_mut().into_iter().for_each(|kept| kept.commitment = Some(place));
            }
            if *is_block {
                index.push(place);
                list.push(Kept { block: place, commitment: None });
            }
            place.page += 2;
        }
        (index, list, place)
    }

    fn says(index: &Index, first: u64, list: &[Kept]) {
        for (height, kept) in (first..).zip(list) {
            assert_eq!(index.block(height), Some(kept.block), "{height}");
            assert_eq!(index.commitment(height), kept.commitment, "{height}");
        }
        let end = first + list.len() as u64;
        assert_eq!((index.height(), index.block(end), index.commitment(end)), (end - 1, None, None));
        assert_eq!(index.block(first - 1), None);
    }

    proptest! {
        #[test]
        fn it_says_what_a_list_of_all_places_says(
            frames in vec((prop::bool::weighted(0.2), prop::bool::weighted(0.8), prop::bool::weighted(0.8)), 0..60),
        ) {
            let (mut index, mut list, last) = built(&frames);
            says(&index, 8, &list);
            for segment in 3..=last.segment {
                let all = list.iter().flat_map(|kept| [Some(kept.block), kept.commitment]).flatten();
                let mut pages: Vec<u32> = all.filter(|it| it.segment == segment).map(|it| it.page).collect();
                let mut said: Vec<u32> = index.pages(segment).collect();
                for pages in [&mut pages, &mut said] {
                    pages.sort_unstable();
                    pages.dedup();
                }
                prop_assert_eq!(said, pages);
                let heights: Vec<u64> =
                    (8..).zip(&list).filter(|(_, kept)| kept.block.segment == segment).map(|(height, _)| height).collect();
                prop_assert_eq!(index.heights(segment).collect::<Vec<_>>(), heights);
            }
            let to: BTreeMap<u32, u32> = (0..200).map(|page| (page, page + 1_000)).collect();
            index.moved(4, &to);
            for place in list.iter_mut().flat_map(|kept| [Some(&mut kept.block), kept.commitment.as_mut()]).flatten() {
                place.page += if place.segment == 4 { 1_000 } else { 0 };
            }
            says(&index, 8, &list);
            let gone = index.heights(4);
            if !gone.is_empty() {
                index.forget(gone.end - 1);
                says(&index, gone.end, &list[usize::try_from(gone.end - 8).unwrap()..]);
            }
        }
    }
}
