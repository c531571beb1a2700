//! Proofs about a state, made from its tree and a view of it.

use crate::edited::Edited;
use crate::leaf::{contents, key_hash, value_hash};
use crate::proof::{KeysProof, Present, RangeProof};
use crate::shape::Shape;
use crate::tree::{Tree, mismatch};
use abi::Hash;
use abi::codec::Bytes;
use abi::fault::Fault;
use abi::view::{Entry, Scan, View};
use std::collections::BTreeSet;

impl Tree {
    /// A proof of the value or the absence of each key, from the tree's own state in `view`.
    pub fn prove(&self, view: &dyn View, keys: &[&[u8]]) -> Result<KeysProof, Fault> {
        self.unedited().prove(view, keys)
    }

    /// A proof of all entries with keys in `[from, to)`, and that there are no others, from the tree's own
    /// state in `view`. No `to` means no end; a range that ends before it starts is empty.
    pub fn prove_range(&self, view: &dyn View, from: &[u8], to: Option<&[u8]>) -> Result<RangeProof, Fault> {
        self.unedited().prove_range(view, from, to)
    }
}

impl Edited<'_> {
    /// As [`Tree::prove`].
    pub fn prove(&self, view: &dyn View, keys: &[&[u8]]) -> Result<KeysProof, Fault> {
        let keys: BTreeSet<&[u8]> = keys.iter().copied().collect();
        let (mut claims, mut targets, mut known) = (Vec::new(), Vec::new(), Vec::new());
        for key in keys {
            let hash = key_hash(key);
            let claim = self.claim(view, key, &hash)?;
            targets.push(hash);
            known.extend(claim.is_some().then_some(hash));
            claims.push((Bytes::from(key), claim));
        }
        Ok(KeysProof { claims, shape: self.shape(targets, known) })
    }

    fn claim(&self, view: &dyn View, key: &[u8], hash: &Hash) -> Result<Option<Present>, Fault> {
        let value = view.get(key)?;
        let leaf = self.leaf(view, (key, *hash), value.as_deref())?;
        Ok(value.zip(leaf).map(|(value, leaf)| (value.into(), leaf.next)))
    }

    /// As [`Tree::prove_range`].
    pub fn prove_range(&self, view: &dyn View, from: &[u8], to: Option<&[u8]>) -> Result<RangeProof, Fault> {
        let end = to.map(|to| to.max(from));
        let before = view.scan(&Scan { from: b"", to: Some(from), reverse: true, limit: 1 })?;
        let entries = view.scan(&Scan { from, to: end, reverse: false, limit: usize::MAX })?;
        let after = match end {
            Some(end) => view.scan(&Scan { from: end, to: None, reverse: false, limit: 1 })?,
            None => Vec::new(),
        };
        let first = |entries: Vec<Entry>| entries.into_iter().next();
        let mut proof = RangeProof {
            from: from.into(),
            to: to.map(Bytes::from),
            before: first(before).map(|(key, value)| (key.into(), value_hash(&value))),
            entries: entries.into_iter().map(|(key, value)| (key.into(), value.into())).collect(),
            after: first(after).map(|(key, _)| key.into()),
            shape: Shape::default(),
        };
        let leaves = proof.leaves();
        let targets: Vec<Hash> = leaves.iter().map(|leaf| leaf.key).collect();
        let mut both = leaves.iter().zip(contents(leaves.iter().copied())).zip(self.contents(&targets));
        if let Some(((stranger, _), _)) = both.find(|((_, content), found)| *found != Some(*content)) {
            return Err(mismatch(&stranger.key));
        }
        proof.shape = self.shape(targets.clone(), targets);
        Ok(proof)
    }
}
