//! What generated code calls: arguments in, answer out.

pub use crate::state::{All, Indexing, Link, Linked, Stored, all, entries};
pub use abi::codec::{Decode, Encode, Error, Reader, Reason, Writer};
pub use abi::interface::{Describe, ErrorCase, Interface, Kind, Method, Schema, Slot, encode, encoded_len};

use crate::{Context, ProgramError, Value, host};
use alloc::vec::Vec;

/// The call's arguments: canonical CBOR, an array.
pub fn input() -> Vec<u8> {
    host::input()
}

/// The call under way.
pub fn context() -> Context {
    Context::current()
}

/// The arguments of a method, read one after the other.
pub struct Args<'a>(Reader<'a>);

impl<'a> Args<'a> {
    /// The `count` arguments in `input`.
    pub fn new(input: &'a [u8], count: usize) -> Args<'a> {
        let mut reader = Reader::new(input);
        reader.array_of(count).unwrap_or_else(|_| refuse());
        Args(reader)
    }

    /// The next argument.
    pub fn take<T: Value>(&mut self) -> T {
        T::decode(&mut self.0).unwrap_or_else(|_| refuse())
    }

    /// Makes sure that nothing is left.
    pub fn end(self) {
        self.0.end().unwrap_or_else(|_| refuse());
    }
}

/// Arguments that do not decode fail the call, whatever the program.
#[cold]
fn refuse() -> ! {
    host::fail(&abi::interface::BAD_ARGUMENTS.to_bytes())
}

/// Answers.
pub fn answer<T: Value>(value: &T) {
    host::answer(&value.to_bytes());
}

/// Answers, or fails.
pub fn finish<T: Value, E: ProgramError>(result: Result<T, E>) {
    match result {
        Ok(value) => answer(&value),
        Err(reason) => host::fail(&reason.to_bytes()),
    }
}

/// The form of a type whose values the interface tells of.
pub const fn schema<T: Value>() -> &'static Schema {
    T::SCHEMA
}
