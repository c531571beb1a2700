//! One call, in an instance that nobody used, or that nobody can tell from such a one.

use crate::engine::config::STACK_BYTES;
use crate::engine::{Entry, Executor};
use crate::inspect::Frame;
use crate::profile::Profile;
use crate::program::Program;
use abi::effect::{Execution, HostCalled};
use abi::fault::Fault;
use abi::outcome::Outcome;
use abi::session::{Context, Mode, Session, Space};
use abi::view::View;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Native stack for the host's own frames, below and above those of the program, in bytes.
const HOST_STACK_BYTES: usize = 256 << 10;

/// The stack, in bytes, of a thread that runs calls and is to borrow none for each of them.
pub const THREAD_STACK_BYTES: usize = STACK_BYTES + 4 * HOST_STACK_BYTES;

/// One call to run.
#[derive(Clone)]
pub struct Job {
    /// The state it reads.
    pub view: Arc<dyn View>,
    /// What it is told about itself.
    pub context: Context,
    /// Whether it may write; the method's mode.
    pub mode: Mode,
    /// The method's name.
    pub method: String,
    /// The arguments.
    pub input: Vec<u8>,
    /// The most fuel it may use.
    pub fuel_max: u64,
}

/// What a job came to, with what else was seen of it.
pub(crate) struct Ran {
    pub(crate) execution: Execution,
    /// Its host calls, where they were asked for.
    pub(crate) calls: Vec<HostCalled>,
    /// Where it trapped, in the code that was run.
    pub(crate) frames: Vec<Frame>,
    /// Who used its fuel, where the code tells.
    pub(crate) profile: Option<Profile>,
}

/// Runs a job; a panic of the host is a fault, like every other failure of this machine.
pub(crate) fn run(executor: &Executor, program: &Program, job: Job, traces: bool) -> Result<Ran, Fault> {
    // A thread that has less stack than a call may need is lent some.
    stacker::maybe_grow(STACK_BYTES + HOST_STACK_BYTES, STACK_BYTES + 2 * HOST_STACK_BYTES, || {
        unpanicked(|| execute(executor, program, job, traces))
    })
}

/// What `work` comes to; a fault, if it panics. Nothing outlives a panic but the fault: the instance and the
/// session are dropped with it.
pub(crate) fn unpanicked<T, E: From<Fault>>(work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let message = match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
            (Some(text), _) => text,
            (_, Some(text)) => text.as_str(),
            _ => "without a message",
        };
        Err(Fault::host(format!("panicked: {message}")).into())
    })
}

fn execute(executor: &Executor, program: &Program, job: Job, traces: bool) -> Result<Ran, Fault> {
    let Job { view, context, mode, method, input, fuel_max } = job;
    let Some(place) = program.place(&method, mode) else {
        return Err(Fault::host(format!("asked to run {method:?}, which is no {mode:?} of the program")));
    };
    let session = Session::new(view, context, Space::Program, mode, input);
    let entry = Entry { image: program.image(), method: place, session, fuel: fuel_max, traces };
    let ended = executor.run(program.code(), entry)?;
    let fuel_used = fuel_max - ended.fuel;
    let mut execution = ended.session.finish(ended.stopped, fuel_used)?;
    if let Outcome::Trapped(_) = execution.outcome {
        execution.detail.push(format!("fuel {fuel_used} of {fuel_max}, memory {} KiB", ended.pages * 64));
        if !ended.functions.is_empty() {
            execution.detail.push(format!("in {}", ended.functions.join(", called by ")));
        }
    }
    Ok(Ran { execution, calls: ended.calls, frames: ended.frames, profile: ended.profile })
}

#[cfg(test)]
mod tests;
