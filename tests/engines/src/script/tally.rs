//! What came of the suite, in numbers.

use super::Verdicts;
use std::collections::BTreeMap;
use std::fmt;
use vm::Engine;

/// Counts.
#[derive(Default)]
pub struct Tally {
    /// Modules that were instantiated on every engine.
    pub modules: u64,
    passed: BTreeMap<&'static str, u64>,
    failed: Vec<String>,
    failed_on: BTreeMap<&'static str, u64>,
    skipped: BTreeMap<String, u64>,
    refused: BTreeMap<String, u64>,
    exceptions: BTreeMap<&'static str, u64>,
}

impl Tally {
    /// An assertion, with each engine's verdict.
    pub(super) fn verdicts(&mut self, at: &str, verdicts: &Verdicts) {
        for (engine, wrong) in verdicts {
            match wrong {
                None => *self.passed.entry(engine.name()).or_default() += 1,
                Some(why) => {
                    *self.failed_on.entry(engine.name()).or_default() += 1;
                    self.failed.push(format!("{at}: {engine}: {why}"));
                }
            }
        }
    }

    /// An assertion that failed for all engines at once.
    pub(super) fn failed(&mut self, at: &str, why: &str) {
        for engine in Engine::ALL {
            *self.failed_on.entry(engine.name()).or_default() += 1;
        }
        self.failed.push(format!("{at}: {why}"));
    }

    /// An assertion about what does not concern us.
    pub(super) fn skipped(&mut self, why: &str) {
        *self.skipped.entry(why.to_owned()).or_default() += 1;
    }

    /// A module that was refused, as it should be.
    pub(super) fn refused(&mut self, why: &str) {
        *self.refused.entry(why.to_owned()).or_default() += 1;
    }

    /// A module that a rule of programs refuses, and that ran all the same.
    pub(super) fn exception(&mut self, why: &'static str) {
        *self.exceptions.entry(why).or_default() += 1;
    }

    /// The fewest assertions that an engine passed.
    pub fn passed(&self) -> u64 {
        Engine::ALL
            .iter()
            .map(|engine| self.passed.get(engine.name()).copied().unwrap_or(0))
            .min()
            .unwrap_or(0)
    }

    /// What failed, and where.
    pub fn failures(&self) -> &[String] {
        &self.failed
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let skipped: u64 = self.skipped.values().sum();
        for engine in Engine::ALL {
            let of = |counts: &BTreeMap<&str, u64>| counts.get(engine.name()).copied().unwrap_or(0);
            let (passed, failed) = (of(&self.passed), of(&self.failed_on));
            writeln!(
                f,
                "  {:<15} {passed:>6} passed {failed:>4} failed {skipped:>5} skipped",
                engine.name()
            )?;
        }
        writeln!(f, "  {} modules instantiated on each", self.modules)?;
        for (why, count) in &self.refused {
            writeln!(f, "  refused at admission: {count} × {why}")?;
        }
        for (why, count) in &self.exceptions {
            writeln!(f, "  refused as a program, and run all the same: {count} × {why}")?;
        }
        for (why, count) in &self.skipped {
            writeln!(f, "  skipped: {count} × {why}")?;
        }
        Ok(())
    }
}
