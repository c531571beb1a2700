//! One call, in an instance of its own.

use crate::program::Program;
use abi::effect::Execution;
use abi::fault::Fault;
use abi::outcome::Trap;
use abi::session::{Context, Mode, Session, Space, Stop};
use abi::view::View;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use wasmtime::{Engine, Memory, ResourceLimiter, Store};

/// One call to run.
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

/// The host's half of an instance.
pub(crate) struct Host {
    /// What the host calls act on.
    pub(crate) session: Session,
    /// The guest's memory, known once the instance is made and thus before any of its code runs.
    pub(crate) memory: Option<Memory>,
}

/// Runs a job; a panic of the host is a fault, like every other failure of this machine.
pub(crate) fn run(engine: &Engine, program: &Program, job: Job) -> Result<Execution, Fault> {
    // Nothing outlives a panic but the fault: the instance and the session are dropped with it.
    catch_unwind(AssertUnwindSafe(|| execute(engine, program, job)))
        .unwrap_or_else(|panic| Err(Fault::host(format!("panicked: {}", message(&*panic)))))
}

fn execute(engine: &Engine, program: &Program, job: Job) -> Result<Execution, Fault> {
    let Job { view, context, mode, method, input, fuel_max } = job;
    let Some(entry) = program.entry(&method, mode) else {
        return Err(Fault::host(format!("asked to run {method:?}, which is no {mode:?} of the program")));
    };
    let session = Session::new(view, context, Space::Program, mode, input);
    let mut store = Store::new(engine, Host { session, memory: None });
    store.limiter(|host| host);

    // Admission saw to it that nothing in here can trap: what fails is this machine.
    let instance = program.instance().instantiate(&mut store).map_err(failed)?;
    let memory =
        instance.get_module_export(&mut store, program.memory()).and_then(|found| found.into_memory());
    let method = instance.get_module_export(&mut store, entry).and_then(|found| found.into_func());
    let (Some(memory), Some(method)) = (memory, method) else {
        return Err(Fault::host("an instance lacks an export that its module has"));
    };
    store.data_mut().memory = Some(memory);
    let method = method.typed::<(), ()>(&store).map_err(failed)?;

    store.set_fuel(fuel_max).map_err(failed)?;
    let ended = method.call(&mut store, ()).map_err(stop);
    // A straight line of code may overdraw its last units, which the engine reports as none left.
    let fuel_used = fuel_max.saturating_sub(store.get_fuel().map_err(failed)?);
    store.into_data().session.finish(ended, fuel_used, fuel_max)
}

fn failed(error: wasmtime::Error) -> Fault {
    Fault::host(format!("the engine failed: {error:#}"))
}

fn message(panic: &(dyn std::any::Any + Send)) -> &str {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => text,
        (_, Some(text)) => text,
        _ => "without a message",
    }
}

/// A [`Stop`] on its way through the engine, from a host call to the end of the call.
#[derive(Debug)]
pub(crate) struct Ended(pub(crate) Stop);

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ended by a host call: {:?}", self.0)
    }
}

impl std::error::Error for Ended {}

/// Why the guest ended, from what the engine says.
fn stop(error: wasmtime::Error) -> Stop {
    match error.downcast::<Ended>() {
        Ok(Ended(stop)) => stop,
        Err(error) => match error.downcast_ref::<wasmtime::Trap>() {
            Some(&engines) => trap(engines).map_or_else(
                || Fault::host(format!("a trap that no program can cause: {engines}")).into(),
                Stop::from,
            ),
            None => failed(error).into(),
        },
    }
}

/// The trap of the closed set that an engine's trap is; `None` for those of features that are off.
fn trap(engines: wasmtime::Trap) -> Option<Trap> {
    Some(match engines {
        wasmtime::Trap::UnreachableCodeReached => Trap::Unreachable,
        wasmtime::Trap::OutOfFuel => Trap::OutOfFuel,
        wasmtime::Trap::StackOverflow => Trap::StackOverflow,
        wasmtime::Trap::MemoryOutOfBounds => Trap::MemoryOutOfBounds,
        wasmtime::Trap::TableOutOfBounds => Trap::TableOutOfBounds,
        wasmtime::Trap::IndirectCallToNull => Trap::IndirectCallToNull,
        wasmtime::Trap::BadSignature => Trap::BadSignature,
        wasmtime::Trap::IntegerOverflow => Trap::IntegerOverflow,
        wasmtime::Trap::IntegerDivisionByZero => Trap::DivisionByZero,
        wasmtime::Trap::BadConversionToInteger => Trap::BadConversion,
        _ => return None,
    })
}

/// Whether memory grows is decided by its declared maximum alone.
impl ResourceLimiter for Host {
    fn memory_growing(&mut self, _: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        Ok(maximum.is_some_and(|maximum| desired <= maximum))
    }

    /// Growth that was allowed and then failed is this machine's failure: the guest must not see it.
    fn memory_grow_failed(&mut self, error: wasmtime::Error) -> wasmtime::Result<()> {
        Err(wasmtime::Error::new(Ended(failed(error).into())))
    }

    fn table_growing(&mut self, _: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        Ok(maximum.is_none_or(|maximum| desired <= maximum))
    }
}

#[cfg(test)]
mod tests;
