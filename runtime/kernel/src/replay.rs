//! Running a history again, for whoever does not trust it.
//!
//! Every block is verified as history (`journal::Chain`), then every call is run again on a state of our
//! own: outcome, output, events, messages, writes and fuel must be the recorded ones, and the root must come out.

use crate::execute::Position;
use crate::machine::{Machine, RunError};
use crate::programs::Programs;
use abi::Coded;
use abi::effect::Moment;
use abi::fault::Fault;
use abi::genesis::Genesis;
use abi::id::Hash;
use abi::view::Overlay;
use journal::{Block, Chain, Entry, Invalid};
use state::{MemoryStore, Store, Tree};
use std::fmt;
use std::sync::Arc;
use vm::{AdmitError, Engine};

mod walk;

pub use walk::{Differing, Examined, KEYS_MAX, Walk, Written};

/// Re-executes a history block by block, from genesis.
pub struct Replayer {
    chain: Chain,
    machine: Machine,
    store: MemoryStore,
    tree: Tree,
}

/// A history is well-formed and signed, and computed wrong: somebody's machine is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Divergence {
    /// The block.
    pub height: u64,
    /// The call, unless only the block's root differs.
    pub seq: Option<u64>,
    /// What differs.
    pub what: What,
}

/// What of a record or block a re-execution found otherwise.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum What {
    /// The program that served.
    Program,
    /// The outcome's code or the output.
    Outcome,
    /// The events.
    Events,
    /// The messages.
    Messages,
    /// The writes.
    Diff,
    /// The fuel: recorded, used.
    Fuel(u64, u64),
    /// The merged writes of the block: the first key that differs.
    BlockDiff(Vec<u8>),
    /// The state root: recorded, computed.
    Root(Hash, Hash),
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            What::Program => f.write_str("another program was serving"),
            What::Outcome => f.write_str("the call came to something else"),
            What::Events => f.write_str("the call emitted other events"),
            What::Messages => f.write_str("the call sent other messages"),
            What::Diff => f.write_str("the call wrote something else"),
            What::Fuel(recorded, used) => {
                write!(f, "the call used other fuel: recorded={recorded} used={used}")
            }
            What::BlockDiff(key) => {
                f.write_str("the block's writes are not those of its calls: key=")?;
                key.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
            What::Root(recorded, computed) => {
                write!(f, "the state root differs: recorded={recorded} computed={computed}")
            }
        }
    }
}

impl fmt::Display for Divergence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: height={}", self.what, self.height)?;
        self.seq.map_or(Ok(()), |seq| write!(f, " seq={seq}"))
    }
}

/// Why a replay ended before the history did.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The history breaks a rule.
    #[error("{0}")]
    Invalid(#[from] Invalid),
    /// The history was computed wrong.
    #[error("{0}")]
    Diverged(Divergence),
    /// A program's bytes are not there, so nothing can be said.
    #[error("cannot judge: program {program} is missing: height={height}")]
    MissingProgram {
        /// Which.
        program: Hash,
        /// Where it was to run.
        height: u64,
    },
    /// The genesis names rules that this build does not know.
    #[error("cannot judge: unknown profile {0}")]
    UnknownProfile(Hash),
    /// A deployed program breaks a rule of admission.
    #[error("program {program} was never admissible: {error}: height={height}")]
    Inadmissible {
        /// Which.
        program: Hash,
        /// The rule.
        error: AdmitError,
        /// Where it was to run.
        height: u64,
    },
    /// This machine failed.
    #[error("{0}")]
    Fault(#[from] Fault),
}

impl ReplayError {
    /// Why the call at `seq` could not be run. History says it was: without the method, it diverges.
    fn of_run(error: RunError, height: u64, seq: u64) -> ReplayError {
        match error {
            RunError::Missing(program) => ReplayError::MissingProgram { program, height },
            RunError::Refused(program, error) => ReplayError::Inadmissible { program, error, height },
            RunError::NoMethod => {
                ReplayError::Diverged(Divergence { height, seq: Some(seq), what: What::Outcome })
            }
            RunError::Fault(fault) => fault.into(),
        }
    }
}

impl Coded for ReplayError {
    fn code(&self) -> u16 {
        match self {
            ReplayError::Invalid(invalid) => invalid.code(),
            ReplayError::Diverged(_) => 5201,
            ReplayError::MissingProgram { .. } => 5202,
            ReplayError::UnknownProfile(_) => 5203,
            ReplayError::Inadmissible { .. } => 5204,
            ReplayError::Fault(fault) => fault.code(),
        }
    }
}

impl Replayer {
    /// A replay of the shard that `genesis` began, with programs from `programs`, run on `engine`.
    pub fn new(
        genesis: &Genesis,
        programs: Box<dyn Programs>,
        engine: Engine,
    ) -> Result<Replayer, ReplayError> {
        let machine = Machine::new(programs, engine)?;
        if genesis.profile != machine.profile() {
            return Err(ReplayError::UnknownProfile(genesis.profile));
        }
        let chain = Chain::new(genesis, Position::start(genesis).root)?;
        Ok(Replayer { chain, machine, store: MemoryStore::default(), tree: Tree::new() })
    }

    /// Verifies the next block and runs its calls.
    pub fn block(&mut self, block: &Block) -> Result<(), ReplayError> {
        let height = block.header.height;
        self.chain.block(block)?;
        let before = self.store.view();
        let mut state = Arc::new(Overlay::new(before.clone()));
        for (seq, entry) in (block.header.first_seq..).zip(&block.entries) {
            let diverged = |what| ReplayError::Diverged(Divergence { height, seq: Some(seq), what });
            let execution = self.run(entry, seq, state.clone(), height)?.map_err(diverged)?;
            Arc::make_mut(&mut state).merge(execution);
        }
        let diverged = |what| ReplayError::Diverged(Divergence { height, seq: None, what });
        if state.writes() != &block.diff {
            let key = walk::differing(&block.diff, state.writes()).next().unwrap_or_default();
            return Err(diverged(What::BlockDiff(key.to_vec())));
        }
        let root = self.tree.apply(&before, &block.diff)?;
        if root != block.header.root_after {
            return Err(diverged(What::Root(block.header.root_after, root)));
        }
        Ok(self.store.apply(height, &block.diff)?)
    }

    /// Runs one call again: its writes, or what differs.
    fn run(
        &mut self,
        entry: &Entry,
        seq: u64,
        state: Arc<Overlay>,
        height: u64,
    ) -> Result<Result<abi::diff::Diff, What>, ReplayError> {
        let program = entry.program;
        if program != self.machine.system() && Machine::serving(&*state)? != Some(program) {
            return Ok(Err(What::Program));
        }
        let call = &entry.call.call;
        let execution = match self.machine.run(call, call.digest(), self.moment(entry, seq), state) {
            Ok(execution) => execution,
            Err(RunError::NoMethod) => return Ok(Err(What::Outcome)),
            Err(error) => return Err(ReplayError::of_run(error, height, seq)),
        };
        Ok(if execution.outcome != entry.outcome {
            Err(What::Outcome)
        } else if execution.events != entry.events {
            Err(What::Events)
        } else if execution.messages != entry.messages {
            Err(What::Messages)
        } else if execution.diff.hash() != entry.diff {
            Err(What::Diff)
        } else if execution.fuel != entry.fuel {
            Err(What::Fuel(entry.fuel, execution.fuel))
        } else {
            Ok(execution.diff)
        })
    }

    /// Where and when a call of history ran.
    fn moment(&self, entry: &Entry, seq: u64) -> Moment {
        Moment { seq, time_ms: entry.time_ms, program: entry.program, profile: self.machine.profile() }
    }

    /// What runs the calls.
    pub fn machine(&mut self) -> &mut Machine {
        &mut self.machine
    }

    /// The verified history so far.
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// The store that the replay has folded.
    pub fn store(&self) -> &MemoryStore {
        &self.store
    }
}
