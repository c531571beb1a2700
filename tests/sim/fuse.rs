//! When the machine dies: at the n-th operation on its disk or store.

use abi::fault::Fault;
use std::cell::Cell;
use std::rc::Rc;

/// Counts operations down. Clones share the count.
#[derive(Clone, Default)]
pub(crate) struct Fuse(Rc<Cell<State>>);

#[derive(Clone, Copy, Default)]
enum State {
    #[default]
    Off,
    /// So many operations succeed.
    Armed(u64),
    /// The machine is dead: nothing succeeds.
    Blown,
}

impl Fuse {
    /// Lets `operations` more succeed, and fails the next.
    pub(crate) fn arm(&self, operations: u64) {
        self.0.set(State::Armed(operations));
    }

    /// The machine lives, and will.
    pub(crate) fn disarm(&self) {
        self.0.set(State::Off);
    }

    pub(crate) fn is_armed(&self) -> bool {
        matches!(self.0.get(), State::Armed(_))
    }

    pub(crate) fn is_blown(&self) -> bool {
        matches!(self.0.get(), State::Blown)
    }

    /// One operation that changes something: whether it is the machine's last.
    pub(crate) fn burn(&self) -> Burn {
        match self.0.get() {
            State::Off => Burn::Done,
            State::Armed(left) if left > 0 => {
                self.0.set(State::Armed(left - 1));
                Burn::Done
            }
            State::Armed(_) => {
                self.0.set(State::Blown);
                Burn::Interrupted
            }
            State::Blown => Burn::Dead,
        }
    }

    /// An operation that changes nothing: it works while the machine lives.
    pub(crate) fn check(&self) -> Result<(), Fault> {
        if self.is_blown() { Err(crashed()) } else { Ok(()) }
    }
}

/// What becomes of an operation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Burn {
    /// It is done.
    Done,
    /// The machine dies in the middle of it.
    Interrupted,
    /// The machine was dead before.
    Dead,
}

/// What a dead machine answers.
pub(crate) fn crashed() -> Fault {
    Fault::io("go on", "the machine has crashed")
}
