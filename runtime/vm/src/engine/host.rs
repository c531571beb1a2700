//! The host's half of an instance, whatever engine the instance is of.

use crate::hostcalls::Guest;
use crate::profile::Profiler;
use crate::run::unpanicked;
use crate::trace::Trace;
use crate::written::Written;
use abi::effect::HostCalled;
use abi::fault::Fault;
use abi::outcome::Trap;
use abi::session::{Session, Stop};
use std::fmt;

/// The host's half of an instance, with the engine's handles of what preparation added.
pub(super) struct Host<Memory, Global> {
    /// What the host calls act on; there while a call runs.
    pub(super) session: Option<Session>,
    /// Where the host wrote into the guest's memory.
    pub(super) written: Written,
    /// The host calls made so far, where somebody wants to know.
    pub(super) trace: Option<Trace>,
    /// Who used the fuel so far, where somebody wants to know.
    pub(super) profiler: Option<Profiler>,
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
        Host { session: None, written: Written::default(), trace: None, profiler: None, parts: None }
    }

    /// One host call on the guest's memory, with so much fuel left: its answer, and the fuel it leaves.
    pub(super) fn answer<T: Word>(
        &mut self,
        memory: &mut [u8],
        fuel: i64,
        called: &Called<'_>,
        call: impl FnOnce(&mut Guest<'_>) -> Result<T, Stop>,
    ) -> (Result<T, Stop>, i64) {
        // The code before this call did not have enough: that comes first.
        if fuel < 0 {
            return (Err(Trap::OutOfFuel.into()), fuel);
        }
        let Some(session) = &mut self.session else {
            return (Err(lacks("a call").into()), fuel);
        };
        let Called { name, args, base, per_byte } = *called;
        let notes = self.trace.as_ref().and_then(Trace::notes);
        let mut guest = Guest { memory, session, written: &mut self.written, fuel, base, per_byte, notes };
        // A panic must not unwind through the engine's frames.
        let answer = unpanicked(|| call(&mut guest));
        let (fuel_before, fuel, notes) = (fuel, guest.fuel, guest.notes.take());
        if let Some(profiler) = &mut self.profiler {
            profiler.host(name, fuel_before, fuel);
        }
        if let (Some(trace), Some(notes)) = (&mut self.trace, notes) {
            let result = answer.as_ref().ok().map(|answer| answer.word());
            let [fuel_before, fuel_after] = [fuel_before, fuel].map(|left| u64::try_from(left).unwrap_or(0));
            let args = args.to_vec();
            trace.add(notes, |given, answered| HostCalled {
                name,
                args,
                result,
                fuel_before,
                fuel_after,
                given,
                answered,
            });
        }
        (answer, fuel)
    }
}

/// A host call: its row of the table, with the arguments it was given.
pub(super) struct Called<'a> {
    pub(super) name: &'static str,
    pub(super) args: &'a [u64],
    pub(super) base: u64,
    pub(super) per_byte: u64,
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

/// Links the host calls of the table, each to the function of its name: `Linker`, `Caller` and `Error` are the
/// engine's, `State` what it keeps, and `enter` how it makes a call.
macro_rules! link_hostcalls {
    ($($(#[doc = $doc:literal])+ $name:ident($($param:ident: $type:tt),*) -> $result:tt = $base:literal, $byte:literal;)+) => {
        fn link(linker: &mut Linker<State>) -> Result<(), Fault> {
            $(
                let call = |caller: Caller<'_, State>, $($param: $type),*| -> Result<$result, Error> {
                    let args: &[u64] = &[$(u64::from($param)),*];
                    let called = Called { name: stringify!($name), args, base: $base, per_byte: $byte };
                    enter(caller, &called, |guest| hostcalls::$name(guest, $($param),*))
                };
                linker.func_wrap(MODULE, stringify!($name), call).map_err(Fault::host)?;
            )+
            Ok(())
        }
    };
}

pub(super) use link_hostcalls;
