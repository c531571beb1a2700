//! A scan of a database with writes laid over it, which can stop where nothing is known and go on later.

use super::generation::Written;
use super::pages::after;
use state::{Entry, Scan};
use std::cmp::Ordering;

/// How far a scan has come.
pub(super) struct Scanning<'a> {
    scan: Scan<'a>,
    /// What was found.
    pub(super) found: Vec<Entry>,
    /// Up to here, the end on the far side excluded, all is found.
    done: Option<Vec<u8>>,
    /// What the database has behind that, as far as it was read, and of which version that is.
    stored: Vec<Entry>,
    version: u64,
}

impl<'a> Scanning<'a> {
    /// Nothing is found yet.
    pub(super) fn new(scan: Scan<'a>) -> Scanning<'a> {
        Scanning { scan, found: Vec::new(), done: None, stored: Vec::new(), version: 0 }
    }

    /// Goes on to the end. `stored` adds what the database has of a range behind what it has added already, and
    /// `written` is what was written to it.
    ///
    /// # Errors
    ///
    /// Those of the database. What was read of it is kept, as long as its version is the same.
    pub(super) fn go_on<'w, E>(
        &mut self,
        version: u64,
        mut stored: impl FnMut(&Scan<'_>, &mut Vec<Entry>) -> Result<(), E>,
        written: impl Fn(&Scan<'_>) -> Written<'w>,
    ) -> Result<(), E> {
        if std::mem::replace(&mut self.version, version) != version {
            self.stored.clear();
        }
        loop {
            let limit = self.scan.limit - self.found.len();
            let (done, mut from, mut to) = (self.done.clone(), self.scan.from, self.scan.to);
            match (&done, self.scan.reverse) {
                (Some(done), false) => from = done,
                (Some(done), true) => to = Some(done),
                (None, _) => {}
            }
            let rest = Scan { from, to, limit, ..self.scan };
            if limit == 0 || to.is_some_and(|to| to <= from) {
                return Ok(());
            }
            stored(&rest, &mut self.stored)?;
            // Behind the last of them there may be more.
            let is_all = self.stored.len() < limit;
            let last = self.stored.last().map(|(key, _)| key.clone()).filter(|_| !is_all);
            let written = written(&rest);
            self.merge(written, last.as_deref());
            self.stored.clear();
            match last {
                None => return Ok(()),
                Some(last) => self.done = Some(if rest.reverse { last } else { after(&last) }),
            }
        }
    }

    /// Finds what is stored and what is written, the latter up to the key `last`.
    fn merge(&mut self, mut written: Written<'_>, last: Option<&[u8]>) {
        let order = |one: &[u8], other: &[u8]| match self.scan.reverse {
            false => one.cmp(other),
            true => other.cmp(one),
        };
        let mut stored = self.stored.drain(..).peekable();
        while self.found.len() < self.scan.limit {
            let next = written.peek().filter(|(key, _)| last.is_none_or(|last| order(key, last).is_le()));
            let before = match (stored.peek(), next) {
                (None, None) => break,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some((stored, _)), Some((written, _))) => order(stored, written),
            };
            if before.is_le() {
                self.found.extend(stored.next().filter(|_| before.is_lt()));
            }
            if before.is_ge()
                && let Some((key, value)) = written.next()
            {
                self.found.extend(value.map(|value| (key.to_vec(), value.to_vec())));
            }
        }
    }
}
