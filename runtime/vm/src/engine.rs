//! The engines that run prepared modules, behind one function.
//!
//! A prepared module comes to the same on each of them: outcome, writes, events, fuel. [`Engine::Cranelift`]
//! is what serves; the others are for tests and for audits by an implementation that shares no code with it.

use crate::AdmitError;
use crate::inspect::Frame;
use crate::profile::Profile;
use abi::effect::HostCalled;
use abi::fault::Fault;
use abi::outcome::Trap;
use abi::session::{Session, Stop};
use std::fmt;
use std::str::FromStr;

mod artifact;
mod compiled;
pub(crate) mod config;
mod host;
mod interpreted;
mod slot;

/// What runs programs.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Engine {
    /// Machine code, optimised: wasmtime's compiler.
    #[default]
    Cranelift,
    /// Machine code as the same compiler makes it without optimisation.
    CraneliftNone,
    /// wasmtime's interpreter of a portable bytecode.
    Pulley,
    /// Another implementation of WebAssembly altogether.
    Wasmi,
}

impl Engine {
    /// Every engine.
    pub const ALL: [Engine; 4] = [Engine::Cranelift, Engine::CraneliftNone, Engine::Pulley, Engine::Wasmi];

    /// Its name, as it is given on a command line.
    pub const fn name(self) -> &'static str {
        match self {
            Engine::Cranelift => "cranelift",
            Engine::CraneliftNone => "cranelift-none",
            Engine::Pulley => "pulley",
            Engine::Wasmi => "wasmi",
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Engine {
    type Err = String;

    fn from_str(name: &str) -> Result<Engine, String> {
        Engine::ALL.into_iter().find(|engine| engine.name() == name).ok_or_else(|| {
            let names = Engine::ALL.map(Engine::name).join(", ");
            format!("no engine is called {name:?}; there are: {names}")
        })
    }
}

/// An engine, started.
pub(crate) enum Executor {
    Compiled(compiled::Executor),
    Interpreted(interpreted::Executor),
}

/// A prepared module, as its engine wants it.
pub(crate) enum Code {
    Compiled(compiled::Code),
    Interpreted(interpreted::Code),
}

impl Code {
    /// The code as bytes, for this engine on this machine.
    pub(crate) fn to_bytes(&self) -> Option<Vec<u8>> {
        match self {
            Code::Compiled(code) => code.instance.module().serialize().ok(),
            Code::Interpreted(_) => None,
        }
    }
}

/// One call to run.
pub(crate) struct Entry<'a> {
    /// What a fresh memory begins with, where instances can be put back as they were.
    pub(crate) image: Option<&'a [u8]>,
    /// The method to call, among those it was compiled with.
    pub(crate) method: usize,
    /// What the host calls act on.
    pub(crate) session: Session,
    /// The most fuel it may use.
    pub(crate) fuel: u64,
    /// Whether its host calls are written down.
    pub(crate) traces: bool,
}

/// How a call ended.
pub(crate) struct Ended {
    pub(crate) session: Session,
    pub(crate) stopped: Result<(), Stop>,
    /// The fuel that was left.
    pub(crate) fuel: u64,
    /// The pages of its memory at the end.
    pub(crate) pages: u64,
    /// The functions that were running when it trapped, innermost first, where the engine knows.
    pub(crate) functions: Vec<String>,
    /// The same by their indices; where in the code that was run, if it has probes.
    pub(crate) frames: Vec<Frame>,
    /// Who used its fuel, if the code has probes.
    pub(crate) profile: Option<Profile>,
    /// Its host calls, where they were written down.
    pub(crate) calls: Vec<HostCalled>,
}

impl Executor {
    /// Starts an engine.
    pub(crate) fn new(engine: Engine) -> Result<Executor, Fault> {
        Ok(match engine {
            Engine::Wasmi => Executor::Interpreted(interpreted::Executor::new()?),
            _ => Executor::Compiled(compiled::Executor::new(engine)?),
        })
    }

    /// Starts an engine that knows where its code comes from, for modules with probes.
    pub(crate) fn inspecting() -> Result<Executor, Fault> {
        compiled::Executor::inspecting().map(Executor::Compiled)
    }

    /// Compiles a prepared module, of which these exports are called.
    pub(crate) fn compile(&self, prepared: &[u8], methods: &[&str]) -> Result<Code, AdmitError> {
        Ok(match self {
            Executor::Compiled(executor) => Code::Compiled(executor.compile(prepared, methods)?),
            Executor::Interpreted(executor) => Code::Interpreted(executor.compile(prepared, methods)?),
        })
    }

    /// What the engine calls itself, down to everything that code compiled by it depends on; `None` where code is
    /// not kept.
    pub(crate) fn name(&self) -> Option<Vec<u8>> {
        match self {
            Executor::Compiled(executor) => Some(executor.name()),
            Executor::Interpreted(_) => None,
        }
    }

    /// What [`Code::to_bytes`] said; `None` where this engine cannot use it.
    pub(crate) fn load(&self, bytes: &[u8], methods: &[&str]) -> Option<Code> {
        match self {
            Executor::Compiled(executor) => executor.load(bytes, methods).map(Code::Compiled),
            Executor::Interpreted(_) => None,
        }
    }

    /// Runs one call. A fault leaves nothing behind but itself.
    pub(crate) fn run(&self, code: &Code, entry: Entry<'_>) -> Result<Ended, Fault> {
        match (self, code) {
            (Executor::Compiled(executor), Code::Compiled(code)) => executor.run(code, entry),
            (Executor::Interpreted(executor), Code::Interpreted(code)) => executor.run(code, entry),
            _ => Err(Fault::host("a program of another engine")),
        }
    }

    /// From now on every instance that was put back is compared with a fresh one, byte for byte.
    pub(crate) fn prove_resets(&mut self) {
        if let Executor::Compiled(executor) = self {
            executor.prove_resets();
        }
    }
}

/// How a method ended that came to its end: with less than no fuel, it did not.
fn returned(fuel: i64) -> Result<(), Stop> {
    if fuel < 0 { Err(Trap::OutOfFuel.into()) } else { Ok(()) }
}

/// What the engine's own trap means in a prepared module, given what is left of depth and fuel: who had not
/// enough of them had so before anything else went wrong.
fn meaning(trap: Trap, depth: i64, fuel: i64) -> Trap {
    match trap {
        _ if depth < 0 => Trap::StackOverflow,
        _ if fuel < 0 => Trap::OutOfFuel,
        trap => trap,
    }
}
