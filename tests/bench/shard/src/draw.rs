//! Keys and values that look random and are the same in every run.

/// A stream of numbers (SplitMix64).
pub(crate) struct Draw(u64);

impl Draw {
    pub(crate) fn new(seed: u64) -> Draw {
        Draw(seed)
    }

    pub(crate) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed(self.0)
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.number() % end
    }

    /// A value of 32 to 64 bytes.
    pub(crate) fn value(&mut self) -> Vec<u8> {
        let len = 32 + usize::try_from(self.below(33)).unwrap_or(0);
        (0..8).flat_map(|_| self.number().to_le_bytes()).take(len).collect()
    }
}

/// Key number `n`: 32 bytes.
pub(crate) fn key(n: u64) -> Vec<u8> {
    (0..4).flat_map(|part| mixed(n << 2 | part).to_be_bytes()).collect()
}

/// Key number `n`: 8 bytes.
pub(crate) fn short_key(n: u64) -> [u8; 8] {
    mixed(n).to_be_bytes()
}

/// The whole part of a number that is not negative.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, and is not negative")]
pub(crate) fn whole(number: f64) -> u64 {
    number as u64
}

fn mixed(number: u64) -> u64 {
    let number = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ number >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ number >> 31
}
