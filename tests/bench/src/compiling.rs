//! How long preparing and compiling takes, beside compiling the raw module.

use crate::Result;
use crate::clock::Clock;
use crate::variants::{Engines, Variant};
use std::time::Duration;
use vm::Preparation;
use wasmtime::Module;

/// What was measured of one module.
pub(crate) struct Compiling {
    pub(crate) wasm_bytes: usize,
    pub(crate) prepared_bytes: usize,
    /// Admission: the features and limits of any module, before anything is prepared.
    pub(crate) admit: Duration,
    /// Preparation alone, with marks, as programs are prepared.
    pub(crate) prepare: Duration,
    /// Preparing and then compiling.
    pub(crate) prepare_compile: Duration,
    /// Compiling the raw module.
    pub(crate) compile_raw: Duration,
}

impl Compiling {
    /// Preparing and compiling, as a multiple of compiling alone.
    pub(crate) fn ratio(&self) -> f64 {
        self.prepare_compile.as_secs_f64() / self.compile_raw.as_secs_f64()
    }
}

/// Compiles a module both ways, in turns.
pub(crate) fn measure(engines: &Engines, wasm: &[u8], rounds: u32) -> Result<Compiling> {
    let engine = engines.of(Variant::Marked);
    let how = Preparation { marks: true, fuel: 0 };
    let mut least = Compiling {
        wasm_bytes: wasm.len(),
        prepared_bytes: vm::prepare(wasm, how)?.len(),
        admit: Duration::MAX,
        prepare: Duration::MAX,
        prepare_compile: Duration::MAX,
        compile_raw: Duration::MAX,
    };
    for _ in 0..rounds {
        let start = Clock::start();
        vm::conformance::admit(wasm)?;
        least.admit = least.admit.min(start.elapsed());

        let start = Clock::start();
        let prepared = vm::prepare(wasm, how)?;
        least.prepare = least.prepare.min(start.elapsed());
        let module = Module::from_binary(engine, &prepared)?;
        least.prepare_compile = least.prepare_compile.min(start.elapsed());
        drop(module);

        let start = Clock::start();
        let module = Module::from_binary(engine, wasm)?;
        least.compile_raw = least.compile_raw.min(start.elapsed());
        drop(module);
    }
    Ok(least)
}
