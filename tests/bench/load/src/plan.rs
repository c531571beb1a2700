//! When requests are due.

use crate::Result;
use crate::counts::Counts;
use std::time::Duration;

/// So many requests a second for so many seconds.
struct Phase {
    rate: f64,
    seconds: u32,
}

/// One phase after the other.
pub(crate) struct Plan(Vec<Phase>);

impl Plan {
    /// The phases `RATE:SECONDS`.
    pub(crate) fn read(words: &[String]) -> Result<Plan> {
        let phase = |word: &String| {
            let (rate, seconds) = word.split_once(':').ok_or("a phase is RATE:SECONDS")?;
            Ok(Phase { rate: rate.parse()?, seconds: seconds.parse()? })
        };
        Ok(Plan(words.iter().map(phase).collect::<Result<_>>()?))
    }

    pub(crate) fn seconds(&self) -> usize {
        self.0.iter().map(|phase| phase.seconds as usize).sum()
    }

    /// When the request of this number is due; none, if there is no such request.
    pub(crate) fn due(&self, number: u64) -> Option<Duration> {
        let (mut number, mut begin) = (number as f64, 0.0);
        for phase in &self.0 {
            let seconds = f64::from(phase.seconds);
            if number < phase.rate * seconds {
                return Some(Duration::from_secs_f64(begin + number / phase.rate));
            }
            (number, begin) = (number - phase.rate * seconds, begin + seconds);
        }
        None
    }

    /// What became of the requests of each phase, by those of each second.
    pub(crate) fn phases(&self, mut seconds: &[Counts]) -> Vec<Counts> {
        let mut phases = Vec::new();
        for phase in &self.0 {
            let (these, rest) = seconds.split_at(phase.seconds as usize);
            phases.push(these.iter().fold(Counts::default(), Counts::and));
            seconds = rest;
        }
        phases
    }
}
