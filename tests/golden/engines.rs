//! Every engine at once: a module runs on each of them, and comes to the same.

use abi::Hash;
use abi::call::Caller;
use abi::effect::{Execution, HostCalled};
use abi::fault::Fault;
use abi::session::{Context, Mode};
use abi::view::View;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use vm::{AdmitError, Engine, Job, Program, Vm};

/// One of each engine. After every call the instance is compared with a fresh one.
pub(crate) struct Engines(Vec<Vm>);

/// A program, on every engine.
#[derive(Clone)]
pub(crate) struct Programs(pub(crate) Vec<Program>);

/// One of each engine for all tests.
pub(crate) fn engines() -> &'static Engines {
    static ENGINES: OnceLock<Engines> = OnceLock::new();
    ENGINES.get_or_init(|| {
        let start = |engine| {
            let mut vm = Vm::new(engine).unwrap_or_else(|fault| panic!("{engine}: {fault}"));
            vm.prove_resets();
            vm
        };
        Engines(Engine::ALL.map(start).into())
    })
}

impl Engines {
    /// Admits a module on every engine, or says why the first refuses it.
    pub(crate) fn admit(&self, wasm: &[u8]) -> Result<Programs, AdmitError> {
        self.0.iter().map(|vm| vm.admit(wasm)).collect::<Result<_, _>>().map(Programs)
    }

    /// What a job comes to on one engine. What is only for people is left out: it differs.
    pub(crate) fn on(&self, engine: usize, programs: &Programs, job: Job) -> Result<Execution, Fault> {
        let execution = self.0[engine].run(&programs.0[engine], job)?;
        Ok(Execution { detail: Vec::new(), ..execution })
    }

    /// The same, with the host calls that it made.
    #[allow(dead_code, reason = "the target hostile has this file, too")]
    pub(crate) fn trace(
        &self,
        engine: usize,
        programs: &Programs,
        job: Job,
    ) -> Result<(Execution, Vec<HostCalled>), Fault> {
        let (execution, calls) = self.0[engine].trace(&programs.0[engine], job)?;
        Ok((Execution { detail: Vec::new(), ..execution }, calls))
    }

    /// What a job comes to, which is the same on every engine and never a fault.
    #[track_caller]
    pub(crate) fn run(&self, programs: &Programs, job: &Job) -> Execution {
        let first = self.on(0, programs, job.clone());
        for (at, engine) in Engine::ALL.iter().enumerate().skip(1) {
            let other = self.on(at, programs, job.clone());
            assert_eq!(other, first, "{engine} differs: {} of {} fuel", job.method, job.fuel_max);
        }
        first.unwrap_or_else(|fault| panic!("{}: {fault}", job.method))
    }
}

/// A call of `main` on no state, with a billion of fuel.
pub(crate) fn job() -> Job {
    job_over(Arc::new(BTreeMap::new()))
}

/// The same on some state.
pub(crate) fn job_over(view: Arc<dyn View>) -> Job {
    let context =
        Context { shard: Hash([1; 32]), seq: 7, time_ms: 9, caller: Caller::Nobody, call: Hash([2; 32]) };
    let (method, input) = ("main".to_owned(), b"input".to_vec());
    Job { view, context, mode: Mode::Call, method, input, fuel_max: 1_000_000_000 }
}
