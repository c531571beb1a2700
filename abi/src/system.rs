//! The acts of a shard's authority: calls of the built-in `system` program.

use crate::canonical_array;
use crate::codec::{Decode, Encode};
use crate::id::Hash;

/// The key in state under which the shard's program stands, in the system's own space.
pub const PROGRAM_KEY: &[u8] = b"program";

/// The system program's methods.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Act {
    /// Makes a program the one that serves.
    Deploy(Deploy),
}

/// Arguments of `deploy`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Deploy {
    /// The program: the digest of its raw wasm.
    pub program: Hash,
}

canonical_array!(Deploy { program });

impl Act {
    /// The act's method and arguments.
    pub fn to_call(&self) -> (&'static str, Vec<u8>) {
        match self {
            Act::Deploy(deploy) => ("deploy", deploy.to_bytes()),
        }
    }

    /// The act that a call names; `None` where there is none, or its arguments are not in order.
    pub fn from_call(method: &str, args: &[u8]) -> Option<Act> {
        match method {
            "deploy" => Deploy::from_bytes(args).ok().map(Act::Deploy),
            _ => None,
        }
    }
}
