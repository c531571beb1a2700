//! The leaf of a key, and the four hashes of the trie.

use abi::Hash;
use abi::hash::{STATE_CONTENT, STATE_KEY, STATE_LEAF, STATE_NODE, STATE_VALUE};
use abi::lanes::Padded;

/// What the trie holds of one key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Leaf {
    /// The key's hash, whose bits are the leaf's place.
    pub(crate) key: Hash,
    /// The value's hash.
    pub(crate) value: Hash,
    /// The hash of the next key in byte order; zero after the last.
    pub(crate) next: Hash,
}

impl Leaf {
    /// What stands before the first key of the empty state.
    pub(crate) const SENTINEL: Leaf = Leaf { key: Hash::ZERO, value: Hash::ZERO, next: Hash::ZERO };

    /// What the leaf binds its key to.
    pub(crate) fn content(&self) -> Hash {
        STATE_CONTENT.hash_pair(&self.value, &self.next)
    }

    /// T of this key alone.
    pub(crate) fn hash(&self) -> Hash {
        leaf_hash(&self.key, &self.content())
    }
}

/// The place of `key` in the trie.
pub(crate) fn key_hash(key: &[u8]) -> Hash {
    STATE_KEY.hash_padded(key)
}

/// The hash that a leaf holds of `value`.
pub(crate) fn value_hash(value: &[u8]) -> Hash {
    STATE_VALUE.hash_padded(value)
}

/// T of one key.
pub(crate) fn leaf_hash(key: &Hash, content: &Hash) -> Hash {
    STATE_LEAF.hash_pair(key, content)
}

/// T of two subtrees.
pub(crate) fn node_hash(zeros: &Hash, ones: &Hash) -> Hash {
    STATE_NODE.hash_pair(zeros, ones)
}

/// The places of many keys.
pub(crate) fn key_hashes<'a>(keys: impl Iterator<Item = &'a [u8]>) -> Vec<Hash> {
    let mut padded = Padded::new(STATE_KEY);
    keys.for_each(|key| padded.push(key));
    padded.take()
}

/// The hashes that leaves hold of many values.
pub(crate) fn value_hashes<'a>(values: impl Iterator<Item = &'a [u8]>) -> Vec<Hash> {
    let mut padded = Padded::new(STATE_VALUE);
    values.for_each(|value| padded.push(value));
    padded.take()
}

/// What many leaves bind their keys to.
pub(crate) fn contents(leaves: impl Iterator<Item = Leaf>) -> Vec<Hash> {
    let block = |leaf: Leaf| {
        let mut block = [0; 64];
        block[..32].copy_from_slice(&leaf.value.0);
        block[32..].copy_from_slice(&leaf.next.0);
        block
    };
    let blocks: Vec<[u8; 64]> = leaves.map(block).collect();
    let mut contents = Vec::with_capacity(blocks.len());
    STATE_CONTENT.hash_many(&blocks, &mut contents);
    contents
}
