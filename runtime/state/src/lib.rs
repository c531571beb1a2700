//! Canonical state with a Merkle root: where it is kept, the tree over it, and what a stranger can check.
//!
//! A shard's state is an ordered map of byte keys to byte values. A [`Store`] keeps it, and changes it by
//! whole [`Diff`]s, one for each block. A [`Tree`] follows the same diffs in memory and knows the root:
//!
//! ```text
//! T(no key)  = 32 zero bytes                             only ever a part of the trie
//! T(one key) = H_leaf(key hash ‖ H_content(value hash ‖ hash of the next key in byte order))
//! T(more)    = H_node(T(keys whose next bit is 0) ‖ T(keys whose next bit is 1))
//! ```
//!
//! over the bits of the key hashes, most significant first. The inner node stands even where one side is
//! empty. A sentinel (key hash and value hash zero) stands before the first key in byte order, and the
//! last key's next is zero: the leaves are a linked list in byte order as well as a trie, which is what
//! makes the completeness of a range provable.
//!
//! # Guarantees
//!
//! - The root is a pure function of the entries, whatever the history and the batching.
//! - A [`KeysProof`] or [`RangeProof`] that verifies under an honest root says only true things: presence,
//!   absence, and that nothing was left out of a range. Verifying needs neither tree nor store.
//! - A block runs on its [`Witness`] as it does on the whole state, and comes to the same root; what the
//!   witness does not hold is [`Fault::WitnessIncomplete`], never an absent key.
//! - A state comes back from the [`Chunks`] of a snapshot whole and with the wanted root, or not at all.
//! - A tree that is to prove from a view of another state reports a [`Fault`] instead.
//!
//! # Limits
//!
//! A tree keeps two hashes of every key in memory, with all else some 95 bytes a key, or 110 where much has
//! come and gone; [`Tree::bytes`] tells. It has room for 2²⁷ buckets of each size: more than 10⁹ keys.
//!
//! # Example
//!
//! ```
//! use state::{Diff, MemoryStore, Store, Tree};
//!
//! let (mut store, mut tree) = (MemoryStore::default(), Tree::new());
//! assert_eq!(tree.root(), state::empty_root());
//!
//! let mut diff = Diff::new();
//! diff.put(b"apple".to_vec(), Some(b"red".to_vec()));
//! let root = tree.apply(&store.view(), &diff)?;
//! store.apply(1, &diff)?;
//!
//! let proof = tree.prove(&*store.view(), &[b"apple", b"pear"])?;
//! let proven = proof.verify(&root).expect("an honest proof");
//! assert_eq!(proven[0], (b"apple".to_vec(), Some(b"red".to_vec())));
//! assert_eq!(proven[1], (b"pear".to_vec(), None));
//! # Ok::<(), state::Fault>(())
//! ```

mod batch;
mod building;
mod edited;
mod leaf;
mod memory;
mod proof;
mod prove;
mod pruned;
mod reads;
mod shape;
mod snapshot;
mod store;
mod tree;
mod trie;
mod witness;

#[cfg(test)]
mod reference;

pub use abi::diff::Diff;
pub use abi::fault::Fault;
pub use abi::view::{Entry, Overlay, Range, Scan, View};
pub use edited::Edited;
pub use memory::MemoryStore;
pub use proof::{KeysProof, ProofError, Proven, RangeProof};
pub use reads::{Reads, Recording};
pub use snapshot::{Chunk, Chunks, Rebuild, SnapshotError};
pub use store::{Fill, Store, must_be_unborn, must_follow};
pub use tree::{Tree, empty_root};
pub use witness::{Witness, WitnessState};
