//! Upgrades: the next version of a program, and what it takes over.
//!
//! State belongs to the shard and stays. The next version finds each field by its name, so most versions need nothing
//! more than to be deployed:
//!
//! | change | what it takes |
//! |---|---|
//! | a method, an event, an error with a new code | nothing |
//! | a new field | nothing: it is empty |
//! | a field that is gone | nothing: its entries stay, unread; a migration can remove them |
//! | a new name at the end of an enumeration | nothing |
//! | another type of a field, a new field of a struct in state | a field of a new name, and a migration |
//! | an index of a map that has entries | a migration that calls [`reindex`](crate::IndexedMap::reindex) |
//! | a method's parameters | a new method; the old one may stay for those who call it |
//!
//! # `migrate`
//!
//! A call named `migrate`, without parameters, brings what the program before has kept into the form of this one. It
//! is run by `foil upgrade` alone, one step after the other, each within the fuel of a call, until it answers
//! `true`. Until then the old program serves, also between two steps, and goes on serving if a step fails. So a step
//! only adds to what that one keeps, and looks again at what has changed since; between the last step and the first
//! call of the new program there is nothing.
//!
//! ```
//! # use guest_sdk::prelude::*;
//! #[program]
//! mod old {
//!     use guest_sdk::prelude::*;
//!
//!     #[state]
//!     pub struct Old {
//!         members: Map<u32, String>,
//!     }
//!
//!     impl Old {
//!         #[call]
//!         pub fn join(&mut self, number: u32, name: String) {
//!             self.members.insert(&number, &name);
//!         }
//!     }
//! }
//!
//! #[program]
//! mod new {
//!     use guest_sdk::prelude::*;
//!
//!     #[state]
//!     pub struct New {
//!         members: IndexedMap<u32, String>,
//!         /// New in this version.
//!         #[index(members, |_, name| [name.clone()])]
//!         by_name: Index<String, u32>,
//!     }
//!
//!     impl New {
//!         /// Mends a hundred entries at a time.
//!         #[call]
//!         pub fn migrate(&mut self) -> bool {
//!             self.members.reindex(100)
//!         }
//!
//!         #[query]
//!         pub fn named(&self, name: String) -> Vec<u32> {
//!             self.by_name.of(&name).map(|(_, number)| number).collect()
//!         }
//!     }
//! }
//!
//! use guest_sdk::test::{Host, identity};
//!
//! let mut host = Host::new::<old::Program>();
//! for number in 0u32..250 {
//!     host.call(&identity(1), "join", &(number, if number % 2 == 0 { "ann" } else { "ben" }));
//! }
//! // Three steps, and one more in the upgrade itself, which finds nothing to do.
//! assert_eq!(host.upgrade::<new::Program>(Hash::default(), 10), 4);
//! assert_eq!(host.ask::<Vec<u32>>("named", &("ann",)).len(), 125);
//! ```
