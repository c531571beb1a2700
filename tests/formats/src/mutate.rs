//! Seeded changes of bytes: the same seed makes the same change on every machine.

/// SplitMix64: a counter, and a mixing of it.
pub struct Rng(u64);

impl Rng {
    /// The numbers of a seed.
    pub fn new(seed: u64) -> Rng {
        Rng(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    /// Any number.
    #[allow(clippy::should_implement_trait, reason = "they never end")]
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is above 0.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap_or(0)
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }
}

/// Heads of CBOR at which decoders change their minds: lengths that are not there, long forms, the indefinite,
/// and what our objects never hold.
const HEADS: &[&[u8]] = &[
    &[0x00],
    &[0x17],
    &[0x18, 0x18],
    &[0x18, 0x00],
    &[0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    &[0x20],
    &[0x40],
    &[0x5a, 0x00, 0x10, 0x00, 0x00],
    &[0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    &[0x5f],
    &[0x60],
    &[0x80],
    &[0x81],
    &[0x82],
    &[0x98, 0xff],
    &[0x99, 0xff, 0xff],
    &[0x9a, 0x00, 0x10, 0x00, 0x00],
    &[0x9b, 0x00, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, 0x00],
    &[0x9f],
    &[0xa0],
    &[0xbf],
    &[0xd2],
    &[0xf4],
    &[0xf6],
    &[0xf9, 0x3c, 0x00],
    &[0xff],
];

/// `bytes` with one to four changes; `other` is another file of the same kind, to take pieces from.
pub fn mutated(bytes: &[u8], other: &[u8], rng: &mut Rng) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for _ in 0..=rng.below(4) {
        change(&mut out, other, rng);
    }
    out
}

fn change(out: &mut Vec<u8>, other: &[u8], rng: &mut Rng) {
    let at = rng.below(out.len() + 1);
    let span = |len: usize, rng: &mut Rng| 1 + rng.below(len.clamp(1, 64));
    match rng.below(8) {
        0 if at < out.len() => out[at] ^= 1 << rng.below(8),
        1 if at < out.len() => out[at] = rng.byte(),
        2 => out.insert(at, rng.byte()),
        3 => {
            let end = (at + span(out.len() - at, rng)).min(out.len());
            drop(out.drain(at..end));
        }
        4 => {
            let end = (at + span(out.len() - at, rng)).min(out.len());
            let piece = out[at..end].to_vec();
            drop(out.splice(at..at, piece));
        }
        5 => {
            let head = HEADS[rng.below(HEADS.len())];
            let end = (at + rng.below(2)).min(out.len());
            drop(out.splice(at..end, head.iter().copied()));
        }
        6 if !other.is_empty() => {
            let from = rng.below(other.len());
            let piece = other[from..(from + span(other.len() - from, rng)).min(other.len())].to_vec();
            let end = (at + piece.len() * rng.below(2)).min(out.len());
            drop(out.splice(at..end, piece));
        }
        _ if rng.below(8) == 0 => out.truncate(at),
        _ => {
            if at < out.len() {
                out[at] = out[at].wrapping_add(1);
            }
        }
    }
}
