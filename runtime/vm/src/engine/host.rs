//! The host's half of an instance, whatever engine the instance is of.

use crate::written::Written;
use abi::effect::HostCalled;
use abi::fault::Fault;
use abi::session::{Session, Stop};
use std::fmt;

/// The host's half of an instance, with the engine's handles of what preparation added.
pub(super) struct Host<Memory, Global> {
    /// What the host calls act on; there while a call runs.
    pub(super) session: Option<Session>,
    /// Where the host wrote into the guest's memory.
    pub(super) written: Written,
    /// The host calls made so far, where somebody wants to know.
    pub(super) calls: Option<Vec<HostCalled>>,
    /// Known once the instance is made, and thus before any of its code runs.
    pub(super) parts: Option<Parts<Memory, Global>>,
}

/// What the host reaches in an instance.
#[derive(Clone, Copy)]
pub(super) struct Parts<Memory, Global> {
    pub(super) memory: Memory,
    pub(super) fuel: Global,
    pub(super) depth: Global,
}

impl<Memory, Global> Host<Memory, Global> {
    /// A host without a call.
    pub(super) fn new() -> Host<Memory, Global> {
        Host { session: None, written: Written::default(), calls: None, parts: None }
    }
}

/// A host call: its row of the table, with the arguments it was given.
pub(super) struct Called<'a> {
    pub(super) name: &'static str,
    pub(super) args: &'a [u64],
    pub(super) base: u64,
    pub(super) per_byte: u64,
}

impl Called<'_> {
    /// The line of a trace.
    pub(super) fn with(&self, result: Option<u64>) -> HostCalled {
        HostCalled { name: self.name, args: self.args.to_vec(), result }
    }
}

/// What host calls give back, as a number.
pub(super) trait Word: Copy {
    fn word(self) -> u64;
}

impl Word for () {
    fn word(self) -> u64 {
        0
    }
}

impl Word for u32 {
    fn word(self) -> u64 {
        self.into()
    }
}

impl Word for u64 {
    fn word(self) -> u64 {
        self
    }
}

impl Word for i64 {
    fn word(self) -> u64 {
        self.cast_unsigned()
    }
}

/// A [`Stop`] on its way through the engine, from a host call to the end of the call.
#[derive(Debug)]
pub(super) struct Stopped(pub(super) Stop);

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ended by a host call: {:?}", self.0)
    }
}

impl std::error::Error for Stopped {}
impl wasmi::errors::HostError for Stopped {}

/// What an engine lacks that it cannot lack.
pub(super) fn lacks(what: &str) -> Fault {
    Fault::host(format!("an instance lacks {what:?}"))
}
