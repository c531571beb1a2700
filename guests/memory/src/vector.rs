//! Vectors: what is taken of what is shipped, and how like two are.
//!
//! Components are `f32`, little-endian. Every sum is of `f64`, in the order of the components, each term being the
//! exact product of two components.

use crate::{Error, NORM_TOLERANCE};
use alloc::vec::Vec;
use guest_sdk::Bytes;

/// A vector whose direction is known: finite, and not zero.
pub(crate) struct Vector {
    components: Vec<f64>,
    norm: f64,
}

impl Vector {
    /// Reads a vector of `dimension` components, or says why it is none that can be compared.
    pub(crate) fn read(bytes: &[u8], dimension: u32) -> Result<Vector, Error> {
        if bytes.is_empty() {
            return Err(Error::VectorEmpty);
        }
        let (size, expected) = (bytes.len() as u64, 4 * u64::from(dimension));
        if size != expected {
            return Err(Error::VectorLength { size, expected });
        }
        let components: Vec<f64> = components(bytes).collect();
        if let Some((component, _)) = (0..).zip(&components).find(|(_, it)| !it.is_finite()) {
            return Err(Error::VectorNotFinite { component });
        }
        // Not even the least f32 vanishes when it is squared in f64, and no sum of so many overflows.
        let norm = root(components.iter().fold(0.0, |sum, it| sum + it * it));
        if norm == 0.0 { Err(Error::VectorZero) } else { Ok(Vector { components, norm }) }
    }

    /// What is kept of the vector, which was read from `bytes`.
    pub(crate) fn kept(&self, bytes: &Bytes) -> Bytes {
        if (self.norm - 1.0).abs() <= NORM_TOLERANCE {
            return bytes.clone();
        }
        let unit = self.components.iter().flat_map(|it| ((it / self.norm) as f32).to_le_bytes());
        Bytes(unit.collect())
    }

    /// The cosine of the angle to a vector that is kept.
    pub(crate) fn cosine(&self, kept: &[u8]) -> f64 {
        let (mut product, mut square) = (0.0, 0.0);
        for (a, b) in self.components.iter().zip(components(kept)) {
            product += a * b;
            square += b * b;
        }
        product / (self.norm * root(square))
    }
}

fn components(bytes: &[u8]) -> impl Iterator<Item = f64> {
    bytes.as_chunks::<4>().0.iter().map(|chunk| f64::from(f32::from_le_bytes(*chunk)))
}

/// The square root of zero or a normal number, correctly rounded as IEEE 754 has it; `core` has none yet.
///
/// The integer root of the mantissa, widened so that the root has 54 bits, is the result and one bit behind it. There
/// is no tie: a root that ends in 1 is not exact, for its square is odd, and the widened mantissa is not.
pub(crate) fn root(square: f64) -> f64 {
    const FRACTION_BITS: u64 = 52;
    if square == 0.0 {
        return 0.0;
    }
    // square = mantissa · 2^(biased − 1075)
    let (bits, hidden) = (square.to_bits(), 1 << FRACTION_BITS);
    let (mantissa, biased) = (bits % hidden + hidden, bits / hidden);
    // An even power of two must be left, of which the root is 2^((biased − 1075 − shift) / 2).
    let shift = if biased.is_multiple_of(2) { 55 } else { 54 };
    let wide = (u128::from(mantissa) << shift).isqrt() as u64;
    let power = (biased + 2_048 - 1_075 - shift) / 2;
    ((wide + 1) >> 1) as f64 * f64::from_bits(power << FRACTION_BITS)
}
