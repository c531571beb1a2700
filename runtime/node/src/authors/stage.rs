//! A shard in memory on which a program runs as wasm, for tests.

use crate::error::NodeError;
use abi::call::{Call, Caller};
use abi::effect::{Effect, Execution, Moment};
use abi::genesis::Genesis;
use abi::id::Hash;
use abi::limits::FUEL_MAX;
use abi::outcome::Outcome;
use abi::session::{Context, Mode};
use std::collections::BTreeMap;
use std::sync::Arc;
use vm::{Engine, Job, Program, Vm};

/// An engine with a program, for any number of stages.
pub(super) struct Theatre {
    vm: Vm,
    program: Program,
}

impl Theatre {
    pub(super) fn open(wasm: &[u8]) -> Result<Theatre, NodeError> {
        let vm = Vm::new(Engine::default())?;
        let program = vm.admit(wasm).map_err(NodeError::Program)?;
        Ok(Theatre { vm, program })
    }
}

/// A shard in memory, at some place of its history.
pub(super) struct Stage<'a> {
    theatre: &'a Theatre,
    genesis: Genesis,
    shard: Hash,
    program: Hash,
    state: Arc<BTreeMap<Vec<u8>, Vec<u8>>>,
    /// The place of the next call; 0 was the deploy.
    seq: u64,
}

impl<'a> Stage<'a> {
    /// The shard of `genesis` after the deploy of the program, which is said to be `program`.
    pub(super) fn new(theatre: &'a Theatre, genesis: Genesis, program: Hash) -> Stage<'a> {
        Stage { theatre, shard: genesis.id(), genesis, program, state: Arc::default(), seq: 1 }
    }

    pub(super) fn shard(&self) -> Hash {
        self.shard
    }

    pub(super) fn seq(&self) -> u64 {
        self.seq
    }

    /// Leaves out a call that changes nothing.
    pub(super) fn skip(&mut self) {
        self.seq += 1;
    }

    /// Whether the program has this method.
    pub(super) fn has(&self, method: &str, mode: Mode) -> bool {
        self.theatre.program.method(method) == Some(mode)
    }

    /// Runs a call, and keeps what it writes.
    pub(super) fn call(&mut self, call: &Call, time_ms: u64) -> Result<(Execution, Effect), NodeError> {
        let digest = call.digest();
        let execution = self.run(&call.caller, digest, &call.method, &call.args, time_ms, Mode::Call)?;
        let at = Moment { seq: self.seq, time_ms, program: self.program, profile: self.genesis.profile };
        let Execution { outcome, diff, events, messages, .. } = &execution;
        let effect = Effect::new(call, digest, at, outcome, diff.hash(), events, messages);
        let state = Arc::make_mut(&mut self.state);
        for (key, value) in diff.iter() {
            match value {
                Some(value) => state.insert(key.to_vec(), value.to_vec()),
                None => state.remove(key),
            };
        }
        self.seq += 1;
        Ok((execution, effect))
    }

    /// Asks a query.
    pub(super) fn query(
        &self,
        caller: &Caller,
        method: &str,
        args: &[u8],
        time_ms: u64,
    ) -> Result<Outcome, NodeError> {
        Ok(self.run(caller, Hash::ZERO, method, args, time_ms, Mode::Query)?.outcome)
    }

    fn run(
        &self,
        caller: &Caller,
        call: Hash,
        method: &str,
        args: &[u8],
        time_ms: u64,
        mode: Mode,
    ) -> Result<Execution, NodeError> {
        let context = Context { shard: self.shard, seq: self.seq, time_ms, caller: caller.clone(), call };
        let job = Job {
            view: self.state.clone(),
            context,
            mode,
            method: method.into(),
            input: args.into(),
            fuel_max: FUEL_MAX,
        };
        Ok(self.theatre.vm.run(&self.theatre.program, job)?)
    }
}
