//! What happened in a world, line by line: the same for the same seed.

use abi::Hash;
use abi::fault::Fault;
use abi::hash::Hasher;
use std::collections::BTreeMap;
use std::fmt;

/// What happened so far.
#[derive(Clone, Default)]
pub(crate) struct Trace {
    lines: Vec<String>,
    /// How often the machine died.
    pub(crate) crashes: u64,
    /// How many calls have a place in history.
    pub(crate) calls: u64,
    /// Whether the shard refused to go on, loudly, because its medium is damaged.
    pub(crate) halted: bool,
    /// What happened to the disk and the store, and what the authority did, by its name.
    pub(crate) events: BTreeMap<&'static str, u64>,
}

impl Trace {
    pub(crate) fn add(&mut self, line: String) {
        self.lines.push(line);
    }

    /// Counts what happened.
    pub(crate) fn count(&mut self, what: &'static str, times: u64) {
        *self.events.entry(what).or_default() += times;
    }

    /// Stands for all lines: two runs of a seed that differ anywhere differ here.
    pub(crate) fn hash(&self) -> Hash {
        let mut hasher = Hasher::new();
        for line in &self.lines {
            hasher.update(line.as_bytes()).update(b"\n");
        }
        Hash(*hasher.finalize().as_bytes())
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// A promise that was broken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Violation {
    /// Which.
    pub(crate) property: &'static str,
    /// How.
    pub(crate) what: String,
    /// The fault by which it showed, if it was one: on a medium that is damaged, a fault is as it should be.
    pub(crate) fault: Option<Fault>,
}

impl Violation {
    pub(crate) fn new(property: &'static str, what: impl fmt::Display) -> Violation {
        Violation { property, what: what.to_string(), fault: None }
    }

    /// A promise that a fault kept from being kept.
    pub(crate) fn of(property: &'static str, fault: Fault) -> Violation {
        Violation { property, what: fault.to_string(), fault: Some(fault) }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.property, self.what)
    }
}

/// Fails with a violation unless `holds`.
pub(crate) fn ensure(
    holds: bool,
    property: &'static str,
    what: impl FnOnce() -> String,
) -> Result<(), Violation> {
    if holds { Ok(()) } else { Err(Violation::new(property, what())) }
}
