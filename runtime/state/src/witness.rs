//! What a verifier needs of a state to run a block on it: what the block reads, and what is around what it
//! writes.
//!
//! Keys of the state in byte order, and the trie with all cut away that is not needed:
//!
//! ```text
//! [version,
//!  first,                                      true: no key stands before the first one here
//!  [[key, leaf / null], …],                    keys ascending; null: named by the key before it, no more
//!  shape]                                      as in a proof; its known leaves are those given here
//!
//! leaf = [value / [value's hash], next / null] next: the hash of the next key in byte order;
//!                                              null: that is the next key here, or none after the last
//! ```
//!
//! A key with `next` null says that nothing stands between it and the next key here; so does `first` of
//! what is before the first. That is how an absence in byte order is shown: a range without keys, and what
//! comes before a key that comes or goes. A key that is only read may be absent in the trie instead.
//!
//! # Guarantees
//!
//! - Whatever [`Witness::open`] lets through is so in the state of the root. A witness may hold too much or
//!   too little, but nothing false.
//! - What it does not hold is [`Fault::WitnessIncomplete`], never an absent key.
//!
//! # Order
//!
//! 1. Decode, strictly; more than [`WITNESS_KEYS_MAX`] keys are refused, and more bytes than
//!    [`WITNESS_BYTES_MAX`](abi::limits::WITNESS_BYTES_MAX) are for the caller to refuse.
//! 2. [`Witness::open`] under a root that something else vouches for.
//! 3. Run the block on the [`WitnessState`], its own writes laid over it.
//! 4. [`WitnessState::root_after`] of its writes.
//!
//! # Example
//!
//! ```
//! use state::{Diff, MemoryStore, Recording, Store, Tree, View, Witness};
//! use abi::codec::{Decode, Encode};
//! use std::sync::Arc;
//!
//! let (mut store, mut tree) = (MemoryStore::default(), Tree::new());
//! let mut birth = Diff::new();
//! birth.put(b"apple".to_vec(), Some(b"red".to_vec()));
//! birth.put(b"pear".to_vec(), Some(b"green".to_vec()));
//! let before = tree.apply(&store.view(), &birth)?;
//! store.apply(1, &birth)?;
//!
//! // A block reads one key and deletes another; the witness is made before the tree follows.
//! let recording = Recording::new(store.view());
//! assert!(recording.get(b"apple")?.is_some());
//! let mut diff = Diff::new();
//! diff.put(b"pear".to_vec(), None);
//! let witness = tree.witness(&*store.view(), &recording.take()?, &diff)?;
//! let after = tree.apply(&store.view(), &diff)?;
//!
//! // Elsewhere, without the store:
//! let witness = Witness::from_bytes(&witness.to_bytes()).expect("canonical bytes");
//! let state = witness.open(&before).expect("an honest witness");
//! assert_eq!(state.get(b"apple")?, Some(b"red".to_vec()));
//! assert_eq!(state.root_after(&diff)?, after);
//! assert!(state.get(b"pear").is_err(), "it was not read, so that its value is not there");
//! # Ok::<(), state::Fault>(())
//! ```

use crate::leaf::{Leaf, key_hash, value_hash};
use crate::proof::ProofError;
use crate::pruned::Pruned;
use crate::shape::Shape;
use abi::Hash;
use abi::codec::{Bytes, Decode, Encode, Error, Major, Reader, Reason, Writer};
use abi::limits::WITNESS_KEYS_MAX;
use std::collections::BTreeMap;

mod make;
mod state;

pub use state::WitnessState;

/// The part of a state that a block needs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Witness {
    /// Whether the first key here is the first of the state.
    first: bool,
    keys: Vec<(Bytes, Option<Shown>)>,
    shape: Shape,
}

/// What is shown of a key's leaf: its value, and the hash of the next key unless that is the next one here.
type Shown = (Value, Option<Hash>);

/// A value, or as much of it as its leaf needs.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Value {
    Whole(Bytes),
    Hash(Hash),
}

impl Value {
    fn hash(&self) -> Hash {
        match self {
            Value::Whole(value) => value_hash(value),
            Value::Hash(hash) => *hash,
        }
    }
}

impl Witness {
    /// The state of `root`, as far as this shows it.
    pub fn open(self, root: &Hash) -> Result<WitnessState, ProofError> {
        if !self.keys.is_sorted_by(|(a, _), (b, _)| a < b) {
            return Err(ProofError::Order);
        }
        let leaves: BTreeMap<Hash, Leaf> = self.leaves()?.into_iter().map(|leaf| (leaf.key, leaf)).collect();
        let known: Vec<(Hash, Hash)> = leaves.values().map(|leaf| (leaf.key, leaf.content())).collect();
        let trie = Pruned::open(&self.shape, &known, root)?;
        Ok(WitnessState::new(self, leaves, trie))
    }

    /// The leaves that are given, the sentinel's where the state's first key is.
    fn leaves(&self) -> Result<Vec<Leaf>, ProofError> {
        let mut leaves = Vec::new();
        let mut next = Hash::ZERO;
        // From the last to the first, since each names the next.
        for (at, (key, shown)) in self.keys.iter().enumerate().rev() {
            let key = key_hash(key);
            match shown {
                Some((_, Some(named))) if *named == next => return Err(ProofError::Link { key }),
                Some((value, named)) => {
                    leaves.push(Leaf { key, value: value.hash(), next: named.unwrap_or(next) })
                }
                None if self.is_linked(at) => {}
                None => return Err(ProofError::Link { key }),
            }
            next = key;
        }
        leaves.extend(self.first.then_some(Leaf { next, ..Leaf::SENTINEL }));
        Ok(leaves)
    }

    /// Whether it is known that no key stands between key `at` here and the one before it here: the first
    /// key, if `at` is 0; the end of the state, if it is the number of keys.
    fn is_linked(&self, at: usize) -> bool {
        match at.checked_sub(1) {
            None => self.first,
            Some(before) => matches!(self.keys[before].1, Some((_, None))),
        }
    }
}

impl Encode for Witness {
    fn encode(&self, w: &mut Writer) {
        let Witness { first, keys, shape } = self;
        (abi::VERSION, first, keys, shape).encode(w);
    }
}

impl Decode for Witness {
    fn decode(r: &mut Reader<'_>) -> Result<Witness, Error> {
        r.array_of(4)?;
        r.version()?;
        Ok(Witness { first: Decode::decode(r)?, keys: keys(r)?, shape: Decode::decode(r)? })
    }
}

/// Reads the keys, which are at most [`WITNESS_KEYS_MAX`].
fn keys(r: &mut Reader<'_>) -> Result<Vec<(Bytes, Option<Shown>)>, Error> {
    let start = r.offset();
    let len = r.array()?;
    if len > WITNESS_KEYS_MAX {
        return Err(r.error(start, Reason::Length));
    }
    (0..len).map(|_| Decode::decode(r)).collect()
}

impl Encode for Value {
    fn encode(&self, w: &mut Writer) {
        match self {
            Value::Whole(value) => value.encode(w),
            Value::Hash(hash) => (hash,).encode(w),
        }
    }
}

impl Decode for Value {
    fn decode(r: &mut Reader<'_>) -> Result<Value, Error> {
        match r.peek() {
            Some(Major::Array) => <(Hash,)>::decode(r).map(|(hash,)| Value::Hash(hash)),
            _ => Bytes::decode(r).map(Value::Whole),
        }
    }
}

#[cfg(test)]
mod tests;
