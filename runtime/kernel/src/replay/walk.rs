//! A closer look at one call of history, and at a block that diverged.
//!
//! # Limits
//!
//! The journal holds the writes of a block, and of each call only their digest. So what a call should have
//! written is known key by key where nothing later in its block wrote the key too: keys are compared as the
//! block left them.

use super::{Divergence, ReplayError, Replayer, Rerun};
use crate::machine::RunError;
use abi::call::Call;
use abi::diff::Diff;
use abi::effect::{Execution, HostCalled};
use abi::profile::Profile;
use abi::session::Space;
use abi::view::{Overlay, View};
use abi::writes::Writes;
use journal::Block;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use vm::Inspected;

/// Most keys that are named of a block that diverged.
pub const KEYS_MAX: usize = 64;

/// What a block did to a key: nothing, or its new value, which is `None` where it was deleted.
pub type Written = Option<Option<Vec<u8>>>;

/// The last call that wrote each key.
type Writers = BTreeMap<Vec<u8>, u64>;

/// A call of history, run again with its host calls.
pub struct Walk {
    /// The call's place in history.
    pub seq: u64,
    /// The state before it, as it is here.
    pub before: Arc<dyn View>,
    /// What it came to here.
    pub execution: Execution,
    /// The host calls that it made, in order: the first [`vm::CALLS_TRACED_MAX`].
    pub calls: Vec<HostCalled>,
}

/// A key that a block leaves with another value here than history says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Differing {
    /// The key in state.
    pub key: Vec<u8>,
    /// What the block did to it by its record.
    pub recorded: Written,
    /// What it did to it here.
    pub computed: Written,
    /// The last call of the block that wrote it here.
    pub writer: Option<u64>,
}

/// What was found in a block that diverged.
pub struct Examined {
    /// The keys that differ after the block, in their order: the first [`KEYS_MAX`].
    pub keys: Vec<Differing>,
    /// The call that diverged; where only the block did, the last one that wrote the first of the keys here.
    /// None where no call did, or where it cannot be run.
    pub walk: Option<Walk>,
    /// The first of its host calls that reads or writes one of the keys.
    pub touched: Option<usize>,
}

/// The keys, in order, that two lists of writes leave differently.
pub(super) fn differing<'a>(recorded: &'a Diff, computed: &'a Writes) -> impl Iterator<Item = &'a [u8]> {
    let mut keys = BTreeSet::new();
    if !recorded.iter().eq(computed.iter()) {
        keys.extend(recorded.iter().chain(computed.iter()).map(|(key, _)| key));
    }
    keys.into_iter().filter(|key| recorded.get(key) != computed.get(key))
}

impl Replayer {
    /// [`Rerun::walk`] of the block after the ones replayed.
    pub fn walk(&mut self, block: &Block, index: usize) -> Result<Walk, ReplayError> {
        self.fold.knows(block)?;
        self.rerun.walk(block, self.chain.profile_of(block), index, self.fold.view())
    }

    /// [`Rerun::examine`] of the block after the ones replayed.
    pub fn examine(&mut self, block: &Block, found: &Divergence) -> Result<Examined, ReplayError> {
        self.rerun.examine(block, self.chain.profile_of(block), found, self.fold.view())
    }
}

impl Rerun {
    /// Runs one call of a block, after those before it, over the state `before` the block.
    ///
    /// # Errors
    ///
    /// The call, or one before it, cannot be run, or the machine failed. What it comes to is not compared.
    pub fn walk(
        &mut self,
        block: &Block,
        profile: Profile,
        index: usize,
        before: Arc<dyn View>,
    ) -> Result<Walk, ReplayError> {
        self.machine.set_profile(profile);
        let (state, _) = self.calls(block, index, before)?;
        let seq = block.header.first_seq + index as u64;
        let entry = &block.entries[index];
        let (call, at) = (&entry.call.call, self.moment(entry, seq));
        let traced = match Profile::of_system(&entry.program).is_some() {
            // The system program makes no host calls that are shown.
            true => self
                .execute(block, entry, (seq, call.digest()), state.clone())
                .map(|execution| (execution, Vec::new())),
            false => self.machine.trace(call, call.digest(), at, state.clone()),
        };
        let before: Arc<dyn View> = state;
        let (execution, calls) =
            traced.map_err(|error| ReplayError::of_run(error, block.header.height, seq))?;
        Ok(Walk { seq, before, execution, calls })
    }

    /// Looks into a call that was walked: where it trapped, and who used its fuel. It is run once more for that, on an
    /// engine of its own. None for acts, which run no program; and where the two engines come to different things,
    /// because then what one did says nothing about the other.
    ///
    /// # Errors
    ///
    /// The machine failed.
    pub fn inspect(
        &self,
        block: &Block,
        index: usize,
        walk: &Walk,
    ) -> Result<Option<Inspected>, ReplayError> {
        let entry = &block.entries[index];
        if Profile::of_system(&entry.program).is_some() {
            return Ok(None);
        }
        let (call, at) = (&entry.call.call, self.moment(entry, walk.seq));
        let inspected = self.machine.inspect(call, call.digest(), at, walk.before.clone());
        let inspected =
            inspected.map_err(|error| ReplayError::of_run(error, block.header.height, walk.seq))?;
        let (ours, theirs) = (&inspected.execution, &walk.execution);
        let is_same = ours.outcome == theirs.outcome && ours.fuel == theirs.fuel && ours.diff == theirs.diff;
        Ok((is_same && inspected.profile.fuel() == theirs.fuel).then_some(inspected))
    }

    /// What a call that was walked would have come to with so much fuel.
    ///
    /// # Errors
    ///
    /// The machine failed.
    pub fn given(
        &mut self,
        block: &Block,
        index: usize,
        walk: &Walk,
        fuel_max: u64,
    ) -> Result<Execution, ReplayError> {
        let entry = &block.entries[index];
        let (call, at) = (Call { fuel_max, ..entry.call.call.clone() }, self.moment(entry, walk.seq));
        let execution = self.machine.run(&call, entry.call.call.digest(), at, walk.before.clone());
        execution.map_err(|error| ReplayError::of_run(error, block.header.height, walk.seq))
    }

    /// Looks into a block that [`block`](Self::block) found to diverge over the state `before` it: runs all its
    /// calls, whatever they come to.
    ///
    /// # Errors
    ///
    /// The machine failed.
    pub fn examine(
        &mut self,
        block: &Block,
        profile: Profile,
        found: &Divergence,
        before: Arc<dyn View>,
    ) -> Result<Examined, ReplayError> {
        self.machine.set_profile(profile);
        let (state, writers) = self.calls(block, block.entries.len(), before.clone())?;
        let owned = |written: Option<Option<&[u8]>>| written.map(|value| value.map(<[u8]>::to_vec));
        let keys: Vec<Differing> = differing(&block.diff, state.writes())
            .take(KEYS_MAX)
            .map(|key| Differing {
                key: key.to_vec(),
                recorded: owned(block.diff.get(key)),
                computed: owned(state.writes().get(key)),
                writer: writers.get(key).copied(),
            })
            .collect();
        let seq = found.seq.or_else(|| keys.first()?.writer);
        let index = seq.and_then(|seq| usize::try_from(seq.checked_sub(block.header.first_seq)?).ok());
        let walk = match index.filter(|index| *index < block.entries.len()) {
            None => None,
            Some(index) => match self.walk(block, profile, index, before) {
                Ok(walk) => Some(walk),
                Err(ReplayError::Fault(fault)) => return Err(fault.into()),
                Err(_) => None,
            },
        };
        let is_one = |called: &HostCalled| {
            let key = called.key().map(|key| Space::Program.key(key));
            key.is_some_and(|key| keys.iter().any(|differing| differing.key == key))
        };
        let touched = walk.as_ref().and_then(|walk| walk.calls.iter().position(is_one));
        Ok(Examined { keys, walk, touched })
    }

    /// Runs the first `count` calls of the block over the state `before` it: the state they leave, and the last call that
    /// wrote each key. A call that cannot be run writes nothing.
    fn calls(
        &mut self,
        block: &Block,
        count: usize,
        before: Arc<dyn View>,
    ) -> Result<(Arc<Overlay>, Writers), ReplayError> {
        let mut state = Arc::new(Overlay::new(before));
        let mut writers = BTreeMap::new();
        for (seq, entry) in (block.header.first_seq..).zip(&block.entries[..count]) {
            match self.execute(block, entry, (seq, entry.call.call.digest()), state.clone()) {
                Ok(execution) => {
                    writers.extend(execution.diff.iter().map(|(key, _)| (key.to_vec(), seq)));
                    Arc::make_mut(&mut state).merge(&execution.diff);
                }
                Err(RunError::Fault(fault)) => return Err(fault.into()),
                Err(_) => {}
            }
        }
        Ok((state, writers))
    }
}
