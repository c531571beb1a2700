//! Carries out a plan of the recovery ladder, one step after the other, and nothing else.
//!
//! Each step is atomic, or can be done again from the start; after a crash in any of them, or between two, a new
//! survey and its plan are what is left to do.

use crate::data::{Data, pages};
use crate::error::NodeError;
use crate::home::Home;
use crate::own;
use crate::quarantine::{Item, Place};
use crate::restore;
use crate::rocks::RocksStore;
use crate::snapshots::{Snapshots, SnapshotsError};
use abi::Coded;
use abi::fault::Fault;
use journal::{Damage, Journal, segment_name};
use kernel::ladder::{Deed, Halt, Plan, Rung, Step};
use kernel::recover::refill;
use serde_json::{Map, Value, json};

/// What is wrong with a store that is set aside, and with pages of a journal: bytes that are not what was written.
fn corrupt(because: &str) -> (u16, String) {
    let fault = Fault::corrupt(because);
    (fault.code(), fault.to_string())
}

/// A recovery of one shard.
pub struct Recovery<'a> {
    /// The data directory.
    pub data: &'a Data,
    /// The shard's files.
    pub home: &'a Home,
    /// Where snapshots are.
    pub snapshots: Option<&'a Snapshots>,
    /// The host's time.
    pub now_ms: u64,
}

impl Recovery<'_> {
    /// What is to be done.
    pub fn plan(&self) -> Result<Plan, NodeError> {
        let remembered = match own::is_own(self.home) {
            true => None,
            false => self.data.second_place(self.home.id)?.and_then(|second| second.remembered()),
        };
        let mut survey = self.home.survey(remembered)?;
        let plan = Plan::of(&survey);
        // Snapshots are read from end to end, and only by whoever would otherwise replay everything, or cannot.
        let journal = &survey.journal;
        let is_cut_off = plan.rung == Rung::Halt && (journal.past.is_some() || journal.erased > 0);
        match self.snapshots.filter(|_| plan.rung == Rung::Rebuild || is_cut_off) {
            Some(snapshots) => {
                survey.snapshots = snapshots.whole()?;
                Ok(Plan::of(&survey))
            }
            None => Ok(plan),
        }
    }

    /// Does at most `steps_max` steps of a plan, with a note in the node's own chain before the first and after
    /// the last.
    ///
    /// # Errors
    ///
    /// `Halted`, once its steps are done, for a plan that does not bring the shard back.
    pub fn carry_out(&self, plan: &Plan, steps_max: usize) -> Result<(), NodeError> {
        // What cannot be noted is done nevertheless, and told at the end.
        let noted = self.note_plan(plan);
        for step in plan.steps.iter().take(steps_max) {
            self.step(step)?;
        }
        halted(self.home, plan)?;
        noted?;
        let is_done = plan.steps.len() <= steps_max;
        match is_done && own::is_unfinished(self.data, self.home)? {
            true => own::note_once(self.data, "recovered", &result(self.home, plan), self.now_ms),
            false => Ok(()),
        }
    }

    /// Notes what is to be done, but for the node's own chain: that cannot tell of its own damage.
    fn note_plan(&self, plan: &Plan) -> Result<(), NodeError> {
        if own::is_own(self.home) || plan.is_empty() {
            return Ok(());
        }
        let kind = if plan.halt.is_some() { "halted" } else { "recovering" };
        own::note_once(self.data, kind, &shown(&self.home.id.to_string(), plan), self.now_ms)
    }

    /// Does one step.
    fn step(&self, step: &Step) -> Result<(), NodeError> {
        let Recovery { data, home, .. } = self;
        match &step.deed {
            // Opening a journal is what cuts it.
            Deed::Cut(_) | Deed::Drop { .. } => {
                Journal::open(home.disk()?, home.id)?;
            }
            Deed::Quarantine(damage) => self.quarantine(damage)?,
            Deed::SetAside => {
                let item = Item::of(home.id, "store", corrupt(&step.because), self.now_ms);
                data.quarantine_to_write()?.set_aside(&item, &home.dir, "store")?;
            }
            Deed::Load { snapshot, .. } => self.load(snapshot)?,
            Deed::Replay { .. } => {
                refill(&home.genesis, home.disk()?, &mut RocksStore::open(&home.store)?)?;
            }
        }
        Ok(())
    }

    /// Makes a store of a snapshot, which takes its place once it is whole.
    fn load(&self, snapshot: &str) -> Result<(), NodeError> {
        let missing = || SnapshotsError::Missing { id: snapshot.into(), what: "directory".into() };
        let snapshots = self.snapshots.ok_or_else(missing)?;
        restore::clear(&self.home.dir)?;
        snapshots.load(snapshot, &mut RocksStore::open(&self.home.new_store())?)?;
        let failed = |error| NodeError::io(format!("make {}/store", self.home.name), error);
        restore::swap(&self.home.dir).map_err(failed)?;
        restore::clear(&self.home.dir)
    }

    fn quarantine(&self, damage: &Damage) -> Result<(), NodeError> {
        let Damage { segment, page, pages: count, .. } = *damage;
        let place = Place { segment, page, pages: count };
        let bytes = pages(&self.home.disk_to_read()?, place);
        let source = format!("journal/{}", segment_name(segment));
        let item = Item::of(self.home.id, &source, corrupt(&damage.because), self.now_ms);
        self.data.quarantine_to_write()?.keep(Item { place: Some(place), ..item }, &bytes)?;
        Ok(())
    }
}

/// What a plan that does not bring the shard back ends in.
pub fn halted(home: &Home, plan: &Plan) -> Result<(), NodeError> {
    let Some(halt) = &plan.halt else { return Ok(()) };
    Err(NodeError::Halted { shard: home.id, because: halt.because.clone(), gone: gone(halt) })
}

/// What is gone, as a person says it.
pub fn gone(halt: &Halt) -> String {
    match halt.from == halt.to {
        true => format!("height {}", halt.from),
        false => format!("heights {} to {}", halt.from, halt.to),
    }
}

/// What a plan came to.
fn result(home: &Home, plan: &Plan) -> Value {
    json!({ "shard": home.id.to_string(), "rung": plan.rung.to_string(), "height": plan.height })
}

/// A plan, as it is printed.
pub fn shown(shard: &str, plan: &Plan) -> Value {
    let mut answer = Map::new();
    answer.insert("shard".into(), shard.into());
    answer.insert("rung".into(), plan.rung.to_string().into());
    answer.insert("height".into(), plan.height.into());
    if let Some(halt) = &plan.halt {
        answer.insert("because".into(), halt.because.clone().into());
        answer.insert("gone".into(), gone(halt).into());
    }
    let step = |(number, step): (u64, &Step)| {
        let pins: Vec<String> = step.pins.iter().map(ToString::to_string).collect();
        json!({
            "step": number,
            "do": step.deed.to_string(),
            "because": step.because,
            "bytes": step.bytes,
            "pins": pins.join(", "),
        })
    };
    answer.insert("steps".into(), (1..).zip(&plan.steps).map(step).collect());
    Value::Object(answer)
}

#[cfg(test)]
mod tests;
