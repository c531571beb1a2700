//! Looking up many key hashes at once: all go down one level below the crown, then all the next, so that the processor
//! waits for the memory of many at a time.

use super::Trie;
use super::arena::Link;
use super::bucket::{NEXT_BITS, prefix};
use super::subtrie::Subtrie;
use crate::shape::DEPTH_MAX;
use abi::Hash;

/// Key hashes that go down together.
pub(super) const TOGETHER: usize = 32;

/// What the trie keeps of a leaf.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Found {
    /// What the leaf binds its key to.
    pub(crate) content: Hash,
    /// The prefix of the next key's hash.
    pub(crate) next: Prefix,
}

/// The first bits of a key hash.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Prefix(u64);

impl Prefix {
    /// That of a next key's hash.
    #[cfg(test)]
    pub(crate) fn of(next: &Hash) -> Prefix {
        Prefix(prefix(next))
    }
}

/// The leaves whose key hashes have a prefix.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Named {
    /// There is none.
    None,
    /// The key hash of the one that there is.
    One(Hash),
    /// There are more, or may be.
    Many,
}

impl Trie {
    /// What is kept of the leaf of `key`.
    pub(crate) fn get(&self, key: &Hash) -> Option<Found> {
        self.find(&[*key])[0]
    }

    /// What is kept of the leaf of each key hash.
    pub(crate) fn find(&self, keys: &[Hash]) -> Vec<Option<Found>> {
        let mut found = Vec::with_capacity(keys.len());
        for keys in keys.chunks(TOGETHER) {
            let ends = self.descend(keys, DEPTH_MAX);
            found.extend(keys.iter().zip(ends).map(|(key, (part, link))| part.entry(link, key)));
        }
        found
    }

    /// The key hash that each prefix stands for.
    pub(crate) fn named(&self, prefixes: &[Prefix]) -> Vec<Named> {
        let mut named = Vec::with_capacity(prefixes.len());
        let least = |prefix: &Prefix| {
            let mut least = Hash::ZERO;
            least.0[..8].copy_from_slice(&prefix.0.to_be_bytes());
            least
        };
        for prefixes in prefixes.chunks(TOGETHER) {
            let keys: Vec<Hash> = prefixes.iter().map(least).collect();
            let ends = self.descend(&keys, NEXT_BITS);
            named.extend(prefixes.iter().zip(ends).map(|(prefix, (part, link))| part.one_of(link, *prefix)));
        }
        named
    }

    /// What hangs where each key hash leads, at most `depth_max` bits down: a bucket, unless that is where a
    /// branch stands.
    fn descend(&self, keys: &[Hash], depth_max: usize) -> [(&Subtrie, Link); TOGETHER] {
        let mut ends = [(&self.parts[0], Link::EMPTY); TOGETHER];
        let mut depths = [0; TOGETHER];
        // Those that hang from a branch; which they are takes no turns that the processor would have to guess.
        let (mut open, mut left) = ([0; TOGETHER], 0);
        for (at, key) in keys.iter().enumerate() {
            let part = self.part_of(key);
            let place = part.place_of(key);
            depths[at] = place.depth();
            ends[at] = (part, if depths[at] > depth_max { Link::CROWN } else { part.link(place) });
            open[left] = at;
            left += usize::from(ends[at].1.branch().is_some() && depths[at] < depth_max);
        }
        while left > 0 {
            let mut still = 0;
            for n in 0..left {
                let at = open[n];
                let (part, link) = &mut ends[at];
                let branch = link.branch().expect("it hangs from a branch");
                *link = part.branches.first(branch)[usize::from(keys[at].bit(depths[at]))];
                depths[at] += 1;
                open[still] = at;
                still += usize::from(link.branch().is_some() && depths[at] < depth_max);
            }
            left = still;
        }
        warm(ends.into_iter());
        ends
    }
}

impl Subtrie {
    fn entry(&self, link: Link, key: &Hash) -> Option<Found> {
        let entries = self.buckets.entries(link);
        let index = entries.iter().position(|entry| entry.is_of(key))?;
        let next = Prefix(self.buckets.nexts(link)[index]);
        Some(Found { content: entries[index].content(), next })
    }

    fn one_of(&self, link: Link, Prefix(wanted): Prefix) -> Named {
        if link.branch().is_some() {
            return Named::Many;
        }
        let keys = self.buckets.entries(link).iter().map(|entry| entry.key());
        let mut keys = keys.filter(|key| prefix(key) == wanted);
        match (keys.next(), keys.next()) {
            (None, _) => Named::None,
            (Some(key), None) => Named::One(key),
            _ => Named::Many,
        }
    }
}

/// Reads something of every entry of some buckets. Whoever searches a bucket turns on what it reads, and
/// waits for each bucket in turn; here nothing does, so that all come from memory at once.
pub(super) fn warm<'a>(ends: impl Iterator<Item = (&'a Subtrie, Link)>) {
    let mut all = 0;
    for (part, link) in ends.filter(|(_, link)| link.branch().is_none()) {
        all = part.buckets.entries(link).iter().fold(all, |all, entry| all ^ entry.0[0]);
    }
    std::hint::black_box(all);
}
