//! The acts of a shard's authority: calls of the built-in `system` program.

use crate::canonical_array;
use crate::codec::{Decode, Encode};
use crate::id::Hash;
use crate::sign::PublicKey;

/// The key in state under which the shard's program stands, in the system's own space.
pub const PROGRAM_KEY: &[u8] = b"program";
/// The key in state under which the shard's writer stands, once it is another than the genesis's.
pub const WRITER_KEY: &[u8] = b"writer";

/// The system program's methods.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Act {
    /// Makes a program the one that serves, from the next call on.
    Deploy(Deploy),
    /// Makes a key the writer's: it signs the block of this act, and those after it.
    SetWriter(SetWriter),
    /// Brings the state back to what it was after an earlier block. History goes on: what is undone stays in
    /// it, and idempotency keys stay used.
    Revert(Revert),
    /// Lets logical time make a greater step than the genesis allows: this call's own.
    Advance(Advance),
}

/// Arguments of `deploy`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Deploy {
    /// The program: the digest of its raw wasm.
    pub program: Hash,
}

canonical_array!(Deploy { program });

/// Arguments of `set_writer`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SetWriter {
    /// The new writer's key.
    pub key: PublicKey,
}

canonical_array!(SetWriter { key });

/// Arguments of `revert`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Revert {
    /// The block after which the state was what it is to be.
    pub height: u64,
    /// The root of that state.
    pub root: Hash,
    /// The program that served then, and will again.
    pub program: Hash,
}

canonical_array!(Revert { height, root, program });

/// Arguments of `advance`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Advance {
    /// The latest time that the call itself may have, in milliseconds of Unix time.
    pub to_ms: u64,
}

canonical_array!(Advance { to_ms });

impl Act {
    /// The act's method and arguments.
    pub fn to_call(self) -> (&'static str, Vec<u8>) {
        match self {
            Act::Deploy(deploy) => ("deploy", deploy.to_bytes()),
            Act::SetWriter(writer) => ("set_writer", writer.to_bytes()),
            Act::Revert(revert) => ("revert", revert.to_bytes()),
            Act::Advance(advance) => ("advance", advance.to_bytes()),
        }
    }

    /// The act that a call names; `None` where there is none, or its arguments are not in order: a
    /// writer's key is a point of the curve that is not of small order.
    pub fn from_call(method: &str, args: &[u8]) -> Option<Act> {
        match method {
            "deploy" => Deploy::from_bytes(args).ok().map(Act::Deploy),
            "set_writer" => {
                SetWriter::from_bytes(args).ok().filter(|writer| writer.key.is_sound()).map(Act::SetWriter)
            }
            "revert" => Revert::from_bytes(args).ok().map(Act::Revert),
            "advance" => Advance::from_bytes(args).ok().map(Act::Advance),
            _ => None,
        }
    }

    /// The program that serves after it, if it says.
    pub fn program(&self) -> Option<Hash> {
        match self {
            Act::Deploy(deploy) => Some(deploy.program),
            Act::Revert(revert) => Some(revert.program),
            Act::SetWriter(_) | Act::Advance(_) => None,
        }
    }

    /// Who writes after it, if it says.
    pub fn writer(&self) -> Option<PublicKey> {
        match self {
            Act::SetWriter(writer) => Some(writer.key),
            Act::Deploy(_) | Act::Revert(_) | Act::Advance(_) => None,
        }
    }
}
