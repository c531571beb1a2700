//! The history tree as a verifier holds it: its size and the roots of its complete subtrees, from which the
//! root follows and on which the next record goes. Some 60 hashes at most, whatever the size.

use crate::history::History;
use abi::Hash;

/// The right edge of the tree over `size` records.
///
/// Invariant: there is a peak for each bit of `size`, the largest subtree first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// The tree of no records.
    pub fn new() -> Frontier {
        Frontier::default()
    }

    /// The tree of `size` records with these peaks; `None` where a tree of that size has not as many.
    pub fn of(size: u64, peaks: Vec<Hash>) -> Option<Frontier> {
        (u64::from(size.count_ones()) == peaks.len() as u64).then_some(Frontier { size, peaks })
    }

    /// Adds a record, as its canonical bytes.
    pub fn push(&mut self, record_bytes: &[u8]) {
        self.push_hash(History::leaf_hash(record_bytes));
    }

    /// Adds a record, as the hash of its leaf.
    pub fn push_hash(&mut self, leaf: Hash) {
        let mut node = leaf;
        for _ in 0..self.size.trailing_ones() {
            let left = self.peaks.pop().expect("there is a peak for each bit of the size");
            node = History::node(&left, &node);
        }
        self.peaks.push(node);
        self.size += 1;
    }

    /// How many records there are.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the complete subtrees, the largest first.
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// The root over all records.
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(&last) = peaks.next() else {
            return History::empty_root();
        };
        peaks.fold(last, |right, left| History::node(left, &right))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_the_roots_and_peaks_of_the_whole_tree() {
        let (mut frontier, mut history) = (Frontier::new(), History::new());
        for size in 0..70u64 {
            assert_eq!((frontier.size(), frontier.root()), (size, history.root()));
            let peaks = history.peaks(size).unwrap();
            assert_eq!(Frontier::of(size, peaks), Some(frontier.clone()));
            frontier.push(&size.to_be_bytes());
            history.push(&size.to_be_bytes());
        }
        assert_eq!(history.peaks(71), None);
    }

    #[test]
    fn a_size_has_as_many_peaks_as_bits() {
        assert_eq!(Frontier::of(3, vec![Hash::ZERO]), None);
        assert_eq!(
            Frontier::of(u64::MAX, vec![Hash::ZERO; 64]).map(|frontier| frontier.size()),
            Some(u64::MAX)
        );
    }
}
