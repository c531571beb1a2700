//! Modules and calls for the tests.

use crate::{AdmitError, Engine, Job, Program, Vm};
use abi::Hash;
use abi::call::Caller;
use abi::effect::Execution;
use abi::fault::Fault;
use abi::hostcalls::{TABLE, Wasm};
use abi::outcome::Outcome;
use abi::session::{Context, Mode};
use abi::view::View;
use std::collections::BTreeMap;
use std::iter;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

/// Enough for everything but an endless loop.
pub(crate) const FUEL: u64 = 1_000_000_000;

/// Every engine, for all tests.
pub(crate) struct Vms(Vec<Vm>);

/// A program, on every engine.
#[derive(Debug)]
pub(crate) struct Programs(Vec<Program>);

/// One of each engine for all tests.
pub(crate) fn vm() -> &'static Vms {
    static VMS: OnceLock<Vms> = OnceLock::new();
    let start = |engine| {
        let mut vm = Vm::new(engine).unwrap();
        vm.prove_resets();
        vm
    };
    VMS.get_or_init(|| Vms(Engine::ALL.map(start).into()))
}

impl Vms {
    /// Admits a module on every engine, or on none.
    pub(crate) fn admit(&self, wasm: &[u8]) -> Result<Programs, AdmitError> {
        let program = self.0[0].admit(wasm)?;
        let others = self.0[1..].iter().map(|vm| vm.admit(wasm).unwrap());
        Ok(Programs(iter::once(program).chain(others).collect()))
    }

    /// Runs a job on every engine: it comes to the same.
    pub(crate) fn run(&self, programs: &Programs, job: Job) -> Result<Execution, Fault> {
        let mut runs = self.0.iter().zip(&programs.0).map(|(vm, program)| vm.run(program, job.clone()));
        let first = runs.next().unwrap();
        for (run, engine) in runs.zip(&Engine::ALL[1..]) {
            let detail = first.as_ref().map(|first| first.detail.clone()).unwrap_or_default();
            assert_eq!(run.map(|run| Execution { detail, ..run }), first, "{engine}");
        }
        first
    }
}

/// What every engine knows of it.
impl Deref for Programs {
    type Target = Program;

    fn deref(&self) -> &Program {
        &self.0[0]
    }
}

/// The wasm of a module with every host call imported under its own name, and `fields` behind them.
pub(crate) fn module(fields: &str) -> Vec<u8> {
    let name = |wasm: &Wasm| if *wasm == Wasm::I32 { "i32 " } else { "i64 " };
    let mut text = String::from("(module\n");
    for call in TABLE {
        let params: String = call.params.iter().map(name).collect();
        let result: String = call.result.iter().map(name).collect();
        let at = call.name;
        text += &format!("(import \"foil\" \"{at}\" (func ${at} (param {params}) (result {result})))\n");
    }
    text += fields;
    text += ")";
    wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// A program of a memory of 1 to 5 pages, a function `$say` that answers with 8 bytes, and `fields`.
pub(crate) fn program(fields: &str) -> Programs {
    let say = r#"(memory (export "memory") 1 5)
        (func $say (param i64)
            (i64.store (i32.const 65000) (local.get 0)) (call $answer (i32.const 65000) (i32.const 8)))"#;
    vm().admit(&module(&format!("{say}\n{fields}"))).unwrap()
}

/// A program whose one method, `call:main`, is `body`.
pub(crate) fn main(body: &str) -> Programs {
    program(&format!("(func (export \"call:main\") (local $i i32) {body})"))
}

/// A call of `main` on a little state.
pub(crate) fn job() -> Job {
    let view = BTreeMap::from([
        (b"\0secret".to_vec(), b"of the system".to_vec()),
        (b"\x01a".to_vec(), b"one".to_vec()),
        (b"\x01b".to_vec(), b"three".to_vec()),
        (b"\x02c".to_vec(), b"beyond".to_vec()),
    ]);
    job_over(Arc::new(view))
}

/// A call of `main` on `view`.
pub(crate) fn job_over(view: Arc<dyn View>) -> Job {
    let context =
        Context { shard: Hash([1; 32]), seq: 7, time_ms: 9, caller: Caller::Nobody, call: Hash([2; 32]) };
    let (method, input) = ("main".to_owned(), b"input".to_vec());
    Job { view, context, mode: Mode::Call, method, input, fuel_max: FUEL }
}

/// Runs a job.
pub(crate) fn run(program: &Programs, job: Job) -> Result<Execution, Fault> {
    vm().run(program, job)
}

/// What a call of `main` with this body comes to.
pub(crate) fn outcome(body: &str) -> Outcome {
    run(&main(body), job()).unwrap().outcome
}

/// The number that a call of `main` with this body says.
pub(crate) fn said(body: &str) -> i64 {
    number(&outcome(body))
}

/// The number that was said.
pub(crate) fn number(outcome: &Outcome) -> i64 {
    assert!(outcome.is_returned(), "{outcome:?}");
    i64::from_le_bytes(outcome.output().try_into().unwrap())
}
