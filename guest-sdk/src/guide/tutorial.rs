//! A guest book: a program from an empty file to a test.
//!
//! # The package
//!
//! A program is a library without the standard library, compiled to wasm as a `cdylib` and to native tests as an
//! `rlib`; `foil init guestbook --lang rust` makes the folder.
//!
//! ```toml
//! [lib]
//! crate-type = ["cdylib", "rlib"]
//! ```
//!
//! # State, a call and a query
//!
//! All of a program stands in one module. What it keeps is a struct marked `#[state]`. A method marked `#[call]` may
//! change it and has a place in history; a method marked `#[query]` is asked and forgotten.
//!
//! ```
//! // #![no_std]
//! use guest_sdk::prelude::*;
//!
//! #[program]
//! pub mod guestbook {
//!     use guest_sdk::prelude::*;
//!
//!     /// What the program keeps.
//!     #[state]
//!     pub struct Guestbook {
//!         entries: Log<String>,
//!     }
//!
//!     impl Guestbook {
//!         /// Writes a line into the book; its number.
//!         #[call]
//!         pub fn sign(&mut self, line: String) -> u64 {
//!             self.entries.append(&line)
//!         }
//!
//!         /// The line of a number.
//!         #[query]
//!         pub fn line(&self, number: u64) -> Option<String> {
//!             self.entries.get(number)
//!         }
//!     }
//! }
//!
//! use guest_sdk::test::{Host, identities};
//!
//! let mut host = Host::new::<guestbook::Program>();
//! let [ann] = identities();
//! assert_eq!(host.call(&ann, "sign", &("It was lovely.",)).returned::<u64>(), 0);
//! assert_eq!(host.ask::<Option<String>>("line", &(0u64,)), Some("It was lovely.".into()));
//! ```
//!
//! The doc comments are part of the program's interface: `foil call --help` shows them. Arguments go in and answers
//! come out as tuples and values of the types in the signature, and what does not decode fails the call before it
//! begins.
//!
//! # Who calls, and when
//!
//! A method that takes `ctx: &Context` behind `self` is told who calls, when, and where it is. It can say what
//! happened with an event, and refuse with an error, whose code never changes. A call that answers an error changes
//! nothing.
//!
//! ```
//! use guest_sdk::prelude::*;
//!
//! #[program]
//! pub mod guestbook {
//!     use guest_sdk::prelude::*;
//!
//!     #[state]
//!     pub struct Guestbook {
//!         entries: IndexedMap<u64, Entry>,
//!         /// The entries of each guest.
//!         #[index(entries, |_, entry| [entry.guest.clone()])]
//!         by_guest: Index<Account, u64>,
//!         count: Cell<u64>,
//!     }
//!
//!     #[derive(Value)]
//!     pub struct Entry {
//!         pub guest: Account,
//!         pub time_ms: u64,
//!         pub line: String,
//!     }
//!
//!     /// A guest has signed.
//!     #[derive(Event)]
//!     pub struct Signed {
//!         pub guest: Account,
//!         pub number: u64,
//!     }
//!
//!     #[derive(Error)]
//!     pub enum Error {
//!         /// Only known guests sign.
//!         #[error(1)]
//!         Unknown,
//!         /// The line is too long.
//!         #[error(2)]
//!         TooLong { bytes: u32, max: u32 },
//!     }
//!
//!     const LINE_BYTES_MAX: usize = 80;
//!
//!     impl Guestbook {
//!         /// Writes a line into the book; its number.
//!         #[call]
//!         pub fn sign(&mut self, ctx: &Context, line: String) -> Result<u64, Error> {
//!             let guest = ctx.caller();
//!             if guest.is_nobody() {
//!                 return Err(Error::Unknown);
//!             }
//!             if line.len() > LINE_BYTES_MAX {
//!                 return Err(Error::TooLong { bytes: line.len() as u32, max: LINE_BYTES_MAX as u32 });
//!             }
//!             let number = self.count.get().unwrap_or(0);
//!             let entry = Entry { guest: guest.clone(), time_ms: ctx.time_ms(), line };
//!             self.entries.insert(&number, &entry);
//!             self.count.set(&(number + 1));
//!             ctx.emit(&Signed { guest, number });
//!             Ok(number)
//!         }
//!
//!         /// The last lines of a guest, the newest first.
//!         #[query]
//!         pub fn lines(&self, guest: Account, limit: u32) -> Vec<String> {
//!             let numbers = self.by_guest.of(&guest).reversed().take(limit as usize);
//!             numbers.filter_map(|(_, number)| self.entries.get(&number)).map(|entry| entry.line).collect()
//!         }
//!     }
//! }
//!
//! // A test: `#[test] fn guests_sign()`.
//! use guest_sdk::test::{Caller, Host, identities};
//!
//! let mut host = Host::new::<guestbook::Program>();
//! let [ann, ben] = identities();
//! host.set_time(1_700_000_000_000);
//! for (guest, line) in [(&ann, "It was lovely."), (&ben, "It rained."), (&ann, "It still is.")] {
//!     let reply = host.call(guest, "sign", &(line,));
//!     assert_eq!(reply.events[0].name, "Signed");
//! }
//! let account = Account { kind: 1, id: Bytes(match ann { Caller::Key(key) => key.0.to_vec(), _ => vec![] }) };
//! let lines: Vec<String> = host.ask("lines", &(account, 9u32));
//! assert_eq!(lines, ["It still is.", "It was lovely."]);
//! assert!(host.call(&Caller::Nobody, "sign", &("Who?",)).failed_with(&guestbook::Error::Unknown));
//! let long = host.call(&ben, "sign", &("long ".repeat(20),));
//! assert!(long.failed_with(&guestbook::Error::TooLong { bytes: 100, max: 80 }));
//! assert!(long.diff.is_empty());
//! ```
//!
//! # From here
//!
//! `foil build` compiles the program to wasm, `foil test` runs its tests natively and again on wasm and compares the
//! effects, and `foil dev` serves it. What is kept is the next chapter: [state](super::state).
