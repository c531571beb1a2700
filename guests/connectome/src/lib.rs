//! A directed graph of weighted connections between cells, whose weights decay with logical time, and in which no
//! cell has more partners than it may. `README.md` in this folder has the rules, and a run on the wiring of a worm.
//!
//! # Guarantees
//!
//! - The graph has a time of its own: the last heartbeat or recovery that stands in history. What is left of a weight
//!   is a function of that time. Recovering again changes nothing.
//! - A cell at its limit of partners gets no other: that is answered and said as an event, with the mandate, the
//!   reason and the figures; a refusal is no failure.
//! - A mandate is granted or refused once, and ends committed or compensated, never both.
//! - The graph, the lists by cell and the order of hubs are in step.
//!
//! # Limits
//!
//! A name has at most 32 bytes, a cell at most 10,000 partners, and a query answers with at most 1,000 entries. A
//! compensation takes back what is left of its own weight, to a millionth or two.
#![no_std]

extern crate alloc;

mod decay;
mod net;
mod types;

pub use crate::connectome::{Connected, Connectome, Program, Recovered, Refused};
pub use decay::decayed;
pub use types::{Degrees, Error, Hub, Kind, Link, Mandate, Phase, Rules, Synapse, Totals};

/// Longest name of a cell, in bytes.
pub const NAME_BYTES_MAX: usize = 32;
/// Most partners that a cell can be allowed.
pub const DEGREE_MAX: u32 = 10_000;
/// Most entries of a query's answer.
pub const ANSWER_MAX: u32 = 1_000;
/// What one synapse weighs.
pub const SYNAPSE: u64 = 1_000_000;

/// The program.
#[guest_sdk::program]
pub mod connectome {
    use crate::net::Key;
    use crate::{
        ANSWER_MAX, DEGREE_MAX, Degrees, Error, Hub, Kind, Link, Mandate, NAME_BYTES_MAX, Phase, Rules,
        Synapse, Totals,
    };
    use alloc::string::{String, ToString};
    use alloc::vec::Vec;
    use guest_sdk::{Cell, Context, Event, Map};

    /// What the program keeps.
    #[state]
    pub struct Connectome {
        rules: Cell<Rules>,
        pub(crate) totals: Cell<Totals>,
        /// Connections, by the cell before them.
        pub(crate) outgoing: Map<(String, String, u8), Synapse>,
        /// The same, by the cell behind them.
        pub(crate) incoming: Map<(String, String, u8), ()>,
        /// How many connections there are between two cells, either way; the first by name first.
        pub(crate) pairs: Map<(String, String), u32>,
        /// The cells that are connected.
        pub(crate) cells: Map<String, Degrees>,
        /// The same, by what is missing to the greatest degree there could be.
        pub(crate) ranking: Map<(u32, String), ()>,
        mandates: Map<u128, Mandate>,
    }

    /// Two cells were connected, or their connection made stronger.
    #[derive(Event)]
    pub struct Connected {
        /// The mandate.
        pub mandate: u128,
        /// What the connection weighs now, in millionths.
        pub weight: u64,
    }

    /// A connection was refused.
    #[derive(Event)]
    pub struct Refused {
        /// The mandate.
        pub mandate: u128,
        /// Why: 1 the cell before it is full, 2 the cell behind it is.
        pub reason: u16,
        /// The cell and its figures.
        pub details: String,
    }

    /// The graph was away, and is back.
    #[derive(Event)]
    pub struct Recovered {
        /// When, in milliseconds of Unix time.
        pub timestamp_ms: u64,
        /// For how long it was away.
        pub downtime_ms: u64,
    }

    impl Connectome {
        /// Founds the graph, whose keeper is the caller.
        #[call]
        pub fn found(&mut self, ctx: &Context, half_life_ms: u64, degree_max: u32) -> Result<(), Error> {
            let keeper = ctx.caller();
            if keeper.is_nobody() {
                return Err(Error::NoCaller);
            }
            if self.rules.get().is_some() {
                return Err(Error::AlreadyFounded);
            }
            if half_life_ms == 0 {
                return Err(Error::HalfLifeZero);
            }
            check_degree(degree_max)?;
            self.rules.set(&Rules { keeper, half_life_ms, degree_max });
            self.totals.set(&Totals { clock_ms: ctx.time_ms(), ..Totals::default() });
            Ok(())
        }

        /// Allows each cell so many partners from now on. Who has more keeps them.
        #[call]
        pub fn limit(&mut self, ctx: &Context, degree_max: u32) -> Result<(), Error> {
            let rules = self.kept_by(ctx)?;
            check_degree(degree_max)?;
            self.rules.set(&Rules { degree_max, ..rules });
            Ok(())
        }

        /// Says that the graph is alive: its time is the call's from now on.
        #[call]
        pub fn heartbeat(&mut self, ctx: &Context) -> Result<u64, Error> {
            self.kept_by(ctx)?;
            self.advance(ctx.time_ms());
            Ok(ctx.time_ms())
        }

        /// Says that the graph was away until `timestamp_ms`; answers for how long since it was last known to be
        /// alive, which all weights decay by. What was said before changes nothing, and answers 0.
        #[call]
        pub fn recovered(&mut self, ctx: &Context, timestamp_ms: u64) -> Result<u64, Error> {
            self.kept_by(ctx)?;
            let now_ms = ctx.time_ms();
            if timestamp_ms > now_ms {
                return Err(Error::InFuture { timestamp_ms, now_ms });
            }
            let downtime_ms = self.advance(timestamp_ms);
            if downtime_ms > 0 {
                ctx.emit(&Recovered { timestamp_ms, downtime_ms });
            }
            Ok(downtime_ms)
        }

        /// Connects two cells with so many synapses, or makes their connection so much stronger; answers where the
        /// mandate stands. The same again answers the same, and changes nothing.
        #[call]
        pub fn connect(
            &mut self,
            ctx: &Context,
            mandate: u128,
            pre: String,
            post: String,
            synapses: u32,
            kind: Kind,
        ) -> Result<Phase, Error> {
            let by = ctx.caller();
            if by.is_nobody() {
                return Err(Error::NoCaller);
            }
            let rules = self.rules.get().ok_or(Error::NotFounded)?;
            check_name(&pre)?;
            check_name(&post)?;
            if synapses == 0 {
                return Err(Error::WeightZero);
            }
            let since_ms = self.totals().clock_ms;
            let (born, phase) = (ctx.seq(), Phase::Granted);
            let mut new = Mandate { by, pre, post, kind, synapses, since_ms, born, phase };
            if let Some(known) = self.mandates.get(&mandate) {
                let same = Mandate { since_ms: known.since_ms, born: known.born, phase: known.phase, ..new };
                return if same == known { Ok(known.phase) } else { Err(Error::MandateDiffers) };
            }
            if let Some((phase, cell, degree)) = self.full(&new, rules.degree_max) {
                let reason = if phase == Phase::PreFull { 1 } else { 2 };
                ctx.emit(&Refused { mandate, reason, details: details(cell, degree, rules.degree_max) });
                new.phase = phase;
            } else {
                let Synapse { weight, born, .. } = self.strengthen(&new)?;
                ctx.emit(&Connected { mandate, weight });
                new.born = born;
            }
            self.mandates.insert(&mandate, &new);
            Ok(new.phase)
        }

        /// Makes a granted mandate final.
        #[call]
        pub fn commit(&mut self, ctx: &Context, mandate: u128) -> Result<(), Error> {
            let granted = self.granted(ctx, mandate)?;
            self.mandates.insert(&mandate, &Mandate { phase: Phase::Committed, ..granted });
            Ok(())
        }

        /// Takes a granted mandate back: what is left of its weight, and the connection if it stands on no other.
        #[call]
        pub fn compensate(&mut self, ctx: &Context, mandate: u128) -> Result<(), Error> {
            let granted = self.granted(ctx, mandate)?;
            self.weaken(&granted);
            self.mandates.insert(&mandate, &Mandate { phase: Phase::Compensated, ..granted });
            Ok(())
        }

        /// Forgets the connections from a cell of which nothing is left; answers how many there were.
        #[call]
        pub fn prune(&mut self, pre: String) -> u64 {
            let decay = self.decay();
            let links = self.from(&pre);
            let faded = links.filter(|(_, synapse)| decay.left(synapse.weight, synapse.since_ms) == 0);
            let faded: Vec<Key> = faded.map(|(key, _)| key).collect();
            for key in &faded {
                self.disconnect(key);
            }
            faded.len() as u64
        }

        /// A cell's degrees.
        #[query]
        pub fn cell(&self, name: String) -> Option<Degrees> {
            self.cells.get(&name)
        }

        /// What is left of the weight of a connection, in millionths.
        #[query]
        pub fn weight(&self, pre: String, post: String, kind: Kind) -> Option<u64> {
            let synapse = self.outgoing.get(&(pre, post, kind as u8))?;
            Some(self.decay().left(synapse.weight, synapse.since_ms))
        }

        /// The connections from a cell, by the cells that they lead to, at most `limit`.
        #[query]
        pub fn links(&self, pre: String, limit: u32) -> Vec<Link> {
            let decay = self.decay();
            let link = |((pre, post, kind), synapse): (Key, Synapse)| {
                let kind = if kind == 0 { Kind::Chemical } else { Kind::Electrical };
                Link { pre, post, kind, weight: decay.left(synapse.weight, synapse.since_ms) }
            };
            self.from(&pre).take(answered(limit)).map(link).collect()
        }

        /// The cells with most partners, and of those with as many the first by name first; at most `limit`.
        #[query]
        pub fn hubs(&self, limit: u32) -> Vec<Hub> {
            let decay = self.decay();
            let hub = |((_, name), ()): ((u32, String), ())| {
                let links = self.from(&name).chain(self.to(&name));
                let weights = links.map(|(_, synapse)| decay.left(synapse.weight, synapse.since_ms));
                let strength = weights.fold(0, u64::saturating_add);
                let Degrees { degree, outgoing, incoming } = self.cells.get(&name).unwrap_or_default();
                Hub { name, degree, outgoing, incoming, strength }
            };
            self.ranking.iter().take(answered(limit)).map(hub).collect()
        }

        /// A mandate.
        #[query]
        pub fn mandate(&self, mandate: u128) -> Option<Mandate> {
            self.mandates.get(&mandate)
        }

        /// What the graph was founded with.
        #[query]
        pub fn rules(&self) -> Option<Rules> {
            self.rules.get()
        }

        /// How large the graph is, and what its time is.
        #[query]
        pub fn totals(&self) -> Totals {
            self.totals.get().unwrap_or_default()
        }

        /// The rules, of which the caller must be the keeper.
        fn kept_by(&self, ctx: &Context) -> Result<Rules, Error> {
            let rules = self.rules.get().ok_or(Error::NotFounded)?;
            if rules.keeper == ctx.caller() { Ok(rules) } else { Err(Error::NotTheKeeper) }
        }

        /// A granted mandate of the caller.
        fn granted(&self, ctx: &Context, mandate: u128) -> Result<Mandate, Error> {
            let mandate = self.mandates.get(&mandate).ok_or(Error::NoSuchMandate)?;
            if mandate.by != ctx.caller() {
                return Err(Error::NotYourMandate);
            }
            if mandate.phase != Phase::Granted {
                return Err(Error::NotGranted);
            }
            Ok(mandate)
        }

        /// Moves the graph's time on, never back; answers by how much.
        fn advance(&mut self, to_ms: u64) -> u64 {
            let totals = self.totals();
            let by_ms = to_ms.saturating_sub(totals.clock_ms);
            if by_ms > 0 {
                self.totals.set(&Totals { clock_ms: to_ms, ..totals });
            }
            by_ms
        }
    }

    fn check_degree(degree: u32) -> Result<(), Error> {
        if (1..=DEGREE_MAX).contains(&degree) { Ok(()) } else { Err(Error::BadDegree { degree }) }
    }

    fn check_name(name: &str) -> Result<(), Error> {
        match name.len() {
            0 => Err(Error::NameEmpty),
            size if size > NAME_BYTES_MAX => {
                Err(Error::NameTooLong { size: size as u64, max: NAME_BYTES_MAX as u64 })
            }
            _ => Ok(()),
        }
    }

    /// `AVAL has 100 partners of at most 100`.
    fn details(cell: &str, degree: u32, max: u32) -> String {
        [cell, " has ", &degree.to_string(), " partners of at most ", &max.to_string()].concat()
    }

    fn answered(limit: u32) -> usize {
        limit.min(ANSWER_MAX) as usize
    }
}

#[cfg(test)]
mod tests;
