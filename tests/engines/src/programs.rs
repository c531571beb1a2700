//! Programs, run by the product itself on every engine: admission, calls, the reset of instances. What a call
//! comes to has to be equal in everything that history could hold.

use crate::lockstep::Divergence;
use crate::rng::Rng;
use abi::Hash;
use abi::call::Caller;
use abi::effect::Execution;
use abi::outcome::Outcome;
use abi::session::Context;
use std::collections::BTreeMap;
use std::sync::Arc;
use vm::{AdmitError, Engine, Job, Program, Vm};

/// The product's own way of running programs, on each engine.
pub struct Vms(Vec<(Engine, Vm)>);

/// What programs did, by which a busy run is told from an empty one.
#[derive(Default, Debug)]
pub struct Done {
    /// Programs that were admitted.
    pub programs: u64,
    /// Modules that were refused.
    pub refused: u64,
    /// Calls by outcome: `returned`, `failed` or the trap.
    pub outcomes: BTreeMap<String, u64>,
    /// Keys that were written, and events and messages that were sent.
    pub effects: u64,
}

impl Done {
    /// Adds what others did.
    pub fn add(&mut self, other: &Done) {
        self.programs += other.programs;
        self.refused += other.refused;
        self.effects += other.effects;
        for (outcome, count) in &other.outcomes {
            *self.outcomes.entry(outcome.clone()).or_default() += count;
        }
    }
}

impl Default for Vms {
    fn default() -> Vms {
        Vms::start()
    }
}

impl Vms {
    /// Starts every engine; each reset of an instance will be proven.
    pub fn start() -> Vms {
        let start = |engine| {
            let mut vm = Vm::new(engine).expect("this machine runs every engine");
            vm.prove_resets();
            (engine, vm)
        };
        Vms(Engine::ALL.map(start).into())
    }

    /// Each engine with its own.
    pub fn each(&self) -> &[(Engine, Vm)] {
        &self.0
    }

    /// Admits a program everywhere, and runs each method twice with arguments and fuel of the seed.
    ///
    /// # Errors
    ///
    /// A bug: where two engines differ, or this machine fails.
    pub fn run(&self, wasm: &[u8], seed: u64, done: &mut Done) -> Result<(), Divergence> {
        let admitted: Vec<_> = self.0.iter().map(|(_, vm)| vm.admit(wasm)).collect();
        let Some(programs) = unanimous(admitted)? else {
            done.refused += 1;
            return Ok(());
        };
        done.programs += 1;
        let mut rng = Rng::new(seed);
        let methods: Vec<String> = programs[0].methods().map(|(name, _)| name.to_owned()).collect();
        for method in methods.iter().chain(&methods) {
            let fuel_max = if rng.percent(70) { 100_000 } else { u64::from(rng.below(4_000)) };
            let input = rng.bytes(40);
            let execution = self.call(&programs, method, &input, fuel_max)?;
            let outcome = match &execution.outcome {
                Outcome::Returned(_) => "returned".to_owned(),
                Outcome::Failed(_) => "failed".to_owned(),
                Outcome::Trapped(trap) => format!("{trap:?}"),
            };
            *done.outcomes.entry(outcome).or_default() += 1;
            done.effects += (execution.events.len() + execution.messages.len()) as u64;
            done.effects += u64::from(!execution.diff.is_empty());
        }
        Ok(())
    }

    /// One call on every engine.
    fn call(
        &self,
        programs: &[Program],
        method: &str,
        input: &[u8],
        fuel_max: u64,
    ) -> Result<Execution, Divergence> {
        let mut first: Option<Execution> = None;
        for ((engine, vm), program) in self.0.iter().zip(programs) {
            let job = job(program, method, input, fuel_max);
            let execution = vm.run(program, job);
            let mut execution = execution
                .map_err(|fault| Divergence(format!("{engine}: {method} with fuel {fuel_max}: {fault}")))?;
            // For people, and never in history: not every engine knows as much.
            execution.detail.clear();
            match &first {
                None => first = Some(execution),
                Some(first) if *first == execution => {}
                Some(first) => {
                    let what = format!("{method} with fuel {fuel_max}: {first:?}, on {engine} {execution:?}");
                    return Err(Divergence(what));
                }
            }
        }
        first.ok_or_else(|| Divergence("no engine".into()))
    }
}

/// The programs, if all engines admitted it; `None` if all refused it for the same reason.
fn unanimous(admitted: Vec<Result<Program, AdmitError>>) -> Result<Option<Vec<Program>>, Divergence> {
    let reason = admitted[0].as_ref().err().map(ToString::to_string);
    if let Some(AdmitError::Uncompilable { because }) = admitted[0].as_ref().err() {
        return Err(Divergence(format!("an engine refused what was admitted: {because}")));
    }
    let same = |one: &Result<Program, AdmitError>| one.as_ref().err().map(ToString::to_string) == reason;
    match admitted.iter().all(same) {
        true => Ok(admitted.into_iter().collect::<Result<Vec<_>, _>>().ok()),
        false => Err(Divergence(format!("admitted by some: {admitted:?}"))),
    }
}

fn job(program: &Program, method: &str, input: &[u8], fuel_max: u64) -> Job {
    let key = |key: &[u8]| [&[1], key].concat();
    let view = BTreeMap::from([
        (key(b"\0"), b"zero".to_vec()),
        (key(b"\0\0\0\0"), vec![7; 100]),
        (key(b"a"), b"one".to_vec()),
        (key(b"ab"), Vec::new()),
    ]);
    let caller = Caller::Nobody;
    let context = Context { shard: Hash([1; 32]), seq: 7, time_ms: 9, caller, call: Hash([2; 32]) };
    let mode = program.method(method).expect("it is a method of the program");
    Job { view: Arc::new(view), context, mode, method: method.to_owned(), input: input.to_vec(), fuel_max }
}
