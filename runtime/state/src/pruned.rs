//! The trie as far as a witness shows it: found in, changed, and hashed again.
//!
//! It is kept as the list of what hangs in it: leaves at their key hashes, and subtrees that are cut off, at
//! their places. Where neither is, there is nothing: an empty part is hashed as such, so that one which is
//! not empty cannot be passed off as one. Branches are not kept, since the rule of the trie gives them.
//!
//! # Guarantees
//!
//! - Of what is cut off nothing is said, not even how much it is: what needs to know is an error.
//! - What is kept is in proportion to the leaves and the hashes of the witness, whatever its shape.

use crate::leaf::{leaf_hash, node_hash};
use crate::proof::ProofError;
use crate::shape::{DEPTH_MAX, Op, Shape, Walk, agree, must_be};
use crate::trie::Edit;
use abi::Hash;

/// What is shown of the trie of one root.
pub(crate) struct Pruned {
    /// By place; no two overlap.
    parts: Vec<Part>,
}

/// A leaf, or a subtree that is cut off.
#[derive(Clone, Copy)]
struct Part {
    /// The leaf's key hash; a subtree's first place, which is where no bit is set below it.
    place: Hash,
    /// T of it.
    hash: Hash,
    /// How deep a subtree hangs; a leaf hangs as high as it can.
    cut: Option<Cut>,
}

#[derive(Clone, Copy)]
struct Cut {
    depth: usize,
    /// Whether it has more than one leaf, and so stays where it is when all beside it goes. It is known to
    /// if nothing was beside it: one leaf alone would hang higher.
    is_branch: bool,
}

/// A place that has to be known, and lies in what is cut off.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Unknown(pub(crate) Hash);

impl Pruned {
    /// What `shape` shows of the trie of `root`, whose known leaves are those of `known`: key hash and
    /// content, key hashes ascending.
    pub(crate) fn open(shape: &Shape, known: &[(Hash, Hash)], root: &Hash) -> Result<Pruned, ProofError> {
        let mut opening = Opening { walk: shape.walk(), known: known.iter(), parts: Vec::new() };
        opening.subtree(Hash::ZERO, 0)?;
        opening.walk.end()?;
        if let Some((key, _)) = opening.known.next() {
            return Err(ProofError::Claim { key: *key });
        }
        let parts = opening.parts;
        // Nothing went from beside a part that is cut off, so that nothing is unknown here.
        must_be(root, top(&parts, 0).map_err(|_| ProofError::Shape)?)?;
        Ok(Pruned { parts })
    }

    /// Whether there is a leaf of `key`.
    pub(crate) fn has(&self, key: &Hash) -> Result<bool, Unknown> {
        let until = self.parts.partition_point(|part| part.place <= *key);
        match self.parts[..until].last() {
            Some(Part { place, cut: Some(cut), .. }) if agree(place, key, cut.depth) => Err(Unknown(*key)),
            Some(Part { place, cut: None, .. }) => Ok(place == key),
            _ => Ok(false),
        }
    }

    /// The root after the edits, whose key hashes strictly ascend.
    pub(crate) fn root_after(&self, edits: &[Edit]) -> Result<Hash, Unknown> {
        edits.iter().try_for_each(|(key, _)| self.has(key).map(|_| ()))?;
        let stays = |part: &&Part| {
            part.cut.is_some() || edits.binary_search_by_key(&part.place, |edit| edit.0).is_err()
        };
        let mut parts: Vec<Part> = self.parts.iter().filter(stays).copied().collect();
        parts.extend(edits.iter().filter_map(|(place, leaf)| {
            leaf.map(|leaf| Part { place: *place, hash: leaf.hash(), cut: None })
        }));
        parts.sort_unstable_by_key(|part| part.place);
        top(&parts, 0)
    }
}

/// T of `parts`, which are all there is under one branch at `depth`.
fn top(parts: &[Part], depth: usize) -> Result<Hash, Unknown> {
    let is_here = match parts {
        [] => return Ok(Hash::ZERO),
        [Part { cut: None, .. }] => true,
        [Part { cut: Some(cut), .. }] if cut.depth == depth || cut.is_branch => cut.depth == depth,
        // All beside it went: one leaf moves up, and more than one stay.
        [Part { place, .. }] => return Err(Unknown(*place)),
        _ => false,
    };
    if is_here {
        return Ok(parts[0].hash);
    }
    let (zeros, ones) = parts.split_at(parts.partition_point(|part| !part.place.bit(depth)));
    Ok(node_hash(&top(zeros, depth + 1)?, &top(ones, depth + 1)?))
}

/// A shape on its way to parts.
struct Opening<'a> {
    walk: Walk<'a>,
    known: std::slice::Iter<'a, (Hash, Hash)>,
    parts: Vec<Part>,
}

impl Opening<'_> {
    /// Reads the subtree that hangs at the first `depth` bits of `place`. Recursion ends at [`DEPTH_MAX`].
    fn subtree(&mut self, place: Hash, depth: usize) -> Result<(), ProofError> {
        match self.walk.op()? {
            Op::Empty => Ok(()),
            Op::Branch if depth == DEPTH_MAX => Err(ProofError::Shape),
            Op::Branch => self.branch(place, depth),
            Op::Cut => {
                let hash = self.walk.cut()?;
                self.parts.push(Part { place, hash, cut: Some(Cut { depth, is_branch: false }) });
                Ok(())
            }
            Op::Known => {
                let (key, content) = *self.known.next().ok_or(ProofError::Shape)?;
                self.leaf(&place, depth, key, content)
            }
            Op::Foreign => {
                let (key, content) = (self.walk.hash()?, self.walk.hash()?);
                self.leaf(&place, depth, key, content)
            }
        }
    }

    fn branch(&mut self, place: Hash, depth: usize) -> Result<(), ProofError> {
        let start = self.parts.len();
        self.subtree(place, depth + 1)?;
        let split = self.parts.len();
        self.subtree(place.flipped(depth), depth + 1)?;
        match self.parts[start..].split_at_mut(split - start) {
            ([], [one]) | ([one], []) => match &mut one.cut {
                Some(cut) => cut.is_branch = true,
                None => return Err(ProofError::Shape),
            },
            ([], []) => return Err(ProofError::Shape),
            _ => {}
        }
        Ok(())
    }

    fn leaf(&mut self, place: &Hash, depth: usize, key: Hash, content: Hash) -> Result<(), ProofError> {
        // A leaf that could not hang here was not found here.
        if !agree(place, &key, depth) {
            return Err(ProofError::Claim { key });
        }
        self.parts.push(Part { place: key, hash: leaf_hash(&key, &content), cut: None });
        Ok(())
    }
}

#[cfg(test)]
mod tests;
