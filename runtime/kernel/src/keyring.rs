//! The writer keys that a node holds: its own, and those that it may be appointed under.

use crate::shard::ShardError;
use abi::genesis::Genesis;
use abi::sign::{PublicKey, SecretKey};
use journal::{Commitment, Header};

/// Secret keys, by their public halves.
#[derive(Debug)]
pub struct Keyring(Vec<SecretKey>);

impl Keyring {
    /// A keyring of these keys.
    pub fn new(keys: Vec<SecretKey>) -> Keyring {
        Keyring(keys)
    }

    /// Holds another key.
    pub fn add(&mut self, key: SecretKey) {
        if !self.holds(&key.public()) {
            self.0.push(key);
        }
    }

    /// Whether the key's secret half is held.
    pub fn holds(&self, key: &PublicKey) -> bool {
        self.key(key).is_some()
    }

    fn key(&self, key: &PublicKey) -> Option<&SecretKey> {
        self.0.iter().find(|held| held.public() == *key)
    }

    /// The writer's commitment to the block of `header`.
    ///
    /// # Errors
    ///
    /// A writer whose key is not held.
    pub(crate) fn sign(
        &self,
        writer: PublicKey,
        genesis: &Genesis,
        header: &Header,
    ) -> Result<Commitment, ShardError> {
        let key = self.key(&writer).ok_or(ShardError::NotTheWriter { writer })?;
        Ok(Commitment::sign(key, &genesis.origin, header))
    }
}
