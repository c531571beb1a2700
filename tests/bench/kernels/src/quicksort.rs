//! Sorts `n` numbers, by Hoare's algorithm as he wrote it.

use crate::noise::Noise;
use alloc::vec::Vec;

pub(crate) fn run(n: usize) -> u64 {
    let mut noise = Noise::new();
    let mut items: Vec<u32> = (0..n).map(|_| noise.next() as u32).collect();
    sort(&mut items);
    items.iter().fold(0, |sum: u64, item| sum.wrapping_mul(31).wrapping_add(u64::from(*item)))
}

fn sort(items: &mut [u32]) {
    if items.len() < 2 {
        return;
    }
    let pivot = items[(items.len() - 1) / 2];
    let (mut low, mut high) = (0, items.len() - 1);
    loop {
        while items[low] < pivot {
            low += 1;
        }
        while items[high] > pivot {
            high -= 1;
        }
        if low >= high {
            break;
        }
        items.swap(low, high);
        low += 1;
        high -= 1;
    }
    let (left, right) = items.split_at_mut(high + 1);
    sort(left);
    sort(right);
}
