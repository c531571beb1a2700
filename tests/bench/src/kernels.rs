//! The kernels, and how long each takes as each variant.

use crate::Result;
use crate::compiling::{self, Compiling};
use crate::variants::{Engines, Instance, Variant};
use std::time::Duration;

/// What a kernel computes with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Integer,
    Float,
}

/// One kernel.
pub(crate) struct Kernel {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// How much work: 20 to 50 ms of it, raw.
    n: i32,
    wasm: &'static [u8],
}

macro_rules! kernels {
    ($($name:literal $kind:ident $n:literal;)+) => {
        /// All of them.
        pub(crate) const KERNELS: &[Kernel] = &[$(Kernel {
            name: $name,
            kind: Kind::$kind,
            n: $n,
            wasm: include_bytes!(concat!("../wasm/", $name, ".wasm")),
        }),+];
    };
}

kernels! {
    "fib" Integer 35;
    "sha256" Integer 200;
    "blake3" Integer 400;
    "quicksort" Integer 400_000;
    "btree" Integer 200_000;
    "json" Integer 120;
    "regex" Integer 120;
    "sum" Integer 15_000;
    "bytes" Integer 400;
    "dot" Float 16_000;
    "nbody" Float 120_000;
    "matmul" Float 100;
    "fft" Float 600;
    "axpy" Float 20_000;
    "mandelbrot" Float 480;
}

/// All of them in one module, with what they are made of: a large program.
pub(crate) const ALL: &[u8] = include_bytes!("../wasm/all.wasm");

/// Whether there is such a kernel.
pub(crate) fn is_known(name: &str) -> bool {
    KERNELS.iter().any(|kernel| kernel.name == name)
}

/// What was measured of one kernel.
pub(crate) struct Measured {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// The least time of each variant.
    times: [Duration; Variant::ALL.len()],
    /// Bytes of machine code of each variant.
    code_bytes: [usize; Variant::ALL.len()],
    pub(crate) compiling: Compiling,
}

impl Measured {
    pub(crate) fn raw(&self) -> Duration {
        self.times[Variant::Raw as usize]
    }

    /// The time of one variant as a multiple of another's.
    pub(crate) fn ratio(&self, variant: Variant, to: Variant) -> f64 {
        self.times[variant as usize].as_secs_f64() / self.times[to as usize].as_secs_f64()
    }

    pub(crate) fn code_bytes(&self, variant: Variant) -> usize {
        self.code_bytes[variant as usize]
    }

    /// The variant that the engine's own switches make of this kernel: for integers NaN is no matter.
    pub(crate) fn engines_own(&self) -> Variant {
        match self.kind {
            Kind::Integer => Variant::Fuel,
            Kind::Float => Variant::FuelNan,
        }
    }
}

/// Runs a kernel as every variant, in turns.
///
/// # Errors
///
/// Something does not compile or traps, or the variants do not agree about the checksum.
pub(crate) fn measure(engines: &Engines, kernel: &Kernel, rounds: u32) -> Result<Measured> {
    let mut instances = Vec::new();
    for variant in Variant::ALL {
        instances.push(Instance::new(engines, variant, kernel.wasm)?);
    }
    let expected = instances[0].run(kernel.n)?.0;
    let mut times = [Duration::MAX; Variant::ALL.len()];
    // The first round is for memory to grow and caches to fill.
    for round in 0..=rounds as usize {
        for turn in 0..instances.len() {
            // Each round begins with another variant, for whoever ran before leaves the processor warm.
            let at = (round + turn) % instances.len();
            let (sum, time) = instances[at].run(kernel.n)?;
            if sum != expected {
                let variant = Variant::ALL[at].name();
                let name = kernel.name;
                return Err(format!("{name}: {variant} says {sum:#x}, raw says {expected:#x}").into());
            }
            if round > 0 {
                times[at] = times[at].min(time);
            }
        }
    }
    let code_bytes = std::array::from_fn(|at| instances[at].code_bytes);
    let compiling = compiling::measure(engines, kernel.wasm, rounds)?;
    Ok(Measured { name: kernel.name, kind: kernel.kind, times, code_bytes, compiling })
}

/// Every kernel as programs run, with marks, and the least time of each.
pub(crate) struct Paid(Vec<(i32, Instance, f64)>);

impl Paid {
    pub(crate) fn new(engines: &Engines) -> Result<Paid> {
        let paid =
            |kernel: &Kernel| Ok((kernel.n, Instance::new(engines, Variant::Marked, kernel.wasm)?, f64::MAX));
        Ok(Paid(KERNELS.iter().map(paid).collect::<Result<_>>()?))
    }

    /// Runs every kernel so often.
    pub(crate) fn turn(&mut self, rounds: u32) -> Result<()> {
        for (n, instance, least) in &mut self.0 {
            for _ in 0..rounds {
                let (_, time) = instance.run(*n)?;
                let fuel = instance.fuel_used().ok_or("a prepared kernel without fuel")?;
                *least = least.min(time.as_secs_f64() * 1e9 / fuel as f64);
            }
        }
        Ok(())
    }

    /// Nanoseconds by unit of fuel: the median of all kernels.
    pub(crate) fn median(&self) -> f64 {
        let mut each: Vec<f64> = self.0.iter().map(|(_, _, least)| *least).collect();
        each.sort_by(f64::total_cmp);
        each[each.len() / 2]
    }
}
