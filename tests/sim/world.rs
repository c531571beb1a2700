//! A world: one shard under the real commit and recover code, on a disk and a store that crash.

use crate::birth;
use crate::check;
use crate::disk::{Crash, SimDisk};
use crate::fuse::Fuse;
use crate::ledger::Ledger;
use crate::planted::{Bug, PlantedDisk};
use crate::rng::Rng;
use crate::store::SimStore;
use crate::trace::{Trace, Violation, ensure};
use crate::workload::{Delivery, Workload};
use abi::fault::Fault;
use abi::genesis::Genesis;
use journal::{Journal, SegmentSize};
use kernel::recover::{Opening, Recovered};
use kernel::{Answer, Batch, Request, Shard};
use state::Store;

pub(crate) type SimShard = Shard<PlantedDisk, SimStore>;

/// No shard fails but by a crash.
const NO_FAULT: &str = "a fault without a crash";
/// How often the machine dies again while it recovers, at most, before it is left alone.
const RECOVERIES_MAX: usize = 4;

/// Runs the world of a seed: what happened, and the promise that was broken, if one was.
pub(crate) fn run(seed: u64, bug: Bug) -> (Trace, Result<(), Violation>) {
    let mut world = World::new(seed, bug);
    let ended = world.live();
    if let Err(violation) = &ended {
        world.trace.add(format!("broken: {violation}"));
    }
    world.trace.calls = world.ledger.len();
    (world.trace, ended)
}

struct World {
    rng: Rng,
    bug: Bug,
    genesis: Genesis,
    fuse: Fuse,
    disk: SimDisk,
    store: SimStore,
    shard: Option<SimShard>,
    ledger: Ledger,
    trace: Trace,
    /// How often, of a hundred batches, the machine is to die within the next few operations.
    crash_percent: u64,
    block_calls_max: u64,
}

impl World {
    fn new(seed: u64, bug: Bug) -> World {
        let mut rng = Rng::new(seed, "world");
        let fuse = Fuse::default();
        World {
            bug,
            genesis: birth::genesis(seed),
            disk: SimDisk::new(fuse.clone()),
            store: SimStore::new(fuse.clone(), bug.of_store()),
            fuse,
            shard: None,
            ledger: Ledger::default(),
            trace: Trace::default(),
            crash_percent: *rng.pick(&[5, 20, 50, 80]),
            block_calls_max: *rng.pick(&[1, 3, 20]),
            rng,
        }
    }

    fn live(&mut self) -> Result<(), Violation> {
        let mut workload = Workload::new(self.rng.next(), self.genesis.id());
        self.give_birth()?;
        self.deliver(workload.deploy(0))?;
        for _ in 0..self.rng.within(4..=12) {
            self.deliver(workload.batch())?;
            self.pass_time()?;
        }
        self.end()
    }

    /// Most worlds have small segments, so that calls run over from one to the next; the others are made
    /// as a node makes a shard, which may crash too.
    fn give_birth(&mut self) -> Result<(), Violation> {
        if self.rng.percent(12) {
            return Ok(());
        }
        // A call fills five pages at most, with what it writes.
        let fits = 5 * self.block_calls_max + 3;
        let pages = u32::try_from(self.rng.within(fits..=fits + 10)).expect("few pages");
        let disk = PlantedDisk::new(self.disk.clone(), Bug::None);
        Journal::create_with(disk, self.genesis.id(), SegmentSize::of_pages(pages))
            .map(|_| ())
            .map_err(|fault| Violation::new(NO_FAULT, fault))
    }

    /// Delivers a batch until every call of it is answered.
    fn deliver(&mut self, batch: Vec<Delivery>) -> Result<(), Violation> {
        let mut left = batch.as_slice();
        while !left.is_empty() {
            let mut shard = self.open()?;
            if !self.fuse.is_armed() && self.rng.percent(self.crash_percent) {
                self.fuse.arm(self.rng.within(0..=25));
            }
            let stop_at_rejection = self.rng.percent(20);
            match shard.submit(self.cut(left, stop_at_rejection)) {
                Ok(answers) => {
                    let rejected = answers.iter().position(|a| matches!(a, Answer::Rejected(_)));
                    let due = rejected.filter(|_| stop_at_rejection).map_or(left.len(), |index| index + 1);
                    ensure(answers.len() == due, "every request has its answer", || {
                        format!("{} of {due}", answers.len())
                    })?;
                    self.ledger.learn(&shard)?;
                    let (answered, rest) = left.split_at(answers.len());
                    for (delivery, answer) in answered.iter().zip(&answers) {
                        self.trace.add(format!("  {} {}", delivery.digest, shown(answer)));
                        self.ledger.note(delivery, answer)?;
                    }
                    left = rest;
                    self.shard = Some(shard);
                }
                Err(fault) => {
                    let again = shard.submit(self.cut(left, false));
                    ensure(again == Err(Fault::Stopped), "a shard that failed is stopped", || {
                        format!("{again:?}")
                    })?;
                    drop(shard);
                    self.mourn(fault)?;
                }
            }
        }
        Ok(())
    }

    fn cut(&mut self, deliveries: &[Delivery], stop_at_rejection: bool) -> Batch {
        let block_calls = usize::try_from(self.rng.within(1..=self.block_calls_max)).expect("few calls");
        self.trace.add(format!("submit {} in blocks of {block_calls}", deliveries.len()));
        let request = |d: &Delivery| Request { signed: d.signed.clone(), now_ms: d.now_ms };
        Batch { requests: deliveries.iter().map(request).collect(), block_calls, stop_at_rejection }
    }

    /// The shard, opened if it is not: as often as the machine dies on the way.
    fn open(&mut self) -> Result<SimShard, Violation> {
        if let Some(shard) = self.shard.take() {
            return Ok(shard);
        }
        for attempt in 0.. {
            let unborn = self.disk.is_empty();
            if attempt < RECOVERIES_MAX && self.rng.percent(40) {
                self.fuse.arm(self.rng.within(0..=if unborn { 2 } else { 8 }));
            }
            match self.try_open(unborn) {
                Ok(shard) => {
                    self.ledger.forget();
                    self.ledger.learn(&shard)?;
                    return Ok(shard);
                }
                Err(fault) => self.mourn(fault)?,
            }
        }
        unreachable!("the machine is left alone after some attempts")
    }

    fn try_open(&mut self, unborn: bool) -> Result<SimShard, Fault> {
        let opening = Opening {
            genesis: self.genesis.clone(),
            keyring: kernel::Keyring::new(vec![birth::writer()]),
            disk: PlantedDisk::new(self.disk.clone(), self.bug),
            store: self.store.clone(),
            programs: birth::catalogue(),
            build: "sim".into(),
        };
        let opened = if unborn { Shard::create(opening).map(|s| (s, None)) } else { open_existing(opening) };
        let (shard, recovered) = opened.map_err(|error| match error {
            kernel::ShardError::Fault(fault) => fault,
            other => Fault::host(other),
        })?;
        self.trace.add(match recovered {
            None => "made".into(),
            Some(Recovered { tail, store_height, height }) => {
                format!("opened at {height}, the store at {store_height}, cut: {:?}", tail.cut)
            }
        });
        Ok(shard)
    }

    /// After a fault: the machine must have died, and starts again.
    fn mourn(&mut self, fault: Fault) -> Result<(), Violation> {
        ensure(self.fuse.is_blown(), NO_FAULT, || fault.to_string())?;
        self.crash()
    }

    fn crash(&mut self) -> Result<(), Violation> {
        let how = if self.rng.percent(60) { Crash::Power } else { Crash::Process };
        self.trace.add(format!("crash: {how:?}"));
        self.trace.crashes += 1;
        self.fuse.disarm();
        self.disk.crash(how, &mut self.rng);
        self.store.crash(&mut self.rng).map_err(|fault| Violation::new(NO_FAULT, fault))
    }

    /// Between batches a shard hands out receipts, flushes its store, is closed or crashes idle, or nothing
    /// happens.
    fn pass_time(&mut self) -> Result<(), Violation> {
        let mut shard = self.open()?;
        let done = match self.rng.within(0..=9) {
            0 => shard.close().map(|_| None),
            1 => {
                drop(shard);
                return self.crash();
            }
            2 => shard.store_mut().flush().map(|()| Some(shard)),
            3 | 4 => {
                check::receipts::check(&shard, &self.ledger, &mut self.rng)?;
                Ok(Some(shard))
            }
            _ => Ok(Some(shard)),
        };
        match done {
            Ok(shard) => self.shard = shard,
            Err(fault) => self.mourn(fault)?,
        }
        Ok(())
    }

    /// The last crash or close, and the judgement.
    fn end(&mut self) -> Result<(), Violation> {
        let shard = self.open()?;
        self.fuse.disarm();
        if self.rng.percent(50) {
            shard.close().map_err(|fault| Violation::new(NO_FAULT, fault))?;
        } else {
            drop(shard);
            self.crash()?;
        }
        let mut shard = self.open()?;
        self.fuse.disarm();
        self.trace.add(format!("ended: root {} head {}", shard.position().root, shard.head()));
        check::all(&mut shard, &self.ledger, &mut self.rng)
    }
}

type Opened = (SimShard, Option<Recovered>);

fn open_existing(opening: Opening<PlantedDisk, SimStore>) -> Result<Opened, kernel::ShardError> {
    Shard::open(opening).map(|(shard, recovered)| (shard, Some(recovered)))
}

fn shown(answer: &Answer) -> String {
    match answer {
        Answer::New { seq, outcome } => format!("new {seq} {}", outcome.code()),
        Answer::Known(seq) => format!("known {seq}"),
        Answer::Rejected(rejected) => format!("rejected {rejected}"),
    }
}
