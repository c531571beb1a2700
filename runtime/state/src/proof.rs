//! What a verifier needs: proofs about the state of a root, checked with neither tree nor store.
//!
//! # Order
//!
//! 1. Decode: strict, so that a proof has one encoding.
//! 2. Compare what the proof speaks of with what was asked: the keys that [`KeysProof::verify`] returns,
//!    [`RangeProof::from`] and [`RangeProof::to`]. A true proof of something else proves nothing here.
//! 3. Verify under a root that something else vouches for: a receipt, a checkpoint.

use crate::leaf::{Leaf, key_hash, value_hash};
use crate::shape::{Shape, Target};
use abi::Hash;
use abi::codec::{Bytes, Decode, Encode, Error, Reader, Writer};

/// Why a proof was refused. Codes 3001 to 3006.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ProofError {
    /// Keys do not strictly ascend.
    #[error("keys are not strictly ascending")]
    Order,
    /// An entry is outside the range, or a neighbour inside of it.
    #[error("a key is on the wrong side of the range's bounds")]
    Bounds,
    /// The pruned trie ends early, goes on, is too deep or not minimal.
    #[error("the pruned trie is malformed")]
    Shape,
    /// A key's path does not end where the proof's claim about the key needs it to end.
    #[error("the path of a key does not bear out its claim: key hash={key}")]
    Claim {
        /// The key's hash.
        key: Hash,
    },
    /// All is well-formed, but it is the proof of another state.
    #[error("the proof is of another root: expected={expected} found={found}")]
    Root {
        /// The root it was to be verified under.
        expected: Hash,
        /// The root it leads to.
        found: Hash,
    },
    /// A key of a witness that shows no leaf is not named by the key before it either; or a key names by its
    /// hash what stands right after it, for which there is a shorter form.
    #[error("the key is not linked to its neighbour in the one form there is: key hash={key}")]
    Link {
        /// The key's hash.
        key: Hash,
    },
}

impl abi::Coded for ProofError {
    fn code(&self) -> u16 {
        match self {
            ProofError::Order => 3001,
            ProofError::Bounds => 3002,
            ProofError::Shape => 3003,
            ProofError::Claim { .. } => 3004,
            ProofError::Root { .. } => 3005,
            ProofError::Link { .. } => 3006,
        }
    }
}

/// The claim about a key that is present: its value, and the hash of the next key.
pub(crate) type Present = (Bytes, Hash);

/// A key with its value, or with its proven absence.
pub type Proven = (Vec<u8>, Option<Vec<u8>>);

/// For each of some keys, its value or that it is absent.
///
/// Canonical bytes: `[version, [[key, [value, hash of the next key] / null], …], shape]`, keys ascending.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeysProof {
    pub(crate) claims: Vec<(Bytes, Option<Present>)>,
    pub(crate) shape: Shape,
}

impl KeysProof {
    /// The keys of the proof, ascending, each with its value in the state of `root`, or `None` where
    /// that state has no such key.
    pub fn verify(&self, root: &Hash) -> Result<Vec<Proven>, ProofError> {
        if !self.claims.is_sorted_by(|(a, _), (b, _)| a < b) {
            return Err(ProofError::Order);
        }
        let targets = self.claims.iter().map(|(key, claim)| {
            let key = key_hash(key);
            let leaf = |(value, next): &Present| Leaf { key, value: value_hash(value), next: *next };
            Target { key, content: claim.as_ref().map(|claim| leaf(claim).content()) }
        });
        self.shape.verify(root, targets.collect())?;
        let proven = |(key, claim): &(Bytes, Option<Present>)| {
            (key.0.clone(), claim.as_ref().map(|(value, _)| value.0.clone()))
        };
        Ok(self.claims.iter().map(proven).collect())
    }
}

/// Every entry of a range of keys, and that there is no other.
///
/// The leaves of the entries and of the key before them are each shown to name the next key, the last of
/// them a key after the range or none. Canonical bytes: `[version, from, to / null,
/// [key before, its value's hash] / null, [[key, value], …], key after / null, shape]`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RangeProof {
    /// The least key of the range.
    pub from: Bytes,
    /// The key before which the range ends; `None`: no end. A range that ends before it starts is empty.
    pub to: Option<Bytes>,
    /// The greatest key before the range and its value's hash; `None`: the range starts with the state.
    pub(crate) before: Option<(Bytes, Hash)>,
    pub(crate) entries: Vec<(Bytes, Bytes)>,
    /// The least key after the range; `None`: the state ends with it.
    pub(crate) after: Option<Bytes>,
    pub(crate) shape: Shape,
}

impl RangeProof {
    /// All entries of the range in the state of `root`, keys ascending.
    pub fn verify(&self, root: &Hash) -> Result<&[(Bytes, Bytes)], ProofError> {
        self.check_order()?;
        let target = |leaf: Leaf| Target { key: leaf.key, content: Some(leaf.content()) };
        self.shape.verify(root, self.leaves().into_iter().map(target).collect())?;
        Ok(&self.entries)
    }

    /// before < from ≤ entries, ascending < to ≤ after
    fn check_order(&self) -> Result<(), ProofError> {
        if !self.entries.is_sorted_by(|(a, _), (b, _)| a < b) {
            return Err(ProofError::Order);
        }
        let to = self.to.as_ref().map(|to| to.max(&self.from));
        let within = |key: &Bytes| *key >= self.from && to.is_none_or(|to| key < to);
        let before = self.before.as_ref().is_none_or(|(key, _)| *key < self.from);
        let after = self.after.as_ref().is_none_or(|key| to.is_some_and(|to| key >= to));
        match before && after && self.entries.iter().all(|(key, _)| within(key)) {
            true => Ok(()),
            false => Err(ProofError::Bounds),
        }
    }

    /// The leaves that the proof claims, in byte order: that of the key before the range, or the
    /// sentinel, and those of the entries.
    pub(crate) fn leaves(&self) -> Vec<Leaf> {
        let leaf = |key: Hash, value: Hash| Leaf { key, value, next: Hash::ZERO };
        let mut leaves = vec![match &self.before {
            Some((key, value)) => leaf(key_hash(key), *value),
            None => Leaf::SENTINEL,
        }];
        leaves.extend(self.entries.iter().map(|(key, value)| leaf(key_hash(key), value_hash(value))));
        let mut next = self.after.as_ref().map_or(Hash::ZERO, |key| key_hash(key));
        for leaf in leaves.iter_mut().rev() {
            leaf.next = std::mem::replace(&mut next, leaf.key);
        }
        leaves
    }
}

impl Encode for KeysProof {
    fn encode(&self, w: &mut Writer) {
        (abi::VERSION, &self.claims, &self.shape).encode(w);
    }
}

impl Decode for KeysProof {
    fn decode(r: &mut Reader<'_>) -> Result<KeysProof, Error> {
        r.array_of(3)?;
        r.version()?;
        Ok(KeysProof { claims: Decode::decode(r)?, shape: Decode::decode(r)? })
    }
}

impl Encode for RangeProof {
    fn encode(&self, w: &mut Writer) {
        let RangeProof { from, to, before, entries, after, shape } = self;
        (abi::VERSION, from, to, before, entries, after, shape).encode(w);
    }
}

impl Decode for RangeProof {
    fn decode(r: &mut Reader<'_>) -> Result<RangeProof, Error> {
        r.array_of(7)?;
        r.version()?;
        Ok(RangeProof {
            from: Decode::decode(r)?,
            to: Decode::decode(r)?,
            before: Decode::decode(r)?,
            entries: Decode::decode(r)?,
            after: Decode::decode(r)?,
            shape: Decode::decode(r)?,
        })
    }
}

#[cfg(test)]
mod tests;
