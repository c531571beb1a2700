//! Hashing what has changed, from below to above, many blocks at a time.
//!
//! First the buckets, some at a time: their entries, which are the leaves' inputs as they stand, then the
//! nodes within a bucket, round by round; the nodes of one round depend on none of each other. Then the
//! branches, the deepest first.

use super::arena::{Block, Link, Place};
use super::edit::Changed;
use super::node::split;
use super::subtrie::Subtrie;
use abi::Hash;
use abi::hash::{STATE_LEAF, STATE_NODE};

/// Buckets hashed together: what they need stays in the nearest caches.
const TOGETHER: usize = 256;

/// Where a hash goes.
#[derive(Clone, Copy)]
enum To {
    /// To the place where the bucket hangs, by its number among those together.
    Place(usize),
    /// To a side of a node within a bucket.
    Node(usize, usize),
}

/// Nodes within buckets.
#[derive(Default)]
struct Nodes {
    blocks: Vec<[u8; 64]>,
    /// Where the hash of each leaf goes.
    leaves: Vec<To>,
    /// The nodes by height above the leaves, and where the hash of each goes.
    rounds: Vec<Vec<(usize, To)>>,
}

impl Nodes {
    /// Notes what there is to hash for `entries`, which agree in the first `depth` bits, and says how many
    /// rounds that takes. Recursion is as deep as they agree, at most 256.
    fn plan(&mut self, entries: &[Block], depth: usize, to: To) -> usize {
        match entries {
            [] => 0,
            [_] => {
                self.leaves.push(to);
                0
            }
            _ => {
                let node = self.blocks.len();
                self.blocks.push([0; 64]);
                let (zeros, ones) = split(entries, depth);
                let below = self.plan(zeros, depth + 1, To::Node(node, 0));
                let round = below.max(self.plan(ones, depth + 1, To::Node(node, 1)));
                if self.rounds.len() <= round {
                    self.rounds.resize_with(round + 1, Vec::new);
                }
                self.rounds[round].push((node, to));
                round + 1
            }
        }
    }

    fn clear(&mut self) {
        self.blocks.clear();
        self.leaves.clear();
        self.rounds.iter_mut().for_each(Vec::clear);
    }
}

impl Subtrie {
    /// Brings every hash above a change up to date.
    pub(super) fn rehash(&mut self, changed: &Changed) {
        let mut nodes = Nodes::default();
        let mut hashes = Vec::new();
        for buckets in changed.buckets.chunks(TOGETHER) {
            self.hash_buckets(buckets, &mut nodes, &mut hashes);
        }
        let mut branches = Vec::new();
        for places in changed.branches.iter().rev() {
            let branch = |&place: &Place| Some((place, self.link(place).branch()?));
            branches.extend(places.iter().filter_map(branch));
            STATE_NODE.hash_many(branches.iter().map(|(_, at)| &self.branches.blocks(*at)[0].0), &mut hashes);
            for ((place, _), hash) in branches.drain(..).zip(hashes.drain(..)) {
                self.set_hash(place, &hash);
            }
        }
    }

    fn hash_buckets(&mut self, buckets: &[(Place, usize)], nodes: &mut Nodes, hashes: &mut Vec<Hash>) {
        nodes.clear();
        let mut links = [Link::EMPTY; TOGETHER];
        for (link, &(place, _)) in links.iter_mut().zip(buckets) {
            *link = self.link(place);
            if *link == Link::EMPTY {
                self.set_hash(place, &Hash::ZERO);
            }
        }
        let bucket = |link: &Link| self.buckets.entries(*link);
        for (number, (link, &(_, depth))) in links.iter().zip(buckets).enumerate() {
            nodes.plan(bucket(link), depth, To::Place(number));
        }
        let entries = links[..buckets.len()].iter().flat_map(bucket);
        STATE_LEAF.hash_many(entries.map(|entry| &entry.0), hashes);
        let Nodes { blocks, leaves, rounds } = nodes;
        let mut put = |blocks: &mut [[u8; 64]], to: To, hash: &Hash| match to {
            To::Place(number) => self.set_hash(buckets[number].0, hash),
            To::Node(node, side) => blocks[node][32 * side..32 * side + 32].copy_from_slice(&hash.0),
        };
        for (to, hash) in leaves.iter().zip(hashes.drain(..)) {
            put(blocks, *to, &hash);
        }
        for round in rounds {
            STATE_NODE.hash_many(round.iter().map(|(node, _)| &blocks[*node]), hashes);
            for ((_, to), hash) in round.iter().zip(hashes.drain(..)) {
                put(blocks, *to, &hash);
            }
        }
    }

    fn set_hash(&mut self, place: Place, hash: &Hash) {
        // What hangs above the parts is hashed by whoever has them all.
        if let Some((at, side)) = place.branch() {
            self.branches.blocks_mut(at)[0].set(side, hash);
        }
    }
}
