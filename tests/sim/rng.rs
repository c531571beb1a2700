//! Random numbers of a seed: the same on every machine.

use std::ops::RangeInclusive;

/// SplitMix64: a counter, and a mixing of it.
pub(crate) struct Rng(u64);

impl Rng {
    /// The numbers of `seed` for one purpose, so that drawing more for one does not change another.
    pub(crate) fn new(seed: u64, purpose: &str) -> Rng {
        let mut rng = Rng(seed);
        for byte in purpose.bytes() {
            rng.0 = rng.next() ^ u64::from(byte);
        }
        rng
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number of a range; that some are a little likelier than others does not matter here.
    pub(crate) fn within(&mut self, range: RangeInclusive<u64>) -> u64 {
        range.start() + self.next() % (range.end() - range.start() + 1)
    }

    /// True this many times of a hundred.
    pub(crate) fn percent(&mut self, percent: u64) -> bool {
        self.within(0..=99) < percent
    }

    /// A position in a list of `len`.
    pub(crate) fn index(&mut self, len: usize) -> usize {
        usize::try_from(self.next() % len as u64).expect("a position in a list is a usize")
    }

    pub(crate) fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.index(list.len())]
    }

    pub(crate) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.byte())
    }

    pub(crate) fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }
}
