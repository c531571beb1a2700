//! What was written and is not yet in the database: the last write of each key.
//!
//! They lie in a [`Table`]. In key order they are only as far as somebody asks for that: what is written at once is in
//! order already, and such runs are sorted together when a range is asked for.

use super::table::{Table, Write};
use run::Run;
use state::Scan;
use std::sync::OnceLock;

mod run;

/// A run that is asked for holds so many times what the next one does, so that there are few.
const RUN_RATIO: usize = 4;

/// Writes, of which the last one of each key counts.
#[derive(Default)]
pub(super) struct Generation {
    table: Table,
    /// A key is in one of them.
    runs: Vec<Run>,
    /// All of them as one, if that was asked for: nothing is written any more then.
    in_order: OnceLock<Run>,
    /// Bytes of keys and values that were written.
    written: usize,
}

impl Generation {
    /// One that has room for somewhat more than this one has.
    pub(super) fn next(&self) -> Generation {
        Generation { table: self.table.next(), ..Generation::default() }
    }

    /// The same memory, with nothing in it.
    pub(super) fn emptied(self) -> Generation {
        let mut table = self.table;
        table.clear();
        Generation { table, ..Generation::default() }
    }

    /// Bytes of keys and values that were written, the overwritten ones too.
    pub(super) fn written(&self) -> usize {
        self.written
    }

    /// What a key was written to: `None` if it was not.
    pub(super) fn get(&self, key: &[u8]) -> Option<Option<&[u8]>> {
        self.table.get(key)
    }

    /// Writes keys, which ascend.
    pub(super) fn put<'a>(&mut self, writes: impl ExactSizeIterator<Item = Write<'a>>) {
        let mut run = Vec::with_capacity(writes.len());
        for (key, value) in writes {
            self.written += key.len() + value.map_or(0, <[u8]>::len);
            run.extend(self.table.put(key, value));
        }
        if !run.is_empty() {
            self.runs.push(Run::new(run, &self.table));
        }
    }

    /// Whether the runs are too many to ask for a range.
    pub(super) fn is_untidy(&self) -> bool {
        self.runs.windows(2).any(|pair| are_alike(&pair[0], &pair[1]))
    }

    /// Sorts runs together until they are few.
    pub(super) fn tidy(&mut self) {
        let runs = std::mem::take(&mut self.runs);
        for run in runs {
            self.runs.push(run);
            while let [.., before, last] = &*self.runs
                && are_alike(before, last)
            {
                let both = [before.numbers(), last.numbers()].concat();
                self.runs.truncate(self.runs.len() - 2);
                self.runs.push(Run::sorted(both, &self.table));
            }
        }
    }

    /// All writes, in key order.
    pub(super) fn in_order(&self) -> impl Iterator<Item = Write<'_>> {
        let all = self.in_order.get_or_init(|| {
            let all: Vec<&[u32]> = self.runs.iter().map(Run::numbers).collect();
            Run::sorted(all.concat(), &self.table)
        });
        all.numbers().iter().map(|number| self.table.write(*number))
    }

    /// The runs, or the one that all of them became.
    fn runs(&self) -> &[Run] {
        self.in_order.get().map_or(&*self.runs, std::slice::from_ref)
    }

    /// The last write of the greatest key before `to`.
    pub(super) fn greatest(&self, to: &[u8]) -> Option<Write<'_>> {
        let before = |run: &Run| {
            let number = run.numbers()[run.before(to, &self.table).checked_sub(1)?];
            Some(self.table.write(number))
        };
        self.runs().iter().filter_map(before).max_by_key(|(key, _)| *key)
    }

    /// Of each run what a scan meets, from where it begins on.
    fn met<'a>(&'a self, scan: &Scan<'_>) -> impl Iterator<Item = &'a [u32]> {
        self.runs().iter().map(|run| {
            let (numbers, before) = (run.numbers(), |key: &[u8]| run.before(key, &self.table));
            match scan.reverse {
                false => &numbers[before(scan.from)..],
                true => &numbers[..scan.to.map_or(numbers.len(), before)],
            }
        })
    }
}

/// Whether one run, which comes after the other, is not much shorter.
fn are_alike(before: &Run, last: &Run) -> bool {
    before.numbers().len() < RUN_RATIO * last.numbers().len()
}

/// What was written to the keys of a range, in one order of them or the other.
pub(super) struct Written<'a> {
    /// What is left of each run, those of newer generations first; and what lies behind the range.
    runs: Vec<(&'a Generation, &'a [u32])>,
    reverse: bool,
    /// Where the range ends, and where it begins in the reverse order. Most scans end long before, so that nobody looks
    /// for it in the runs.
    bound: Option<Vec<u8>>,
}

impl<'a> Written<'a> {
    /// What these generations, newer ones first, have in the range of a scan.
    pub(super) fn new(generations: impl Iterator<Item = &'a Generation>, scan: &Scan<'_>) -> Written<'a> {
        let runs = generations.flat_map(|one| one.met(scan).map(move |run| (one, run)));
        let runs = runs.filter(|(_, run)| !run.is_empty()).collect();
        let bound = if scan.reverse { Some(scan.from) } else { scan.to };
        Written { runs, reverse: scan.reverse, bound: bound.map(<[u8]>::to_vec) }
    }

    fn head(&self, (generation, run): &(&'a Generation, &'a [u32])) -> Option<Write<'a>> {
        let number = if self.reverse { run.last() } else { run.first() };
        let write = number.map(|number| generation.table.write(*number))?;
        let is_inside = self.bound.as_deref().is_none_or(|bound| (write.0 < bound) != self.reverse);
        is_inside.then_some(write)
    }

    /// The next write, which stays the next one.
    pub(super) fn peek(&self) -> Option<Write<'a>> {
        let heads = self.runs.iter().filter_map(|run| self.head(run));
        // Of equal ones the first, which is the newest, counts.
        heads.reduce(|best, next| match self.reverse {
            false if next.0 < best.0 => next,
            true if next.0 > best.0 => next,
            _ => best,
        })
    }
}

impl<'a> Iterator for Written<'a> {
    type Item = Write<'a>;

    fn next(&mut self) -> Option<Write<'a>> {
        let next = self.peek()?;
        for at in 0..self.runs.len() {
            if self.head(&self.runs[at]).is_some_and(|head| head.0 == next.0) {
                let (_, run) = &mut self.runs[at];
                *run = if self.reverse { &run[..run.len() - 1] } else { &run[1..] };
            }
        }
        Some(next)
    }
}

#[cfg(test)]
mod tests;
