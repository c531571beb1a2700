//! The tree that a diff would make of another, to be proven from while the other stays as it is.

use crate::batch::Batch;
use crate::leaf::{Leaf, value_hash};
use crate::shape::Shape;
use crate::tree::{Tree, Whole, mismatch};
use crate::trie::{Edit, Found};
use abi::Hash;
use abi::diff::Diff;
use abi::fault::Fault;
use abi::view::View;

/// The tree over the state that a diff would make of another tree's. It holds the leaves that differ; whoever proves
/// from it brings a [`View`] of its own state.
pub struct Edited<'a> {
    tree: &'a Tree,
    /// By key hash.
    edits: Vec<Edit>,
    root: Hash,
}

impl Tree {
    /// The tree over the state that `diff` would make of this one's, which `view` shows.
    pub fn edited(&self, view: &dyn View, diff: &Diff) -> Result<Edited<'_>, Fault> {
        let edits = Batch::new(&mut Whole { tree: self, view }).edits_by_hash(diff)?;
        let (root, _) = self.trie.edited(&edits, &[], &[]);
        Ok(Edited { tree: self, edits, root })
    }

    /// The tree as it is.
    pub fn unedited(&self) -> Edited<'_> {
        Edited { tree: self, edits: Vec::new(), root: self.root() }
    }
}

impl Edited<'_> {
    /// The root of the state.
    pub fn root(&self) -> Hash {
        self.root
    }

    /// What becomes of the leaf of a key hash, if it does not stay.
    fn edit(&self, key: &Hash) -> Option<Option<Leaf>> {
        let at = self.edits.binary_search_by_key(key, |edit| edit.0).ok()?;
        Some(self.edits[at].1)
    }

    /// The leaf of the key of this hash, with the value that `view` shows. It is the tree's own, or neither
    /// knows one.
    pub(crate) fn leaf(
        &self,
        view: &dyn View,
        (key, hash): (&[u8], Hash),
        value: Option<&[u8]>,
    ) -> Result<Option<Leaf>, Fault> {
        match self.edit(&hash) {
            None => self.tree.leaf(view, (key, hash), value),
            Some(leaf) if leaf.map(|leaf| leaf.value) == value.map(value_hash) => Ok(leaf),
            Some(_) => Err(mismatch(&hash)),
        }
    }

    /// The hash of the first key, the sentinel's next.
    pub(crate) fn first(&self, view: &dyn View) -> Result<Hash, Fault> {
        match self.edit(&Leaf::SENTINEL.key) {
            Some(Some(sentinel)) => Ok(sentinel.next),
            _ => self.tree.first(view),
        }
    }

    /// What the leaf of each key hash binds its key to.
    pub(crate) fn contents(&self, keys: &[Hash]) -> Vec<Option<Hash>> {
        let found = self.tree.trie.find(keys);
        let content = |(key, found): (&Hash, Option<Found>)| match self.edit(key) {
            Some(leaf) => leaf.map(|leaf| leaf.content()),
            None => found.map(|found| found.content),
        };
        keys.iter().zip(found).map(content).collect()
    }

    /// The trie with all cut away that is not on the way to a target; `known` targets are left to the verifier.
    pub(crate) fn shape(&self, mut targets: Vec<Hash>, mut known: Vec<Hash>) -> Shape {
        targets.sort_unstable();
        known.sort_unstable();
        match &*self.edits {
            [] => self.tree.trie.shape(&targets, &known),
            edits => self.tree.trie.edited(edits, &targets, &known).1,
        }
    }
}

#[cfg(test)]
mod tests;
