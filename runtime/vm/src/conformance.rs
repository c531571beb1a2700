//! What suites of WebAssembly need to run modules that are no programs: the shipped admission of features and
//! limits, the shipped pass ([`prepare`](crate::prepare)), the shipped configuration of the engines.

use crate::admit;
use crate::engine::config;
use crate::{AdmitError, Engine};
use abi::fault::Fault;

/// Checks the features and the limits of any module.
///
/// # Errors
///
/// Which of them the module breaks, and where.
pub fn admit(wasm: &[u8]) -> Result<(), AdmitError> {
    admit::admit_any(wasm)
}

/// wasmtime as [`Vm`](crate::Vm) configures it, for any number of instances at once: they are not taken from
/// a pool. [`Engine::Wasmi`] is none of wasmtime's.
///
/// # Errors
///
/// This machine cannot run the engine.
pub fn wasmtime(engine: Engine) -> Result<wasmtime::Engine, Fault> {
    config::unpooled(engine)
}

/// wasmi as [`Vm`](crate::Vm) configures it.
pub fn wasmi() -> wasmi::Engine {
    config::interpreter()
}
