//! Where branches and buckets are kept: blocks of 64 bytes in numbered slots, reused after they are freed.
//!
//! # Guarantees
//!
//! - Growth moves nothing: memory is taken in chunks of some [`CHUNK_BLOCKS`] blocks.
//! - A block lies in one cache line, and is what a hash is taken of as it stands.

use abi::Hash;

/// Blocks of one chunk: so few that a small tree stays small, so many that the list of chunks is short.
const CHUNK_BLOCKS: usize = 256;
/// Entries that a bucket holds at most.
pub(super) const BUCKET_ENTRIES_MAX: usize = 8;
/// Sizes of buckets: one for each number of entries.
pub(super) const SIZES: usize = BUCKET_ENTRIES_MAX;
const LINK_BITS: u32 = 27;

/// Two hashes: the sides of a branch, or an entry's key hash and content.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Block(pub(super) [u8; 64]);

impl Block {
    const ZERO: Block = Block([0; 64]);

    pub(super) fn of(left: &Hash, right: &Hash) -> Block {
        let mut block = Block::ZERO;
        block.set(0, left);
        block.set(1, right);
        block
    }

    pub(super) fn half(&self, side: usize) -> Hash {
        let mut half = Hash::ZERO;
        half.0.copy_from_slice(&self.0[32 * side..32 * side + 32]);
        half
    }

    pub(super) fn set(&mut self, side: usize, half: &Hash) {
        self.0[32 * side..32 * side + 32].copy_from_slice(&half.0);
    }

    /// The first bits of the key hash of an entry.
    pub(super) fn prefix(&self) -> u64 {
        let (first, _) = self.0.split_first_chunk().expect("a block is longer than a number");
        u64::from_be_bytes(*first)
    }

    /// The key hash of an entry.
    pub(super) fn key(&self) -> Hash {
        self.half(0)
    }

    /// The content of an entry.
    pub(super) fn content(&self) -> Hash {
        self.half(1)
    }

    /// Whether this is the entry of `key`.
    pub(super) fn is_of(&self, key: &Hash) -> bool {
        // Mostly it is not, which a number tells at once.
        self.prefix() == key.prefix() && self.0[..32] == key.0
    }

    /// Bit `index` of the key hash.
    pub(super) fn bit(&self, index: usize) -> bool {
        self.0[index / 8] & (0x80 >> (index % 8)) != 0
    }
}

/// What hangs at a place: nothing, a bucket of some entries, or a branch.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Link(u32);

impl Link {
    pub(super) const EMPTY: Link = Link(0);
    const BRANCH: u32 = 1 << 31;
    /// A branch of the crown, whose number is that of the place.
    pub(super) const CROWN: Link = Link(u32::MAX);

    pub(super) fn of_branch(at: u32) -> Link {
        assert!(at < 1 << 30, "fewer than 2^30 branches, the crate's limit");
        Link(Link::BRANCH | at)
    }

    /// A bucket of `len` entries, in the slots of its size.
    #[expect(clippy::cast_possible_truncation, reason = "a bucket holds at most eight")]
    pub(super) fn of_bucket(at: u32, len: usize) -> Link {
        assert!(at < 1 << LINK_BITS, "fewer than 2^27 buckets of a size, the crate's limit");
        Link((len as u32) << LINK_BITS | at)
    }

    pub(super) fn branch(self) -> Option<u32> {
        (self.0 & Link::BRANCH != 0).then_some(self.0 & !Link::BRANCH)
    }

    /// How many entries the bucket has.
    pub(super) fn len(self) -> usize {
        assert!(self.branch().is_none(), "a branch does not know how many leaves it has");
        (self.0 >> LINK_BITS) as usize
    }

    /// Whether at most one leaf hangs here.
    pub(super) fn is_lone(self) -> bool {
        self.branch().is_none() && self.len() <= 1
    }

    /// Among the sizes, and the slot there; not of a branch, and not of nothing.
    pub(super) fn bucket(self) -> (usize, u32) {
        (size_for(self.len()), self.0 & ((1 << LINK_BITS) - 1))
    }
}

/// The least size with room for `len` entries.
pub(super) fn size_for(len: usize) -> usize {
    len - 1
}

/// Where something hangs: on one side of a branch, of the crown or below it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Place(u32);

impl Place {
    const CROWN: u32 = 1 << 31;
    /// Where all of a part hangs.
    pub(super) const ROOT: Place = Place::in_crown(1);

    /// Where the branch `number` of the crown hangs, or would.
    pub(super) const fn in_crown(number: u32) -> Place {
        assert!(number < Place::CROWN, "fewer than 2^31 branches of the crown, the crate's limit");
        Place(Place::CROWN | number)
    }

    pub(super) fn below(branch: u32, side: usize) -> Place {
        Place(branch << 1 | u32::from(side == 1))
    }

    pub(super) fn is_in_crown(self) -> bool {
        self.0 & Place::CROWN != 0
    }

    /// The branch of the crown that hangs here, if one does.
    pub(super) fn number(self) -> u32 {
        self.0 & !Place::CROWN
    }

    /// The branch that this is a side of.
    pub(super) fn branch(self) -> u32 {
        self.number() >> 1
    }

    /// Which side.
    pub(super) fn side(self) -> usize {
        (self.0 & 1) as usize
    }
}

/// Slots of some blocks each, with something small beside every block.
pub(super) struct Slots<E> {
    /// Blocks of a slot.
    size: usize,
    /// Slots of a chunk, as a power of two.
    chunk_bits: u32,
    blocks: Vec<Box<[Block]>>,
    beside: Vec<Box<[E]>>,
    end: u32,
    free: Vec<u32>,
}

impl<E: Copy + Default> Slots<E> {
    pub(super) fn new(size: usize) -> Slots<E> {
        let chunk_bits = (CHUNK_BLOCKS / size).ilog2();
        Slots { size, chunk_bits, blocks: Vec::new(), beside: Vec::new(), end: 0, free: Vec::new() }
    }

    /// Takes a slot; what it holds is of no meaning.
    pub(super) fn take(&mut self) -> u32 {
        if let Some(at) = self.free.pop() {
            return at;
        }
        let at = self.end;
        if at as usize == self.blocks.len() << self.chunk_bits {
            self.blocks.push(vec![Block::ZERO; self.size << self.chunk_bits].into());
            self.beside.push(vec![E::default(); self.size << self.chunk_bits].into());
        }
        self.end += 1;
        at
    }

    pub(super) fn free(&mut self, at: u32) {
        self.free.push(at);
    }

    /// How many slots were taken, where none is freed.
    pub(super) fn taken(&self) -> u32 {
        self.end
    }

    /// Gives the slot back that was taken last, where none is freed.
    pub(super) fn give_back(&mut self) {
        self.end -= 1;
    }

    fn chunk(&self, at: u32) -> (usize, std::ops::Range<usize>) {
        let (chunk, slot) = (at >> self.chunk_bits, at & ((1 << self.chunk_bits) - 1));
        let start = slot as usize * self.size;
        (chunk as usize, start..start + self.size)
    }

    pub(super) fn blocks(&self, at: u32) -> &[Block] {
        let (chunk, range) = self.chunk(at);
        &self.blocks[chunk][range]
    }

    pub(super) fn blocks_mut(&mut self, at: u32) -> &mut [Block] {
        let (chunk, range) = self.chunk(at);
        &mut self.blocks[chunk][range]
    }

    pub(super) fn beside(&self, at: u32) -> &[E] {
        let (chunk, range) = self.chunk(at);
        &self.beside[chunk][range]
    }

    /// What is beside the first block.
    pub(super) fn first(&self, at: u32) -> &E {
        let (chunk, range) = self.chunk(at);
        &self.beside[chunk][range.start]
    }

    pub(super) fn beside_mut(&mut self, at: u32) -> &mut [E] {
        let (chunk, range) = self.chunk(at);
        &mut self.beside[chunk][range]
    }

    /// Bytes of memory.
    pub(super) fn bytes(&self) -> usize {
        let blocks = self.blocks.len() * (self.size << self.chunk_bits);
        let slots = blocks * (size_of::<Block>() + size_of::<E>());
        let lists = (self.blocks.capacity() + self.beside.capacity()) * size_of::<Box<[E]>>();
        slots + lists + self.free.capacity() * size_of::<u32>()
    }

    /// The slots that are neither free nor never taken, in order.
    #[cfg(test)]
    pub(super) fn used(&self) -> Vec<u32> {
        let free: std::collections::BTreeSet<u32> = self.free.iter().copied().collect();
        assert_eq!(free.len(), self.free.len(), "no slot is freed twice");
        (0..self.end).filter(|at| !free.contains(at)).collect()
    }
}
