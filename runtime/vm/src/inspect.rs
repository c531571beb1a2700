//! A call that was run before, run again to be looked into: where it ended, and who used its fuel.
//!
//! It runs on an engine of its own that knows where its code comes from, over a program that was prepared with
//! probes. What it comes to is what the call came to; nothing of all this is part of history.

use crate::engine::Executor;
use crate::prepare::probed;
use crate::profile::Profile;
use crate::program::Program;
use crate::run::{self, Job, Ran};
use crate::{AdmitError, admit, exports};
use abi::effect::Execution;
use abi::fault::Fault;
use abi::hash::PROGRAM;

/// A call, looked into.
pub struct Inspected {
    /// What it came to.
    pub execution: Execution,
    /// Where it trapped or failed: the functions that were running, innermost first. At most as many as a trap names.
    pub frames: Vec<Frame>,
    /// Its fuel, by who used it.
    pub profile: Profile,
}

/// A function that was running when its call ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Frame {
    /// Its index.
    pub function: u32,
    /// The operator that trapped or called the next one: where it stands in the program's bytes.
    pub at: Option<usize>,
}

/// Runs a job of the program that `wasm` is, and looks into it.
///
/// The caller's duty: `job.method` is a method of the program, and `job.mode` its mode.
///
/// # Errors
///
/// The rule that the module breaks; or the fault, if this machine failed or the duty was missed.
pub fn inspect(wasm: &[u8], job: Job) -> Result<Inspected, InspectError> {
    let executor = Executor::inspecting()?;
    let admitted = admit::admit(wasm)?;
    let (prepared, origins) = probed(wasm)?;
    let code = executor.compile(&prepared, &exports(&admitted))?;
    let program = Program::new(PROGRAM.hash(wasm), admitted, code);
    let Ran { execution, frames, profile, .. } = run::run(&executor, &program, job, false)?;
    let profile = profile.ok_or_else(|| Fault::host("a program with probes that tells nothing"))?;
    let place = |Frame { function, at }| Frame { function, at: at.and_then(|at| origins.of(function, at)) };
    Ok(Inspected { execution, frames: frames.into_iter().map(place).collect(), profile })
}

/// Why a call cannot be looked into.
#[derive(Debug, thiserror::Error)]
pub enum InspectError {
    /// The program breaks a rule of admission.
    #[error("{0}")]
    Refused(#[from] AdmitError),
    /// The machine failed.
    #[error("{0}")]
    Fault(#[from] Fault),
}

#[cfg(test)]
mod tests;
