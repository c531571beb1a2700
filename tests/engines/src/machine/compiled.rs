//! A machine of wasmtime.

use super::{Machine, Stop};
use crate::value::Value;
use abi::outcome::Trap;
use std::collections::BTreeMap;
use wasmtime::{Extern, Instance, Linker, Module, Store, Val};

pub(super) struct Compiled {
    linker: Linker<()>,
    store: Store<()>,
    instances: Vec<(Instance, BTreeMap<String, Extern>)>,
}

impl Compiled {
    pub(super) fn new(engine: &wasmtime::Engine) -> Compiled {
        let mut linker = Linker::new(engine);
        linker.allow_shadowing(true);
        Compiled { linker, store: Store::new(engine, ()), instances: Vec::new() }
    }

    fn export(&self, instance: usize, name: &str) -> Option<&Extern> {
        self.instances[instance].1.get(name)
    }
}

impl Machine for Compiled {
    fn instantiate(&mut self, wasm: &[u8]) -> Result<usize, Stop> {
        let module = Module::from_binary(self.linker.engine(), wasm).map_err(broken)?;
        let instance = self.linker.instantiate(&mut self.store, &module).map_err(stop)?;
        let exports = instance.exports(&mut self.store);
        let exports = exports.map(|export| (export.name().to_owned(), export.into_extern())).collect();
        self.instances.push((instance, exports));
        Ok(self.instances.len() - 1)
    }

    fn register(&mut self, instance: usize, module: &str) {
        let instance = self.instances[instance].0;
        self.linker.instance(&mut self.store, module, instance).expect("names may be taken twice");
    }

    fn call(&mut self, instance: usize, function: &str, args: &[Value]) -> Result<Vec<Value>, Stop> {
        let found = self.export(instance, function).and_then(|export| export.clone().into_func());
        let function = found.ok_or_else(|| Stop::Broken(format!("no function {function:?}")))?;
        let args: Vec<Val> = args.iter().map(|value| to_val(*value)).collect();
        let mut results = vec![Val::I32(0); function.ty(&self.store).results().len()];
        function.call(&mut self.store, &args, &mut results).map_err(stop)?;
        results.iter().map(value).collect()
    }

    fn global(&mut self, instance: usize, name: &str) -> Option<Value> {
        let global = self.export(instance, name)?.clone().into_global()?;
        value(&global.get(&mut self.store)).ok()
    }

    fn set_global(&mut self, instance: usize, name: &str, value: Value) {
        if let Some(global) = self.export(instance, name).and_then(|export| export.clone().into_global()) {
            global.set(&mut self.store, to_val(value)).expect("of this type, and mutable");
        }
    }

    fn memory(&self, instance: usize, name: &str) -> &[u8] {
        let memory = self.export(instance, name).and_then(|export| export.clone().into_memory());
        memory.map_or(&[], |memory| memory.data(&self.store))
    }
}

fn to_val(value: Value) -> Val {
    match value {
        Value::I32(bits) => Val::I32(bits.cast_signed()),
        Value::I64(bits) => Val::I64(bits.cast_signed()),
        Value::F32(bits) => Val::F32(bits),
        Value::F64(bits) => Val::F64(bits),
    }
}

fn value(value: &Val) -> Result<Value, Stop> {
    Ok(match value {
        Val::I32(bits) => Value::I32(bits.cast_unsigned()),
        Val::I64(bits) => Value::I64(bits.cast_unsigned()),
        Val::F32(bits) => Value::F32(*bits),
        Val::F64(bits) => Value::F64(*bits),
        other => return Err(Stop::Broken(format!("a value of a feature that is off: {other:?}"))),
    })
}

fn broken(error: wasmtime::Error) -> Stop {
    Stop::Broken(format!("{error:#}"))
}

fn stop(error: wasmtime::Error) -> Stop {
    use wasmtime::Trap as T;
    let text = error.to_string();
    if ["unknown import", "incompatible import type"].iter().any(|begin| text.starts_with(begin)) {
        return Stop::Unlinkable(text);
    }
    Stop::Trap(match error.downcast_ref::<T>() {
        Some(T::UnreachableCodeReached) => Trap::Unreachable,
        Some(T::MemoryOutOfBounds) => Trap::MemoryOutOfBounds,
        Some(T::TableOutOfBounds) => Trap::TableOutOfBounds,
        Some(T::IndirectCallToNull) => Trap::IndirectCallToNull,
        Some(T::BadSignature) => Trap::BadSignature,
        Some(T::IntegerOverflow) => Trap::IntegerOverflow,
        Some(T::IntegerDivisionByZero) => Trap::DivisionByZero,
        Some(T::BadConversionToInteger) => Trap::BadConversion,
        _ => return broken(error),
    })
}
