//! Admits a module, and runs one call of it over a view of state.
//!
//! A program is raw wasm. [`Vm::admit`] checks it against a closed list of features and limits before any
//! compiler sees it, prepares it, and compiles it; [`Vm::run`] runs one method in a fresh instance and
//! hands back what the call came to. This is the only crate that names the engine.
//!
//! # What a program is
//!
//! - It imports functions of the module `foil` alone, those of [`mod@abi::hostcalls`], with their signatures.
//! - It has one memory, exported as `memory`, with a maximum.
//! - Each method is an export `call:NAME` or `query:NAME` of a function without parameters and results;
//!   a name is 1 to 64 of `[a-z0-9_]`. The method reads its arguments with `input`, sets its answer with
//!   `answer`, or ends with `fail`.
//! - It has no start function, and no export whose name begins with NUL: those are the host's.
//! - A custom section `counterfoil` holds its interface, which this crate hands on unread.
//!
//! # Guarantees
//!
//! - Every call sees a pristine instance: nothing of an earlier call is left in memory, globals or tables.
//! - A guest reaches nothing but the host calls; every host call is paid for before its work.
//! - A failure of this machine, a panic of the host included, is a [`Fault`] and never an outcome.
//! - A call comes to the same on every [`Engine`], fuel included: what decides is the prepared module, which
//!   `PREPARE.md` specifies to the byte.
//!
//! # Example
//!
//! ```
//! use abi::session::{Context, Mode};
//! use std::collections::BTreeMap;
//! use std::sync::Arc;
//!
//! let wasm = wat::parse_str(
//!     r#"(module
//!         (import "foil" "answer" (func $answer (param i32 i32)))
//!         (memory (export "memory") 1 1)
//!         (data (i32.const 0) "\2a")
//!         (func (export "query:answer") (call $answer (i32.const 0) (i32.const 1))))"#,
//! )?;
//! let vm = vm::Vm::new(vm::Engine::Cranelift)?;
//! let program = vm.admit(&wasm)?;
//! assert_eq!(program.method("answer"), Some(Mode::Query));
//!
//! let zero = abi::Hash::ZERO;
//! let context =
//!     Context { shard: zero, seq: 0, time_ms: 0, caller: abi::call::Caller::Nobody, call: zero };
//! let execution = vm.run(
//!     &program,
//!     vm::Job {
//!         view: Arc::new(BTreeMap::new()),
//!         context,
//!         mode: Mode::Query,
//!         method: "answer".into(),
//!         input: Vec::new(),
//!         fuel_max: 10_000,
//!     },
//! )?;
//! assert_eq!(execution.outcome.output(), [42]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod admit;
mod anatomy;
mod cache;
pub mod conformance;
mod engine;
mod features;
#[cfg(test)]
mod fixture;
mod gate;
mod hostcalls;
mod inspect;
mod lines;
mod prepare;
mod profile;
mod program;
mod run;
mod trace;
mod written;

pub use admit::error::{AdmitError, Part};
pub use anatomy::{Anatomy, Function};
pub use cache::Cache;
pub use engine::Engine;
pub use inspect::{Frame, InspectError, Inspected, inspect};
pub use lines::{Lines, LinesError, Place};
pub use prepare::{Preparation, prepare};
pub use profile::{Node, Profile, User};
pub use program::Program;
pub use run::{Job, THREAD_STACK_BYTES};
pub use trace::CALLS_TRACED_MAX;

use abi::effect::{Execution, HostCalled};
use abi::fault::Fault;
use abi::hash::PROGRAM;
use admit::Admitted;
use engine::{Code, Executor};

/// An engine with its host calls, for any number of programs and threads.
pub struct Vm {
    executor: Executor,
}

impl Vm {
    /// An engine. It reserves address space (not memory) for the instances it can run at once.
    ///
    /// # Errors
    ///
    /// This machine cannot run the engine, or refuses the address space.
    pub fn new(engine: Engine) -> Result<Vm, Fault> {
        Ok(Vm { executor: Executor::new(engine)? })
    }

    /// From now on, after every call, the instance that was put back is compared with a fresh one, and any
    /// difference is a fault. For tests: it costs far more than a call.
    pub fn prove_resets(&mut self) {
        self.executor.prove_resets();
    }

    /// Checks, prepares and compiles a program.
    ///
    /// # Errors
    ///
    /// Which rule the module breaks, and where.
    pub fn admit(&self, wasm: &[u8]) -> Result<Program, AdmitError> {
        let (admitted, code) = self.compile(wasm)?;
        Ok(Program::new(PROGRAM.hash(wasm), admitted, code))
    }

    /// The same, by way of a cache.
    ///
    /// # Errors
    ///
    /// Which rule the module breaks, and where.
    pub fn admit_cached(&self, wasm: &[u8], cache: &dyn Cache) -> Result<Program, AdmitError> {
        let id = PROGRAM.hash(wasm);
        let Some(key) = self.executor.name().map(|name| cache::key(&id, &name)) else {
            return self.admit(wasm);
        };
        let kept = cache.load(&key).and_then(|artifact| cache::open(&artifact));
        if let Some((admitted, artifact)) = kept
            && let Some(code) = self.executor.load(&artifact, &exports(&admitted))
        {
            return Ok(Program::new(id, admitted, code));
        }
        let (admitted, code) = self.compile(wasm)?;
        if let Some(bytes) = code.to_bytes() {
            cache.keep(&key, &cache::artifact(&admitted, bytes));
        }
        Ok(Program::new(id, admitted, code))
    }

    fn compile(&self, wasm: &[u8]) -> Result<(Admitted, Code), AdmitError> {
        let admitted = admit::admit(wasm)?;
        let prepared = prepare(wasm, Preparation { marks: true, fuel: 0 })?;
        let code = self.executor.compile(&prepared, &exports(&admitted))?;
        Ok((admitted, code))
    }

    /// Runs one method. Waits while as many calls run as the engine has room for.
    ///
    /// The caller's duty: `job.method` is a method of the program, and `job.mode` its mode.
    ///
    /// # Errors
    ///
    /// The fault, if this machine failed or the duty was missed.
    pub fn run(&self, program: &Program, job: Job) -> Result<Execution, Fault> {
        run::run(&self.executor, program, job, false).map(|ran| ran.execution)
    }

    /// The same, with the host calls that the program made, in order: the first [`CALLS_TRACED_MAX`].
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub fn trace(&self, program: &Program, job: Job) -> Result<(Execution, Vec<HostCalled>), Fault> {
        run::run(&self.executor, program, job, true).map(|ran| (ran.execution, ran.calls))
    }
}

/// The exports that are methods, in the order of the methods.
fn exports(admitted: &Admitted) -> Vec<&str> {
    admitted.methods.values().map(|(_, export)| export.as_str()).collect()
}
