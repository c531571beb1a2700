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

    /// From 0 to 1, without 1.
    pub(crate) fn part(&mut self) -> f64 {
        (self.number() >> 11) as f64 / (1u64 << 53) as f64
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

/// What the keys of numbers are in order by.
pub(crate) fn order(n: u64) -> u64 {
    mixed(n << 2)
}

/// Key number `n`: 8 bytes.
pub(crate) fn short_key(n: u64) -> [u8; 8] {
    mixed(n).to_be_bytes()
}

/// Numbers below `end`, the lower the likelier: number n is drawn in proportion to 1 / (n + 1)^0.99, as YCSB draws
/// (Gray et al., "Quickly generating billion-record synthetic databases", 1994).
pub(crate) struct Zipf {
    end: f64,
    zeta: f64,
    eta: f64,
}

const THETA: f64 = 0.99;

impl Zipf {
    pub(crate) fn new(end: u64) -> Zipf {
        let zeta_of = |end: u64| (1..=end).map(|n| (n as f64).powf(-THETA)).sum::<f64>();
        let (zeta, end_f64) = (zeta_of(end), end as f64);
        let eta = (1.0 - (2.0 / end_f64).powf(1.0 - THETA)) / (1.0 - zeta_of(2) / zeta);
        Zipf { end: end_f64, zeta, eta }
    }

    pub(crate) fn number(&self, draw: &mut Draw) -> u64 {
        let part = draw.part();
        let of_zeta = part * self.zeta;
        if of_zeta < 1.0 {
            return 0;
        }
        if of_zeta < 1.0 + 0.5f64.powf(THETA) {
            return 1;
        }
        let number = self.end * (self.eta * part - self.eta + 1.0).powf(1.0 / (1.0 - THETA));
        whole(number).min(whole(self.end) - 1)
    }

    /// The same, with the likely ones strewn among the others.
    pub(crate) fn strewn(&self, draw: &mut Draw) -> u64 {
        mixed(self.number(draw)) % whole(self.end)
    }
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
