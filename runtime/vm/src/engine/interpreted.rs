//! Programs as wasmi runs them. Every call has an instance of its own: nothing here has to be fast.

use super::host::{Called, Host, Stopped, Word, lacks, link_hostcalls};
use super::{Ended, Entry, config, meaning, returned};
use crate::AdmitError;
use crate::hostcalls::{self, Guest};
use crate::prepare::injected::{DEPTH, FUEL};
use crate::trace::Trace;
use abi::fault::Fault;
use abi::hostcalls::MODULE;
use abi::outcome::Trap;
use abi::session::Stop;
use wasmi::{Caller, Error, Linker, Module, Store, TrapCode, Val};

type State = Host<wasmi::Memory, wasmi::Global>;

/// The engine, with its host calls.
pub(crate) struct Executor {
    linker: Linker<State>,
}

/// A translated module.
pub(crate) struct Code {
    module: Module,
    methods: Vec<String>,
}

abi::hostcalls!(link_hostcalls);

/// One host call: what it is allowed to touch, and the fuel as it leaves it.
fn enter<T: Word>(
    mut caller: Caller<'_, State>,
    called: &Called<'_>,
    call: impl FnOnce(&mut Guest<'_>) -> Result<T, Stop>,
) -> Result<T, Error> {
    let stop = |stop: Stop| Error::host(Stopped(stop));
    let Some(parts) = caller.data().parts else {
        return Err(stop(lacks("memory").into()));
    };
    let Val::I64(fuel) = parts.fuel.get(&caller) else {
        return Err(stop(lacks(FUEL).into()));
    };
    let (memory, host) = parts.memory.data_and_store_mut(&mut caller);
    let (answer, fuel) = host.answer(memory, fuel, called, call);
    parts.fuel.set(&mut caller, Val::I64(fuel)).map_err(|error| stop(failed(error).into()))?;
    answer.map_err(stop)
}

impl Executor {
    pub(crate) fn new() -> Result<Executor, Fault> {
        let mut linker = Linker::new(&config::interpreter());
        link(&mut linker)?;
        Ok(Executor { linker })
    }

    pub(crate) fn compile(&self, prepared: &[u8], methods: &[&str]) -> Result<Code, AdmitError> {
        let module = Module::new(self.linker.engine(), prepared)
            .map_err(|error| AdmitError::Uncompilable { because: error.to_string() })?;
        Ok(Code { module, methods: methods.iter().map(ToString::to_string).collect() })
    }

    pub(crate) fn run(&self, code: &Code, entry: Entry<'_>) -> Result<Ended, Fault> {
        let mut store = Store::new(self.linker.engine(), State::new());
        let instance = self.linker.instantiate_and_start(&mut store, &code.module).map_err(failed)?;
        let memory = instance.get_memory(&store, "memory");
        let (fuel, depth) = (instance.get_global(&store, FUEL), instance.get_global(&store, DEPTH));
        let (Some(memory), Some(fuel), Some(depth)) = (memory, fuel, depth) else {
            return Err(lacks("what preparation added"));
        };
        store.data_mut().parts = Some(super::host::Parts { memory, fuel, depth });
        let method = code.methods.get(entry.method).ok_or_else(|| lacks("the method"))?;
        let method = instance.get_typed_func::<(), ()>(&store, method).map_err(failed)?;
        let fuel_max = i64::try_from(entry.fuel).map_err(|_| Fault::host("more fuel than there can be"))?;
        fuel.set(&mut store, Val::I64(fuel_max)).map_err(failed)?;
        store.data_mut().session = Some(entry.session);
        store.data_mut().trace = entry.traces.then(Trace::new);
        let ended = method.call(&mut store, ());

        let (Val::I64(fuel), Val::I64(depth)) = (fuel.get(&store), depth.get(&store)) else {
            return Err(lacks(FUEL));
        };
        let stopped = ended.map_err(|error| stop(error, depth, fuel)).and_then(|()| returned(fuel));
        let session = store.data_mut().session.take().ok_or_else(|| lacks("its call"))?;
        let pages = memory.size(&store);
        let calls = store.data_mut().trace.take().map_or_else(Vec::new, Trace::into_calls);
        let (fuel, functions, frames) = (u64::try_from(fuel).unwrap_or(0), Vec::new(), Vec::new());
        Ok(Ended { session, stopped, fuel, pages, functions, frames, profile: None, calls })
    }
}

fn failed(error: impl std::fmt::Display) -> Fault {
    Fault::host(format!("the engine failed: {error}"))
}

/// Why the guest ended, from what the engine says.
fn stop(error: Error, depth: i64, fuel: i64) -> Stop {
    if let Some(engines) = error.as_trap_code() {
        let unknown = || Fault::host(format!("a trap that no program can cause: {engines}"));
        return trap(engines).map_or_else(|| unknown().into(), |trap| meaning(trap, depth, fuel).into());
    }
    if error.downcast_ref::<Stopped>().is_none() {
        return failed(error).into();
    }
    error.downcast::<Stopped>().map_or_else(|| lacks("its reason to stop").into(), |Stopped(stop)| stop)
}

/// The trap of the closed set that an engine's trap is; `None` for what no prepared module can cause.
fn trap(engines: TrapCode) -> Option<Trap> {
    Some(match engines {
        TrapCode::UnreachableCodeReached => Trap::Unreachable,
        TrapCode::MemoryOutOfBounds => Trap::MemoryOutOfBounds,
        TrapCode::TableOutOfBounds => Trap::TableOutOfBounds,
        TrapCode::IndirectCallToNull => Trap::IndirectCallToNull,
        TrapCode::BadSignature => Trap::BadSignature,
        TrapCode::IntegerOverflow => Trap::IntegerOverflow,
        TrapCode::IntegerDivisionByZero => Trap::DivisionByZero,
        TrapCode::BadConversionToInteger => Trap::BadConversion,
        TrapCode::StackOverflow
        | TrapCode::OutOfFuel
        | TrapCode::GrowthOperationLimited
        | TrapCode::OutOfSystemMemory => return None,
    })
}
