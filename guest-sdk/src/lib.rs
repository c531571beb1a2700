//! Write a program.
//!
//! A program is a module with one state and methods on it. Compiled to wasm it has one export for each
//! method, and says in a custom section what its methods, state, events and errors look like. Compiled
//! natively the same module runs in `cargo test` on a host in memory ([`test::Host`]) with the effects it
//! has in production.
//!
//! # Guarantees
//!
//! - What a program can see is its arguments, its state, the caller, the call's place and logical time, and
//!   a random stream that follows from them. There is no clock, no float formatting of a locale, no hash
//!   map order.
//! - State is found by the names of its fields: adding a field, or moving one, leaves the others as they
//!   were.
//! - A method that returns an error, or panics, changes nothing.
//!
//! # Example
//!
//! ```
//! use guest_sdk::prelude::*;
//!
//! #[program]
//! mod counter {
//!     use guest_sdk::prelude::*;
//!
//!     /// What the program keeps.
//!     #[state]
//!     pub struct Counter {
//!         hits: Map<Account, u64>,
//!         total: Cell<u64>,
//!     }
//!
//!     #[derive(Error)]
//!     pub enum Error {
//!         /// Nobody in particular cannot be counted.
//!         #[error(1)]
//!         Anonymous,
//!     }
//!
//!     impl Counter {
//!         /// Counts the caller once more.
//!         #[call]
//!         pub fn hit(&mut self, ctx: &Context) -> Result<u64, Error> {
//!             let caller = ctx.caller();
//!             if caller.is_nobody() {
//!                 return Err(Error::Anonymous);
//!             }
//!             let hits = self.hits.get(&caller).unwrap_or(0) + 1;
//!             self.hits.insert(&caller, &hits);
//!             self.total.set(&(self.total() + 1));
//!             Ok(hits)
//!         }
//!
//!         /// All hits together.
//!         #[query]
//!         pub fn total(&self) -> u64 {
//!             self.total.get().unwrap_or(0)
//!         }
//!     }
//! }
//!
//! use guest_sdk::test::{Caller, Host, identity};
//!
//! let mut host = Host::new::<counter::Program>();
//! assert_eq!(host.call(&identity(1), "hit", &()).returned::<u64>(), 1);
//! assert!(host.call(&Caller::Nobody, "hit", &()).failed_with(&counter::Error::Anonymous));
//! assert_eq!(host.ask::<u64>("total", &()), 1);
//! ```
//!
//! The [guide] goes on from here: a tutorial, state, determinism, costs, testing, upgrades, and a page for each
//! host call.
#![no_std]

extern crate alloc;
#[cfg(not(target_arch = "wasm32"))]
extern crate std;
// The derives name the crate as a program does.
extern crate self as guest_sdk;

mod context;
pub mod crypto;
mod state;

#[doc(hidden)]
pub mod rt;

#[cfg(target_arch = "wasm32")]
#[allow(unsafe_code, reason = "the one place where the host's imports are called and memory is handed out")]
mod ffi;
#[cfg(target_arch = "wasm32")]
use ffi as host;

#[cfg(not(target_arch = "wasm32"))]
mod native;
#[cfg(not(target_arch = "wasm32"))]
use native as host;
#[cfg(not(target_arch = "wasm32"))]
pub mod guide;
#[cfg(not(target_arch = "wasm32"))]
pub mod test;
#[cfg(not(target_arch = "wasm32"))]
mod trace;

pub use abi::codec::{Bytes, Decode, Encode};
pub use abi::id::Hash;
pub use abi::interface::{Describe, Kind};
pub use abi::key::Key;
pub use context::{Account, Context, log};
pub use guest_sdk_macros::{Error, Event, Value, program};
pub use state::{Begins, Cell, Entries, Index, IndexedMap, Keys, Log, Map, Set, Stored, UniqueIndex};

/// What a program's module usually needs: `use guest_sdk::prelude::*;`.
pub mod prelude {
    pub use crate::{Account, Bytes, Context, Error, Event, Hash, Value, log, program};
    pub use crate::{Cell, Index, IndexedMap, Log, Map, Set, UniqueIndex};
    pub use alloc::string::{String, ToString};
    pub use alloc::vec::Vec;
    pub use alloc::{format, vec};
}

/// A value that can be an argument, an answer, or kept in state. `#[derive(Value)]` makes one of a struct
/// with named fields, of a struct around one value, and of an enumeration of bare names.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no value: it cannot be an argument, an answer, or kept in state",
    label = "not a value",
    note = "mark your own types with #[derive(Value)]; of the others, values are integers up to 64 bits and `u128`, `bool`, \
            `String`, `Bytes`, `Hash`, `[u8; N]`, and options, lists and tuples of up to four values"
)]
pub trait Value: Encode + Decode + Describe {}

#[diagnostic::do_not_recommend]
impl<T: Encode + Decode + Describe> Value for T {}

/// Something that happened; made by `#[derive(Event)]`, on a struct with named fields in the program's
/// module.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no event",
    label = "not an event",
    note = "mark the struct with #[derive(Event)], in the program's module"
)]
pub trait Event: Encode + Describe {
    /// What kind of thing: the struct's name.
    const NAME: &'static str;
}

/// Why a method says no; made by `#[derive(Error)]`, on an enumeration whose variants carry their stable
/// codes as `#[error(1)]`. Answered as `[code, name, field…]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no error of a program",
    label = "a method fails with an error that has a stable code",
    note = "mark an enumeration with #[derive(Error)], and each variant with its code: #[error(1)]"
)]
pub trait ProgramError: Encode {
    /// Every case.
    const CASES: &'static [abi::interface::ErrorCase];

    /// The stable code of this one.
    fn code(&self) -> u64;
}

/// A program; made by `#[program]`.
pub trait Program {
    /// What it says of itself.
    const INTERFACE: &'static abi::interface::Interface;

    /// Runs a method on the host of this thread; `false` where there is no such method.
    fn dispatch(kind: Kind, method: &str) -> bool;
}

#[cfg(test)]
mod tests;
