//! The host as a native run sees it: the session of the call that this thread runs.

use abi::id::Hash;
use abi::outcome::Trap;
use abi::session::{Session, Stop};
use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::any::Any;
use core::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread_local;

pub(crate) use abi::crypto::{blake3, sha256, verify_ed25519};

thread_local! {
    static SESSION: RefCell<Option<Session>> = const { RefCell::new(None) };
    /// The host calls that the call can still pay for, if they are counted.
    static STEPS: Cell<Option<u64>> = const { Cell::new(None) };
}

/// What unwinds out of a program when the host ends its call: no panic of the program's own.
struct Ended(Stop);

/// Runs `program` as the call of `session`, with fuel for so many host calls, and says how it ended.
pub(crate) fn run(
    session: Session,
    steps: Option<u64>,
    program: impl FnOnce(),
) -> (Session, Result<(), Stop>) {
    STEPS.set(steps);
    let outer = SESSION.replace(Some(session));
    assert!(outer.is_none(), "a program cannot start a call");
    let ended = catch_unwind(AssertUnwindSafe(program));
    let Some(mut session) = SESSION.take() else {
        unreachable!("a session is only taken here");
    };
    let ended = ended.map_err(|payload| match payload.downcast::<Ended>() {
        Ok(ended) => ended.0,
        Err(panic) => {
            session.log(format!("panicked: {}", message(&*panic)).as_bytes());
            Stop::Trapped(Trap::Unreachable)
        }
    });
    (session, ended)
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}

/// A host call; one that ends the call does not come back.
fn ask<T>(call: impl FnOnce(&mut Session) -> Result<T, Stop>) -> T {
    let answer =
        SESSION.with_borrow_mut(|session| session.as_mut().map(|session| pay().and_then(|()| call(session))));
    match answer {
        Some(Ok(answer)) => answer,
        Some(Err(stop)) => resume_unwind(Box::new(Ended(stop))),
        None => panic!("state and context exist only inside a call: use test::Host"),
    }
}

/// The price of a host call, where they are counted.
fn pay() -> Result<(), Stop> {
    match STEPS.get() {
        Some(0) => Err(Trap::OutOfFuel.into()),
        steps => {
            STEPS.set(steps.map(|steps| steps - 1));
            Ok(())
        }
    }
}

pub(crate) fn get(key: &[u8]) -> Option<Vec<u8>> {
    ask(|session| session.get(key))
}

pub(crate) fn has(key: &[u8]) -> bool {
    get(key).is_some()
}

pub(crate) fn put(key: &[u8], value: &[u8]) {
    ask(|session| session.put(key, value));
}

pub(crate) fn delete(key: &[u8]) {
    ask(|session| session.delete(key));
}

pub(crate) fn scan_open(from: &[u8], to: &[u8], reverse: bool) -> u32 {
    ask(|session| session.scan_open(from, to, reverse))
}

pub(crate) fn scan_next(cursor: u32, entry: &mut Vec<u8>) -> bool {
    ask(|session| {
        let Some((key, value)) = session.scan_peek(cursor)? else {
            return Ok(false);
        };
        let Ok(len) = u32::try_from(key.len()) else {
            unreachable!("keys have at most 512 bytes");
        };
        *entry = [&len.to_le_bytes(), key, value].concat();
        session.scan_advance(cursor);
        Ok(true)
    })
}

/// Closes a cursor, also while the program unwinds: the host never ends a call in here.
pub(crate) fn scan_close(cursor: u32) {
    SESSION.with_borrow_mut(|session| session.as_mut().map(|session| session.scan_close(cursor)));
}

pub(crate) fn input() -> Vec<u8> {
    ask(|session| Ok(session.input().to_vec()))
}

pub(crate) fn answer(data: &[u8]) {
    ask(|session| session.answer(data));
}

pub(crate) fn fail(data: &[u8]) -> ! {
    ask(|session| Err(session.fail(data)))
}

pub(crate) fn emit(name: &str, data: &[u8]) {
    ask(|session| session.emit(name.as_bytes(), data));
}

pub(crate) fn send(to: &[u8; 32], method: &str, args: &[u8]) {
    ask(|session| session.send(Hash(*to), method.as_bytes(), args));
}

pub(crate) fn shard() -> [u8; 32] {
    ask(|session| Ok(session.context().shard.0))
}

pub(crate) fn caller() -> Vec<u8> {
    ask(|session| Ok(session.caller()))
}

pub(crate) fn seq() -> u64 {
    ask(|session| Ok(session.context().seq))
}

pub(crate) fn time() -> u64 {
    ask(|session| Ok(session.context().time_ms))
}

pub(crate) fn random(out: &mut [u8]) {
    let bytes = ask(|session| session.random(out.len()));
    out.copy_from_slice(&bytes);
}

pub(crate) fn log(text: &str) {
    ask(|session| {
        session.log(text.as_bytes());
        Ok(())
    });
}
