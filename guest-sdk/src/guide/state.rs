//! State: what is kept, in which order it is read, and how it is found.
//!
//! | field | for | reads and writes |
//! |---|---|---|
//! | [`Cell<T>`](crate::Cell) | one value: a total, a setting | one entry |
//! | [`Map<K, V>`](crate::Map) | a value for each key | one entry; ranges in key order |
//! | [`Set<K>`](crate::Set) | keys alone: members, pairs, marks | one entry; ranges in key order |
//! | [`Log<T>`](crate::Log) | values that are only added | one entry, and the last one to append |
//! | [`IndexedMap<K, V>`](crate::IndexedMap) | what is found by more than a key | an entry, and its indexes |
//!
//! Fields hold no values, only where these are: nothing is read before a method asks, and a state with a million
//! entries is as quick to open as an empty one. Small values that change together belong into one entry; large ones
//! that change apart, into several.
//!
//! # Order is part of the contract
//!
//! Entries are read in the order of their keys, which is that of the values: numbers by size, negative ones first;
//! text and bytes byte by byte; tuples by their first members first. So a key says in which order its entries are
//! wanted: `Map<(Account, u64), _>` has the entries of an account together, by number. It holds on every engine and
//! in every later version.
//!
//! ```
//! use guest_sdk::prelude::*;
//!
//! #[program]
//! mod diary {
//!     use guest_sdk::prelude::*;
//!
//!     #[state]
//!     pub struct Diary {
//!         /// By person, day and hour.
//!         plans: Map<(String, u32, u8), String>,
//!     }
//!
//!     impl Diary {
//!         #[call]
//!         pub fn plan(&mut self, who: String, day: u32, hour: u8, what: String) {
//!             self.plans.insert(&(who, day, hour), &what);
//!         }
//!
//!         /// One person's day.
//!         #[query]
//!         pub fn day(&self, who: String, day: u32) -> Vec<(u8, String)> {
//!             self.plans.of(&(who, day)).map(|((_, _, hour), what)| (hour, what)).collect()
//!         }
//!
//!         /// One person's days from one on, before another.
//!         #[query]
//!         pub fn days(&self, who: String, from: u32, to: u32) -> Vec<String> {
//!             self.plans.within((who.clone(), from)..(who, to)).map(|(_, what)| what).collect()
//!         }
//!
//!         /// The last plan of all.
//!         #[query]
//!         pub fn last(&self) -> Option<String> {
//!             self.plans.iter().reversed().next().map(|(_, what)| what)
//!         }
//!     }
//! }
//! # use guest_sdk::test::{Host, identity};
//! # let mut host = Host::new::<diary::Program>();
//! # for (who, day, hour, what) in [("b", 1, 9, "z"), ("a", 2, 9, "y"), ("a", 2, 8, "x"), ("a", 10, 1, "w")] {
//! #     host.call(&identity(1), "plan", &(who, day as u32, hour as u8, what)).returned::<()>();
//! # }
//! # assert_eq!(host.ask::<Vec<(u8, String)>>("day", &("a", 2u32)), [(8, "x".into()), (9, "y".into())]);
//! # assert_eq!(host.ask::<Vec<String>>("days", &("a", 2u32, 11u32)), ["x", "y", "w"]);
//! # assert_eq!(host.ask::<Option<String>>("last", &()), Some("z".into()));
//! ```
//!
//! A range is read lazily, each entry as it is asked for, and sees what the call has written meanwhile. A query that
//! may meet many entries takes a limit and where to go on from: `range((Excluded(after), Unbounded)).take(limit)`.
//!
//! # Indexes
//!
//! An index is a field of its own, marked with the map that it belongs to and with what an entry is found by:
//! see [`IndexedMap`](crate::IndexedMap). An [`Index`](crate::Index) is read as the set of `(by, key)`, a
//! [`UniqueIndex`](crate::UniqueIndex) as the map from `by` to the key. The map's `insert`, `remove` and
//! `reindex` alone write them. A part of the entries is indexed where `by` answers `None` for the others, and one entry is found by several
//! things where it answers a list.
//!
//! # Names are for ever
//!
//! An entry lies under the name of its field and its key. Fields can be added, moved and dropped without touching the
//! others; a field that is renamed is a new field, and one whose type changes reads entries that are not of it, which
//! traps. The way from one form to another is a [migration](super::upgrade).
//!
//! # Limits
//!
//! A key has at most 512 bytes with its field's name, a value 256 KiB. One call writes at most 100,000 entries and
//! 16 MiB, and has 256 ranges open at once.
