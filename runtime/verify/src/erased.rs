//! What of a history is erased, and which blocks were not run again for that.

use crate::history::Plan;
use crate::report::Report;
use std::fmt;

/// Numbers that ascend, as few runs as there are.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Ranges(Vec<(u64, u64)>);

impl Ranges {
    fn push(&mut self, number: u64) {
        match self.0.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(number) => *last = number,
            _ => self.0.push((number, number)),
        }
    }
}

impl FromIterator<u64> for Ranges {
    fn from_iter<I: IntoIterator<Item = u64>>(numbers: I) -> Ranges {
        let mut ranges = Ranges::default();
        numbers.into_iter().for_each(|number| ranges.push(number));
        ranges
    }
}

impl fmt::Display for Ranges {
    /// `3, 5-7`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (first, last)) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            match first == last {
                true => write!(f, "{comma}{first}")?,
                false => write!(f, "{comma}{first}-{last}")?,
            }
        }
        Ok(())
    }
}

/// What was erased so far, and what could be run nonetheless.
#[derive(Default)]
pub(crate) struct Erasures {
    calls: Ranges,
    not_executed: Ranges,
    executed: bool,
}

impl Erasures {
    /// Notes a block: the places of its erased calls, and whether its calls were run.
    pub(crate) fn note(&mut self, height: u64, calls: Vec<u64>, executed: bool) {
        calls.into_iter().for_each(|seq| self.calls.push(seq));
        self.executed |= executed;
        if !executed {
            self.not_executed.push(height);
        }
    }

    /// Says what is erased, and what was not run for that: nobody is to think that all was.
    pub(crate) fn tell(&self, plan: &Plan, report: &mut Report) {
        if self.calls == Ranges::default() {
            return;
        }
        report.fact("erased", self.calls.to_string());
        report.unchecked.push("what the erased calls said and wrote");
        if plan.executes() {
            report.fact("not_executed", self.not_executed.to_string());
            report.checked.retain(|words| !words.starts_with("every call"));
            if self.executed {
                report.checked.push("the calls of all other blocks re-executed");
            }
            report.unchecked.push("execution of the blocks that are not_executed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_as_few_as_there_are() {
        let shown = |numbers: &[u64]| numbers.iter().copied().collect::<Ranges>().to_string();
        assert_eq!(shown(&[]), "");
        assert_eq!(shown(&[3, 5, 6, 7]), "3, 5-7");
        assert_eq!(
            shown(&[1, 2, 4, u64::MAX - 1, u64::MAX]),
            format!("1-2, 4, {}-{}", u64::MAX - 1, u64::MAX)
        );
    }
}
