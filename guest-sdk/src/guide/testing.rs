//! Testing: a program runs natively under `cargo test`, on [a host in memory](crate::test::Host) that has the rules
//! of production. What it comes to is what it comes to on wasm: `foil test` runs the calls of every native test once
//! more on wasm, and compares the effects.
//!
//! The examples test this program:
//!
//! ```
#![doc = include_str!("testing/purse.rs")]
//! # fn main() {}
//! ```
//!
//! # Callers and time
//!
//! [`identities`](crate::test::identities) makes callers with keys; the others are variants of
//! [`Caller`](crate::test::Caller). Logical time stands still until a test moves it.
//!
//! ```
#![doc = concat!("# mod p {\n", include_str!("testing/purse.rs"), "}\n# use p::*;\n")]
//! use guest_sdk::test::{Caller, Host, identities};
//!
//! let mut host = Host::new::<purse::Program>();
//! let [ann, ben] = identities();
//! host.set_time(1_700_000_000_000);
//! host.call(&ann, "fill", &(9u64,)).returned::<()>();
//! host.advance(60_000);
//! assert!(host.call(&ben, "pay", &(1u64,)).failed_with(&purse::Error::Empty { left: 0 }));
//! assert!(host.call(&Caller::Principal("eve".into()), "pay", &(1u64,)).failed_with(&purse::Error::Empty { left: 0 }));
//! let paid = host.call(&ann, "pay", &(2u64,));
//! assert_eq!((paid.effect.time_ms, paid.events.len()), (1_700_000_060_000, 1));
//! ```
//!
//! A program cannot see where a block ends: calls of one logical time are what a block would be.
//!
//! # Failures
//!
//! A call can run out of fuel wherever it is. [`at_every_step`](crate::test::Host::at_every_step) has it run out at
//! each of its host calls in turn, holds that nothing has changed, and then runs it to its end.
//!
//! ```
#![doc = concat!("# mod p {\n", include_str!("testing/purse.rs"), "}\n# use p::*;\n")]
//! # use guest_sdk::test::{Host, identities};
//! # let mut host = Host::new::<purse::Program>();
//! # let [ann] = identities();
//! # host.call(&ann, "fill", &(9u64,)).returned::<()>();
//! host.at_every_step(|host| host.call(&ann, "pay", &(2u64,))).returned::<()>();
//! assert_eq!(host.failing_at(3).call(&ann, "pay", &(2u64,)).trapped().map(|trap| trap.to_string()),
//!     Some("out of fuel".into()));
//! ```
//!
//! # Sequences of calls
//!
//! What must always hold is tried on calls that nobody thought of, with [proptest](https://docs.rs/proptest) as a
//! dev-dependency. A list of calls is a strategy like any other: where something does not hold, proptest leaves out
//! calls and makes arguments smaller until it has the shortest list that shows it.
//!
//! ```
#![doc = concat!("# mod p {\n", include_str!("testing/purse.rs"), "}\n# use p::*;\n")]
//! use guest_sdk::test::{Host, identity};
//! use proptest::prelude::*;
//!
//! #[derive(Clone, Debug)]
//! enum Act {
//!     Fill(u8, u64),
//!     Pay(u8, u64),
//! }
//!
//! fn act() -> impl Strategy<Value = Act> {
//!     let (who, coins) = (1u8..4, 0u64..100);
//!     prop_oneof![
//!         (who.clone(), coins.clone()).prop_map(|(who, coins)| Act::Fill(who, coins)),
//!         (who, coins).prop_map(|(who, coins)| Act::Pay(who, coins)),
//!     ]
//! }
//!
//! proptest! {
//!     # #![proptest_config(ProptestConfig { cases: 20, failure_persistence: None, ..ProptestConfig::default() })]
//!     // With #[test] in front.
//!     fn no_coin_comes_from_nowhere(acts in proptest::collection::vec(act(), 0..30)) {
//!         let mut host = Host::new::<purse::Program>();
//!         let mut filled = 0;
//!         for act in acts {
//!             let reply = match act {
//!                 Act::Fill(who, coins) => host.call(&identity(who), "fill", &(coins,)),
//!                 Act::Pay(who, coins) => host.call(&identity(who), "pay", &(coins,)),
//!             };
//!             prop_assert_eq!(reply.trapped(), None);
//!             if let Act::Fill(_, coins) = act {
//!                 filled += coins;
//!             }
//!             prop_assert!(host.ask::<u64>("paid", &()) <= filled);
//!         }
//!     }
//! }
//! # no_coin_comes_from_nowhere();
//! ```
//!
//! # Effects held to a file
//!
//! The effect of a call is all that it did, and its hash is in the receipt.
//! [`assert_effects!`](crate::assert_effects) holds the effects of some calls to a file of the package, as text that
//! can be read, with the hashes: a change of the program that changes what it does is then seen where it is
//! reviewed.
//!
//! ```no_run
#![doc = concat!("# mod p {\n", include_str!("testing/purse.rs"), "}\n# use p::*;\n")]
//! # use guest_sdk::test::{Host, assert_effects, identities};
//! # let mut host = Host::new::<purse::Program>();
//! # let [ann] = identities();
//! assert_effects!("purse", &[host.call(&ann, "fill", &(9u64,)), host.call(&ann, "pay", &(2u64,))]);
//! ```
//!
//! `FOIL_RECORD=1 cargo test` writes `tests/effects/purse.txt`. A host made [with](crate::test::Host::with) the hash
//! of the compiled program has production's effect hashes; one made [without](crate::test::Host::new) has hashes
//! that do not change when the compiler does.
