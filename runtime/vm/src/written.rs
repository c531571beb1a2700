//! Where the host has written into a guest's memory.

use std::ops::Range;

/// Bytes of the pages that a long list is boiled down to.
const PAGE: usize = 4 << 10;
/// Ranges that are kept as they are.
const RANGES_MAX: usize = 1_024;

/// Ranges of a memory. However often the host writes, it stays about as long as the memory has pages.
#[derive(Default)]
pub(crate) struct Written {
    ranges: Vec<Range<usize>>,
    /// How long the list may get before it is boiled down.
    room: usize,
}

impl Written {
    /// Adds a range.
    pub(crate) fn add(&mut self, range: Range<usize>) {
        if range.is_empty() {
            return;
        }
        if self.ranges.len() >= self.room.max(RANGES_MAX) {
            self.boil_down();
        }
        self.ranges.push(range);
    }

    /// From ranges to the pages that they touch, each once.
    fn boil_down(&mut self) {
        let pages = |range: &Range<usize>| range.start / PAGE..range.end.div_ceil(PAGE);
        let mut touched: Vec<usize> = self.ranges.iter().flat_map(pages).collect();
        touched.sort_unstable();
        touched.dedup();
        self.ranges.clear();
        self.ranges.extend(touched.iter().map(|page| page * PAGE..(page + 1) * PAGE));
        self.room = self.ranges.len() * 2;
    }

    /// The ranges; none is left.
    pub(crate) fn drain(&mut self) -> impl Iterator<Item = Range<usize>> + '_ {
        self.room = 0;
        self.ranges.drain(..)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_stays_short_and_covers_everything() {
        let mut written = Written::default();
        written.add(5..5);
        assert_eq!(written.drain().count(), 0);
        let memory = 64 * PAGE;
        for round in 0..100_000usize {
            let start = round * 7_919 % (memory - 9_000);
            written.add(start..start + round % 9_000);
            assert!(written.ranges.len() <= RANGES_MAX);
        }
        let mut touched = vec![false; memory];
        written.drain().for_each(|range| touched[range].fill(true));
        for round in 1..100_000usize {
            let start = round * 7_919 % (memory - 9_000);
            assert!(round % 9_000 == 0 || touched[start] && touched[start + round % 9_000 - 1]);
        }
    }
}
