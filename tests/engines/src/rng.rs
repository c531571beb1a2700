//! Random numbers of a seed: the same on every machine.

use crate::value::Value;
use wasmparser::ValType;

/// SplitMix64: a counter, and a mixing of it.
pub struct Rng(u64);

/// Bits of 32 bits at which operators change their minds, as integers or as floats.
const EDGES_32: &[u32] = &[
    0,
    1,
    2,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    0xffff,
    0x3f80_0000,
    0x7f80_0000,
    0xff80_0000,
    0x7fc0_0000,
    0xffc0_0000,
    0x7fa0_1234,
    0xff80_0001,
    0x4f00_0000,
];

/// The same of 64 bits.
const EDGES_64: &[u64] = &[
    0,
    1,
    2,
    0x7fff_ffff_ffff_ffff,
    0x8000_0000_0000_0000,
    0xffff_ffff_ffff_ffff,
    0xffff_ffff,
    0x3ff0_0000_0000_0000,
    0x7ff0_0000_0000_0000,
    0xfff0_0000_0000_0000,
    0x7ff8_0000_0000_0000,
    0xfff8_0000_0000_0000,
    0x7ff4_0000_1234_5678,
    0xfff0_0000_0000_0001,
    0x43e0_0000_0000_0000,
];

impl Rng {
    /// The numbers of a seed.
    pub fn new(seed: u64) -> Rng {
        let mut rng = Rng(seed);
        // Neighbouring seeds have nothing in common from here on.
        Rng(rng.next())
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
    pub fn below(&mut self, end: u32) -> u32 {
        u32::try_from(self.next() % u64::from(end)).expect("it is below a u32")
    }

    /// True this many times of a hundred.
    pub fn percent(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// One of a list.
    pub fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        let len = u32::try_from(list.len()).expect("a short list");
        list[self.below(len) as usize]
    }

    /// Bytes.
    pub fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.next().to_le_bytes()[0]).collect()
    }

    /// 32 bits, often those of an edge.
    pub fn bits_32(&mut self) -> u32 {
        let [a, b, c, d, ..] = self.next().to_le_bytes();
        if self.percent(60) { self.pick(EDGES_32) } else { u32::from_le_bytes([a, b, c, d]) }
    }

    /// 64 bits, often those of an edge.
    pub fn bits_64(&mut self) -> u64 {
        if self.percent(60) { self.pick(EDGES_64) } else { self.next() }
    }

    /// A value of a type; programs have no others than numbers.
    pub fn value(&mut self, ty: ValType) -> Value {
        match ty {
            ValType::I32 => Value::I32(self.bits_32()),
            ValType::I64 => Value::I64(self.bits_64()),
            ValType::F32 => Value::F32(self.bits_32()),
            _ => Value::F64(self.bits_64()),
        }
    }
}
