//! A machine of wasmi.

use super::{Machine, Stop};
use crate::value::Value;
use abi::outcome::Trap;
use std::collections::BTreeMap;
use wasmi::errors::{ErrorKind, InstantiationError, MemoryError, TableError};
use wasmi::{Extern, Instance, Linker, Module, Store, TrapCode, Val};

pub(super) struct Interpreted {
    linker: Linker<()>,
    store: Store<()>,
    instances: Vec<(Instance, BTreeMap<String, Extern>)>,
}

impl Interpreted {
    pub(super) fn new(engine: &wasmi::Engine) -> Interpreted {
        let mut linker = Linker::new(engine);
        linker.allow_shadowing(true);
        Interpreted { linker, store: Store::new(engine, ()), instances: Vec::new() }
    }

    fn export(&self, instance: usize, name: &str) -> Option<&Extern> {
        self.instances[instance].1.get(name)
    }
}

impl Machine for Interpreted {
    fn instantiate(&mut self, wasm: &[u8]) -> Result<usize, Stop> {
        let module = Module::new(self.linker.engine(), wasm).map_err(|error| broken(&error))?;
        let made = self.linker.instantiate_and_start(&mut self.store, &module);
        let instance = made.map_err(|error| stop(&error))?;
        let exports = instance.exports(&self.store);
        let exports = exports.map(|export| (export.name().to_owned(), export.into_extern())).collect();
        self.instances.push((instance, exports));
        Ok(self.instances.len() - 1)
    }

    fn register(&mut self, instance: usize, module: &str) {
        let instance = self.instances[instance].0;
        self.linker.instance(&mut self.store, module, instance).expect("names may be taken twice");
    }

    fn call(&mut self, instance: usize, function: &str, args: &[Value]) -> Result<Vec<Value>, Stop> {
        let found = self.export(instance, function).and_then(|export| (*export).into_func());
        let function = found.ok_or_else(|| Stop::Broken(format!("no function {function:?}")))?;
        let args: Vec<Val> = args.iter().map(|value| to_val(*value)).collect();
        let mut results = vec![Val::I32(0); function.ty(&self.store).results().len()];
        function.call(&mut self.store, &args, &mut results).map_err(|error| stop(&error))?;
        results.iter().map(value).collect()
    }

    fn global(&mut self, instance: usize, name: &str) -> Option<Value> {
        let global = (*self.export(instance, name)?).into_global()?;
        value(&global.get(&self.store)).ok()
    }

    fn set_global(&mut self, instance: usize, name: &str, value: Value) {
        if let Some(global) = self.export(instance, name).and_then(|export| (*export).into_global()) {
            global.set(&mut self.store, to_val(value)).expect("of this type, and mutable");
        }
    }

    fn memory(&self, instance: usize, name: &str) -> &[u8] {
        let memory = self.export(instance, name).and_then(|export| (*export).into_memory());
        memory.map_or(&[], |memory| memory.data(&self.store))
    }
}

fn to_val(value: Value) -> Val {
    match value {
        Value::I32(bits) => Val::I32(bits.cast_signed()),
        Value::I64(bits) => Val::I64(bits.cast_signed()),
        Value::F32(bits) => Val::F32(wasmi::F32::from_bits(bits)),
        Value::F64(bits) => Val::F64(wasmi::F64::from_bits(bits)),
    }
}

fn value(value: &Val) -> Result<Value, Stop> {
    Ok(match value {
        Val::I32(bits) => Value::I32(bits.cast_unsigned()),
        Val::I64(bits) => Value::I64(bits.cast_unsigned()),
        Val::F32(float) => Value::F32(float.to_bits()),
        Val::F64(float) => Value::F64(float.to_bits()),
        other => return Err(Stop::Broken(format!("a value of a feature that is off: {other:?}"))),
    })
}

fn broken(error: &wasmi::Error) -> Stop {
    Stop::Broken(error.to_string())
}

fn stop(error: &wasmi::Error) -> Stop {
    if let Some(code) = error.as_trap_code() {
        return trap(code).map_or_else(|| broken(error), Stop::Trap);
    }
    match error.kind() {
        ErrorKind::Linker(_) => Stop::Unlinkable(error.to_string()),
        // A segment out of bounds, which the specification calls a trap.
        ErrorKind::Instantiation(InstantiationError::ElementSegmentDoesNotFit { .. }) => {
            Stop::Trap(Trap::TableOutOfBounds)
        }
        ErrorKind::Instantiation(_) => Stop::Unlinkable(error.to_string()),
        ErrorKind::Memory(MemoryError::OutOfBoundsAccess) => Stop::Trap(Trap::MemoryOutOfBounds),
        ErrorKind::Table(TableError::InitOutOfBounds) => Stop::Trap(Trap::TableOutOfBounds),
        _ => broken(error),
    }
}

fn trap(code: TrapCode) -> Option<Trap> {
    use TrapCode as T;
    Some(match code {
        T::UnreachableCodeReached => Trap::Unreachable,
        T::MemoryOutOfBounds => Trap::MemoryOutOfBounds,
        T::TableOutOfBounds => Trap::TableOutOfBounds,
        T::IndirectCallToNull => Trap::IndirectCallToNull,
        T::BadSignature => Trap::BadSignature,
        T::IntegerOverflow => Trap::IntegerOverflow,
        T::IntegerDivisionByZero => Trap::DivisionByZero,
        T::BadConversionToInteger => Trap::BadConversion,
        _ => return None,
    })
}
