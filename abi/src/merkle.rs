//! The shape of every Merkle list: RFC 9162, section 2.1, over any pair of hash functions.
//!
//! The history tree of a journal uses it with SHA-256; execution roots, events and envelopes with BLAKE3.

use crate::hash::{Kind, LIST_NODE, pair};
use crate::id::Hash;

/// Hashes two children into their parent.
pub type Node = fn(&Hash, &Hash) -> Hash;

/// The parent of two nodes of a BLAKE3 list.
pub fn list_node(left: &Hash, right: &Hash) -> Hash {
    LIST_NODE.hash_pair(left, right)
}

/// The root of a BLAKE3 list whose leaves are already digests of kind `of`; the empty list's is
/// `H_of("")`.
pub fn list_root(of: &Kind, leaves: &[Hash]) -> Hash {
    let (mut nodes, mut pairs) = (leaves.to_vec(), Vec::new());
    // Level by level, side by side: who has no other one goes up as it is, which makes the same shape.
    while nodes.len() > 1 {
        let (level, alone) = nodes.as_chunks::<2>();
        pairs.clear();
        pairs.extend(level.iter().map(|[left, right]| pair(left, right)));
        let mut above = Vec::with_capacity(nodes.len().div_ceil(2));
        LIST_NODE.hash_many(&pairs, &mut above);
        above.extend(alone);
        nodes = above;
    }
    nodes.pop().unwrap_or_else(|| of.hash(b""))
}

/// The root over `leaves` (leaf hashes), of which there is at least one.
pub fn root(node: Node, leaves: &[Hash]) -> Hash {
    assert!(!leaves.is_empty(), "an empty tree has no node to hash");
    if let [leaf] = leaves {
        return *leaf;
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    node(&root(node, left), &root(node, right))
}

/// The inclusion path of leaf `index`, leaf to root (RFC 9162, section 2.1.3.1).
pub fn path(node: Node, leaves: &[Hash], index: usize) -> Vec<Hash> {
    assert!(index < leaves.len(), "a path starts at a leaf of the tree");
    if leaves.len() == 1 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    let (mut path, sibling) = if index < left.len() {
        (path(node, left, index), root(node, right))
    } else {
        (path(node, right, index - left.len()), root(node, left))
    };
    path.push(sibling);
    path
}

/// The root that `leaf` at `index` of `size` leaves and its `path` lead to, or `None` where the path has
/// another length than that place has (RFC 9162, section 2.1.3.2).
pub fn root_of_path(node: Node, leaf: Hash, index: u64, size: u64, path: &[Hash]) -> Option<Hash> {
    if index >= size {
        return None;
    }
    let (mut fn_, mut sn) = (index, size - 1);
    let mut hash = leaf;
    for sibling in path {
        if sn == 0 {
            return None;
        }
        if fn_ & 1 == 1 || fn_ == sn {
            hash = node(sibling, &hash);
            while fn_ & 1 == 0 && fn_ != 0 {
                fn_ >>= 1;
                sn >>= 1;
            }
        } else {
            hash = node(&hash, sibling);
        }
        fn_ >>= 1;
        sn >>= 1;
    }
    (sn == 0).then_some(hash)
}

/// The largest power of two below `len`, for `len` of at least two.
fn split(len: usize) -> usize {
    assert!(len > 1, "one leaf is not split");
    1 << (usize::BITS - 1 - (len - 1).leading_zeros())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(count: usize) -> Vec<Hash> {
        (0..count).map(|i| LIST_NODE.hash(&i.to_be_bytes())).collect()
    }

    #[test]
    fn every_path_of_every_size_leads_to_the_root() {
        for size in 1..40 {
            let leaves = leaves(size);
            let expected = root(list_node, &leaves);
            for (index, &leaf) in leaves.iter().enumerate() {
                let path = path(list_node, &leaves, index);
                let (index, size) = (index as u64, size as u64);
                assert_eq!(root_of_path(list_node, leaf, index, size, &path), Some(expected));
                let mut long = path.clone();
                long.push(Hash::ZERO);
                assert_eq!(root_of_path(list_node, leaf, index, size, &long), None);
                assert_eq!(root_of_path(list_node, leaf, size, size, &path), None);
                if !path.is_empty() {
                    assert_eq!(root_of_path(list_node, leaf, index, size, &path[1..]), None);
                }
            }
        }
    }

    #[test]
    fn a_list_is_hashed_side_by_side_into_the_same_shape() {
        for size in (1..40).chain([63, 64, 65, 127, 128, 129, 1000]) {
            let leaves = leaves(size);
            assert_eq!(list_root(&LIST_NODE, &leaves), root(list_node, &leaves), "{size}");
        }
    }

    #[test]
    fn the_empty_list_has_a_root_of_its_kind() {
        assert_ne!(list_root(&crate::hash::EVENT, &[]), list_root(&crate::hash::MESSAGE, &[]));
    }
}
