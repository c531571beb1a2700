//! A trial: one module, prepared, on several engines that have to agree; and raw, on one that has to come to
//! the same wherever preparation promises that it does.

use crate::generate::HOST;
use crate::lockstep::{Answer, Divergence, Lockstep, agreed, difference};
use crate::machine::{Engines, Machine, Stop};
use crate::rng::Rng;
use crate::shape::{ADMITTED, PREPARED, Shape};
use crate::value::Value;
use abi::outcome::Trap;
use std::collections::BTreeMap;
use std::fmt;
use vm::{Engine, Preparation, conformance};
use wasmparser::{BlockType, Operator, Parser, Payload};

/// Most fuel of one call.
const FUEL_MAX: u32 = 100_000;
/// The depth that a call begins with.
const DEPTH_MAX: u32 = 4 << 20;
/// Most functions that are called, and calls of each.
const FUNCTIONS_MAX: usize = 12;
const CALLS: usize = 2;

/// When the raw module is run beside the prepared one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Raw {
    /// Where no operator could make a NaN, on Cranelift: it makes those that its machine makes.
    WithoutFloats,
    /// Always, on wasmi: this one makes canonical ones.
    OnWasmi,
}

/// How modules are tried.
pub struct Trial<'e> {
    /// The engines, started.
    pub engines: &'e Engines,
    /// Those that run the prepared module.
    pub on: &'e [Engine],
    /// What is done with the raw one.
    pub raw: Raw,
}

/// What trials saw, by which a busy run is told from an empty one.
#[derive(Default, Debug)]
pub struct Seen {
    /// Modules that admission refused.
    pub refused: u64,
    /// Modules that ran.
    pub modules: u64,
    /// Modules that did not come to an instance, on any engine.
    pub stillborn: u64,
    /// Calls that returned.
    pub returned: u64,
    /// Calls that trapped, by trap.
    pub trapped: BTreeMap<Trap, u64>,
    /// Calls of the raw module that came to the same.
    pub raw: u64,
    /// Values that were returned, and those of them that were NaN.
    pub values: u64,
    /// NaN among the values.
    pub nans: u64,
}

impl Seen {
    fn answer(&mut self, answer: &Answer<Vec<Value>>) {
        match answer {
            Ok(values) => {
                self.returned += 1;
                self.values += values.len() as u64;
                self.nans += values.iter().filter(|value| value.is_nan()).count() as u64;
            }
            Err(Stop::Trap(trap)) => *self.trapped.entry(*trap).or_default() += 1,
            // Those that all agree on are traps: code that runs is linked.
            Err(_) => {}
        }
    }

    /// Adds what others saw.
    pub fn add(&mut self, other: &Seen) {
        self.refused += other.refused;
        self.modules += other.modules;
        self.stillborn += other.stillborn;
        self.returned += other.returned;
        self.raw += other.raw;
        self.values += other.values;
        self.nans += other.nans;
        for (trap, count) in &other.trapped {
            *self.trapped.entry(*trap).or_default() += count;
        }
    }
}

impl Trial<'_> {
    /// Tries one module, with arguments and limits of the seed.
    ///
    /// # Errors
    ///
    /// A bug: where two engines differ, or the prepared module from the raw one.
    pub fn run(&self, wasm: &[u8], seed: u64, seen: &mut Seen) -> Result<(), Divergence> {
        let mut rng = Rng::new(seed);
        if conformance::admit(wasm).is_err() || !is_ours_to_try(wasm) {
            seen.refused += 1;
            return Ok(());
        }
        let how = Preparation { marks: rng.percent(80), fuel: FUEL_MAX };
        let because = |what: &str, error: &dyn fmt::Display| Divergence(format!("{what}: {error}"));
        let prepared =
            vm::prepare(wasm, how).map_err(|error| because("admitted and not prepared", &error))?;
        let shape =
            Shape::of(&prepared, PREPARED).map_err(|error| because("prepared and not valid", &error))?;
        let raw_goes_wrong = self.raw == Raw::OnWasmi && (selects_go_wrong(wasm) || blocks_go_wrong(wasm));
        if raw_goes_wrong {
            seen.refused += 1;
            return Ok(());
        }
        let host = imports(wasm).then(|| wat::parse_str(HOST).expect("it is well-formed"));
        let raw_shape = Shape::of(wasm, ADMITTED).expect("it was admitted");
        let modules = Modules { raw: wasm, raw_shape, prepared, shape, host };
        match self.instances(&modules)? {
            None => seen.stillborn += 1,
            Some(instances) => {
                seen.modules += 1;
                Run { trial: self, rng, modules, instances, seen }.functions()?;
            }
        }
        Ok(())
    }

    /// Fresh instances; `None` where there are none, on any engine.
    fn instances(&self, modules: &Modules<'_>) -> Result<Option<Instances>, Divergence> {
        let failed = |stop: Stop| Divergence(format!("no instance: {stop:?}"));
        let mut lockstep = Lockstep::new(self.engines, self.on);
        if let Some(host) = &modules.host {
            let shape = Shape::of(host, PREPARED).expect("it is valid");
            agreed(&lockstep.instantiate(host, shape))?.map_err(failed)?;
            lockstep.register(0, "host");
        }
        let Ok(guest) = agreed(&lockstep.instantiate(&modules.prepared, modules.shape.clone()))? else {
            return Ok(None);
        };
        let raw = match self.raw {
            Raw::WithoutFloats if makes_floats(modules.raw) => None,
            Raw::WithoutFloats => Some(self.engines.machine(Engine::Cranelift)),
            Raw::OnWasmi => Some(self.engines.machine(Engine::Wasmi)),
        };
        let mut instances = Instances { lockstep, guest, raw };
        if let Some(machine) = &mut instances.raw {
            if let Some(host) = &modules.host {
                machine.instantiate(host).map_err(failed)?;
                machine.register(0, "host");
            }
            machine.instantiate(modules.raw).map_err(failed)?;
        }
        instances.compare(modules)?;
        Ok(Some(instances))
    }
}

/// A module in both forms, and the host it imports from, if it imports anything.
struct Modules<'w> {
    raw: &'w [u8],
    raw_shape: Shape,
    prepared: Vec<u8>,
    shape: Shape,
    host: Option<Vec<u8>>,
}

/// Instances of it.
struct Instances {
    lockstep: Lockstep,
    /// The number of the module's own instance.
    guest: usize,
    raw: Option<Box<dyn Machine>>,
}

impl Instances {
    /// Compares all that can be seen.
    fn compare(&mut self, modules: &Modules<'_>) -> Result<(), Divergence> {
        let all: Vec<usize> = (0..=self.guest).collect();
        self.lockstep.compare(&all)?;
        let Some(raw) = &mut self.raw else {
            return Ok(());
        };
        let first = self.lockstep.first();
        let mut found = difference(first, raw.as_mut(), self.guest, &modules.raw_shape);
        if let (None, Some(host)) = (&found, &modules.host) {
            let shape = Shape::of(host, PREPARED).expect("it is valid");
            found = difference(first, raw.as_mut(), 0, &shape);
        }
        found.map_or(Ok(()), |what| Err(Divergence(format!("prepared and raw: {what}"))))
    }
}

struct Run<'t> {
    trial: &'t Trial<'t>,
    rng: Rng,
    modules: Modules<'t>,
    instances: Instances,
    seen: &'t mut Seen,
}

impl Run<'_> {
    fn functions(&mut self) -> Result<(), Divergence> {
        let functions = self.modules.shape.functions.clone();
        for (name, params) in functions.iter().take(FUNCTIONS_MAX) {
            for _ in 0..CALLS {
                let args: Vec<_> = params.iter().map(|ty| self.rng.value(*ty)).collect();
                let fuel = if self.rng.percent(70) { FUEL_MAX } else { self.rng.below(3_000) };
                let depth = if self.rng.percent(70) { DEPTH_MAX } else { self.rng.below(20_000) };
                self.instances.lockstep.refill(i64::from(fuel), i64::from(depth));
                self.call(name, &args).map_err(|divergence| {
                    Divergence(format!("{name}{args:?}, fuel {fuel}, depth {depth}: {divergence}"))
                })?;
            }
        }
        Ok(())
    }

    fn call(&mut self, function: &str, args: &[Value]) -> Result<(), Divergence> {
        let Instances { lockstep, guest, raw } = &mut self.instances;
        let answer = agreed(&lockstep.call(*guest, function, args))?;
        self.seen.answer(&answer);
        if matches!(answer, Err(Stop::Trap(Trap::OutOfFuel | Trap::StackOverflow))) {
            // Nothing ends the raw module there: both begin anew.
            *raw = None;
            self.instances.compare(&self.modules)?;
            let fresh = self.trial.instances(&self.modules)?;
            self.instances =
                fresh.ok_or_else(|| Divergence("an instance was made once, and never again".into()))?;
            return Ok(());
        }
        if let Some(raw) = raw {
            let theirs = raw.call(*guest, function, args);
            if theirs != answer {
                return Err(Divergence(format!("prepared {answer:?}, raw {theirs:?}")));
            }
            self.seen.raw += 1;
        }
        self.instances.compare(&self.modules)
    }
}

/// Whether a valid module keeps two rules of programs: it cannot grow beyond what a test should use, and
/// leaves names that begin with NUL to the host.
fn is_ours_to_try(wasm: &[u8]) -> bool {
    Parser::new(0).parse_all(wasm).all(|payload| match payload {
        Ok(Payload::MemorySection(memories)) => {
            memories.into_iter().flatten().all(|memory| memory.maximum.is_some_and(|pages| pages <= 1_024))
        }
        Ok(Payload::TableSection(tables)) => {
            tables.into_iter().flatten().all(|table| table.ty.initial <= 100_000)
        }
        Ok(Payload::ExportSection(exports)) => {
            exports.into_iter().flatten().all(|export| !export.name.starts_with('\0'))
        }
        _ => true,
    })
}

fn imports(wasm: &[u8]) -> bool {
    let is_imports = |payload| matches!(payload, Ok(Payload::ImportSection(imports)) if imports.count() > 0);
    Parser::new(0).parse_all(wasm).any(is_imports)
}

/// Whether wasmi 2.0.0 could compile a raw module wrongly, by a `select` that a comparison with zero decides:
/// it takes the comparison's operand for the condition, and if that is a local, looks for it where it is not.
/// Preparation keeps the two apart.
fn selects_go_wrong(wasm: &[u8]) -> bool {
    use Operator as O;
    operators(wasm)
        .windows(2)
        .any(|pair| matches!(pair, [O::I32Eqz | O::I32Eq | O::I32Ne, O::Select | O::TypedSelect { .. }]))
}

/// Whether wasmi 2.0.0 could compile a raw module wrongly, by a loop or an `if` with parameters: an operand
/// below them can be lost. Not if a block ends right before, for its beginning put all operands where they are
/// safe; so preparation puts an empty one there.
fn blocks_go_wrong(wasm: &[u8]) -> bool {
    use Operator as O;
    let mut params = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        if let Ok(Payload::TypeSection(types)) = payload {
            params.extend(types.into_iter_err_on_gc_types().flatten().map(|ty| ty.params().len()));
        }
    }
    operators(wasm).windows(2).any(|pair| match pair {
        [O::End, _] => false,
        [_, O::Loop { blockty: BlockType::FuncType(ty) } | O::If { blockty: BlockType::FuncType(ty) }] => {
            params[*ty as usize] > 0
        }
        _ => false,
    })
}

/// Whether a valid module has an operator that makes a float of another: constants, loads and stores only
/// move them.
fn makes_floats(wasm: &[u8]) -> bool {
    let makes = |operator: &Operator<'_>| {
        let name = format!("{operator:?}");
        let moves = ["Const", "Load", "Store", "Reinterpret"];
        (name.starts_with("F32") || name.starts_with("F64"))
            && !moves.iter().any(|word| name[3..].starts_with(word))
    };
    operators(wasm).iter().any(makes)
}

/// All operators of a valid module, one function behind the other.
fn operators(wasm: &[u8]) -> Vec<Operator<'_>> {
    let mut operators = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        if let Ok(Payload::CodeSectionEntry(body)) = payload {
            operators.extend(body.get_operators_reader().into_iter().flatten().flatten());
        }
    }
    operators
}
