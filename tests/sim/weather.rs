//! What a disk does to those who use it, by the odds of the world.
//!
//! # Limits
//!
//! Faults of the medium come as real ones do: whole pages go elsewhere, a bit changes, and what is written is
//! written somewhere. A disk that forgets its very last write after the sync, or shows it as it was before
//! to a process that starts, cannot be told from one that was never asked: only a memory elsewhere (a replica,
//! a witness, a remembered head) can tell. So a process that starts is shown no stale page.

use crate::rng::Rng;
use crate::swarm::Odds;

/// Decides what goes wrong, and remembers it.
pub(crate) struct Weather {
    pub(crate) rng: Rng,
    pub(crate) odds: Odds,
    /// Whether a process is starting.
    pub(crate) is_starting: bool,
    /// An operation was refused or a read was wrong, and the medium is none the worse: a new process helps.
    pub(crate) passing: bool,
    /// What is wrong on the medium, and stays.
    pub(crate) damage: Vec<String>,
    /// Whether a write went where it does not belong: what it should have written is nowhere, and nothing need show it.
    pub(crate) has_strayed: bool,
}

impl Default for Weather {
    fn default() -> Weather {
        let rng = Rng::new(0, "weather");
        let (odds, damage) = (Odds::default(), Vec::new());
        Weather { rng, odds, is_starting: false, passing: false, damage, has_strayed: false }
    }
}

impl Weather {
    pub(crate) fn new(seed: u64, odds: Odds) -> Weather {
        Weather { rng: Rng::new(seed, "weather"), odds, ..Weather::default() }
    }

    fn happens(&mut self, odds: u64) -> bool {
        odds > 0 && self.rng.within(0..=9_999) < odds
    }

    pub(crate) fn sync_fails(&mut self) -> bool {
        let happens = self.happens(self.odds.sync_fails);
        self.passing |= happens;
        happens
    }

    pub(crate) fn is_full(&mut self) -> bool {
        let happens = self.happens(self.odds.full);
        self.passing |= happens;
        happens
    }

    pub(crate) fn misdirects_read(&mut self) -> bool {
        self.happens(self.odds.misdirected_read)
    }

    pub(crate) fn is_stale(&mut self) -> bool {
        !self.is_starting && self.happens(self.odds.stale_read)
    }

    pub(crate) fn misdirects_write(&mut self) -> bool {
        self.happens(self.odds.misdirected_write)
    }

    pub(crate) fn rots(&mut self) -> bool {
        self.happens(self.odds.rot)
    }
}
