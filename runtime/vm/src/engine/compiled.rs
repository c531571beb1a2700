//! Programs as wasmtime runs them: machine code, or the bytecode of its interpreter.

use super::host::{Called, Host, Stopped, Word, lacks, link_hostcalls};
use super::slot::{self, Slot};
use super::{Ended, Engine, Entry, artifact, config, meaning, returned};
use crate::AdmitError;
use crate::gate::Gate;
use crate::hostcalls::{self, Guest};
use crate::inspect::Frame;
use crate::prepare::injected::{DEPTH, FUEL, GLOBAL, MARKS, PROBE};
use crate::profile::Profiler;
use crate::trace::Trace;
use abi::fault::Fault;
use abi::hostcalls::MODULE;
use abi::outcome::Trap;
use abi::session::Stop;
use std::sync::atomic::{AtomicU64, Ordering};
use wasmtime::{
    Caller, Error, Func, InstancePre, Linker, Module, ModuleExport, Ref, ResourceLimiter, Val, WasmBacktrace,
};

/// What wasmtime keeps beside an instance.
pub(super) type State = Host<wasmtime::Memory, wasmtime::Global>;

/// The engine, with its host calls and the instances that wait for their next call.
pub(crate) struct Executor {
    linker: Linker<State>,
    /// The places for calls, and instances as good as fresh.
    gate: Gate<Box<Slot>>,
    /// The number of the next code.
    next: AtomicU64,
    proves_resets: bool,
}

/// A compiled module, and where its exports stand.
pub(crate) struct Code {
    /// Its number, which no other code of this executor has: the same program may be compiled twice.
    pub(super) number: u64,
    pub(super) instance: InstancePre<State>,
    pub(super) memory: ModuleExport,
    pub(super) marks: ModuleExport,
    pub(super) fuel: ModuleExport,
    pub(super) depth: ModuleExport,
    /// The table that holds the probe, where there are probes.
    probe: Option<ModuleExport>,
    /// The mutable globals of the program's own.
    pub(super) globals: Vec<ModuleExport>,
    /// The methods, in the order of their exports' names.
    methods: Vec<ModuleExport>,
}

abi::hostcalls!(link_hostcalls);

/// One host call: what it is allowed to touch, and the fuel as it leaves it.
fn enter<T: Word>(
    mut caller: Caller<'_, State>,
    called: &Called<'_>,
    call: impl FnOnce(&mut Guest<'_>) -> Result<T, Stop>,
) -> Result<T, Error> {
    let stop = |stop: Stop| Error::new(Stopped(stop));
    let Some(parts) = caller.data().parts else {
        return Err(stop(lacks("memory").into()));
    };
    let Val::I64(fuel) = parts.fuel.get(&mut caller) else {
        return Err(stop(lacks(FUEL).into()));
    };
    let (memory, host) = parts.memory.data_and_store_mut(&mut caller);
    let (answer, fuel) = host.answer(memory, fuel, called, call);
    parts.fuel.set(&mut caller, Val::I64(fuel))?;
    answer.map_err(stop)
}

impl Executor {
    pub(crate) fn new(engine: Engine) -> Result<Executor, Fault> {
        Executor::on(&config::engine(engine)?)
    }

    pub(crate) fn inspecting() -> Result<Executor, Fault> {
        Executor::on(&config::inspecting()?)
    }

    fn on(engine: &wasmtime::Engine) -> Result<Executor, Fault> {
        let mut linker = Linker::new(engine);
        link(&mut linker)?;
        let gate = Gate::new(config::CALLS_MAX, config::IDLE_MAX);
        Ok(Executor { linker, gate, next: AtomicU64::new(0), proves_resets: false })
    }

    pub(crate) fn prove_resets(&mut self) {
        self.proves_resets = true;
    }

    pub(crate) fn compile(&self, prepared: &[u8], methods: &[&str]) -> Result<Code, AdmitError> {
        let module = Module::from_binary(self.linker.engine(), prepared).map_err(uncompilable)?;
        self.link(&module, methods)
    }

    pub(crate) fn name(&self) -> Vec<u8> {
        artifact::name(self.linker.engine())
    }

    pub(crate) fn load(&self, bytes: &[u8], methods: &[&str]) -> Option<Code> {
        let module = artifact::load(self.linker.engine(), bytes)?;
        self.link(&module, methods).ok()
    }

    fn link(&self, module: &Module, methods: &[&str]) -> Result<Code, AdmitError> {
        let export = |name: &str| {
            let lost = || AdmitError::Uncompilable { because: format!("the export {name:?} was lost") };
            module.get_export_index(name).ok_or_else(lost)
        };
        let names = module.exports().map(|found| found.name()).filter(|name| name.starts_with(GLOBAL));
        Ok(Code {
            number: self.next.fetch_add(1, Ordering::Relaxed),
            instance: self.linker.instantiate_pre(module).map_err(uncompilable)?,
            memory: export("memory")?,
            marks: export(MARKS)?,
            fuel: export(FUEL)?,
            depth: export(DEPTH)?,
            probe: module.get_export_index(PROBE),
            globals: names.map(export).collect::<Result<_, _>>()?,
            methods: methods.iter().copied().map(export).collect::<Result<_, _>>()?,
        })
    }

    /// Runs a call in an instance that is as good as fresh. Waits while as many calls run as may.
    pub(crate) fn run(&self, code: &Code, entry: Entry<'_>) -> Result<Ended, Fault> {
        let mut pass = self.gate.enter(code.number);
        // What fails, panics included, drops the instance; and so does what cannot be put back.
        let mut slot = match pass.instance.take() {
            Some(slot) => slot,
            None => Box::new(Slot::new(code)?),
        };
        let image = entry.image;
        let ended = slot.run(code, entry)?;
        let failed = matches!(ended.stopped, Err(Stop::Fault(_)));
        if let Some(image) = image.filter(|_| !failed)
            && slot.reset(image, ended.stopped.is_err())?
        {
            if self.proves_resets {
                slot.prove(code, image)?;
            }
            pass.instance = Some(slot);
        }
        Ok(ended)
    }
}

impl Slot {
    /// Runs the call, and says how it ended.
    fn run(&mut self, code: &Code, entry: Entry<'_>) -> Result<Ended, Fault> {
        let fuel = i64::try_from(entry.fuel).map_err(|_| Fault::host("more fuel than there can be"))?;
        self.look_up(entry.method, code)?;
        if let Some(probe) = &code.probe {
            self.listen(probe, entry.fuel)?;
        }
        let Slot { store, parts, methods, .. } = self;
        let method = methods.get(entry.method).and_then(Option::as_ref).ok_or_else(|| lacks("the method"))?;
        parts.fuel.set(&mut *store, Val::I64(fuel)).map_err(slot::failed)?;
        store.data_mut().session = Some(entry.session);
        store.data_mut().trace = entry.traces.then(Trace::new);
        let ended = method.call(&mut *store, ());

        let Val::I64(fuel) = parts.fuel.get(&mut *store) else {
            return Err(lacks(FUEL));
        };
        let pages = parts.memory.size(&*store);
        let (functions, frames) = ended.as_ref().err().map(running).unwrap_or_default();
        let profile = store.data_mut().profiler.take().map(|profiler| profiler.finish(fuel));
        let session = store.data_mut().session.take().ok_or_else(|| lacks("its call"))?;
        let stopped = match ended {
            Ok(()) => returned(fuel),
            // A way out gives its depth back: only where there was none is it known to be missing.
            Err(error) => Err(stop(error, parts.depth.get(&mut *store).unwrap_i64(), fuel)),
        };
        let fuel = u64::try_from(fuel).unwrap_or(0);
        let calls = store.data_mut().trace.take().map_or_else(Vec::new, Trace::into_calls);
        Ok(Ended { session, stopped, fuel, pages, functions, frames, profile, calls })
    }

    /// From now on listens to the probes of a call that may use so much fuel.
    fn listen(&mut self, probe: &ModuleExport, fuel: u64) -> Result<(), Fault> {
        let Slot { store, instance, .. } = self;
        let table = instance.get_module_export(&mut *store, probe).and_then(|found| found.into_table());
        let table = table.ok_or_else(|| lacks("its probe"))?;
        let heard = Func::wrap(&mut *store, |mut caller: Caller<'_, State>, what: u32| {
            let left = caller.data().parts.map(|parts| parts.fuel.get(&mut caller).unwrap_i64());
            if let (Some(profiler), Some(left)) = (&mut caller.data_mut().profiler, left) {
                profiler.probe(what, left);
            }
        });
        table.set(&mut *store, 0, Ref::Func(Some(heard))).map_err(slot::failed)?;
        store.data_mut().profiler = Some(Profiler::new(fuel));
        Ok(())
    }

    /// Looks up a method's function, once.
    fn look_up(&mut self, method: usize, code: &Code) -> Result<(), Fault> {
        if self.methods.get(method).is_some_and(Option::is_some) {
            return Ok(());
        }
        let export = code.methods.get(method).ok_or_else(|| lacks("the method"))?;
        let found =
            self.instance.get_module_export(&mut self.store, export).and_then(|found| found.into_func());
        let found = found.ok_or_else(|| lacks("the method"))?;
        let found = found.typed::<(), ()>(&self.store).map_err(slot::failed)?;
        self.methods.resize(self.methods.len().max(method + 1), None);
        self.methods[method] = Some(found);
        Ok(())
    }
}

fn uncompilable(error: Error) -> AdmitError {
    AdmitError::Uncompilable { because: format!("{error:#}") }
}

/// The functions that were running.
fn running(error: &Error) -> (Vec<String>, Vec<Frame>) {
    let frames = error.downcast_ref::<WasmBacktrace>().map_or(&[][..], |trace| trace.frames());
    let name = |frame: &wasmtime::FrameInfo| match frame.func_name() {
        Some(name) => name.to_owned(),
        None => format!("function {}", frame.func_index()),
    };
    let place = |frame: &wasmtime::FrameInfo| Frame { function: frame.func_index(), at: frame.func_offset() };
    (frames.iter().map(name).collect(), frames.iter().map(place).collect())
}

/// Why the guest ended, from what the engine says.
fn stop(error: Error, depth: i64, fuel: i64) -> Stop {
    if let Some(&engines) = error.downcast_ref::<wasmtime::Trap>() {
        let unknown = || Fault::host(format!("a trap that no program can cause: {engines}"));
        return trap(engines).map_or_else(|| unknown().into(), |trap| meaning(trap, depth, fuel).into());
    }
    match error.downcast::<Stopped>() {
        Ok(Stopped(stop)) => stop,
        Err(error) => slot::failed(error).into(),
    }
}

/// The trap of the closed set that an engine's trap is; `None` for those of features that are off, and for
/// an overflow of the engine's own stack, which the depth of calls comes before.
fn trap(engines: wasmtime::Trap) -> Option<Trap> {
    Some(match engines {
        wasmtime::Trap::UnreachableCodeReached => Trap::Unreachable,
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
impl ResourceLimiter for State {
    fn memory_growing(&mut self, _: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        Ok(maximum.is_some_and(|maximum| desired <= maximum))
    }

    /// Growth that was allowed and then failed is this machine's failure: the guest must not see it.
    fn memory_grow_failed(&mut self, error: Error) -> wasmtime::Result<()> {
        Err(Error::new(Stopped(slot::failed(error).into())))
    }

    fn table_growing(&mut self, _: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        Ok(maximum.is_none_or(|maximum| desired <= maximum))
    }
}

#[cfg(test)]
mod tests;
