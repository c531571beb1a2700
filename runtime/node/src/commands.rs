//! One module for each command: its arguments, and what it does.

pub mod bundle;
pub mod call;
pub mod deploy;
pub mod inspect;
pub mod key;
pub mod query;
pub mod receipt;
pub mod replay;
pub mod run;
pub mod shard;
pub mod state;
pub mod time;

use crate::cli::Global;
use crate::data::{Data, NodeShard};
use crate::error::NodeError;
use crate::keys;
use abi::call::{Call, Caller, SignedCall};
use abi::sign::SecretKey;
use std::path::Path;

/// The host's build, which travels beside blocks.
pub fn build() -> String {
    format!("foil {}", env!("CARGO_PKG_VERSION"))
}

/// Opens the shard that the command line means.
pub fn open(global: &Global) -> Result<(Data, NodeShard), NodeError> {
    let data = Data::open(&global.data)?;
    let id = data.choose(global.on.as_deref())?;
    let (shard, recovered) = data.open_shard(id, build())?;
    tracing::info!(
        height = recovered.height,
        store_height = recovered.store_height,
        tail = ?recovered.tail,
        "shard open"
    );
    Ok((data, shard))
}

/// Who calls: the holder of a key file, or nobody.
pub struct Identity {
    key: Option<SecretKey>,
    /// What salts come from.
    secret: [u8; 32],
}

impl Identity {
    /// The identity of a key file; nobody's salts are drawn anew each time.
    pub fn read(path: Option<&Path>) -> Result<Identity, NodeError> {
        let key = path.map(keys::read).transpose()?;
        let mut secret = [0u8; 32];
        match &key {
            // A signature is a secret that only the key's holder can make again.
            Some(key) => secret.copy_from_slice(&key.sign(b"counterfoil salt secret").0[..32]),
            None => getrandom::fill(&mut secret).map_err(|e| NodeError::io("draw randomness", e))?,
        }
        Ok(Identity { key, secret })
    }

    /// Who that is.
    pub fn caller(&self) -> Caller {
        self.key.as_ref().map_or(Caller::Nobody, |key| Caller::Key(key.public()))
    }

    /// Salts and signs a call.
    pub fn sign(&self, call: Call) -> SignedCall {
        let call = Call { salt: Call::salt_of(&self.secret, &call.key), caller: self.caller(), ..call };
        match &self.key {
            Some(key) => SignedCall::sign(call, key),
            None => SignedCall { call, proof: abi::call::Proof::None },
        }
    }
}

/// Sixteen or more random bytes.
pub fn random<const N: usize>() -> Result<[u8; N], NodeError> {
    let mut bytes = [0u8; N];
    getrandom::fill(&mut bytes).map_err(|e| NodeError::io("draw randomness", e))?;
    Ok(bytes)
}
