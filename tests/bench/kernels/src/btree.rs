//! Inserts `n` keys in no order into a B-tree, and walks through it.

use crate::noise::Noise;
use alloc::collections::BTreeMap;

pub(crate) fn run(n: usize) -> u64 {
    let mut noise = Noise::new();
    let mut map = BTreeMap::new();
    for at in 0..n {
        map.insert(noise.next(), at as u64);
    }
    map.iter().fold(0, |sum: u64, (key, value)| sum.wrapping_mul(31).wrapping_add(key ^ value))
}
