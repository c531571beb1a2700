//! Running a history again, for whoever does not trust it.
//!
//! Every block is verified as history (`journal::Chain`), then every call is run again on a state of our
//! own: outcome, output, events, messages, writes and fuel must be the recorded ones, and the root must come out.
//!
//! A replay falls into parts that can run side by side: [`Fold`] gives everyone the state that a block claims
//! to begin with, [`Rerun`] confirms the claim. If every diff is confirmed on the state that the diffs before
//! it lead to, all are right by induction.

use crate::machine::{Machine, RunError};
use crate::programs::Programs;
use crate::revert::{Back, changing};
use crate::system::{self, ACT_FUEL};
use abi::Coded;
use abi::effect::{Execution, Moment};
use abi::fault::Fault;
use abi::genesis::Genesis;
use abi::id::Hash;
use abi::profile::Profile;
use abi::system::{Act, Revert};
use abi::view::{Overlay, View};
use journal::{Block, Chain, Entry, Header, Invalid, Start, digests};
use state::{MemoryStore, Recording, Store, Tree, Witness};
use std::fmt;
use std::sync::Arc;
use vm::{AdmitError, Engine};

mod walk;

pub use walk::{Differing, Examined, KEYS_MAX, Walk, Written};

/// Re-executes a history block by block, from genesis or from a block whose state is known.
pub struct Replayer {
    chain: Chain,
    rerun: Rerun,
    fold: Fold,
}

/// Runs the calls of blocks again, over whatever state it is given: half of a replay.
pub struct Rerun {
    machine: Machine,
}

/// Folds the diffs of blocks into a state, and holds it to their roots: the other half.
pub struct Fold {
    store: MemoryStore,
    tree: Tree,
    /// The first block whose writes are erased: the state after it is not known.
    erased: Option<u64>,
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
    /// A call is erased, so that neither it nor, from its block on, any other can be run again.
    #[error("cannot be run again: what block {from} wrote is erased: height={height}")]
    Erased {
        /// The first block of which that is so.
        from: u64,
        /// The block that was to be run.
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
            ReplayError::Erased { .. } => 5205,
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
        let rerun = Rerun::new(genesis, programs, engine)?;
        let chain = Chain::new(genesis, state::empty_root())?;
        Ok(Replayer { chain, rerun, fold: Fold::default() })
    }

    /// A replay that goes on from the block of `start`, after which the state is that of `fold`.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), and a start that does not hold together.
    pub fn after(
        genesis: &Genesis,
        start: &Start,
        fold: Fold,
        programs: Box<dyn Programs>,
        engine: Engine,
    ) -> Result<Replayer, ReplayError> {
        let rerun = Rerun::new(genesis, programs, engine)?;
        let chain = Chain::start(genesis, start, state::empty_root())?;
        Ok(Replayer { chain, rerun, fold })
    }

    /// Verifies the next block and runs its calls.
    pub fn block(&mut self, block: &Block) -> Result<(), ReplayError> {
        self.fold.knows(block)?;
        let records = self.chain.block(block)?;
        self.rerun.block(block, &digests(&records), self.chain.profile(), self.fold.view())?;
        self.fold.block(block)
    }

    /// What of the state the next block's execution touches, with the proof of it, as far as the block goes
    /// before it diverges. The replay stays where it is.
    ///
    /// # Errors
    ///
    /// A block that cannot be run at all.
    pub fn witness(&mut self, block: &Block) -> Result<Witness, ReplayError> {
        self.fold.witness(&mut self.rerun, block, self.chain.profile_of(block))
    }

    /// Takes the next block at its word: history is verified, calls are not run.
    ///
    /// # Errors
    ///
    /// A rule of history that it breaks, or a root that differs.
    pub fn fold(&mut self, block: &Block) -> Result<(), ReplayError> {
        self.chain.block(block)?;
        self.fold.block(block)
    }

    /// Verifies the next block as history where [`block`](Self::block) says that it cannot be run again, because
    /// it or one before it is erased. The replay knows no state from then on.
    ///
    /// # Errors
    ///
    /// A rule of history that it breaks.
    pub fn pass(&mut self, block: &Block) -> Result<(), ReplayError> {
        self.chain.block(block)?;
        self.fold.lose(block);
        Ok(())
    }

    /// The first block that could not be run again, because it is erased.
    pub fn erased(&self) -> Option<u64> {
        self.fold.erased
    }

    /// What runs the calls.
    pub fn machine(&mut self) -> &mut Machine {
        self.rerun.machine()
    }

    /// The half that runs the calls.
    pub fn rerun(&mut self) -> &mut Rerun {
        &mut self.rerun
    }

    /// The verified history so far.
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// The state after it.
    pub fn view(&self) -> Arc<dyn View> {
        self.fold.view()
    }
}

impl Default for Fold {
    fn default() -> Fold {
        Fold { store: MemoryStore::default(), tree: Tree::new(), erased: None }
    }
}

impl Fold {
    /// Goes on from a state that has this root.
    ///
    /// # Errors
    ///
    /// `Corrupt`, if it has another.
    pub fn of(store: MemoryStore, root: &Hash) -> Result<Fold, Fault> {
        let tree = Tree::build(&*store.view())?;
        match tree.root() {
            found if found == *root => Ok(Fold { store, tree, erased: None }),
            found => Err(Fault::corrupt(format!("a state has the root {found}, and was to have {root}"))),
        }
    }

    /// The state after the last block.
    pub fn view(&self) -> Arc<dyn View> {
        self.store.view()
    }

    /// The same, as it is now: blocks that are folded later do not show through.
    ///
    /// # Errors
    ///
    /// An earlier fold panicked.
    pub fn pinned(&self) -> Result<Arc<dyn View>, Fault> {
        self.store.pinned()
    }

    /// What of the state the next block touches when it is run, with the proof of it, as far as the block goes
    /// before it diverges.
    ///
    /// # Errors
    ///
    /// A block that cannot be run at all.
    pub fn witness(
        &self,
        rerun: &mut Rerun,
        block: &Block,
        profile: Profile,
    ) -> Result<Witness, ReplayError> {
        self.knows(block)?;
        let recording = Arc::new(Recording::new(self.view()));
        match rerun.block(block, &block.digests(), profile, recording.clone()) {
            Ok(()) | Err(ReplayError::Diverged(_)) => {}
            Err(error) => return Err(error),
        }
        Ok(self.tree.witness(&*self.view(), &recording.take()?, &block.diff)?)
    }

    /// Whether the block can be run and folded: it is whole, and the state before it is known.
    ///
    /// # Errors
    ///
    /// [`Erased`](ReplayError::Erased) names the first block that was not.
    pub fn knows(&self, block: &Block) -> Result<(), ReplayError> {
        let height = block.header.height;
        match self.erased.or(block.is_erased().then_some(height)) {
            Some(from) => Err(ReplayError::Erased { from, height }),
            None => Ok(()),
        }
    }

    /// Goes on without the state, of which nothing is known from this block on.
    pub fn lose(&mut self, block: &Block) {
        self.erased.get_or_insert(block.header.height);
    }

    /// Takes the next block's writes at their word, as long as they lead to its root.
    ///
    /// # Errors
    ///
    /// A root that differs; a block that is erased, or comes after one.
    pub fn block(&mut self, block: &Block) -> Result<(), ReplayError> {
        self.knows(block)?;
        let Header { height, root_after: recorded, .. } = block.header;
        let computed = self.tree.apply(&self.store.view(), &block.diff)?;
        if computed != recorded {
            let what = What::Root(recorded, computed);
            return Err(ReplayError::Diverged(Divergence { height, seq: None, what }));
        }
        Ok(self.store.apply(height, &block.diff)?)
    }
}

/// The revert that an entry is, if it can pay for it.
fn revert_of(entry: &Entry) -> Option<Revert> {
    match entry.act() {
        Some(Act::Revert(revert)) if entry.call.call.fuel_max >= ACT_FUEL => Some(revert),
        _ => None,
    }
}

impl Rerun {
    /// Runs calls of the shard that `genesis` began, with programs from `programs`, on `engine`.
    ///
    /// # Errors
    ///
    /// A profile that is not ours.
    pub fn new(genesis: &Genesis, programs: Box<dyn Programs>, engine: Engine) -> Result<Rerun, ReplayError> {
        match Profile::of(&genesis.profile) {
            Some(_) => Ok(Rerun { machine: Machine::new(programs, engine)? }),
            None => Err(ReplayError::UnknownProfile(genesis.profile)),
        }
    }

    /// Runs the calls of a block, which have these digests and are under `profile`, over the state `before` it. What they
    /// come to must be what the block says, and their writes together its diff; the root is [`Fold`]'s to check, or a
    /// witness's.
    ///
    /// # Errors
    ///
    /// Names the first call that differs.
    pub fn block(
        &mut self,
        block: &Block,
        digests: &[Hash],
        profile: Profile,
        before: Arc<dyn View>,
    ) -> Result<(), ReplayError> {
        self.machine.set_profile(profile);
        let height = block.header.height;
        if block.is_erased() {
            return Err(ReplayError::Erased { from: height, height });
        }
        let (mut state, mut serving) = (Arc::new(Overlay::new(before)), None);
        for (seq, (entry, digest)) in (block.header.first_seq..).zip(block.entries.iter().zip(digests)) {
            let diverged = |what| ReplayError::Diverged(Divergence { height, seq: Some(seq), what });
            let is_act = Profile::of_system(&entry.program).is_some();
            if !is_act && serving.is_none() {
                serving = Some(Machine::serving(&*state)?);
            }
            if !is_act && serving != Some(Some(entry.program)) {
                return Err(diverged(What::Program));
            }
            let diff = self.run(block, entry, (seq, *digest), state.clone())?.map_err(diverged)?;
            // An act may change it.
            serving = serving.filter(|_| !is_act);
            Arc::make_mut(&mut state).merge(&diff);
        }
        match walk::differing(&block.diff, state.writes()).next() {
            None => Ok(()),
            Some(key) => {
                let what = What::BlockDiff(key.to_vec());
                Err(ReplayError::Diverged(Divergence { height, seq: None, what }))
            }
        }
    }

    /// Runs one call again: its writes, or what differs.
    fn run(
        &mut self,
        block: &Block,
        entry: &Entry,
        (seq, digest): (u64, Hash),
        state: Arc<Overlay>,
    ) -> Result<Result<abi::diff::Diff, What>, ReplayError> {
        let execution = match self.execute(block, entry, (seq, digest), state.clone()) {
            Ok(execution) => execution,
            Err(RunError::NoMethod) => return Ok(Err(What::Outcome)),
            Err(error) => return Err(ReplayError::of_run(error, block.header.height, seq)),
        };
        if let Some(revert) = revert_of(entry) {
            let mut after = (*state).clone();
            after.merge(&execution.diff);
            if Machine::serving(&after)? != Some(revert.program) {
                return Ok(Err(What::Program));
            }
        }
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

    /// Runs one call of a block again. Of a revert, which stands alone in its block, nobody but the shard itself
    /// knows the way back: the block's writes are taken as they are, without those that change nothing. That they
    /// lead back shows by the root, which the chain has held to the one that the state had.
    fn execute(
        &mut self,
        block: &Block,
        entry: &Entry,
        (seq, digest): (u64, Hash),
        state: Arc<Overlay>,
    ) -> Result<Execution, RunError> {
        if let Some(revert) = revert_of(entry) {
            let (writes, output) = (changing(&block.diff, &*state)?, entry.outcome.output().to_vec());
            return Ok(system::reverted(&revert, &Back { writes, output }));
        }
        self.machine.run(&entry.call.call, digest, self.moment(entry, seq), state)
    }

    /// Where and when a call of history ran.
    fn moment(&self, entry: &Entry, seq: u64) -> Moment {
        Moment { seq, time_ms: entry.time_ms, program: entry.program, profile: self.machine.profile().hash() }
    }

    /// What runs the calls.
    pub fn machine(&mut self) -> &mut Machine {
        &mut self.machine
    }
}
