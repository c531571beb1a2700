//! What a verifier trusts before it looks at a file.

use abi::genesis::Genesis;
use abi::id::Hash;
use abi::sign::PublicKey;

/// What a verifier was told to trust.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Anchor {
    /// A shard's id, which is the hash of its genesis: everything else follows.
    Shard(Hash),
    /// A writer's key.
    Key(PublicKey),
    /// Nothing: the best verdict is "consistent, unanchored".
    None,
}

impl Anchor {
    /// Whether `genesis` is what the anchor says; the reason where it is not.
    pub fn holds(&self, genesis: &Genesis) -> Result<(), String> {
        match self {
            Anchor::Shard(id) if genesis.id() != *id => {
                Err(format!("it is of shard {}, not of shard {id}", genesis.id()))
            }
            _ => Ok(()),
        }
    }

    /// Whether `writer`, who signed the head, is whom the anchor says; the reason where it is not.
    pub fn trusts(&self, writer: &PublicKey) -> Result<(), String> {
        match self {
            Anchor::Key(key) if writer != key => Err(format!("its writer is {writer}, not {key}")),
            _ => Ok(()),
        }
    }

    /// Whether there is one.
    pub fn is_some(&self) -> bool {
        *self != Anchor::None
    }
}
