//! The host calls of a call under way, written down for whoever asks.
//!
//! # Limits
//!
//! A program may make as many host calls as it has fuel for, and hand over a megabyte with each. The first
//! [`CALLS_TRACED_MAX`] are kept, with at most [`EXCERPT_BYTES_MAX`] of the bytes of each range, and
//! [`TRACE_BYTES_MAX`] in all: behind that, bytes are only counted.

use abi::effect::{Excerpt, HostCalled};

/// Most host calls of a trace.
pub const CALLS_TRACED_MAX: usize = 1 << 20;

/// Most bytes that are kept of one range: more than the longest key, with its value if that is short.
const EXCERPT_BYTES_MAX: usize = 4 << 10;

/// Most bytes that are kept of all ranges together.
const TRACE_BYTES_MAX: usize = 64 << 20;

/// The host calls so far.
pub(crate) struct Trace {
    calls: Vec<HostCalled>,
    /// The bytes that may yet be kept.
    room: usize,
}

impl Trace {
    /// No host call yet.
    pub(crate) fn new() -> Trace {
        Trace { calls: Vec::new(), room: TRACE_BYTES_MAX }
    }

    /// Where the next host call's bytes are noted; none, if it is one too many.
    pub(crate) fn notes(&self) -> Option<Notes> {
        let is_full = self.calls.len() >= CALLS_TRACED_MAX;
        (!is_full).then(|| Notes { given: Vec::new(), answered: None, room: self.room })
    }

    /// Adds a host call: `called` makes it of what was given and answered.
    pub(crate) fn add(
        &mut self,
        notes: Notes,
        called: impl FnOnce(Vec<Excerpt>, Option<Excerpt>) -> HostCalled,
    ) {
        self.room = notes.room;
        self.calls.push(called(notes.given, notes.answered));
    }

    /// The host calls, in order.
    pub(crate) fn into_calls(self) -> Vec<HostCalled> {
        self.calls
    }
}

/// The bytes of one host call.
pub(crate) struct Notes {
    given: Vec<Excerpt>,
    answered: Option<Excerpt>,
    room: usize,
}

impl Notes {
    /// The program gave these bytes.
    pub(crate) fn give(&mut self, bytes: &[u8]) {
        let excerpt = self.excerpt(bytes);
        self.given.push(excerpt);
    }

    /// The host has these bytes for the program.
    pub(crate) fn answer(&mut self, bytes: &[u8]) {
        self.answered = Some(self.excerpt(bytes));
    }

    fn excerpt(&mut self, bytes: &[u8]) -> Excerpt {
        let excerpt = Excerpt::of(bytes, EXCERPT_BYTES_MAX.min(self.room));
        self.room -= excerpt.bytes.len();
        excerpt
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_keeps_no_more_than_it_may() {
        let mut trace = Trace::new();
        let long = vec![7; EXCERPT_BYTES_MAX + 1];
        for _ in 0..TRACE_BYTES_MAX / EXCERPT_BYTES_MAX + 1 {
            let mut notes = trace.notes().unwrap();
            notes.give(&long);
            trace.add(notes, |given, answered| HostCalled {
                name: "log",
                args: Vec::new(),
                result: None,
                fuel_before: 0,
                fuel_after: 0,
                given,
                answered,
            });
        }
        let calls = trace.into_calls();
        assert!(calls.iter().all(|call| call.given[0].len == long.len() && call.given[0].whole().is_none()));
        assert_eq!(calls[0].given[0].bytes, long[1..]);
        assert_eq!(calls.last().unwrap().given[0].bytes, []);
    }
}
