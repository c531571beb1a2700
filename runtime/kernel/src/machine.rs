//! What runs one call: the engine, the compiled programs, the `system` program.

use crate::programs::{Catalogue, Programs};
use crate::system;
use abi::call::Call;
use abi::effect::{Execution, HostCalled, Moment};
use abi::fault::Fault;
use abi::id::Hash;
use abi::profile::Profile;
use abi::session::{Context, Mode, Space};
use abi::system::PROGRAM_KEY;
use abi::view::View;
use std::sync::Arc;
use vm::{AdmitError, Engine, InspectError, Inspected, Job, Program, Vm};

/// Runs calls. The same machine serves a live shard and a replay.
pub struct Machine {
    vm: Vm,
    programs: Catalogue,
    profile: Profile,
}

/// Why a call could not be run at all.
#[derive(Debug)]
pub enum RunError {
    /// The program's bytes are not to be had.
    Missing(Hash),
    /// The program breaks a rule of admission.
    Refused(Hash, AdmitError),
    /// The program has no such method to call.
    NoMethod,
    /// The machine failed.
    Fault(Fault),
}

impl From<Fault> for RunError {
    fn from(fault: Fault) -> RunError {
        RunError::Fault(fault)
    }
}

impl Machine {
    /// A machine that finds programs in `source`, and runs them on `engine`.
    pub fn new(source: Box<dyn Programs>, engine: Engine) -> Result<Machine, Fault> {
        let (vm, programs) = (Vm::new(engine)?, Catalogue::new(source));
        Ok(Machine { vm, programs, profile: Profile::One })
    }

    /// The rules it runs under: the first, until it is told.
    pub fn profile(&self) -> Profile {
        self.profile
    }

    /// From now on it runs under these rules.
    pub fn set_profile(&mut self, profile: Profile) {
        self.profile = profile;
    }

    /// The program that serves in `view`; `None` before the first deploy.
    pub fn serving(view: &dyn View) -> Result<Option<Hash>, Fault> {
        let Some(bytes) = view.get(&Space::System.key(PROGRAM_KEY))? else {
            return Ok(None);
        };
        let id =
            <[u8; 32]>::try_from(bytes).map_err(|_| Fault::corrupt("state: the serving program's id"))?;
        Ok(Some(Hash(id)))
    }

    /// A program, admitted and compiled.
    pub fn program(&mut self, id: &Hash) -> Result<&Program, RunError> {
        self.programs.program(&self.vm, id)
    }

    /// Runs one call at its moment over `view`.
    ///
    /// # Errors
    ///
    /// Whatever the program does is an outcome; errors are programs that cannot run, and faults.
    pub fn run(
        &mut self,
        call: &Call,
        digest: Hash,
        at: Moment,
        view: Arc<dyn View>,
    ) -> Result<Execution, RunError> {
        let job = job(call, digest, at, view);
        match Profile::of_system(&at.program) {
            Some(profile) => system::run(self, profile, job),
            None => self.start(&at.program, job),
        }
    }

    /// The same for a guest program, with the host calls that it made.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub fn trace(
        &mut self,
        call: &Call,
        digest: Hash,
        at: Moment,
        view: Arc<dyn View>,
    ) -> Result<(Execution, Vec<HostCalled>), RunError> {
        let job = job(call, digest, at, view);
        let (vm, program) = self.find(&at.program, &job)?;
        Ok(vm.trace(program, job)?)
    }

    /// The raw wasm of a program.
    pub fn wasm(&self, id: &Hash) -> Result<Vec<u8>, RunError> {
        self.programs.read(id)
    }

    /// Runs a call of a guest program once more, and looks into it.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub fn inspect(
        &self,
        call: &Call,
        digest: Hash,
        at: Moment,
        view: Arc<dyn View>,
    ) -> Result<Inspected, RunError> {
        let wasm = self.wasm(&at.program)?;
        vm::inspect(&wasm, job(call, digest, at, view)).map_err(|error| match error {
            InspectError::Refused(error) => RunError::Refused(at.program, error),
            InspectError::Fault(fault) => fault.into(),
        })
    }

    /// Starts a method of the program `program`, a call or a query.
    pub fn start(&mut self, program: &Hash, job: Job) -> Result<Execution, RunError> {
        let (vm, program) = self.find(program, &job)?;
        Ok(vm.run(program, job)?)
    }

    /// What runs a job of the program `program`.
    fn find(&mut self, program: &Hash, job: &Job) -> Result<(&Vm, &Program), RunError> {
        let program = self.programs.program(&self.vm, program)?;
        match program.method(&job.method) == Some(job.mode) {
            true => Ok((&self.vm, program)),
            false => Err(RunError::NoMethod),
        }
    }
}

/// The job that a call is at its moment.
fn job(call: &Call, digest: Hash, at: Moment, view: Arc<dyn View>) -> Job {
    let context = Context {
        shard: call.shard,
        seq: at.seq,
        time_ms: at.time_ms,
        caller: call.caller.clone(),
        call: digest,
    };
    let (method, input) = (call.method.clone(), call.args.0.clone());
    Job { view, context, mode: Mode::Call, method, input, fuel_max: call.fuel_max }
}
