//! Many inputs hashed side by side, in as many lanes as the processor has.
//!
//! One 64-byte block alone takes some 100 ns, one of many a tenth of that. The digests are those of
//! [`Kind::hash`] and [`Kind::hash_padded`]: tests hold them equal.
//!
//! BLAKE3's crate has no public function for it. This is the one file that calls its hidden module, and the
//! reason why its version is pinned.

use crate::hash::Kind;
use crate::id::Hash;
use blake3::IncrementCounter;
use blake3::platform::{Platform, words_from_le_bytes_32};

/// Inputs handed over at once: a multiple of every processor's lanes.
const LANES: usize = 64;

/// The flags of BLAKE3 (specification, section 2.2).
const CHUNK_START: u8 = 1 << 0;
const CHUNK_END: u8 = 1 << 1;
const ROOT: u8 = 1 << 3;
const KEYED_HASH: u8 = 1 << 4;

/// The longest input that fills one block when it is padded, and two.
const ONE_BLOCK: usize = 64 - 8;
const TWO_BLOCKS: usize = 128 - 8;

impl Kind {
    /// Appends to `digests` those of `inputs`, as objects of this kind. An input is one to sixteen whole
    /// blocks of 64 bytes.
    pub fn hash_many<'a, const N: usize>(
        &self,
        inputs: impl IntoIterator<Item = &'a [u8; N]>,
        digests: &mut Vec<Hash>,
    ) {
        const { assert!(N > 0 && N.is_multiple_of(64) && N <= 1024, "whole blocks of one chunk") };
        let (platform, key) = (Platform::detect(), words_from_le_bytes_32(&self.key));
        let mut inputs = inputs.into_iter();
        let mut out = [0u8; 32 * LANES];
        while let Some(first) = inputs.next() {
            let (mut group, mut len) = ([first; LANES], 1);
            for (place, input) in group[1..].iter_mut().zip(&mut inputs) {
                *place = input;
                len += 1;
            }
            platform.hash_many(
                &group[..len],
                &key,
                0,
                IncrementCounter::No,
                KEYED_HASH,
                CHUNK_START,
                CHUNK_END | ROOT,
                &mut out[..32 * len],
            );
            digests.extend(out[..32 * len].as_chunks().0.iter().map(|digest| Hash(*digest)));
        }
    }
}

/// Inputs on their way to [`Kind::hash_padded`]: they come one by one, and are hashed side by side.
pub struct Padded {
    kind: Kind,
    digests: Vec<Hash>,
    one: Waiting<64>,
    two: Waiting<128>,
}

impl Padded {
    /// No inputs yet.
    pub fn new(kind: Kind) -> Padded {
        Padded { kind, digests: Vec::new(), one: Waiting::default(), two: Waiting::default() }
    }

    /// Adds an input.
    pub fn push(&mut self, input: &[u8]) {
        let at = self.digests.len();
        self.digests.push(Hash::ZERO);
        if input.len() <= ONE_BLOCK {
            self.one.push(at, input, &self.kind, &mut self.digests);
        } else if input.len() <= TWO_BLOCKS {
            self.two.push(at, input, &self.kind, &mut self.digests);
        } else {
            self.digests[at] = self.kind.hash_padded(input);
        }
    }

    /// The digests of all inputs since the last time, in their order.
    pub fn take(&mut self) -> Vec<Hash> {
        self.one.hash(&self.kind, &mut self.digests);
        self.two.hash(&self.kind, &mut self.digests);
        std::mem::take(&mut self.digests)
    }
}

/// Padded inputs of one size, and where their digests go.
#[derive(Default)]
struct Waiting<const N: usize> {
    blocks: Vec<[u8; N]>,
    places: Vec<usize>,
    hashed: Vec<Hash>,
}

impl<const N: usize> Waiting<N> {
    fn push(&mut self, at: usize, input: &[u8], kind: &Kind, digests: &mut [Hash]) {
        let mut blocks = [0u8; N];
        blocks[..8].copy_from_slice(&(input.len() as u64).to_be_bytes());
        blocks[8..8 + input.len()].copy_from_slice(input);
        self.blocks.push(blocks);
        self.places.push(at);
        if self.places.len() == LANES {
            self.hash(kind, digests);
        }
    }

    fn hash(&mut self, kind: &Kind, digests: &mut [Hash]) {
        kind.hash_many(&self.blocks, &mut self.hashed);
        for (at, digest) in self.places.drain(..).zip(self.hashed.drain(..)) {
            digests[at] = digest;
        }
        self.blocks.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::{STATE_NODE, STATE_VALUE};

    fn inputs<const N: usize>(count: usize) -> Vec<[u8; N]> {
        let byte = |i: usize| u8::try_from(i % 251).unwrap();
        (0..count).map(|n| std::array::from_fn(|i| byte(7 * n + i))).collect()
    }

    fn many_are_as_one<const N: usize>(count: usize) {
        let inputs = inputs::<N>(count);
        let mut digests = vec![Hash([1; 32])];
        STATE_NODE.hash_many(&inputs, &mut digests);
        let public = |input| Hash(*blake3::keyed_hash(&STATE_NODE.key, input).as_bytes());
        assert_eq!(digests.remove(0), Hash([1; 32]), "what was there stays");
        assert_eq!(digests, inputs.iter().map(|input| public(input)).collect::<Vec<_>>(), "{count}");
    }

    #[test]
    fn many_are_hashed_as_one_is() {
        for count in (0..=40).chain([63, 64, 65, 200]) {
            many_are_as_one::<64>(count);
            many_are_as_one::<128>(count);
            many_are_as_one::<1024>(count);
        }
    }

    #[test]
    fn many_are_padded_as_one_is() {
        let mut padded = Padded::new(STATE_VALUE);
        let bytes = inputs::<256>(1)[0];
        let lens = || (0..=256).chain([55, 56, 57, 119, 120, 121, 0]);
        // The second time nothing is left of the first.
        for _ in 0..2 {
            lens().for_each(|len| padded.push(&bytes[..len]));
            let one_by_one = lens().map(|len| STATE_VALUE.hash_padded(&bytes[..len])).collect::<Vec<_>>();
            assert_eq!(padded.take(), one_by_one);
        }
        assert!(padded.take().is_empty());
    }
}
