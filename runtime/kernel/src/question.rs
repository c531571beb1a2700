//! Queries: what a program answers over a state, leaving no trace.

use crate::admit::{Refusal, Rejected, refusal};
use crate::machine::Machine;
use abi::call::Caller;
use abi::effect::Execution;
use abi::id::Hash;
use abi::session::{Context, Mode};
use abi::view::View;
use std::sync::Arc;
use vm::Job;

/// A query, with all that its answer depends on but the state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Question {
    /// The shard.
    pub shard: Hash,
    /// The place that the next call would have.
    pub seq: u64,
    /// The logical time of the last call.
    pub time_ms: u64,
    /// Who asks.
    pub caller: Caller,
    /// The query.
    pub method: String,
    /// Its arguments: canonical CBOR, an array.
    pub args: Vec<u8>,
    /// The most fuel it may use.
    pub fuel_max: u64,
}

impl Question {
    /// What the program that serves in `view` answers.
    ///
    /// # Errors
    ///
    /// A shard without a program, a program without the query, or a fault.
    pub fn ask(self, machine: &mut Machine, view: Arc<dyn View>) -> Result<Execution, Refusal> {
        let program = Machine::serving(&*view)?.ok_or(Rejected::NoProgram)?;
        let Question { shard, seq, time_ms, caller, method, args, fuel_max } = self;
        let context = Context { shard, seq, time_ms, caller, call: Hash::ZERO };
        let job = Job { view, context, mode: Mode::Query, method: method.clone(), input: args, fuel_max };
        machine.start(&program, job).map_err(|error| refusal(error, &method))
    }
}
