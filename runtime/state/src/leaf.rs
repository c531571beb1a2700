//! The leaf of a key, and the four hashes of the trie.

use abi::Hash;
use abi::hash::{STATE_CONTENT, STATE_KEY, STATE_LEAF, STATE_NODE, STATE_VALUE};

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

    /// The leaf of an entry, of which the next is not known yet.
    pub(crate) fn of(key: &[u8], value: &[u8]) -> Leaf {
        Leaf { key: key_hash(key), value: value_hash(value), next: Hash::ZERO }
    }

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
