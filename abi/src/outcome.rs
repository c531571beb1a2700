//! What a call came to.

use alloc::vec::Vec;
use core::fmt;

/// What a call came to. Failed and trapped calls change no state, and still get a receipt.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// The program's answer.
    Returned(Vec<u8>),
    /// The program said no, and why.
    Failed(Vec<u8>),
    /// The program broke a rule of execution.
    Trapped(Trap),
}

impl Outcome {
    /// The code in a record: 0 returned, 1 failed, from 2 the trap.
    pub fn code(&self) -> u8 {
        match self {
            Outcome::Returned(_) => 0,
            Outcome::Failed(_) => 1,
            Outcome::Trapped(trap) => *trap as u8,
        }
    }

    /// The bytes of the answer; a trap has none.
    pub fn output(&self) -> &[u8] {
        match self {
            Outcome::Returned(output) | Outcome::Failed(output) => output,
            Outcome::Trapped(_) => &[],
        }
    }

    /// The outcome of a code and its output; `None` where there is no such code, or a trap with output.
    pub fn from_parts(code: u8, output: Vec<u8>) -> Option<Outcome> {
        match code {
            0 => Some(Outcome::Returned(output)),
            1 => Some(Outcome::Failed(output)),
            _ if output.is_empty() => Trap::from_code(code).map(Outcome::Trapped),
            _ => None,
        }
    }

    /// Whether the call may change state.
    pub fn is_returned(&self) -> bool {
        matches!(self, Outcome::Returned(_))
    }
}

macro_rules! traps {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal $text:literal,)+) => {
        /// Every way a program can break the rules: a closed set with stable codes.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        #[repr(u8)]
        pub enum Trap {
            $($(#[doc = $doc])+ $name = $code,)+
        }

        impl Trap {
            /// Every trap.
            pub const ALL: &[Trap] = &[$(Trap::$name),+];

            /// The trap of a record's outcome code.
            pub const fn from_code(code: u8) -> Option<Trap> {
                match code {
                    $($code => Some(Trap::$name),)+
                    _ => None,
                }
            }

            const fn text(self) -> &'static str {
                match self {
                    $(Trap::$name => $text,)+
                }
            }
        }
    };
}

traps! {
    /// `unreachable`, which a panic ends in.
    Unreachable = 2 "unreachable executed (a panic ends so)",
    /// All fuel was used.
    OutOfFuel = 3 "out of fuel",
    /// Calls nested too deep.
    StackOverflow = 4 "call stack exhausted",
    /// A load or store outside the memory.
    MemoryOutOfBounds = 5 "memory access out of bounds",
    /// A table access outside the table.
    TableOutOfBounds = 6 "table access out of bounds",
    /// An indirect call of an empty table element.
    IndirectCallToNull = 7 "indirect call to a null element",
    /// An indirect call with another signature than the function has.
    BadSignature = 8 "indirect call with a wrong signature",
    /// A signed division overflowed.
    IntegerOverflow = 9 "integer overflow",
    /// A division by zero.
    DivisionByZero = 10 "integer division by zero",
    /// A float was converted to an integer that cannot hold it.
    BadConversion = 11 "invalid conversion to integer",
    /// A pointer or length given to the host lies outside the memory.
    BadPointer = 12 "bad pointer in a host call",
    /// An argument of a host call is not allowed: text that is not UTF-8, an empty key, an unknown cursor,
    /// a message's method or arguments that are none.
    BadArgument = 13 "bad argument in a host call",
    /// A key is longer than the limit.
    KeyTooLong = 14 "key too long",
    /// A value is longer than the limit.
    ValueTooLong = 15 "value too long",
    /// More writes, or more bytes of them, than a call may make.
    TooManyWrites = 16 "too many writes",
    /// The output is longer than the limit.
    OutputTooLong = 17 "output too long",
    /// More events, or more bytes of them, than a call may emit.
    TooManyEvents = 18 "too many events",
    /// A query tried to write, to emit or to send.
    ReadOnly = 19 "a query cannot write",
    /// A method ended without an answer.
    NoAnswer = 20 "the method ended without an answer",
    /// More cursors than a call may have open.
    TooManyCursors = 21 "too many cursors",
    /// More messages, or more bytes of them, than a call may send.
    TooManyMessages = 22 "too many messages",
}

impl fmt::Display for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_outcomes_are_one_to_one() {
        for &trap in Trap::ALL {
            assert_eq!(Outcome::from_parts(trap as u8, Vec::new()), Some(Outcome::Trapped(trap)));
            assert_eq!(Outcome::from_parts(trap as u8, alloc::vec![1]), None);
        }
        assert_eq!(Outcome::from_parts(255, Vec::new()), None);
        let failed = Outcome::Failed(alloc::vec![1]);
        assert_eq!(Outcome::from_parts(failed.code(), failed.output().to_vec()), Some(failed));
    }
}
