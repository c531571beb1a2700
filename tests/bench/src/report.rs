//! What was measured, as a table for people and as JSON for programs.

use crate::calls::Calls;
use crate::compiling::Compiling;
use crate::hostcalls::{APART_MAX, HostCalls};
use crate::kernels::{Kind, Measured};
use crate::variants::Variant;
use std::fmt;
use std::time::Duration;

/// All that one run measured.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) rounds: u32,
    pub(crate) kernels: Vec<Measured>,
    pub(crate) compiling: Option<Compiling>,
    pub(crate) calls: Option<Calls>,
    pub(crate) hostcalls: Option<HostCalls>,
}

/// A figure, and what it is held to.
struct Bar {
    what: String,
    value: f64,
    bar: f64,
    /// Whether the bar is the least that the figure may be.
    is_least: bool,
}

impl Bar {
    fn most(what: impl Into<String>, value: f64, bar: f64) -> Bar {
        Bar { what: what.into(), value, bar, is_least: false }
    }

    fn passes(&self) -> bool {
        if self.is_least { self.value >= self.bar } else { self.value <= self.bar }
    }
}

/// The columns of ratios to raw.
const TO_RAW: [Variant; 5] =
    [Variant::Fuel, Variant::Nan, Variant::FuelNan, Variant::Prepared, Variant::Marked];

impl Report {
    fn of(&self, kind: Kind) -> impl Iterator<Item = &Measured> {
        self.kernels.iter().filter(move |kernel| kernel.kind == kind)
    }

    fn bars(&self) -> Vec<Bar> {
        let mut bars = Vec::new();
        let kinds = [(Kind::Integer, "integer", 1.2, 1.35), (Kind::Float, "float", 1.3, 1.4)];
        for (kind, name, prepared, marked) in kinds {
            for (variant, what, bar) in
                [(Variant::Prepared, "prepared", prepared), (Variant::Marked, "with marks", marked)]
            {
                let mean = mean(self.of(kind).map(|kernel| kernel.ratio(variant, Variant::Raw)));
                bars.extend(mean.map(|mean| Bar::most(format!("{what} / raw, {name}, mean"), mean, bar)));
            }
        }
        let marks = mean(self.kernels.iter().map(|kernel| kernel.ratio(Variant::Marked, Variant::Prepared)));
        bars.extend(marks.map(|mean| Bar::most("with marks / prepared, mean", mean, 1.15)));
        let to_own = |kernel: &Measured| kernel.ratio(Variant::Prepared, kernel.engines_own());
        let worst = self.kernels.iter().max_by(|one, other| to_own(one).total_cmp(&to_own(other)));
        bars.extend(worst.map(|kernel| {
            let what = format!("prepared / engine's own switches, worst: {}", kernel.name);
            Bar::most(what, to_own(kernel), 1.05)
        }));
        let gain = mean(self.of(Kind::Float).map(|kernel| 1.0 / to_own(kernel)));
        bars.extend(gain.map(|value| {
            let what = "engine's own switches / prepared, float, mean".into();
            Bar { what, value, bar: 3.0, is_least: true }
        }));
        bars.extend(self.compiling.as_ref().map(|compiling| {
            let what = format!("prepare + compile / compile, {} kB", compiling.wasm_bytes / 1000);
            Bar::most(what, compiling.ratio(), 1.5)
        }));
        if let Some(calls) = &self.calls {
            bars.push(Bar::most("isolated call by exact reset, µs", micros(calls.reset), 0.4));
            bars.push(Bar::most("isolated call in a fresh instance, µs", micros(calls.fresh), 4.5));
        }
        if let Some(hostcalls) = &self.hostcalls {
            bars.extend(hostcalls.cheapest().map(|price| {
                Bar::most(format!("time / price, most: {}", price.name), price.ratio, APART_MAX)
            }));
            bars.extend(hostcalls.dearest().map(|price| {
                let what = format!("price / time, most: {}", price.name);
                Bar::most(what, 1.0 / price.ratio, APART_MAX)
            }));
        }
        bars
    }

    /// The figures as one JSON object.
    pub(crate) fn json(&self) -> String {
        let kernels: Vec<String> = self.kernels.iter().map(kernel_json).collect();
        let bars: Vec<String> = self.bars().iter().map(bar_json).collect();
        let compiling = self.compiling.as_ref().map_or("null".into(), compiling_json);
        let calls = self.calls.as_ref().map_or("null".into(), |calls| {
            format!("{{\"reset_us\": {:.4}, \"fresh_us\": {:.4}}}", micros(calls.reset), micros(calls.fresh))
        });
        let hostcalls = self.hostcalls.as_ref().map_or("null".into(), HostCalls::json);
        format!(
            "{{\n\"rounds\": {},\n\"kernels\": [\n{}\n],\n\"large\": {compiling},\n\"calls\": {calls},\n\
             \"hostcalls\": {hostcalls},\n\
             \"bars\": [\n{}\n]\n}}\n",
            self.rounds,
            kernels.join(",\n"),
            bars.join(",\n")
        )
    }
}

fn kernel_json(kernel: &Measured) -> String {
    let kind = if kernel.kind == Kind::Integer { "integer" } else { "float" };
    let each = |write: &dyn Fn(Variant) -> String| {
        Variant::ALL.map(|variant| format!("\"{}\": {}", variant.name(), write(variant))).join(", ")
    };
    format!(
        "{{\"name\": \"{}\", \"kind\": \"{kind}\", \"raw_ms\": {:.4}, \"ratio\": {{{}}}, \
         \"code_bytes\": {{{}}}, \"compiling\": {}}}",
        kernel.name,
        millis(kernel.raw()),
        each(&|variant| format!("{:.4}", kernel.ratio(variant, Variant::Raw))),
        each(&|variant| kernel.code_bytes(variant).to_string()),
        compiling_json(&kernel.compiling)
    )
}

fn compiling_json(compiling: &Compiling) -> String {
    format!(
        "{{\"wasm_bytes\": {}, \"prepared_bytes\": {}, \"admit_ms\": {:.4}, \"prepare_ms\": {:.4}, \
         \"prepare_compile_ms\": {:.4}, \"compile_raw_ms\": {:.4}, \"ratio\": {:.4}}}",
        compiling.wasm_bytes,
        compiling.prepared_bytes,
        millis(compiling.admit),
        millis(compiling.prepare),
        millis(compiling.prepare_compile),
        millis(compiling.compile_raw),
        compiling.ratio()
    )
}

fn bar_json(bar: &Bar) -> String {
    let Bar { what, value, bar: limit, is_least } = bar;
    let passes = bar.passes();
    format!(
        "{{\"what\": \"{what}\", \"value\": {value:.4}, \"bar\": {limit}, \"is_least\": {is_least}, \
         \"passes\": {passes}}}"
    )
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Processor time as a multiple of raw; the least of {} rounds in turns.", self.rounds)?;
        writeln!(f, "own: prepared / the engine's own fuel (floats: fuel and NaN).")?;
        writeln!(f, "marks: with marks / without. code: bytes of machine code, prepared with marks.")?;
        writeln!(f, "compile: prepare with marks and compile / compile raw.\n")?;
        writeln!(
            f,
            "{:<12}{:>8} |{:>7}{:>7}{:>9} |{:>9}{:>7} |{:>6}{:>7} |{:>8}{:>6} |{:>8}{:>6}",
            "kernel",
            "raw ms",
            "fuel",
            "NaN",
            "fuel+NaN",
            "prepared",
            "+marks",
            "own",
            "marks",
            "code raw",
            "×",
            "compile",
            "×"
        )?;
        for (kind, name) in [(Kind::Integer, "integer"), (Kind::Float, "float")] {
            for kernel in self.of(kind) {
                row(f, kernel)?;
            }
            mean_row(f, &format!("MEAN {name}"), &self.of(kind).collect::<Vec<_>>())?;
        }
        if let Some(large) = &self.compiling {
            writeln!(
                f,
                "\nLarge module, {} bytes ({} prepared): admit {:.1} ms, prepare {:.1} ms, prepare + compile {:.1} ms, \
                 compile raw {:.1} ms",
                large.wasm_bytes,
                large.prepared_bytes,
                millis(large.admit),
                millis(large.prepare),
                millis(large.prepare_compile),
                millis(large.compile_raw)
            )?;
        }
        if let Some(hostcalls) = &self.hostcalls {
            write!(f, "\n{hostcalls}")?;
        }
        writeln!(f)?;
        for bar in self.bars() {
            let (sign, verdict) =
                (if bar.is_least { '≥' } else { '≤' }, if bar.passes() { "pass" } else { "FAIL" });
            writeln!(f, "{verdict}  {:<56}{:>7.3}  {sign} {}", bar.what, bar.value, bar.bar)?;
        }
        Ok(())
    }
}

fn row(f: &mut fmt::Formatter<'_>, kernel: &Measured) -> fmt::Result {
    write!(f, "{:<12}{:>8.2} |", kernel.name, millis(kernel.raw()))?;
    ratios(f, |one, to| kernel.ratio(one, to.unwrap_or(kernel.engines_own())))?;
    let (raw, marked) = (kernel.code_bytes(Variant::Raw), kernel.code_bytes(Variant::Marked));
    let code = marked as f64 / raw as f64;
    let compile_ms = millis(kernel.compiling.compile_raw);
    writeln!(f, "{raw:>8}{code:>6.2} |{compile_ms:>8.2}{:>6.2}", kernel.compiling.ratio())
}

/// The columns of ratios; without a second variant, to the engine's own switches.
fn ratios(f: &mut fmt::Formatter<'_>, ratio: impl Fn(Variant, Option<Variant>) -> f64) -> fmt::Result {
    let [fuel, nan, fuel_nan, prepared, marked] = TO_RAW.map(|variant| ratio(variant, Some(Variant::Raw)));
    let (own, marks) = (ratio(Variant::Prepared, None), ratio(Variant::Marked, Some(Variant::Prepared)));
    write!(f, "{fuel:>7.2}{nan:>7.2}{fuel_nan:>9.2} |{prepared:>9.2}{marked:>7.2} |{own:>6.2}{marks:>7.2} |")
}

fn mean_row(f: &mut fmt::Formatter<'_>, name: &str, kernels: &[&Measured]) -> fmt::Result {
    if kernels.is_empty() {
        return Ok(());
    }
    write!(f, "{name:<20} |")?;
    ratios(f, |one, to| {
        let each = kernels.iter().map(|kernel| kernel.ratio(one, to.unwrap_or(kernel.engines_own())));
        mean(each).unwrap_or(f64::NAN)
    })?;
    let code = |kernel: &&Measured| {
        kernel.code_bytes(Variant::Marked) as f64 / kernel.code_bytes(Variant::Raw) as f64
    };
    let code = mean(kernels.iter().map(code)).unwrap_or(f64::NAN);
    let compile = mean(kernels.iter().map(|kernel| kernel.compiling.ratio())).unwrap_or(f64::NAN);
    writeln!(f, "{:>8}{code:>6.2} |{:>8}{compile:>6.2}", "", "")
}

/// The geometric mean, which is the one that ratios have.
fn mean(ratios: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = ratios.fold((0.0, 0u32), |(sum, count), ratio| (sum + ratio.ln(), count + 1));
    (count > 0).then(|| (sum / f64::from(count)).exp())
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
