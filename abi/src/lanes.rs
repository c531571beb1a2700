//! Many inputs hashed side by side, in as many lanes as the processor has; and a short one by itself, in none.
//!
//! One 64-byte block alone takes some 60 ns, and 100 where vectors are used for it, as each step waits for the one
//! before; one of many takes a tenth of that. The digests are those of BLAKE3's public functions: tests hold them equal.
//!
//! BLAKE3's crate has no public function for either. This is the one file that calls its hidden module, and the
//! reason why its version is pinned.

use crate::hash::{Kind, pair};
use crate::id::Hash;
use blake3::IncrementCounter;
use blake3::platform::{Platform, le_bytes_from_words_32, words_from_le_bytes_32};

/// Whether the processor may have lanes: a browser's has none, and its module stays small without them.
const MAY_HAVE_LANES: bool = cfg!(not(target_arch = "wasm32"));

/// The chaining value between two blocks of a chunk.
type Words = [u32; 8];

/// Inputs handed over at once: a multiple of every processor's lanes.
const LANES: usize = 64;

/// The bytes of a block, and those of a chunk, which is hashed block by block (specification, section 2.1).
const BLOCK_BYTES: usize = 64;
const CHUNK_BYTES: usize = 1024;

/// The flags of BLAKE3 (specification, section 2.2).
const CHUNK_START: u8 = 1 << 0;
const CHUNK_END: u8 = 1 << 1;
const PARENT: u8 = 1 << 2;
const ROOT: u8 = 1 << 3;
const KEYED_HASH: u8 = 1 << 4;

/// Whole blocks of a chunk that its last one comes after, in bytes.
const BEGIN_BYTES: usize = CHUNK_BYTES - BLOCK_BYTES;
/// Up to so many chunks are hashed here: more fill BLAKE3's own lanes.
const CHUNKS_FEW: usize = 8;

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

/// The keyed digest of an input of a few chunks, which begin side by side (specification, section 2.4): the last one
/// too, if it is long enough. A page of a segment is such an input.
pub(crate) fn hash_long(key: &[u8; 32], input: &[u8]) -> Option<Hash> {
    let (last, chunks) = (input.len() % CHUNK_BYTES, input.len().div_ceil(CHUNK_BYTES));
    if !MAY_HAVE_LANES || !(2..=CHUNKS_FEW).contains(&chunks) || (1..=BEGIN_BYTES).contains(&last) {
        return None;
    }
    let mut begun = [&[0; BEGIN_BYTES]; CHUNKS_FEW];
    for (begun, chunk) in begun.iter_mut().zip(input.chunks(CHUNK_BYTES)) {
        *begun = chunk.first_chunk().expect("all chunks are longer");
    }
    let (mut out, key) = ([0; 32 * CHUNKS_FEW], words_from_le_bytes_32(key));
    let counts = IncrementCounter::Yes;
    Platform::detect().hash_many(&begun[..chunks], &key, 0, counts, KEYED_HASH, CHUNK_START, 0, &mut out);
    let ends = out.as_chunks().0.iter().zip(input.chunks(CHUNK_BYTES)).zip(0..);
    let mut nodes: Vec<Hash> = ends
        .map(|((begun, chunk), number)| {
            let words = words_from_le_bytes_32(begun);
            last_block(words, &chunk[BEGIN_BYTES..], number, KEYED_HASH | CHUNK_END)
        })
        .collect();
    while nodes.len() > 1 {
        let flags = KEYED_HASH | PARENT | if nodes.len() == 2 { ROOT } else { 0 };
        let parent = |children: &[Hash]| match children {
            [left, right] => last_block(key, &pair(left, right), 0, flags),
            alone => alone[0],
        };
        nodes = nodes.chunks(2).map(parent).collect();
    }
    nodes.pop()
}

/// What a block of at most 64 bytes makes of the words before it.
#[expect(clippy::cast_possible_truncation, reason = "a block has 64 bytes")]
fn last_block(mut words: Words, last: &[u8], number: u64, flags: u8) -> Hash {
    let mut block = [0; BLOCK_BYTES];
    block[..last.len()].copy_from_slice(last);
    Platform::Portable.compress_in_place(&mut words, &block, last.len() as u8, number, flags);
    Hash(le_bytes_from_words_32(&words))
}

impl Kind {
    /// Appends to `digests` those of `inputs`, as objects of this kind. An input is one to sixteen whole
    /// blocks of 64 bytes.
    pub fn hash_many<'a, const N: usize>(
        &self,
        inputs: impl IntoIterator<Item = &'a [u8; N]>,
        digests: &mut Vec<Hash>,
    ) {
        self.side_by_side(inputs, CHUNK_END | ROOT, digests);
    }

    /// The same, where the last block of an input has such flags.
    fn side_by_side<'a, const N: usize>(
        &self,
        inputs: impl IntoIterator<Item = &'a [u8; N]>,
        end: u8,
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
                end,
                &mut out[..32 * len],
            );
            digests.extend(out[..32 * len].as_chunks().0.iter().map(|digest| Hash(*digest)));
        }
    }
}

/// What the digests of inputs go on from after their beginnings, which are not all of them.
type Begin = fn(&Kind, &[&[u8]]) -> Vec<Hash>;

/// By the number of whole blocks, less one, that come before the last one of an input that is one chunk.
const BEGIN: [Begin; CHUNK_BYTES / BLOCK_BYTES - 1] = [
    begin::<64>,
    begin::<128>,
    begin::<192>,
    begin::<256>,
    begin::<320>,
    begin::<384>,
    begin::<448>,
    begin::<512>,
    begin::<576>,
    begin::<640>,
    begin::<704>,
    begin::<768>,
    begin::<832>,
    begin::<896>,
    begin::<960>,
];

fn begin<const N: usize>(kind: &Kind, inputs: &[&[u8]]) -> Vec<Hash> {
    let mut begun = Vec::with_capacity(inputs.len());
    let beginnings = inputs.iter().map(|input| input.first_chunk::<N>().expect("all are longer"));
    kind.side_by_side(beginnings, 0, &mut begun);
    begun
}

impl Kind {
    /// The digests of `inputs`, in their order: side by side as far as those that follow one another have alike
    /// lengths.
    pub fn hash_each(&self, inputs: &[&[u8]]) -> Vec<Hash> {
        let before_last = |input: &&[u8]| input.len().saturating_sub(1) / BLOCK_BYTES;
        let mut digests = Vec::with_capacity(inputs.len());
        for alike in inputs.chunk_by(|one, other| before_last(one) == before_last(other)) {
            let blocks = before_last(&alike[0]);
            match blocks.checked_sub(1).and_then(|blocks| BEGIN.get(blocks)) {
                Some(begin) if MAY_HAVE_LANES && alike.len() > 1 => {
                    let begun = begin(self, alike).into_iter().zip(alike);
                    digests.extend(begun.map(|(begun, input)| {
                        let words = words_from_le_bytes_32(&begun.0);
                        last_block(words, &input[blocks * BLOCK_BYTES..], 0, KEYED_HASH | CHUNK_END | ROOT)
                    }));
                }
                _ => digests.extend(alike.iter().map(|input| self.hash(input))),
            }
        }
        digests
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
    fn each_is_hashed_as_by_itself() {
        let bytes = inputs::<1024>(3).concat();
        let by_itself = |inputs: &[&[u8]]| -> Vec<Hash> {
            inputs.iter().map(|input| Hash(*blake3::keyed_hash(&STATE_NODE.key, input).as_bytes())).collect()
        };
        let of_len = |len: usize, count: usize| (0..count).map(|at| &bytes[at..at + len]).collect::<Vec<_>>();
        for len in (0..=200).chain([447, 448, 449, 600, 960, 961, 1023, 1024, 1025, 2000]) {
            for count in [0, 1, 2, 7, 64, 65, 200] {
                let inputs = of_len(len, count);
                assert_eq!(STATE_NODE.hash_each(&inputs), by_itself(&inputs), "{len} {count}");
            }
        }
        let mixed: Vec<_> = (0..3000).map(|at| &bytes[at % 70..][..at * at % 1100]).collect();
        assert_eq!(STATE_NODE.hash_each(&mixed), by_itself(&mixed));
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
    fn what_is_long_is_hashed_as_by_the_public_function() {
        let bytes = inputs::<1024>(10).concat();
        let public = |len: usize| Hash(*blake3::keyed_hash(&STATE_NODE.key, &bytes[..len]).as_bytes());
        let lens = (1..=9 * 1024).step_by(7).chain((1..=9).flat_map(|chunks| {
            [961, 962, 1000, 1023, 1024, 1025, 960].map(|last| (chunks - 1) * 1024 + last)
        }));
        let mut here = 0;
        for len in lens {
            let hashed = hash_long(&STATE_NODE.key, &bytes[..len]);
            here += usize::from(hashed.is_some());
            assert_eq!(hashed.unwrap_or(public(len)), public(len), "{len}");
            assert_eq!(STATE_NODE.hash(&bytes[..len]), public(len), "{len}");
        }
        assert!(here > 7 * 5, "every number of chunks is tried");
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
