//! The log of a run: the journal's disk before every operation that changes it, and what was answered by then.

use crate::birth;
use crate::disk::SimDisk;
use crate::past::State;
use crate::rng::Rng;
use crate::swarm::Swarm;
use crate::workload::{Delivery, Workload};
use abi::Hash;
use abi::fault::Fault;
use abi::genesis::Genesis;
use journal::{Block, Commitment, Disk, Journal, SegmentSize};
use kernel::recover::Opening;
use kernel::{Batch, Request, Shard};
use state::MemoryStore;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// An operation that was asked of a disk.
#[derive(Clone)]
pub(crate) enum Op {
    Create(String, u64),
    Write(String, u64, Vec<u8>),
    Sync(String),
    Remove(String),
}

/// The disk before an operation.
pub(crate) struct Moment {
    pub(crate) disk: SimDisk,
    pub(crate) op: Op,
    /// The height up to which calls had been answered.
    pub(crate) answered: u64,
}

/// A run, and what it came to.
pub(crate) struct Recording {
    pub(crate) moments: Vec<Moment>,
    pub(crate) history: History,
}

/// The blocks of a shard, each signed for.
pub(crate) struct History {
    pub(crate) shard: Hash,
    pub(crate) blocks: Vec<Block>,
    pub(crate) commitments: Vec<Commitment>,
}

impl History {
    fn of<D: Disk>(shard: &Shard<D, MemoryStore>) -> Result<History, Fault> {
        let mut history = History { shard: shard.id(), blocks: Vec::new(), commitments: Vec::new() };
        for height in 1..=shard.position().height {
            history.blocks.extend(shard.block(height)?);
            history.commitments.extend(shard.commitment(height)?);
        }
        Ok(history)
    }
}

fn opening<D: Disk>(genesis: Genesis, disk: D, store: MemoryStore) -> Opening<D, MemoryStore> {
    let keyring = kernel::Keyring::new(birth::writers().into());
    Opening { genesis, keyring, disk, store, programs: birth::catalogue(), build: "a recording".into() }
}

fn batch(deliveries: &[Delivery], block_calls: usize) -> Batch {
    let request = |d: &Delivery| Request { signed: d.signed.clone(), now_ms: d.now_ms };
    Batch { requests: deliveries.iter().map(request).collect(), block_calls, stop_at_rejection: false }
}

/// A disk that takes down what is asked of it.
#[derive(Clone)]
pub(crate) struct Recorder {
    disk: SimDisk,
    moments: Rc<RefCell<Vec<Moment>>>,
    answered: Rc<Cell<u64>>,
}

impl Recorder {
    pub(crate) fn new(disk: SimDisk) -> Recorder {
        Recorder { disk, moments: Rc::default(), answered: Rc::default() }
    }

    /// All that was asked so far.
    pub(crate) fn moments(&self) -> Vec<Moment> {
        self.moments.take()
    }

    fn take_down(&self, op: Op) {
        let (disk, answered) = (self.disk.copy(), self.answered.get());
        self.moments.borrow_mut().push(Moment { disk, op, answered });
    }
}

impl Op {
    /// Carries it out.
    pub(crate) fn carry_out(self, disk: &mut SimDisk) -> Result<(), Fault> {
        match self {
            Op::Create(name, len) => disk.create(&name, len),
            Op::Write(name, offset, bytes) => disk.write(&name, offset, &bytes),
            Op::Sync(name) => disk.sync(&name),
            Op::Remove(name) => disk.remove(&name),
        }
    }
}

impl Disk for Recorder {
    fn list(&self) -> Result<Vec<String>, Fault> {
        self.disk.list()
    }

    fn len(&self, name: &str) -> Result<u64, Fault> {
        self.disk.len(name)
    }

    fn create(&mut self, name: &str, len: u64) -> Result<(), Fault> {
        self.take_down(Op::Create(name.into(), len));
        self.disk.create(name, len)
    }

    fn read(&self, name: &str, offset: u64, buf: &mut [u8]) -> Result<(), Fault> {
        self.disk.read(name, offset, buf)
    }

    fn write(&mut self, name: &str, offset: u64, bytes: &[u8]) -> Result<(), Fault> {
        self.take_down(Op::Write(name.into(), offset, bytes.into()));
        self.disk.write(name, offset, bytes)
    }

    fn sync(&mut self, name: &str) -> Result<(), Fault> {
        self.take_down(Op::Sync(name.into()));
        self.disk.sync(name)
    }

    fn remove(&mut self, name: &str) -> Result<(), Fault> {
        self.take_down(Op::Remove(name.into()));
        self.disk.remove(name)
    }
}

/// Records a run of so many batches: blocks of one page and of many, in segments that run over, and clean
/// closes among them.
pub(crate) fn record(seed: u64, batches: usize) -> Result<Recording, Fault> {
    let genesis = birth::genesis(seed);
    let shard = genesis.id();
    let recorder = Recorder::new(SimDisk::default());
    drop(Journal::create_with(recorder.clone(), shard, SegmentSize::of_pages(23))?);
    let store = MemoryStore::default();
    let open = || {
        let opening = opening(genesis.clone(), recorder.clone(), store.clone());
        Shard::open(opening).map(|(shard, _)| shard).map_err(Fault::host)
    };
    let mut rng = Rng::new(seed, "recording");
    let swarm = Swarm { upgrade_percent: 10, writer_percent: 10, revert_percent: 10, ..Swarm::default() };
    let mut workload = Workload::new(seed, swarm, shard);
    let mut open_shard = open()?;
    let (mut deliveries, mut past) = (workload.birth(), Vec::new());
    for _ in 0..batches {
        let block_calls = if rng.percent(50) { 1 } else { 4 };
        open_shard.submit(batch(&deliveries, block_calls))?;
        recorder.answered.set(open_shard.position().height);
        if rng.percent(15) {
            open_shard.close()?;
            open_shard = open()?;
        }
        for height in past.len() as u64 + 1..=open_shard.position().height {
            let block = open_shard.block(height)?;
            past.extend(block.map(|block| State::after(&block, past.last())));
        }
        deliveries = workload.batch(&past);
    }
    Ok(Recording { moments: recorder.moments(), history: History::of(&open_shard)? })
}
