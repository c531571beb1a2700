//! The host's half of an instance, whatever engine the instance is of.

use crate::written::Written;
use abi::fault::Fault;
use abi::session::{Session, Stop};
use std::fmt;

/// The host's half of an instance, with the engine's handles of what preparation added.
pub(super) struct Host<Memory, Global> {
    /// What the host calls act on; there while a call runs.
    pub(super) session: Option<Session>,
    /// Where the host wrote into the guest's memory.
    pub(super) written: Written,
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
        Host { session: None, written: Written::default(), parts: None }
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
