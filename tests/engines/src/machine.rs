//! One store of one engine, configured as the product configures it, and the instances in it.
//!
//! Modules are taken as they are, prepared or raw. Whatever an engine calls the ways in which code can end is
//! put into the closed set of the product's own traps here, from the words of the WebAssembly specification
//! and not from the product's table, so that a slip in that table would show.

use crate::value::Value;
use abi::outcome::Trap;
use vm::{Engine, conformance};

mod compiled;
mod interpreted;

/// Why there is no instance, or no result.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Stop {
    /// A trap.
    Trap(Trap),
    /// An import is not there, or of another type.
    Unlinkable(String),
    /// What no module of the features that are on can cause: a failure of the engine.
    Broken(String),
}

/// One store of one engine.
pub trait Machine {
    /// Instantiates a module over what was registered, and runs its start function; the instance's number,
    /// counted from 0. What fails has none.
    ///
    /// # Errors
    ///
    /// Why it was not instantiated.
    fn instantiate(&mut self, wasm: &[u8]) -> Result<usize, Stop>;

    /// Lets later modules import from an instance as `module`.
    fn register(&mut self, instance: usize, module: &str);

    /// Calls an exported function.
    ///
    /// # Errors
    ///
    /// Why it did not return.
    fn call(&mut self, instance: usize, function: &str, args: &[Value]) -> Result<Vec<Value>, Stop>;

    /// The value of an exported global; `None` where there is no such global.
    fn global(&mut self, instance: usize, name: &str) -> Option<Value>;

    /// Sets an exported global that is mutable and of the value's type; does nothing where there is none.
    fn set_global(&mut self, instance: usize, name: &str, value: Value);

    /// An exported memory; empty where there is no such memory.
    fn memory(&self, instance: usize, name: &str) -> &[u8];
}

/// The engines, started once for any number of machines.
pub struct Engines {
    compiled: [(Engine, wasmtime::Engine); 3],
    interpreted: wasmi::Engine,
}

impl Default for Engines {
    fn default() -> Engines {
        Engines::start()
    }
}

impl Engines {
    /// Starts all of them.
    pub fn start() -> Engines {
        let compiled = [Engine::Cranelift, Engine::CraneliftNone, Engine::Pulley]
            .map(|engine| (engine, conformance::wasmtime(engine).expect("this machine runs every engine")));
        Engines { compiled, interpreted: conformance::wasmi() }
    }

    /// A machine of an engine.
    pub fn machine(&self, engine: Engine) -> Box<dyn Machine> {
        match self.compiled.iter().find(|(found, _)| *found == engine) {
            Some((_, engine)) => Box::new(compiled::Compiled::new(engine)),
            None => Box::new(interpreted::Interpreted::new(&self.interpreted)),
        }
    }
}
