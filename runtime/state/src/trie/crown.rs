//! The crown of a part: its upper branches, in the order of a heap, so that nobody goes down through them. What a
//! branch's number is tells where it stands; below `n` branches are `n + 1` places, and which of them a key hash leads
//! to is told by its bits.
//!
//! The crown grows by one branch at a time (linear hashing: Litwin, VLDB 1980), each time some leaves have come, and
//! goes as they go: no commit pays for a level. How large it is depends on the number of leaves alone, and no hash
//! depends on it.
//!
//! # Guarantees
//!
//! - A branch of the crown that has no leaf or one is none to whoever asks: what hangs at its place is then nothing, or
//!   the bucket of that leaf, which hangs further down.

use super::arena::{BUCKET_ENTRIES_MAX, Link, Place};
use super::node::split;
use super::subtrie::{Subtrie, TOP_BITS};
use abi::Hash;
use abi::hash::STATE_NODE;

/// Leaves for each place below the crown: fewer than a bucket holds, so that mostly one hangs there.
const LEAVES: usize = if cfg!(test) { 2 } else { 3 };

impl Place {
    /// The depth of a place in the crown or right below it.
    pub(super) fn depth(self) -> usize {
        TOP_BITS + self.number().ilog2() as usize
    }
}

impl Subtrie {
    /// How many branches the crown has: their numbers are 1 to that.
    fn crowned(&self) -> u32 {
        self.crown.taken() - 1
    }

    /// How many it should have.
    fn crowned_then(&self) -> u32 {
        u32::try_from(self.len / LEAVES).expect("fewer than 2^32 leaves for each place").saturating_sub(1)
    }

    /// The place below the crown that a key hash leads to.
    pub(super) fn place_of(&self, key: &Hash) -> Place {
        // Above the deepest level all are there.
        let branches = self.crowned();
        let level = (branches + 1).ilog2();
        let bits = key.prefix() << TOP_BITS;
        let number = |level: u32| 1 << level | u32::try_from(bits >> 1 >> (63 - level)).expect("so few bits");
        let number = if number(level) <= branches { number(level + 1) } else { number(level) };
        Place::in_crown(number)
    }

    /// Cuts a list that ascends by key hash into what leads to one place below the crown, and what to the next.
    pub(super) fn by_place<'a, T>(&self, mut list: &'a [T], key: fn(&T) -> &Hash) -> Vec<(Place, &'a [T])> {
        let mut cut = Vec::new();
        while let Some(first) = list.first() {
            let place = self.place_of(key(first));
            let is_there = |item: &&T| self.place_of(key(item)) == place;
            let (there, rest) = list.split_at(1 + list[1..].iter().take_while(is_there).count());
            cut.push((place, there));
            list = rest;
        }
        cut
    }

    /// Makes a crown over a part that has none and nothing in it, for as many leaves as it is to have.
    pub(super) fn take_crown(&mut self) {
        (0..self.crowned_then()).for_each(|_| {
            self.crown.take();
        });
    }

    /// Brings the hashes of the crown up to date, over places below it of which these numbers are in the order of the
    /// key hashes that lead there.
    pub(super) fn rehash_crown(&mut self, places: &[u32]) {
        let above = |numbers: &[u32]| {
            let mut above: Vec<u32> = numbers.iter().map(|number| number / 2).collect();
            above.dedup();
            above
        };
        // Those of the lower level come first; what is above them is of the level of the others.
        let highest = places.last().map_or(0, |last| last.ilog2());
        let (lower, higher) = places.split_at(places.partition_point(|number| number.ilog2() > highest));
        let mut numbers = above(lower);
        self.hash_crown(&numbers);
        numbers.extend_from_slice(higher);
        numbers = above(&numbers);
        while numbers.last().is_some_and(|number| *number > 0) {
            self.hash_crown(&numbers);
            numbers = above(&numbers);
        }
    }

    /// Hashes these branches of the crown, none of which is above another.
    fn hash_crown(&mut self, numbers: &[u32]) {
        let hangs = |trie: &Subtrie, number: u32| hanging(*trie.crown.first(number));
        let mut hashes = Vec::with_capacity(numbers.len());
        let branches = numbers.iter().filter(|number| hangs(self, **number).0 == Link::CROWN);
        STATE_NODE.hash_many(branches.map(|number| &self.crown.blocks(*number)[0].0), &mut hashes);
        let mut hashes = hashes.into_iter();
        for &number in numbers {
            let (link, side) = hangs(self, number);
            let hash = match link {
                Link::CROWN => hashes.next().expect("each branch is hashed"),
                _ => self.crown.blocks(number)[0].half(side),
            };
            self.hang(Place::in_crown(number), link);
            self.set_hash(Place::in_crown(number), &hash);
        }
    }

    /// Makes the crown as large as it should be. All is hashed, and stays so: the hash of a place does not depend on what
    /// hangs there for its leaves.
    pub(super) fn fit_crown(&mut self) {
        while self.crowned() > self.crowned_then() {
            self.uncrown();
        }
        while self.crowned() < self.crowned_then() {
            // Each place there is at most once: what comes of it has to be hashed first.
            let to = self.crowned_then().min(2 * self.crowned() + 1);
            let mut cut = Vec::new();
            (self.crowned()..to).for_each(|_| self.crown_next(&mut cut));
            self.rehash_buckets(&cut);
        }
    }

    /// Makes a branch of the crown at the next place, and notes what is to be hashed below it.
    fn crown_next(&mut self, cut: &mut Vec<(Place, usize)>) {
        let number = self.crown.take();
        let (place, link) = (Place::in_crown(number), self.link(Place::in_crown(number)));
        let depth = place.depth();
        let links = match link.branch() {
            Some(at) => {
                self.crown.blocks_mut(number)[0] = self.branches.blocks(at)[0];
                let links = *self.branches.first(at);
                self.branches.free(at);
                links
            }
            None => {
                let side = |side| (Place::in_crown(2 * number + side), depth + 1);
                cut.extend([side(0), side(1)]);
                self.cut(link, depth)
            }
        };
        self.crown.beside_mut(number)[0] = links;
        self.hang(place, hanging(links).0);
    }

    /// What comes of a bucket that hung at `depth` below a branch there. That of one leaf stays the same.
    fn cut(&mut self, link: Link, depth: usize) -> [Link; 2] {
        let ones = split(self.buckets.entries(link), depth).1.len();
        if ones == 0 {
            return [link, Link::EMPTY];
        }
        if ones == link.len() {
            return [Link::EMPTY, link];
        }
        let mut items = Vec::with_capacity(BUCKET_ENTRIES_MAX);
        self.buckets.copy(link, &mut items);
        self.buckets.free(link);
        let (zeros, ones) = items.split_at(items.len() - ones);
        [self.buckets.put(zeros), self.buckets.put(ones)]
    }

    /// Makes of the last branch of the crown what would be there without it.
    fn uncrown(&mut self) {
        let number = self.crowned();
        let links = *self.crown.first(number);
        let link = match links {
            [link, Link::EMPTY] | [Link::EMPTY, link] if link.branch().is_none() => link,
            [zeros, ones] if !is_large(zeros, ones) => self.joined(zeros, ones),
            _ => {
                let at = self.branches.take();
                self.branches.blocks_mut(at)[0] = self.crown.blocks(number)[0];
                self.branches.beside_mut(at)[0] = links;
                Link::of_branch(at)
            }
        };
        self.hang(Place::in_crown(number), link);
        self.crown.give_back();
    }

    /// One bucket in the place of two.
    pub(super) fn joined(&mut self, zeros: Link, ones: Link) -> Link {
        let mut items = Vec::with_capacity(BUCKET_ENTRIES_MAX);
        for link in [zeros, ones] {
            self.buckets.copy(link, &mut items);
            self.buckets.free(link);
        }
        self.buckets.put(&items)
    }
}

/// Whether what hangs at both sides is more than a bucket holds.
pub(super) fn is_large(zeros: Link, ones: Link) -> bool {
    zeros.branch().is_some() || ones.branch().is_some() || zeros.len() + ones.len() > BUCKET_ENTRIES_MAX
}

/// What hangs where a branch of the crown is, with these at its sides, and whose hash it has unless it is a branch.
fn hanging(links: [Link; 2]) -> (Link, usize) {
    match links {
        [link, Link::EMPTY] if link.is_lone() => (link, 0),
        [Link::EMPTY, link] if link.is_lone() => (link, 1),
        _ => (Link::CROWN, 0),
    }
}
