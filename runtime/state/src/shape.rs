//! The trie as a proof carries it: every path to a target, and everything else cut off.
//!
//! Preorder, one byte for each node, with the hashes of the nodes that have some in the order of their
//! nodes:
//!
//! ```text
//! 0 empty                                 no key below
//! 1 branch                                its two sides follow
//! 2 cut       T                           no target below, at least one key
//! 3 known                                 the leaf of the one present target below
//! 4 foreign   key hash, content           a leaf that is no target, met on the way to one
//! ```
//!
//! Canonical bytes: `[ops as a byte string, [hash, …]]`.
//!
//! # Guarantees
//!
//! One trie and one list of targets have one shape: a node is cut exactly where no target is below it,
//! and the verifier refuses every other way to write the same trie.

use crate::leaf::{leaf_hash, node_hash};
use crate::proof::ProofError;
use abi::Hash;
use abi::codec::{Decode, Encode, Error, Reader, Reason, Writer};

/// Bits of a key hash: no leaf stands deeper.
pub(crate) const DEPTH_MAX: usize = 256;

/// One node, in preorder.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(crate) enum Op {
    /// No key below.
    Empty = 0,
    /// Its two sides follow.
    Branch = 1,
    /// A subtree without targets; its hash.
    Cut = 2,
    /// The leaf of the one present target below.
    Known = 3,
    /// A leaf that is no target; its key hash and content.
    Foreign = 4,
}

const OPS: [Op; 5] = [Op::Empty, Op::Branch, Op::Cut, Op::Known, Op::Foreign];

/// The pruned trie.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Shape {
    pub(crate) ops: Vec<Op>,
    pub(crate) hashes: Vec<Hash>,
}

/// A key that a proof speaks of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Target {
    /// The key's hash.
    pub(crate) key: Hash,
    /// The content of its leaf, or `None` where the proof claims that the key is absent.
    pub(crate) content: Option<Hash>,
}

impl Shape {
    /// Appends a node.
    pub(crate) fn push(&mut self, op: Op, hashes: &[Hash]) {
        self.ops.push(op);
        self.hashes.extend_from_slice(hashes);
    }

    /// Succeeds if every target of `targets` (in any order) is as claimed in the trie of this `root`.
    pub(crate) fn verify(&self, root: &Hash, mut targets: Vec<Target>) -> Result<(), ProofError> {
        targets.sort_unstable_by_key(|target| target.key);
        let mut walk = self.walk();
        let found = walk.subtree(0, &targets)?;
        walk.end()?;
        must_be(root, found)
    }

    /// A verifier at the root.
    pub(crate) fn walk(&self) -> Walk<'_> {
        Walk { ops: self.ops.iter(), hashes: self.hashes.iter() }
    }
}
/// Succeeds if the root that was `found` is the one that something else vouches for.
pub(crate) fn must_be(root: &Hash, found: Hash) -> Result<(), ProofError> {
    // The sentinel is in every state, so that zero is no state's root, whoever asks for it.
    if found != *root || found == Hash::ZERO {
        return Err(ProofError::Root { expected: *root, found });
    }
    Ok(())
}

/// A verifier's place in a shape.
pub(crate) struct Walk<'a> {
    ops: std::slice::Iter<'a, Op>,
    hashes: std::slice::Iter<'a, Hash>,
}

impl Walk<'_> {
    /// The next node.
    pub(crate) fn op(&mut self) -> Result<Op, ProofError> {
        self.ops.next().copied().ok_or(ProofError::Shape)
    }

    /// The next hash.
    pub(crate) fn hash(&mut self) -> Result<Hash, ProofError> {
        self.hashes.next().copied().ok_or(ProofError::Shape)
    }

    /// The hash of a subtree that is cut off, which is not an empty one.
    pub(crate) fn cut(&mut self) -> Result<Hash, ProofError> {
        self.hash().and_then(|hash| if hash == Hash::ZERO { Err(ProofError::Shape) } else { Ok(hash) })
    }

    /// Succeeds where nothing is left.
    pub(crate) fn end(&self) -> Result<(), ProofError> {
        if self.ops.len() + self.hashes.len() == 0 { Ok(()) } else { Err(ProofError::Shape) }
    }

    /// T of the next subtree, to which `targets` lead. Recursion ends at [`DEPTH_MAX`].
    fn subtree(&mut self, depth: usize, targets: &[Target]) -> Result<Hash, ProofError> {
        match self.op()? {
            Op::Empty => absent(targets).map(|()| Hash::ZERO),
            Op::Branch if depth == DEPTH_MAX || targets.is_empty() => Err(ProofError::Shape),
            Op::Branch => {
                let split = targets.partition_point(|target| !target.key.bit(depth));
                let zeros = self.subtree(depth + 1, &targets[..split])?;
                let ones = self.subtree(depth + 1, &targets[split..])?;
                Ok(node_hash(&zeros, &ones))
            }
            Op::Cut => match targets {
                [] => self.cut(),
                [target, ..] => Err(ProofError::Claim { key: target.key }),
            },
            Op::Known => known(targets),
            Op::Foreign => {
                let (key, content) = (self.hash()?, self.hash()?);
                foreign(depth, targets, &key)?;
                Ok(leaf_hash(&key, &content))
            }
        }
    }
}

/// A path that ends in nothing proves that each of its targets is absent.
fn absent(targets: &[Target]) -> Result<(), ProofError> {
    match targets.iter().find(|target| target.content.is_some()) {
        None => Ok(()),
        Some(target) => Err(ProofError::Claim { key: target.key }),
    }
}

/// A path that ends at the leaf of one target proves that one present and its others absent.
fn known(targets: &[Target]) -> Result<Hash, ProofError> {
    let first = targets.first().ok_or(ProofError::Shape)?;
    let mut present = targets.iter().filter_map(|target| Some((target.key, target.content?)));
    match (present.next(), present.next()) {
        (Some((key, content)), None) => Ok(leaf_hash(&key, &content)),
        (None, _) => Err(ProofError::Claim { key: first.key }),
        (_, Some((key, _))) => Err(ProofError::Claim { key }),
    }
}

/// A path that ends at a leaf of another key proves that each of its targets is absent.
fn foreign(depth: usize, targets: &[Target], key: &Hash) -> Result<(), ProofError> {
    absent(targets)?;
    let first = targets.first().ok_or(ProofError::Shape)?;
    if let Some(target) = targets.iter().find(|target| target.key == *key) {
        return Err(ProofError::Claim { key: target.key });
    }
    // A leaf that could not stand here was not found here.
    if agree(key, &first.key, depth) { Ok(()) } else { Err(ProofError::Shape) }
}

/// Whether the first `depth` bits are the same.
pub(crate) fn agree(a: &Hash, b: &Hash, depth: usize) -> bool {
    (0..depth).all(|bit| a.bit(bit) == b.bit(bit))
}

impl Encode for Shape {
    fn encode(&self, w: &mut Writer) {
        let ops: Vec<u8> = self.ops.iter().map(|&op| op as u8).collect();
        w.array(2);
        w.bytes(&ops);
        self.hashes.encode(w);
    }
}

impl Decode for Shape {
    fn decode(r: &mut Reader<'_>) -> Result<Shape, Error> {
        r.array_of(2)?;
        let start = r.offset();
        let op = |&byte: &u8| OPS.get(usize::from(byte)).copied();
        let ops = r.bytes()?.iter().map(op).collect::<Option<_>>();
        Ok(Shape { ops: ops.ok_or(r.error(start, Reason::Unknown))?, hashes: Decode::decode(r)? })
    }
}

#[cfg(test)]
mod tests;
