//! The words guest, host and verifier share, and their canonical bytes.
//!
//! Everything that is hashed, signed, stored or sent is one of the types of this crate, written by its
//! one codec. A guest builds it bare (`no_std`, no dependencies); a host or a verifier turns on the
//! feature `std`, which adds hashing (BLAKE3, SHA-256), signatures (Ed25519) and the self-describing half of
//! the codec (ciborium).
//!
//! # Guarantees
//!
//! - One value has one encoding: deterministic CBOR (RFC 8949, section 4.2.1), and the decoder accepts
//!   nothing else.
//! - Decoding never panics, and believes no length before the bytes are there: it takes at most 128 bytes of
//!   memory for each byte of input, the most for lists of tiny items.
//! - A digest names its kind: no two kinds of object share a hash domain.
//!
//! # Limits
//!
//! Every limit is a constant in [`limits`]; their values are part of the [`profile`].
//!
//! # Example
//!
//! ```
//! use abi::codec::{Decode, Encode};
//!
//! let bytes = (7u64, true).to_bytes();
//! assert_eq!(bytes, [0x82, 0x07, 0xf5]);
//! assert_eq!(<(u64, bool)>::from_bytes(&bytes), Ok((7, true)));
//! assert!(<(u64, bool)>::from_bytes(&[0x82, 0x18, 0x07, 0xf5]).is_err(), "7 has a shorter form");
//! ```
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub mod codec;
pub mod hostcalls;
pub mod id;
pub mod interface;
pub mod key;
pub mod limits;
pub mod outcome;
pub mod provenance;

#[cfg(feature = "std")]
pub mod call;
#[cfg(feature = "std")]
pub mod crypto;
#[cfg(feature = "std")]
pub mod diff;
#[cfg(feature = "std")]
pub mod effect;
#[cfg(feature = "std")]
pub mod encoded;
#[cfg(feature = "std")]
pub mod fault;
#[cfg(feature = "std")]
pub mod fuel;
#[cfg(feature = "std")]
pub mod genesis;
#[cfg(feature = "std")]
pub mod hash;
#[cfg(feature = "std")]
pub mod lanes;
#[cfg(feature = "std")]
pub mod layer;
#[cfg(feature = "std")]
pub mod merkle;
#[cfg(feature = "std")]
pub mod planted;
#[cfg(feature = "std")]
pub mod profile;
#[cfg(feature = "std")]
pub mod prover;
#[cfg(feature = "std")]
pub mod record;
#[cfg(feature = "std")]
pub mod session;
#[cfg(feature = "std")]
pub mod sign;
#[cfg(feature = "std")]
pub mod system;
#[cfg(feature = "std")]
pub mod tag;
#[cfg(feature = "std")]
pub mod view;
#[cfg(feature = "std")]
pub mod writes;

pub use id::Hash;

/// The version that every protocol object carries. The formats of version 1 are frozen: what it accepts,
/// and what it means, changes no more. Another version gets another number, and another set of hash kinds.
pub const VERSION: u8 = 1;

/// An error with a stable number, by which `foil explain` and other tools know it.
///
/// The first digit tells the layer: 1 bytes and words, 2 journal, 3 state, 4 programs, 5 one shard,
/// 6 verification, 7 the node.
pub trait Coded {
    /// The number, printed as `E1203`.
    fn code(&self) -> u16;
}
