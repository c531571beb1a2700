//! A world: one shard under the real commit and recover code, on a disk and a store that fail as they may.
//!
//! It has two phases. In the first, *safety*, all goes wrong that the world's swarm has; in the second,
//! *liveness*, nothing does, and the shard must serve again, or have halted because its medium is damaged.

use crate::birth;
use crate::check;
use crate::disk::{Crash, SimDisk};
use crate::fuse::Fuse;
use crate::ledger::Ledger;
use crate::lies::{Lie, LyingDisk};
use crate::rng::Rng;
use crate::snapshots::Snapshots;
use crate::store::SimStore;
use crate::swarm::{Odds, Swarm};
use crate::trace::{Trace, Violation, ensure};
use crate::weather::Weather;
use crate::workload::{Delivery, Workload};
use abi::fault::Fault;
use abi::genesis::Genesis;
use journal::{Journal, SegmentSize};
use kernel::recover::{Opening, Recovered};
use kernel::{Answer, Batch, Request, Shard};
use state::Store;

pub(crate) type SimShard = Shard<LyingDisk, SimStore>;

/// No shard fails but by a crash, or by what the disk does.
const NO_FAULT: &str = "a fault without a cause";
/// How often the machine dies again while it recovers, at most, before it is left alone.
const RECOVERIES_MAX: usize = 6;
/// How often a shard is opened in a row, at most, whatever the disk does.
const OPENINGS_MAX: usize = 60;
/// How often a shard whose medium is damaged may fail to read something before it counts as halted.
const DAMAGED_READS_MAX: u32 = 4;
/// What is counted when a store that was lost comes back from a snapshot.
pub(crate) const RESTORED: &str = "stores filled from a snapshot";

/// Why a world ends early.
enum Stop {
    /// The shard refuses to go on, and says why.
    Halted(Fault),
    /// A promise was broken.
    Broken(Violation),
}

impl From<Violation> for Stop {
    fn from(violation: Violation) -> Stop {
        Stop::Broken(violation)
    }
}

/// Runs the world of a seed: what happened, and the promise that was broken, if one was.
pub(crate) fn run(seed: u64, lie: Lie) -> (Trace, Result<(), Violation>) {
    World::new(seed, lie).run()
}

/// Runs the world of a seed only for what happens in it: nobody looks behind the shard's back or judges its end,
/// which would change nothing.
pub(crate) fn rerun(seed: u64) -> Trace {
    World { is_judged: false, ..World::new(seed, Lie::None) }.run().0
}

struct World {
    rng: Rng,
    swarm: Swarm,
    lie: Lie,
    is_judged: bool,
    genesis: Genesis,
    fuse: Fuse,
    disk: SimDisk,
    store: SimStore,
    snapshots: Snapshots,
    /// Whether a value of the store was changed, and nobody has noticed.
    store_is_rotten: bool,
    damaged_reads: u32,
    shard: Option<SimShard>,
    ledger: Ledger,
    trace: Trace,
}

impl World {
    fn new(seed: u64, lie: Lie) -> World {
        let mut rng = Rng::new(seed, "world");
        let swarm = Swarm::of(&mut rng, seed);
        let fuse = Fuse::default();
        let mut trace = Trace::default();
        trace.add(format!("{swarm:?}"));
        World {
            swarm,
            lie,
            is_judged: true,
            genesis: birth::genesis(seed),
            disk: SimDisk::new(fuse.clone(), Weather::new(seed, Odds::default())),
            store: SimStore::new(fuse.clone(), lie.of_store()),
            snapshots: Snapshots::new(seed),
            store_is_rotten: false,
            damaged_reads: 0,
            fuse,
            shard: None,
            ledger: Ledger::default(),
            trace,
            rng,
        }
    }

    fn run(mut self) -> (Trace, Result<(), Violation>) {
        let ended = match self.live() {
            Ok(()) => Ok(()),
            Err(Stop::Halted(fault)) => {
                self.trace.add(format!("halted: {fault}"));
                self.trace.halted = true;
                Ok(())
            }
            Err(Stop::Broken(violation)) => {
                self.trace.add(format!("broken: {violation}"));
                Err(violation)
            }
        };
        let damage = std::mem::take(&mut self.disk.weather().damage);
        self.trace.count("damage of the disk", damage.len() as u64);
        damage.into_iter().for_each(|what| self.trace.add(what));
        self.trace.calls = self.ledger.len();
        (self.trace, ended)
    }

    fn live(&mut self) -> Result<(), Stop> {
        let mut workload = Workload::new(self.rng.next(), self.swarm, self.genesis.id());
        self.give_birth()?;
        self.disk.weather().odds = self.swarm.odds;
        self.deliver(workload.birth())?;
        for _ in 0..self.rng.within(24..=32) {
            self.deliver(workload.batch(&self.ledger.states))?;
            self.pass_time()?;
        }
        self.calm()?;
        for _ in 0..2 {
            self.deliver(workload.batch(&self.ledger.states))?;
        }
        self.end()
    }

    /// Most worlds have small segments, so that calls run over from one to the next; the others are made
    /// as a node makes a shard, which may crash too.
    fn give_birth(&mut self) -> Result<(), Stop> {
        if self.rng.percent(12) {
            return Ok(());
        }
        // A call fills five pages at most, with what it writes.
        let calls = 5 * self.swarm.block_calls_max + 3;
        // A revert writes all twelve keys, at most.
        let fits = if self.swarm.revert_percent > 0 { calls.max(32) } else { calls };
        let pages = u32::try_from(self.rng.within(fits..=fits + 10)).expect("few pages");
        let disk = LyingDisk::new(self.disk.clone(), Lie::None);
        Journal::create_with(disk, self.genesis.id(), SegmentSize::of_pages(pages))
            .map(|_| ())
            .map_err(|fault| Violation::new(NO_FAULT, fault).into())
    }

    /// Delivers a batch until every call of it is answered.
    fn deliver(&mut self, batch: Vec<Delivery>) -> Result<(), Stop> {
        let mut left = batch.as_slice();
        while !left.is_empty() {
            let mut shard = self.open()?;
            if !self.fuse.is_armed() && self.rng.percent(self.swarm.crash_percent) {
                self.fuse.arm(self.rng.within(0..=25));
            }
            let stop_at_rejection = self.rng.percent(20);
            match shard.submit(self.cut(left, stop_at_rejection)) {
                Ok(answers) => {
                    let rest = self.answered(&shard, left, &answers, stop_at_rejection)?;
                    self.shard = rest.is_some().then_some(shard);
                    left = rest.unwrap_or(left);
                }
                Err(fault) => {
                    let again = shard.submit(self.cut(left, false));
                    ensure(again == Err(Fault::Stopped), "a shard that failed is stopped", || {
                        format!("{again:?}")
                    })?;
                    self.inspect(&shard)?;
                    drop(shard);
                    self.mourn(fault)?;
                }
            }
        }
        Ok(())
    }

    /// Takes down the answers to the first deliveries; the others are left. None, if the process had to end before
    /// the callers were told: they ask again.
    fn answered<'a>(
        &mut self,
        shard: &SimShard,
        left: &'a [Delivery],
        answers: &[Answer],
        stop_at_rejection: bool,
    ) -> Result<Option<&'a [Delivery]>, Stop> {
        let rejected = answers.iter().position(|a| matches!(a, Answer::Rejected(_)));
        let due = rejected.filter(|_| stop_at_rejection).map_or(left.len(), |index| index + 1);
        ensure(answers.len() == due, "every request has its answer", || {
            format!("{} of {due}", answers.len())
        })?;
        let learned = self.ledger.learn(shard);
        if !self.is_read(learned)? {
            return Ok(None);
        }
        let (answered, rest) = left.split_at(answers.len());
        for (delivery, answer) in answered.iter().zip(answers) {
            self.trace.add(format!("  {} {}", delivery.digest, shown(answer)));
            if let (Answer::New { .. }, Some(act)) = (answer, delivery.act()) {
                self.trace.count(act, 1);
            }
            self.ledger.note(delivery, answer)?;
        }
        if self.rng.percent(15) {
            self.inspect(shard)?;
        }
        Ok(Some(rest))
    }

    /// What a shard would hand out is durable already.
    fn inspect(&mut self, shard: &SimShard) -> Result<(), Stop> {
        if !self.is_judged {
            return Ok(());
        }
        self.unless_damaged(check::signed_after_sync::check(shard, &self.disk))
    }

    /// What was looked for behind the shard's back, and not found because the medium is damaged, is for the
    /// shard to notice. A write that went elsewhere, onto a summary say, may leave a journal that only ends early.
    fn unless_damaged(&self, checked: Result<(), Violation>) -> Result<(), Stop> {
        match checked {
            Err(Violation { fault: Some(_), .. }) if self.is_damaged() => Ok(()),
            Err(_) if self.disk.weather().has_strayed => Ok(()),
            checked => Ok(checked?),
        }
    }

    fn is_damaged(&self) -> bool {
        !self.disk.weather().damage.is_empty()
    }

    /// Whether something could be read; a fault must have its cause, and a new process looks again.
    fn is_read(&mut self, read: Result<(), Violation>) -> Result<bool, Stop> {
        match read {
            Err(Violation { fault: Some(fault), .. }) => self.mourn(fault).map(|()| false),
            read => Ok(read.map(|()| true)?),
        }
    }

    fn cut(&mut self, deliveries: &[Delivery], stop_at_rejection: bool) -> Batch {
        let block_calls =
            usize::try_from(self.rng.within(1..=self.swarm.block_calls_max)).expect("few calls");
        self.trace.add(format!("submit {} in blocks of {block_calls}", deliveries.len()));
        let request = |d: &Delivery| Request { signed: d.signed.clone(), now_ms: d.now_ms };
        Batch { requests: deliveries.iter().map(request).collect(), block_calls, stop_at_rejection }
    }

    /// The shard, opened if it is not: as often as the machine dies on the way.
    fn open(&mut self) -> Result<SimShard, Stop> {
        if let Some(shard) = self.shard.take() {
            return Ok(shard);
        }
        for attempt in 0..OPENINGS_MAX {
            let unborn = self.disk.is_empty();
            if attempt < RECOVERIES_MAX && self.rng.percent(self.swarm.again_percent) {
                self.fuse.arm(self.rng.within(0..=if unborn { 2 } else { 8 }));
            }
            let before = self.is_damaged().then(|| (self.disk.copy(), self.disk.weather().damage.len()));
            self.disk.weather().is_starting = true;
            let opened = self.restore().and_then(|()| self.try_open(unborn));
            self.disk.weather().is_starting = false;
            match opened {
                Ok(shard) => {
                    self.disk.weather().passing = false;
                    let learned = self.ledger.recall(&shard);
                    if self.is_read(learned)? {
                        return Ok(shard);
                    }
                }
                Err(fault) if self.has_halted(&fault) => {
                    // What was damaged by this opening is no evidence of its keeping.
                    let damage = self.disk.weather().damage.len();
                    let before = before.filter(|(_, before)| *before == damage).map(|(disk, _)| disk);
                    check::halts::check(&fault, before.as_ref(), &self.disk)?;
                    return Err(Stop::Halted(fault));
                }
                Err(fault) => self.mourn(fault)?,
            }
        }
        Err(Violation::new("a shard comes back", "it does not, however often it is opened").into())
    }

    /// Whether a shard that could not be opened never will be: its medium is damaged, and nothing else has
    /// happened.
    fn has_halted(&self, fault: &Fault) -> bool {
        let is_store = self.store_is_rotten && fault.to_string().contains("store: ");
        !self.fuse.is_blown() && !self.disk.weather().passing && self.is_damaged() && !is_store
    }

    /// A store that was lost may come from the last snapshot.
    fn restore(&mut self) -> Result<(), Fault> {
        if self.store.height() == 0
            && let Some(height) = self.snapshots.fill(&mut self.store)?
        {
            self.trace.add(format!("the store is filled at {height}"));
            self.trace.count(RESTORED, 1);
        }
        Ok(())
    }

    fn try_open(&mut self, unborn: bool) -> Result<SimShard, Fault> {
        let opening = Opening {
            genesis: self.genesis.clone(),
            keyring: kernel::Keyring::new(birth::writers().into()),
            disk: LyingDisk::new(self.disk.clone(), self.lie),
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

    /// After a fault, which must have a cause: a new process, or a new machine.
    fn mourn(&mut self, fault: Fault) -> Result<(), Stop> {
        let passing = std::mem::take(&mut self.disk.weather().passing);
        if self.fuse.is_blown() {
            return self.crash();
        }
        if passing {
            self.trace.count("passing faults of the disk", 1);
            return self.restart(Crash::Process);
        }
        if self.store_is_rotten && fault.to_string().contains("store: ") {
            self.trace.add(format!("the store is removed: {fault}"));
            self.store_is_rotten = false;
            self.store.clear();
            return Ok(());
        }
        ensure(self.is_damaged(), NO_FAULT, || fault.to_string())?;
        self.damaged_reads += 1;
        match self.damaged_reads > DAMAGED_READS_MAX {
            true => Err(Stop::Halted(fault)),
            false => self.restart(Crash::Process),
        }
    }

    fn crash(&mut self) -> Result<(), Stop> {
        let how = if self.rng.percent(self.swarm.power_percent) { Crash::Power } else { Crash::Process };
        self.restart(how)
    }

    fn restart(&mut self, how: Crash) -> Result<(), Stop> {
        self.trace.add(format!("crash: {how:?}"));
        self.trace.crashes += 1;
        self.fuse.disarm();
        if self.rng.percent(25) && self.is_judged {
            let id = self.genesis.id();
            self.unless_damaged(check::applied_is_committed::check(&self.store, &self.disk, id))?;
        }
        self.disk.crash(how, &mut self.rng);
        let broken = |fault| Violation::new(NO_FAULT, fault);
        self.store.crash(&mut self.rng).map_err(broken)?;
        if self.snapshots.rng.percent(self.swarm.store_loss_percent) {
            self.trace.add("the store is lost".into());
            self.store_is_rotten = false;
            self.store.clear();
        }
        if self.rng.percent(self.swarm.store_rot_percent) && self.store.rot(&mut self.rng).map_err(broken)? {
            self.trace.count("changes of the store", 1);
            self.store_is_rotten = true;
        }
        Ok(())
    }

    /// Between batches a shard hands out receipts, flushes its store, is closed or crashes idle, or nothing
    /// happens.
    fn pass_time(&mut self) -> Result<(), Stop> {
        let mut shard = self.open()?;
        if self.snapshots.rng.percent(self.swarm.snapshot_percent) {
            let taken = self.snapshots.take(&shard);
            if !self.is_read(taken)? {
                return Ok(());
            }
        }
        let done = match self.rng.within(0..=9) {
            0 => shard.close().map(|_| None),
            1 => {
                drop(shard);
                return self.crash();
            }
            2 => shard.store_mut().flush().map(|()| Some(shard)),
            3 | 4 => {
                let read = check::receipts::check(&shard, &self.ledger, &mut self.rng);
                if !self.is_read(read)? {
                    return Ok(());
                }
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

    /// The last crash, and fair weather from now on.
    fn calm(&mut self) -> Result<(), Stop> {
        if self.rng.percent(50) {
            self.shard = None;
            self.crash()?;
        }
        self.disk.fuse().disarm();
        self.swarm = self.swarm.calm();
        self.disk.weather().odds = Odds::default();
        self.trace.add("calm".into());
        Ok(())
    }

    /// The last close or crash, and the judgement.
    fn end(&mut self) -> Result<(), Stop> {
        let shard = self.open()?;
        if self.rng.percent(50) {
            shard.close().map(|_| ()).or_else(|fault| self.mourn(fault))?;
        } else {
            drop(shard);
            self.crash()?;
        }
        let mut shard = self.open()?;
        self.trace.add(format!("ended: root {} head {}", shard.position().root, shard.head()));
        if !self.is_judged {
            return Ok(());
        }
        match check::all(&mut shard, &self.ledger, &mut self.rng) {
            Err(Violation { fault: Some(fault), .. }) if self.is_damaged() => Err(Stop::Halted(fault)),
            checked => Ok(checked?),
        }
    }
}

type Opened = (SimShard, Option<Recovered>);

fn open_existing(opening: Opening<LyingDisk, SimStore>) -> Result<Opened, kernel::ShardError> {
    Shard::open(opening).map(|(shard, recovered)| (shard, Some(recovered)))
}

fn shown(answer: &Answer) -> String {
    match answer {
        Answer::New { seq, outcome } => format!("new {seq} {}", outcome.code()),
        Answer::Known(seq) => format!("known {seq}"),
        Answer::Rejected(rejected) => format!("rejected {rejected}"),
    }
}
