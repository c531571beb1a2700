//! The ways in which a kernel is compiled: raw, with the engine's own switches, prepared.

use crate::Result;
use crate::clock::Clock;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;
use vm::Preparation;
use wasmtime::{
    Config, Engine, Global, Inlining, InstanceAllocationStrategy, Linker, Module, OptLevel,
    RegallocAlgorithm, Store, Strategy, TypedFunc, Val, WasmBacktraceDetails, WasmFeatures,
};

/// A way to compile a kernel.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Variant {
    /// As it is.
    Raw,
    /// With the engine's fuel.
    Fuel,
    /// With the engine's canonical NaN.
    Nan,
    /// With both.
    FuelNan,
    /// Prepared: fuel, depth, NaN.
    Prepared,
    /// Prepared: fuel, depth, NaN, marks.
    Marked,
}

impl Variant {
    /// Every variant, in the order of their numbers.
    pub(crate) const ALL: [Variant; 6] =
        [Variant::Raw, Variant::Fuel, Variant::Nan, Variant::FuelNan, Variant::Prepared, Variant::Marked];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Variant::Raw => "raw",
            Variant::Fuel => "fuel",
            Variant::Nan => "nan",
            Variant::FuelNan => "fuel_nan",
            Variant::Prepared => "prepared",
            Variant::Marked => "marked",
        }
    }

    /// What has to be compiled for it.
    pub(crate) fn module(self, wasm: &[u8]) -> Result<Vec<u8>> {
        Ok(match self {
            Variant::Prepared => vm::prepare(wasm, Preparation { marks: false, fuel: 0 })?,
            Variant::Marked => vm::prepare(wasm, Preparation { marks: true, fuel: 0 })?,
            _ => wasm.to_vec(),
        })
    }
}

/// The engines: the product's, and those that differ from it by their own switches.
pub(crate) struct Engines {
    products: Engine,
    fuel: Engine,
    nan: Engine,
    fuel_nan: Engine,
}

impl Engines {
    /// # Errors
    ///
    /// This machine cannot run them, or [`config`] is no longer what the product is configured as.
    pub(crate) fn new() -> Result<Engines> {
        let products = vm::conformance::wasmtime(vm::Engine::Cranelift)?;
        if compatibility(&products) != compatibility(&engine(false, false)?) {
            return Err("runtime/vm/src/engine/config.rs has changed: variants.rs has to say the same".into());
        }
        Ok(Engines {
            products,
            fuel: engine(true, false)?,
            nan: engine(false, true)?,
            fuel_nan: engine(true, true)?,
        })
    }

    pub(crate) fn of(&self, variant: Variant) -> &Engine {
        match variant {
            Variant::Raw | Variant::Prepared | Variant::Marked => &self.products,
            Variant::Fuel => &self.fuel,
            Variant::Nan => &self.nan,
            Variant::FuelNan => &self.fuel_nan,
        }
    }
}

/// Two engines of the same compatibility make the same machine code.
fn compatibility(engine: &Engine) -> u64 {
    let mut hasher = DefaultHasher::new();
    engine.precompile_compatibility_hash().hash(&mut hasher);
    hasher.finish()
}

/// The product's configuration, with the engine's own fuel and canonical NaN.
fn engine(fuel: bool, nan: bool) -> Result<Engine> {
    let features = WasmFeatures::MUTABLE_GLOBAL
        | WasmFeatures::SATURATING_FLOAT_TO_INT
        | WasmFeatures::SIGN_EXTENSION
        | WasmFeatures::MULTI_VALUE
        | WasmFeatures::BULK_MEMORY
        | WasmFeatures::BULK_MEMORY_OPT
        | WasmFeatures::CALL_INDIRECT_OVERLONG
        | WasmFeatures::FLOATS
        | WasmFeatures::MULTI_MEMORY;
    let mut config = Config::new();
    config.debug_info(false).debug_symbols(false).wasm_backtrace_details(WasmBacktraceDetails::Disable);
    config.wasm_features(WasmFeatures::all(), false).wasm_features(features, true);
    config.strategy(Strategy::Cranelift).cranelift_opt_level(OptLevel::Speed);
    config.cranelift_regalloc_algorithm(RegallocAlgorithm::Backtracking).cranelift_debug_verifier(false);
    config.compiler_inlining(Inlining::No).generate_address_map(false).native_unwind_info(false);
    config
        .epoch_interruption(false)
        .max_wasm_stack(4 << 20)
        .async_stack_size(4 << 20)
        .signals_based_traps(true);
    config.concurrency_support(false).gc_support(false).shared_memory(false).relaxed_simd_deterministic(true);
    config.memory_reservation(4 << 30).memory_guard_size(32 << 20).guard_before_linear_memory(true);
    config.memory_may_move(false).memory_reservation_for_growth(0);
    config.memory_init_cow(true).memory_guaranteed_dense_image_size(16 << 20).table_lazy_init(true);
    config.allocation_strategy(InstanceAllocationStrategy::OnDemand);
    config.consume_fuel(fuel).cranelift_nan_canonicalization(nan);
    Ok(Engine::new(&config)?)
}

/// A kernel, ready to run.
pub(crate) struct Instance {
    store: Store<()>,
    run: TypedFunc<i32, i64>,
    /// The fuel of prepared modules.
    fuel: Option<Global>,
    burns_engines_fuel: bool,
    /// Bytes of machine code.
    pub(crate) code_bytes: usize,
}

impl Instance {
    pub(crate) fn new(engines: &Engines, variant: Variant, wasm: &[u8]) -> Result<Instance> {
        let engine = engines.of(variant);
        let module = Module::from_binary(engine, &variant.module(wasm)?)?;
        let code_bytes = module.functions().map(|function| function.len).sum();
        let mut store = Store::new(engine, ());
        let burns_engines_fuel = matches!(variant, Variant::Fuel | Variant::FuelNan);
        if burns_engines_fuel {
            store.set_fuel(FUEL.unsigned_abs())?;
        }
        let instance = Linker::new(engine).instantiate(&mut store, &module)?;
        let run = instance.get_typed_func(&mut store, "run")?;
        let fuel = instance.get_global(&mut store, "\0fuel");
        if fuel.is_some() != matches!(variant, Variant::Prepared | Variant::Marked) {
            return Err("prepared modules, and no others, export their fuel".into());
        }
        Ok(Instance { store, run, fuel, burns_engines_fuel, code_bytes })
    }

    /// Runs it once: the checksum, and how long it took.
    pub(crate) fn run(&mut self, n: i32) -> Result<(i64, Duration)> {
        if let Some(fuel) = self.fuel {
            fuel.set(&mut self.store, Val::I64(FUEL))?;
        }
        if self.burns_engines_fuel {
            self.store.set_fuel(FUEL.unsigned_abs())?;
        }
        let start = Clock::start();
        let sum = self.run.call(&mut self.store, n)?;
        Ok((sum, start.elapsed()))
    }
}

impl Instance {
    /// The fuel that the last run used; none for variants that have none of ours.
    pub(crate) fn fuel_used(&mut self) -> Option<u64> {
        let left = self.fuel?.get(&mut self.store).i64()?;
        u64::try_from(FUEL - left).ok()
    }
}

/// More than any kernel burns.
const FUEL: i64 = 1 << 60;
