//! The graph, and the lists that are kept in step with it.

use crate::SYNAPSE;
use crate::connectome::Connectome;
use crate::decay::decayed;
use crate::types::{Degrees, Error, Mandate, Phase, Synapse, Totals};
use alloc::string::String;

/// A connection's key: the cell before it, the cell behind it, its kind.
pub(crate) type Key = (String, String, u8);

/// The graph's time, and its half-life.
#[derive(Clone, Copy)]
pub(crate) struct Decay {
    clock_ms: u64,
    half_life_ms: u64,
}

impl Decay {
    /// What is left of a weight.
    pub(crate) fn left(self, weight: u64, since_ms: u64) -> u64 {
        decayed(weight, self.clock_ms.saturating_sub(since_ms), self.half_life_ms)
    }
}

impl Connectome {
    /// How weights decay until now.
    pub(crate) fn decay(&self) -> Decay {
        let half_life_ms = self.rules().map_or(0, |rules| rules.half_life_ms);
        Decay { clock_ms: self.totals().clock_ms, half_life_ms }
    }

    /// The connections from a cell.
    pub(crate) fn from(&self, pre: &str) -> impl Iterator<Item = (Key, Synapse)> {
        let own = String::from(pre);
        let range = self.outgoing.range((own.clone(), String::new(), 0)..);
        range.take_while(move |((pre, ..), _)| *pre == own)
    }

    /// The connections to a cell.
    pub(crate) fn to(&self, post: &str) -> impl Iterator<Item = (Key, Synapse)> {
        let own = String::from(post);
        let range = self.incoming.range((own.clone(), String::new(), 0)..);
        let keys = range.take_while(move |((post, ..), ())| *post == own);
        let keys = keys.map(|((post, pre, kind), ())| (pre, post, kind));
        keys.filter_map(|key| self.outgoing.get(&key).map(|synapse| (key, synapse)))
    }

    /// The cell that has no room for the partner that a mandate brings it, and how many partners it has.
    pub(crate) fn full<'a>(&self, mandate: &'a Mandate, max: u32) -> Option<(Phase, &'a str, u32)> {
        let Mandate { pre, post, .. } = mandate;
        if pre == post || self.pairs.contains(&pair(pre, post)) {
            return None;
        }
        let degree = |cell: &String| self.cells.get(cell).unwrap_or_default().degree;
        let cells = [(Phase::PreFull, pre), (Phase::PostFull, post)];
        let mut figures = cells.into_iter().map(|(phase, cell)| (phase, cell.as_str(), degree(cell)));
        figures.find(|(_, _, degree)| *degree >= max)
    }

    /// Adds a mandate's weight to a connection, which is made if there is none.
    pub(crate) fn strengthen(&mut self, mandate: &Mandate) -> Result<Synapse, Error> {
        let key = key(mandate);
        let (weight, since_ms) = (u64::from(mandate.synapses) * SYNAPSE, mandate.since_ms);
        let synapse = match self.outgoing.get(&key) {
            Some(before) => {
                let left = self.decay().left(before.weight, before.since_ms);
                let weight = left.checked_add(weight).ok_or(Error::WeightTooLarge)?;
                let mandates = before.mandates.saturating_add(1);
                Synapse { weight, since_ms, born: before.born, mandates }
            }
            None => {
                self.incoming.insert(&(key.1.clone(), key.0.clone(), key.2), &());
                self.relate(&key, true);
                Synapse { weight, since_ms, born: mandate.born, mandates: 1 }
            }
        };
        self.outgoing.insert(&key, &synapse);
        Ok(synapse)
    }

    /// Takes what is left of a mandate's weight from its connection, if that is still there.
    pub(crate) fn weaken(&mut self, mandate: &Mandate) {
        let key = key(mandate);
        let Some(synapse) = self.outgoing.get(&key).filter(|synapse| synapse.born == mandate.born) else {
            return;
        };
        if synapse.mandates <= 1 {
            return self.disconnect(&key);
        }
        let decay = self.decay();
        let own = decay.left(u64::from(mandate.synapses) * SYNAPSE, mandate.since_ms);
        let weight = decay.left(synapse.weight, synapse.since_ms).saturating_sub(own);
        let mandates = synapse.mandates - 1;
        self.outgoing.insert(&key, &Synapse { weight, since_ms: decay.clock_ms, mandates, ..synapse });
    }

    /// Removes a connection that is there.
    pub(crate) fn disconnect(&mut self, key: &Key) {
        self.outgoing.remove(key);
        self.incoming.remove(&(key.1.clone(), key.0.clone(), key.2));
        self.relate(key, false);
    }

    /// Counts a connection that is made, or one that is gone.
    fn relate(&mut self, (pre, post, _): &Key, made: bool) {
        let are_partners_anew = pre != post && self.pair(pair(pre, post), made);
        self.recount(pre, |degrees| {
            step(&mut degrees.outgoing, made, true);
            step(&mut degrees.degree, made, are_partners_anew);
        });
        self.recount(post, |degrees| {
            step(&mut degrees.incoming, made, true);
            step(&mut degrees.degree, made, are_partners_anew);
        });
        let totals = self.totals();
        let links = totals.links.saturating_add_signed(if made { 1 } else { -1 });
        self.totals.set(&Totals { links, ..totals });
    }

    /// Counts a connection between two different cells; whether it is the first, or was the last.
    fn pair(&mut self, pair: (String, String), made: bool) -> bool {
        let before = self.pairs.get(&pair).unwrap_or(0);
        let mut links = before;
        step(&mut links, made, true);
        if links == 0 {
            self.pairs.remove(&pair)
        } else {
            self.pairs.insert(&pair, &links)
        }
        before == 0 || links == 0
    }

    /// Changes a cell's degrees, and its place among all; a cell without connections is none.
    fn recount(&mut self, name: &String, change: impl FnOnce(&mut Degrees)) {
        let place = |degrees: Degrees| (u32::MAX - degrees.degree, name.clone());
        let before = self.cells.get(name);
        if let Some(before) = before {
            self.ranking.remove(&place(before));
        }
        let mut degrees = before.unwrap_or_default();
        change(&mut degrees);
        let is_connected = degrees.outgoing > 0 || degrees.incoming > 0;
        if is_connected {
            self.cells.insert(name, &degrees);
            self.ranking.insert(&place(degrees), &());
        } else {
            self.cells.remove(name);
        }
        let totals = self.totals();
        let cells = totals.cells + u64::from(is_connected) - u64::from(before.is_some());
        self.totals.set(&Totals { cells, ..totals });
    }
}

/// One more or one less, if it is to be counted.
fn step(count: &mut u32, made: bool, counted: bool) {
    if counted {
        *count = if made { *count + 1 } else { count.saturating_sub(1) };
    }
}

/// Two cells, whichever is before the other.
fn pair(one: &str, other: &str) -> (String, String) {
    (one.min(other).into(), one.max(other).into())
}

fn key(mandate: &Mandate) -> Key {
    (mandate.pre.clone(), mandate.post.clone(), mandate.kind as u8)
}
