//! The life of snapshots in a small scope: they are begun, go on step by step or are abandoned by a crash; time
//! passes; the collector runs, and may be stopped after any of its steps. The steps are the shipped ones.

use kernel::snapshot::{KEPT_MIN, Listed, Phase, Policy, Step, after, collect};
use stateright::{Model, Property};

/// So many snapshots in all, for so long.
pub(crate) struct Snapshots {
    pub(crate) begun_max: u8,
    pub(crate) time_max: u64,
}

/// What is there.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub(crate) struct There {
    /// Name (and height, for each is begun at a greater one), phase, since when, whether somebody is at work on it.
    snapshots: Vec<(u8, Phase, u64, bool)>,
    begun: u8,
    now: u64,
    /// The names of all that were ever committed, in that order.
    committed: Vec<u8>,
    /// A step that the table does not allow was asked for.
    is_illegal: bool,
}

/// What happens.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Event {
    /// A snapshot is begun.
    Begin,
    /// Whoever is at work on it takes the next step.
    Advance(u8),
    /// Whoever was at work on anything is gone.
    Crash,
    /// The collector does so many of its steps.
    Collect(usize),
    /// Time passes.
    Tick,
}

/// What must hold of every state.
pub(crate) const KEPT: &str = "the newest that were committed can be restored";
const LEGAL: &str = "nobody asks for an illegal step";
const SETTLED: &str = "a collector that is done has nothing left to do";
/// That the search came to all there is.
pub(crate) const COLLECTED: &str = "something is collected";

const POLICY: Policy = Policy { kept: KEPT_MIN, stale_ms: 2, grace_ms: 1 };

impl There {
    fn listed(&self) -> Vec<Listed<u8>> {
        let listed = |&(id, phase, since_ms, _): &(u8, Phase, u64, bool)| Listed {
            id,
            height: u64::from(id),
            phase,
            since_ms,
        };
        self.snapshots.iter().map(listed).collect()
    }

    fn take(&mut self, id: u8, step: Step) {
        let Some(at) = self.snapshots.iter().position(|it| it.0 == id) else { return };
        match after(self.snapshots[at].1, step) {
            Ok(Some(phase)) => {
                self.snapshots[at] = (id, phase, self.now, phase < Phase::Committed);
                self.committed.extend((phase == Phase::Committed).then_some(id));
            }
            Ok(None) => drop(self.snapshots.remove(at)),
            Err(_) => self.is_illegal = true,
        }
    }

    fn collected(&self, most: usize) -> There {
        let mut there = self.clone();
        for (id, step) in collect(&self.listed(), &POLICY, self.now).into_iter().take(most) {
            there.take(id, step);
        }
        there
    }

    /// The newest that were committed, as many as are kept at the least, are all there.
    fn keeps(&self) -> bool {
        let mut newest = self.committed.clone();
        newest.sort_unstable();
        let is_there = |id: &u8| self.snapshots.iter().any(|it| it.0 == *id && it.1 >= Phase::Committed);
        newest.iter().rev().take(KEPT_MIN).all(is_there)
    }
}

impl Model for Snapshots {
    type State = There;
    type Action = Event;

    fn init_states(&self) -> Vec<There> {
        vec![There::default()]
    }

    fn actions(&self, there: &There, events: &mut Vec<Event>) {
        events.extend((there.begun < self.begun_max).then_some(Event::Begin));
        events.extend((there.now < self.time_max).then_some(Event::Tick));
        events.extend(there.snapshots.iter().filter(|it| it.3).map(|it| Event::Advance(it.0)));
        events.extend(there.snapshots.iter().any(|it| it.3).then_some(Event::Crash));
        let steps = collect(&there.listed(), &POLICY, there.now).len();
        events.extend((1..=steps).map(Event::Collect));
    }

    fn next_state(&self, there: &There, event: Event) -> Option<There> {
        let mut next = there.clone();
        match event {
            Event::Begin => {
                next.begun += 1;
                next.snapshots.push((next.begun, Phase::Uploading, next.now, true));
            }
            Event::Advance(id) => match there.snapshots.iter().find(|it| it.0 == id)?.1 {
                Phase::Uploading => next.take(id, Step::Uploaded),
                _ => next.take(id, Step::Verified),
            },
            Event::Crash => next.snapshots.iter_mut().for_each(|it| it.3 = false),
            Event::Collect(most) => next = there.collected(most),
            Event::Tick => next.now += 1,
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Snapshots>> {
        vec![
            Property::always(KEPT, |_, there: &There| there.keeps()),
            Property::always(LEGAL, |_, there: &There| !there.is_illegal),
            Property::always(SETTLED, |_, there: &There| {
                let done = there.collected(usize::MAX);
                collect(&done.listed(), &POLICY, done.now).is_empty()
            }),
            Property::sometimes(COLLECTED, |_, there: &There| {
                there.committed.iter().any(|id| there.snapshots.iter().all(|it| it.0 != *id))
            }),
        ]
    }
}
