//! How much of a weight is left: half of it after each half-life, in integers.
//!
//! Of a half-life, its 65,536th parts are told apart. What is left never grows with time, and is a function of the
//! weight, the time and the half-life alone.

/// One, with 63 bits behind the point.
const ONE: u64 = 1 << 63;

/// What is left after a half, a quarter, … a 65,536th of a half-life: each the square root of the one before.
const LEFT: [u64; 16] = {
    let mut left = [0; 16];
    let mut last = ONE / 2;
    let mut at = 0;
    while at < left.len() {
        // The root of a 126-bit number has 63 bits.
        last = ((last as u128) << 63).isqrt() as u64;
        left[at] = last;
        at += 1;
    }
    left
};

/// What is left of `weight` when `elapsed_ms` have passed.
pub fn decayed(weight: u64, elapsed_ms: u64, half_life_ms: u64) -> u64 {
    if half_life_ms == 0 {
        return 0;
    }
    let part = (u128::from(elapsed_ms % half_life_ms) << 16) / u128::from(half_life_ms);
    let times = |a: u64, b: u64| ((u128::from(a) * u128::from(b)) >> 63) as u64;
    let parts = (0..16).filter(|bit| part >> (15 - bit) & 1 == 1);
    let left = parts.fold(ONE, |left, bit| times(left, LEFT[bit as usize]));
    let halvings = u32::try_from(elapsed_ms / half_life_ms).unwrap_or(u32::MAX);
    times(weight, left).checked_shr(halvings).unwrap_or(0)
}
