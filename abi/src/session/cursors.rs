//! The ranges that a call is reading.

use crate::fault::Fault;
use crate::limits::CURSORS_MAX;
use crate::outcome::Trap;
use crate::view::{Entry, Overlay, Scan, View};
use std::collections::BTreeMap;

/// The open cursors. A number names one cursor of the call and no other, closed or not: a program that still
/// reads what it has closed is told so, instead of reading another range.
#[derive(Default)]
pub(super) struct Cursors {
    open: BTreeMap<u32, Cursor>,
    opened: u32,
}

/// A range that is being read: what is left of it.
pub(super) struct Cursor {
    from: Vec<u8>,
    to: Vec<u8>,
    reverse: bool,
    next: Option<Entry>,
    /// Deletions of the call's own that the last look walked over.
    passed: usize,
}

impl Cursors {
    pub(super) fn open(&mut self, from: Vec<u8>, to: Vec<u8>, reverse: bool) -> Result<u32, Trap> {
        let opened = self.opened.checked_add(1).filter(|_| self.open.len() < CURSORS_MAX);
        let opened = opened.ok_or(Trap::TooManyCursors)?;
        let number = std::mem::replace(&mut self.opened, opened);
        self.open.insert(number, Cursor { from, to, reverse, next: None, passed: 0 });
        Ok(number)
    }

    pub(super) fn find(&mut self, number: u32) -> Result<&mut Cursor, Trap> {
        self.open.get_mut(&number).ok_or(Trap::BadArgument)
    }

    pub(super) fn close(&mut self, number: u32) -> Result<(), Trap> {
        self.open.remove(&number).map(|_| ()).ok_or(Trap::BadArgument)
    }
}

impl Cursor {
    /// What comes next in `state`. The cursor has then left what stands before it, and is through where there
    /// is nothing.
    pub(super) fn peek(&mut self, state: &Overlay) -> Result<Option<&Entry>, Fault> {
        let scan = Scan { from: &self.from, to: Some(&self.to), reverse: self.reverse, limit: 1 };
        self.next = state.scan(&scan)?.pop();
        let (from, to) = match (&self.next, self.reverse) {
            (Some((key, _)), false) => (&self.from, key),
            (Some((key, _)), true) => (key, &self.to),
            (None, _) => (&self.from, &self.to),
        };
        self.passed = state.writes().range(from, Some(to)).filter(|(_, value)| value.is_none()).count();
        match (&self.next, self.reverse) {
            (Some((key, _)), false) => self.from.clone_from(key),
            (Some((key, _)), true) => self.to = after(key),
            (None, _) => self.to.clone_from(&self.from),
        }
        Ok(self.next.as_ref())
    }

    /// Deletions of the call's own that the last look walked over.
    pub(super) fn passed(&self) -> usize {
        self.passed
    }

    /// Moves behind the entry that was seen.
    pub(super) fn advance(&mut self) {
        if let Some((key, _)) = self.next.take() {
            match self.reverse {
                true => self.to = key,
                false => self.from = after(&key),
            }
        }
    }
}

/// The first key after `key`.
fn after(key: &[u8]) -> Vec<u8> {
    [key, &[0]].concat()
}
