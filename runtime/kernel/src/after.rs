//! A shard as it stood after one of its blocks, to be read and proven like the state after the last one.
//!
//! The blocks after a height say which keys have changed since, and those up to it, read backwards, what their values
//! were. These are laid over the state that there is, and what they would make of its tree has to have the root that
//! the block's header names. So the root says when the search is over, not the search: a key that is not found was
//! mostly not there, and what blocks said that are erased or gone need not matter.
//!
//! # Guarantees
//!
//! - A state whose root is another one is never read.
//! - Whatever is found, or not, nothing of the shard changes.
//!
//! # Limits
//!
//! No more is done than an [`Effort`] allows.

use crate::admit::Refusal;
use crate::execute::Position;
use crate::machine::Machine;
use crate::question::Question;
use crate::shard::{Shard, missing};
use abi::Coded;
use abi::call::Caller;
use abi::effect::Execution;
use abi::fault::Fault;
use abi::id::Hash;
use abi::layer::Layer;
use abi::writes::Writes;
use journal::{Block, Disk, Journal};
use state::{Diff, Edited, KeysProof, RangeProof, Recording, Store, Tree, View, Witness};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// How much is done to find a state: the most, or so far.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Effort {
    /// Keys that have changed since.
    pub keys: usize,
    /// Bytes of these keys and their values.
    pub held: usize,
    /// Bytes of blocks that are read; one block more may be.
    pub read: u64,
}

impl Effort {
    /// The most while others wait for the shard: about a second.
    pub const SERVING: Effort = Effort { keys: 1 << 16, held: 64 << 20, read: 128 << 20 };
    /// The most while nobody waits but who asks: a journal may be read from end to end.
    pub const ALONE: Effort = Effort { keys: 1 << 22, held: 1 << 30, read: 1 << 50 };

    fn is_within(&self, max: &Effort) -> bool {
        self.keys <= max.keys && self.held <= max.held && self.read <= max.read
    }
}

impl fmt::Display for Effort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Effort { keys, held, read } = self;
        write!(f, "{keys} keys changed since, of {held} bytes, and {read} bytes of blocks")
    }
}

/// Why a state is not known.
#[derive(Debug, thiserror::Error)]
pub enum AfterError {
    /// It takes more than is allowed.
    #[error("the state after block {height} takes too much to find: {found}; at most: {max}")]
    TooMuch {
        /// The block.
        height: u64,
        /// What was found and read until then.
        found: Effort,
        /// The most.
        max: Effort,
    },
    /// A value was written by a block that is erased.
    #[error("the state after block {height} is not known: what block {erased} wrote is erased")]
    Erased {
        /// The block after which it was.
        height: u64,
        /// The block that is erased.
        erased: u64,
    },
    /// A value was written by a block that is gone.
    #[error(
        "the state after block {height} is not known: a value that has changed since was written before block {first}, and those blocks were pruned"
    )]
    Pruned {
        /// The block.
        height: u64,
        /// The first block that is kept.
        first: u64,
    },
    /// The machine failed; or the block itself is gone.
    #[error("{0}")]
    Fault(#[from] Fault),
}

impl Coded for AfterError {
    fn code(&self) -> u16 {
        match self {
            AfterError::TooMuch { .. } => 5501,
            AfterError::Erased { .. } => 5502,
            AfterError::Pruned { .. } => 5503,
            AfterError::Fault(fault) => fault.code(),
        }
    }
}

/// A shard as it stood after a block.
pub struct After<'a> {
    shard: Hash,
    position: Position,
    view: Arc<dyn View>,
    tree: Edited<'a>,
    machine: &'a mut Machine,
}

impl<D: Disk, S: Store> Shard<D, S> {
    /// The shard as it stands.
    pub fn now(&mut self) -> After<'_> {
        let committed = &self.committed;
        let (position, view) = (committed.position.clone(), committed.store.view());
        let tree = committed.tree.unedited();
        After { shard: self.id, position, view, tree, machine: &mut self.machine }
    }

    /// The shard as it stood after the block of a height, before all of them if it is 0; `None` where there is no such
    /// block yet.
    ///
    /// # Errors
    ///
    /// A state that is not known, or takes more than `max` to find; a block that was pruned, and a fault.
    pub fn after(&mut self, height: u64, max: Effort) -> Result<Option<After<'_>>, AfterError> {
        let Shard { genesis, id, machine, committed, .. } = self;
        let (journal, view) = (&committed.journal, committed.store.view());
        if let Some(past) = journal.past().filter(|past| height <= past.header.height) {
            return Err(past.gone().into());
        }
        let position = match height {
            0 => Position::start(genesis),
            height if height == committed.position.height => committed.position.clone(),
            height => match journal.header(height)? {
                Some(header) => Position::after(&header),
                None => return Ok(None),
            },
        };
        let target = (height, position.root);
        let (view, tree) = Search::new(journal, view, &committed.tree, target, max).find()?;
        Ok(Some(After { shard: *id, position, view, tree, machine }))
    }
}

impl After<'_> {
    /// Where its history stood.
    pub fn position(&self) -> &Position {
        &self.position
    }

    /// The state.
    pub fn view(&self) -> &dyn View {
        &*self.view
    }

    /// The program that served.
    pub fn serving(&self) -> Result<Option<Hash>, Fault> {
        Machine::serving(&*self.view)
    }

    /// What runs its programs.
    pub fn machine(&mut self) -> &mut Machine {
        self.machine
    }

    /// Answers a query. It leaves no trace, and has no receipt.
    pub fn query(
        &mut self,
        caller: Caller,
        method: &str,
        args: Vec<u8>,
        fuel_max: u64,
    ) -> Result<Execution, Refusal> {
        self.question(caller, method, args, fuel_max).ask(self.machine, self.view.clone())
    }

    /// Answers a query as [`query`](Self::query) does, with what of the state it touched and the proof of that
    /// against the root.
    pub fn query_proven(
        &mut self,
        caller: Caller,
        method: &str,
        args: Vec<u8>,
        fuel_max: u64,
    ) -> Result<(Execution, Witness), Refusal> {
        let recording = Arc::new(Recording::new(self.view.clone()));
        let question = self.question(caller, method, args, fuel_max);
        let execution = question.ask(self.machine, recording.clone())?;
        Ok((execution, self.tree.witness(&*self.view, &recording.take()?)?))
    }

    fn question(&self, caller: Caller, method: &str, args: Vec<u8>, fuel_max: u64) -> Question {
        let (shard, seq, time_ms) = (self.shard, self.position.seq, self.position.time_ms);
        Question { shard, seq, time_ms, caller, method: method.into(), args, fuel_max }
    }

    /// Proves the values of keys, or their absence, against the root.
    pub fn prove(&self, keys: &[&[u8]]) -> Result<KeysProof, Fault> {
        self.tree.prove(&*self.view, keys)
    }

    /// Proves the entries of a range, and that there are no others.
    pub fn prove_range(&self, from: &[u8], to: Option<&[u8]>) -> Result<RangeProof, Fault> {
        self.tree.prove_range(&*self.view, from, to)
    }
}

/// A search for the values that keys had which have changed since.
struct Search<'a, D: Disk> {
    journal: &'a Journal<D>,
    /// The state that there is, and its tree.
    view: Arc<dyn View>,
    tree: &'a Tree,
    /// The block after which the state is sought, and its root.
    height: u64,
    root: Hash,
    max: Effort,
    spent: Effort,
    /// The values that were found; until one is, the key was not there.
    values: Writes,
    /// The keys of which none was.
    sought: BTreeSet<Vec<u8>>,
    /// The first block that was met in which something is erased.
    erased: Option<u64>,
}

/// A state, and the tree over it.
type Found<'a> = (Arc<dyn View>, Edited<'a>);

impl<'a, D: Disk> Search<'a, D> {
    fn new(
        journal: &'a Journal<D>,
        view: Arc<dyn View>,
        tree: &'a Tree,
        (height, root): (u64, Hash),
        max: Effort,
    ) -> Search<'a, D> {
        let (spent, values, sought) = (Effort::default(), Writes::new(), BTreeSet::new());
        Search { journal, view, tree, height, root, max, spent, values, sought, erased: None }
    }

    fn find(mut self) -> Result<Found<'a>, AfterError> {
        if !self.look_forward()? {
            return Err(self.too_much());
        }
        self.look_back()?.ok_or_else(|| self.unknown())
    }

    /// Why the right state was not found.
    fn unknown(&self) -> AfterError {
        let (height, root, first) = (self.height, self.root, self.journal.first());
        match self.erased {
            _ if self.is_spent() && !self.sought.is_empty() => self.too_much(),
            Some(erased) => AfterError::Erased { height, erased },
            None if first > 1 && !self.sought.is_empty() => AfterError::Pruned { height, first },
            None => {
                let what =
                    format!("state: what the journal says of it at height {height} has not root {root}");
                Fault::corrupt(what).into()
            }
        }
    }

    fn too_much(&self) -> AfterError {
        AfterError::TooMuch { height: self.height, found: self.spent, max: self.max }
    }

    /// Looks which keys have changed since; whether that could be seen to its end.
    fn look_forward(&mut self) -> Result<bool, Fault> {
        for later in self.height + 1..=self.journal.height() {
            let Some(block) = self.block(later)? else { return Ok(false) };
            for (key, _) in block.diff.iter().filter(|(key, _)| self.sought.insert(key.to_vec())) {
                self.spent.keys += 1;
                self.spent.held += key.len();
                self.values.put(key.to_vec(), None);
            }
        }
        Ok(!self.is_spent())
    }

    /// Looks for the values, until the state is the right one or nothing is left to be read.
    fn look_back(&mut self) -> Result<Option<Found<'a>>, Fault> {
        // To try costs as much as to read what was read so far: it is done at twice as much, and again.
        let mut tried_at = 2 * self.spent.read;
        for earlier in (self.journal.first()..=self.height).rev() {
            if self.sought.is_empty() {
                break;
            }
            if self.spent.read >= tried_at {
                if let Some(found) = self.found()? {
                    return Ok(Some(found));
                }
                tried_at = 2 * self.spent.read;
            }
            let Some(block) = self.block(earlier)? else { break };
            for (key, value) in block.diff.iter().filter(|(key, _)| self.sought.remove(*key)) {
                self.spent.held += value.map_or(0, <[u8]>::len);
                self.values.put(key.to_vec(), value.map(<[u8]>::to_vec));
            }
        }
        self.found()
    }

    /// What is found so far, if that is it.
    fn found(&self) -> Result<Option<Found<'a>>, Fault> {
        let writes: Diff = self.values.iter().collect();
        let tree = self.tree.edited(&*self.view, &writes)?;
        let view = Arc::new(Layer::new(self.view.clone(), Arc::new(writes)));
        Ok((tree.root() == self.root).then_some((view, tree)))
    }

    /// A block of the journal, unless enough is done.
    fn block(&mut self, height: u64) -> Result<Option<Block>, Fault> {
        if self.is_spent() {
            return Ok(None);
        }
        let read = self.journal.undecoded(height, 1)?.pop().ok_or_else(|| missing(height))?;
        self.spent.read += read.bytes() as u64;
        let block = read.block()?;
        if block.is_erased() {
            self.erased.get_or_insert(height);
        }
        Ok(Some(block))
    }

    fn is_spent(&self) -> bool {
        !self.spent.is_within(&self.max)
    }
}
