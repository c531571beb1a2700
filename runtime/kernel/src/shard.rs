//! A shard as its node holds it.

use crate::admit::{Refusal, Rejected};
use crate::commit::Committed;
use crate::execute::Position;
use crate::keyring::Keyring;
use crate::machine::Machine;
use crate::recall::find;
use abi::Coded;
use abi::call::{Caller, SignedCall};
use abi::effect::Execution;
use abi::fault::Fault;
use abi::genesis::{Genesis, GenesisError};
use abi::id::Hash;
use abi::outcome::Outcome;
use abi::sign::{PublicKey, SecretKey};
use journal::{Block, Commitment, Disk, Header, History, Window};
use state::{Store, View};
use std::sync::Arc;

/// A call, and the host's time at which it came.
pub struct Request {
    /// The call with its proof.
    pub signed: SignedCall,
    /// The host's time, in milliseconds of Unix time.
    pub now_ms: u64,
}

/// Requests in order, and how they are cut into blocks.
pub struct Batch {
    /// The requests.
    pub requests: Vec<Request>,
    /// Most calls of one block.
    pub block_calls: usize,
    /// Whether the requests after a rejected one are left alone, so that what is in history stays a prefix.
    pub stop_at_rejection: bool,
}

/// What became of a request.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer {
    /// It has a place in history, durably.
    New {
        /// Which.
        seq: u64,
        /// What it came to.
        outcome: Outcome,
    },
    /// It had this place in history already: the same call was delivered before.
    Known(u64),
    /// It has no place.
    Rejected(Rejected),
}

/// Why a shard cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum ShardError {
    /// The genesis breaks a rule.
    #[error("{0}")]
    Genesis(#[from] GenesisError),
    /// The shard runs under rules that this build does not know.
    #[error("the shard runs under profile {wanted}, which this build does not know")]
    Profile {
        /// The genesis's.
        wanted: Hash,
    },
    /// The writer's key is not among those held.
    #[error("the key of the shard's writer {writer} is not held here")]
    NotTheWriter {
        /// The key needed.
        writer: PublicKey,
    },
    /// The shard needs replicas.
    #[error("the shard commits with {writes} writes; this build commits alone")]
    NeedsReplicas {
        /// W.
        writes: u32,
    },
    /// The machine failed, or its files are not what was written.
    #[error("{0}")]
    Fault(#[from] Fault),
}

impl Coded for ShardError {
    fn code(&self) -> u16 {
        match self {
            ShardError::Genesis(error) => error.code(),
            ShardError::Profile { .. } => 5101,
            ShardError::NotTheWriter { .. } => 5102,
            ShardError::NeedsReplicas { .. } => 5103,
            ShardError::Fault(fault) => fault.code(),
        }
    }
}

/// One shard, open for calls. After a fault it answers nothing but the fault: open it again to recover.
pub struct Shard<D: Disk, S: Store> {
    pub(crate) genesis: Genesis,
    pub(crate) id: Hash,
    pub(crate) keyring: Keyring,
    pub(crate) build: String,
    /// What executes the next block: the engine, and the keys that live then.
    pub(crate) machine: Machine,
    pub(crate) window: Window,
    pub(crate) committed: Committed<D, S>,
    pub(crate) stopped: bool,
    /// Whether the last block found no room: nothing is executed until there is.
    pub(crate) full: bool,
    /// Memory that the tree may take.
    pub(crate) tree_bytes_max: usize,
    /// The second place that remembers its head.
    pub(crate) memory: Option<Box<dyn Memory>>,
}

/// A second place, which remembers how far a shard has come: if the shard's files are ever put back to an older
/// state, it tells.
pub trait Memory {
    /// Remembers the header of a block, durably; nothing that the block answers is said before that.
    fn remember(&mut self, header: &Header) -> Result<(), Fault>;
}

impl<D: Disk, S: Store> Shard<D, S> {
    /// The shard's id.
    pub fn id(&self) -> Hash {
        self.id
    }

    /// What the shard was born with.
    pub fn genesis(&self) -> &Genesis {
        &self.genesis
    }

    /// Where its history stands.
    pub fn position(&self) -> &Position {
        &self.committed.position
    }

    /// The root of its history tree.
    pub fn head(&self) -> Hash {
        self.committed.history.root()
    }

    /// Its history tree.
    pub fn history(&self) -> &History {
        &self.committed.history
    }

    /// The state after the last block.
    pub fn view(&self) -> Arc<dyn View> {
        self.committed.store.view()
    }

    /// The store.
    pub fn store_mut(&mut self) -> &mut S {
        &mut self.committed.store
    }

    /// The key that signs for the last block, and for the next unless it appoints another writer.
    pub fn writer(&self) -> PublicKey {
        self.committed.writer
    }

    /// Holds another key, under which the shard is written once an act of its authority appoints it.
    pub fn hold(&mut self, key: SecretKey) {
        self.keyring.add(key);
    }

    /// The program that serves.
    pub fn serving(&self) -> Result<Option<Hash>, Fault> {
        Machine::serving(&*self.committed.store.view())
    }

    /// What runs its calls.
    pub fn machine(&mut self) -> &mut Machine {
        &mut self.machine
    }

    /// Bounds the memory of the tree, which grows with the keys of the state. Once it takes more, what is submitted is
    /// refused with [`Fault::Outgrown`] before anything is executed, and reading goes on; so it may take that much,
    /// and what one batch adds. Without a bound it takes what the state needs.
    pub fn bound_tree(&mut self, bytes_max: usize) {
        self.tree_bytes_max = bytes_max;
    }

    /// Has the head remembered in a second place from now on: after each batch, and on closing.
    pub fn remember_in(&mut self, memory: Box<dyn Memory>) {
        self.memory = Some(memory);
    }

    /// Has the head remembered.
    pub(crate) fn remember(&mut self) -> Result<(), Fault> {
        match (&mut self.memory, self.committed.journal.head()) {
            (Some(memory), Some(head)) => memory.remember(head),
            _ => Ok(()),
        }
    }

    /// The block of a height.
    pub fn block(&self, height: u64) -> Result<Option<Block>, Fault> {
        self.committed.journal.read(height)
    }

    /// The header of the block of a height, or of the last that was pruned.
    pub fn header(&self, height: u64) -> Result<Option<Header>, Fault> {
        self.committed.journal.header(height)
    }

    /// The height of the first block that is kept: 1, unless blocks were pruned.
    pub fn first(&self) -> u64 {
        self.committed.journal.first()
    }

    /// The commitment over the block of a height: a receipt's signature.
    pub fn commitment(&self, height: u64) -> Result<Option<Commitment>, Fault> {
        self.committed.commitment(height)
    }

    /// The block that holds the record at `seq`, found by bisection, and the record's index in it.
    ///
    /// # Errors
    ///
    /// A record whose block was pruned, and a fault of the journal.
    pub fn find(&self, seq: u64) -> Result<Option<(Block, usize)>, Fault> {
        find(&self.committed.journal, seq)
    }

    /// Answers a query over the state after the last block. It leaves no trace, and has no receipt.
    pub fn query(
        &mut self,
        caller: Caller,
        method: &str,
        args: Vec<u8>,
        fuel_max: u64,
    ) -> Result<Execution, Refusal> {
        self.now().query(caller, method, args, fuel_max)
    }

    /// Closes the shard: the last commitment is stored, and the store is flushed, so that opening it again
    /// has nothing to do.
    pub fn close(mut self) -> Result<(D, S), Fault> {
        if self.stopped {
            return Err(Fault::Stopped);
        }
        if let Some(commitment) = &self.committed.commitment
            && self.committed.journal.commitment(self.committed.position.height)?.is_none()
        {
            match self.committed.journal.close(commitment) {
                // Opening signs it again.
                Err(Fault::Full { .. }) => {}
                closed => closed?,
            }
        }
        self.remember()?;
        self.committed.store.flush()?;
        Ok((self.committed.journal.into_disk(), self.committed.store))
    }
}

pub(crate) fn missing(height: u64) -> Fault {
    Fault::corrupt(format!("journal: block {height} is missing"))
}
