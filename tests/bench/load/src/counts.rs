//! What became of requests, and how long the answered ones took.

use std::time::Duration;

/// Parts of an octave that are told apart: so a percentile is right but for 6 %.
const PARTS: u32 = 16;

/// What became of a request.
pub(crate) enum Became {
    /// It was answered, so long after it was due.
    Answered(Duration),
    /// It was refused for now.
    Shed,
    /// It was refused for good, or not answered at all.
    Lost,
    /// No connection was free for it.
    Unsent,
}

/// How many of each, and a histogram of the answered.
#[derive(Clone, Default)]
pub(crate) struct Counts {
    answered: u64,
    shed: u64,
    lost: u64,
    unsent: u64,
    /// By their microseconds.
    histogram: Vec<u64>,
}

/// Where a time stands in the histogram.
fn place(took: Duration) -> usize {
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX).max(u64::from(PARTS));
    let octave = micros.ilog2() - PARTS.ilog2();
    let part = (micros >> octave) - u64::from(PARTS);
    (octave * PARTS) as usize + usize::try_from(part).unwrap_or_default()
}

/// The milliseconds where a place ends.
fn millis(place: usize) -> f64 {
    let (octave, part) = (place / PARTS as usize, place % PARTS as usize);
    (PARTS as usize + part + 1) as f64 * 2f64.powf(octave as f64) / 1e3
}

impl Counts {
    pub(crate) fn add(&mut self, became: Became) {
        let took = match became {
            Became::Answered(took) => took,
            Became::Shed => return self.shed += 1,
            Became::Lost => return self.lost += 1,
            Became::Unsent => return self.unsent += 1,
        };
        self.answered += 1;
        let place = place(took);
        if self.histogram.len() <= place {
            self.histogram.resize(place + 1, 0);
        }
        self.histogram[place] += 1;
    }

    /// All of both.
    pub(crate) fn and(mut self, other: &Counts) -> Counts {
        let length = self.histogram.len().max(other.histogram.len());
        self.histogram.resize(length, 0);
        self.histogram.iter_mut().zip(&other.histogram).for_each(|(mine, theirs)| *mine += theirs);
        Counts {
            answered: self.answered + other.answered,
            shed: self.shed + other.shed,
            lost: self.lost + other.lost,
            unsent: self.unsent + other.unsent,
            histogram: self.histogram,
        }
    }

    /// The milliseconds within which so many of a thousand were answered.
    fn within(&self, of_thousand: u64) -> f64 {
        let (wanted, mut seen) = ((self.answered * of_thousand).div_ceil(1_000), 0);
        let found = self.histogram.iter().position(|count| {
            seen += count;
            seen >= wanted && seen > 0
        });
        found.map_or(0.0, millis)
    }

    pub(crate) fn json(&self) -> String {
        let Counts { answered, shed, lost, unsent, .. } = self;
        let [p50, p90, p99, p999] = [500, 900, 990, 999].map(|part| self.within(part));
        format!(
            "{{\"answered\": {answered}, \"shed\": {shed}, \"lost\": {lost}, \"unsent\": {unsent}, \
             \"ms\": [{p50:.3}, {p90:.3}, {p99:.3}, {p999:.3}]}}"
        )
    }
}
