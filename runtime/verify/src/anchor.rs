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
            Anchor::Key(key) if genesis.writer != *key => {
                Err(format!("its writer is {}, not {key}", genesis.writer))
            }
            _ => Ok(()),
        }
    }

    /// Whether there is one.
    pub fn is_some(&self) -> bool {
        *self != Anchor::None
    }
}
