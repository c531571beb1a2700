//! Many inputs hashed side by side, in as many lanes as the processor has; and a short one by itself, in none.
//!
//! One 64-byte block alone takes some 60 ns, and 100 where vectors are used for it, as each step waits for the one
//! before; one of many takes a tenth of that. The digests are those of BLAKE3's public functions: tests hold them equal.
//!
//! BLAKE3's crate has no public function for either. This is the one file that calls its hidden module, and the
//! reason why its version is pinned.

use crate::hash::Kind;
use crate::id::Hash;
use blake3::IncrementCounter;
use blake3::platform::{Platform, le_bytes_from_words_32, words_from_le_bytes_32};

/// Inputs handed over at once: a multiple of every processor's lanes.
const LANES: usize = 64;

/// The bytes of a block, and those of a chunk, which is hashed block by block (specification, section 2.1).
const BLOCK_BYTES: usize = 64;
const CHUNK_BYTES: usize = 1024;

/// The flags of BLAKE3 (specification, section 2.2).
const CHUNK_START: u8 = 1 << 0;
const CHUNK_END: u8 = 1 << 1;
const ROOT: u8 = 1 << 3;
const KEYED_HASH: u8 = 1 << 4;

/// The longest input that fills one block when it is padded, and two.
const ONE_BLOCK: usize = 64 - 8;
const TWO_BLOCKS: usize = 128 - 8;

/// The keyed digest of the concatenation of `parts`, if all are one chunk.
#[expect(clippy::cast_possible_truncation, reason = "a block has 64 bytes")]
pub(crate) fn hash_short(key: &[u8; 32], parts: &[&[u8]]) -> Option<Hash> {
    parts.iter().try_fold(CHUNK_BYTES, |left, part| left.checked_sub(part.len()))?;
    let (mut words, mut flags) = (words_from_le_bytes_32(key), KEYED_HASH | CHUNK_START);
    let (mut block, mut filled) = ([0u8; BLOCK_BYTES], 0);
    for part in parts {
        let mut part = *part;
        while !part.is_empty() {
            if filled == BLOCK_BYTES {
                Platform::Portable.compress_in_place(&mut words, &block, BLOCK_BYTES as u8, 0, flags);
                (block, filled, flags) = ([0; BLOCK_BYTES], 0, KEYED_HASH);
            }
            let (next, rest) = part.split_at(part.len().min(BLOCK_BYTES - filled));
            block[filled..][..next.len()].copy_from_slice(next);
            (filled, part) = (filled + next.len(), rest);
        }
    }
    Platform::Portable.compress_in_place(&mut words, &block, filled as u8, 0, flags | CHUNK_END | ROOT);
    Some(Hash(le_bytes_from_words_32(&words)))
}

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
    fn what_is_short_is_hashed_as_by_the_public_function() {
        let bytes = inputs::<1024>(2).concat();
        for len in (0..=200).chain([256, 500, 1000, 1023, 1024]) {
            let public = Hash(*blake3::keyed_hash(&STATE_NODE.key, &bytes[..len]).as_bytes());
            for cut in [0, len / 3, len.min(64), len] {
                let parts = [&bytes[..cut], &[], &bytes[cut..len]];
                assert_eq!(hash_short(&STATE_NODE.key, &parts), Some(public), "{len} {cut}");
            }
        }
        assert_eq!(hash_short(&STATE_NODE.key, &[&bytes[..1000], &bytes[..25]]), None);
        let public = Hash(*blake3::keyed_hash(&STATE_NODE.key, &bytes[..1025]).as_bytes());
        assert_eq!(
            (STATE_NODE.hash(&bytes[..1025]), STATE_NODE.hash_parts(&[&bytes[..1025]])),
            (public, public)
        );
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
