//! Hashing what has changed, from below to above, many blocks at a time.
//!
//! First the buckets, some at a time: their entries, which are the leaves' inputs as they stand, then the
//! nodes within a bucket, round by round; the nodes of one round depend on none of each other. Then the
//! branches, the deepest first, and the crown's after all others.

use super::arena::{BUCKET_ENTRIES_MAX, Block, Link, Place};
use super::edit::Changed;
use super::node::split;
use super::subtrie::Subtrie;
use abi::Hash;
use abi::hash::{STATE_LEAF, STATE_NODE};

/// Buckets hashed together: what they need stays in the nearest caches.
const TOGETHER: usize = 256;

/// Where a hash goes: to the place where a bucket hangs, by its number among those together, or to a side of a node
/// within a bucket.
#[derive(Clone, Copy)]
struct To(u32);

impl To {
    const PLACE: u32 = 1 << 31;

    fn place(number: usize) -> To {
        To(To::PLACE | u32::try_from(number).expect("few buckets are hashed together"))
    }

    fn side(node: u32, side: u32) -> To {
        To(node << 1 | side)
    }
}

/// Nodes within buckets.
#[derive(Default)]
struct Nodes {
    blocks: Vec<[u8; 64]>,
    /// Where the hash of each leaf goes.
    leaves: Vec<To>,
    /// The nodes by height above the leaves, and where the hash of each goes.
    rounds: Vec<Vec<(u32, To)>>,
}

impl Nodes {
    /// Notes what there is to hash for the entries of a bucket, which hangs at `depth`.
    fn plan(&mut self, entries: &[Block], depth: usize, to: To) {
        let mut prefixes = [0; BUCKET_ENTRIES_MAX];
        for (prefix, entry) in prefixes.iter_mut().zip(entries) {
            *prefix = entry.prefix();
        }
        self.plan_below(entries, &prefixes[..entries.len()], depth, to);
    }

    /// The same for entries with these first bits, which agree in the first `depth` bits, and says how many rounds that
    /// takes. Recursion is as deep as they agree, at most 256.
    fn plan_below(&mut self, entries: &[Block], prefixes: &[u64], depth: usize, to: To) -> usize {
        match entries {
            [] => 0,
            [_] => {
                self.leaves.push(to);
                0
            }
            _ => {
                let node = u32::try_from(self.blocks.len()).expect("few nodes are hashed together");
                self.blocks.push([0; 64]);
                let middle = match depth {
                    // To count takes no turns that the processor would have to guess.
                    0..64 => prefixes.iter().map(|prefix| usize::from(prefix << depth >> 63 == 0)).sum(),
                    _ => split(entries, depth).0.len(),
                };
                let ((zeros, ones), bits) = (entries.split_at(middle), prefixes.split_at(middle));
                let below = self.plan_below(zeros, bits.0, depth + 1, To::side(node, 0));
                let round = below.max(self.plan_below(ones, bits.1, depth + 1, To::side(node, 1)));
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
        self.rehash_buckets(&changed.buckets);
        let (mut branches, mut hashes) = (Vec::new(), Vec::new());
        for places in changed.branches.iter().rev() {
            let branch = |&place: &Place| Some((place, self.link(place).branch()?));
            branches.extend(places.iter().filter_map(branch));
            STATE_NODE.hash_many(branches.iter().map(|(_, at)| &self.branches.blocks(*at)[0].0), &mut hashes);
            for ((place, _), hash) in branches.drain(..).zip(hashes.drain(..)) {
                self.set_hash(place, &hash);
            }
        }
        self.rehash_crown(&changed.crown);
    }

    /// Brings the hashes of buckets up to date, each of which is given with its depth.
    pub(super) fn rehash_buckets(&mut self, buckets: &[(Place, usize)]) {
        let (mut nodes, mut hashes) = (Nodes::default(), Vec::new());
        for buckets in buckets.chunks(TOGETHER) {
            self.hash_buckets(buckets, &mut nodes, &mut hashes);
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
            nodes.plan(bucket(link), depth, To::place(number));
        }
        let entries = links[..buckets.len()].iter().flat_map(bucket);
        STATE_LEAF.hash_many(entries.map(|entry| &entry.0), hashes);
        let Nodes { blocks, leaves, rounds } = nodes;
        let mut put = |blocks: &mut [[u8; 64]], To(to): To, hash: &Hash| match to & To::PLACE {
            0 => blocks.as_flattened_mut()[32 * to as usize..][..32].copy_from_slice(&hash.0),
            _ => self.set_hash(buckets[(to & !To::PLACE) as usize].0, hash),
        };
        for (to, hash) in leaves.iter().zip(hashes.drain(..)) {
            put(blocks, *to, &hash);
        }
        for round in rounds {
            STATE_NODE.hash_many(round.iter().map(|(node, _)| &blocks[*node as usize]), hashes);
            for ((_, to), hash) in round.iter().zip(hashes.drain(..)) {
                put(blocks, *to, &hash);
            }
        }
    }
}
