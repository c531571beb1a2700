//! Compiled code from bytes: the one place of this crate where the engine believes what it is given.

use std::hash::{Hash, Hasher};
use wasmtime::{Engine, Module};

/// The module that was serialized to `bytes` by an engine like this one, on a machine like this one.
///
/// The caller's duty: the bytes are as [`Module::serialize`] left them. The cache they come from lies with the
/// node's keys, and their digest was checked.
#[allow(unsafe_code)]
pub(super) fn load(engine: &Engine, bytes: &[u8]) -> Option<Module> {
    // SAFETY: the duty above is the whole condition. wasmtime checks by itself that version, settings and
    // processor features are its own, and refuses the bytes otherwise.
    unsafe { Module::deserialize(engine, bytes) }.ok()
}

/// Everything that compiled code depends on: the engine's version and settings, the target, its features.
pub(super) fn name(engine: &Engine) -> Vec<u8> {
    let mut bytes = Bytes(Vec::new());
    engine.precompile_compatibility_hash().hash(&mut bytes);
    bytes.0
}

/// Keeps what is hashed.
struct Bytes(Vec<u8>);

impl Hasher for Bytes {
    fn write(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn finish(&self) -> u64 {
        self.0.len() as u64
    }
}
