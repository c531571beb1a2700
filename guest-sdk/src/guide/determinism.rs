//! Determinism: every run of a call, on whatever machine and engine, comes to the same, bit for bit. That is what
//! receipts and replicas rest on.
//!
//! The host sees to most of it: a program has no clock, no threads, no network, no files, and no randomness but what
//! follows from its place. What is left to its author is to be the same program natively and on wasm, and in the next
//! version.
//!
//! | do | not | because |
//! |---|---|---|
//! | [`ctx.time_ms()`](crate::Context::time_ms) | a clock | a replay is at another time; logical time never falls |
//! | [`ctx.random()`](crate::Context::random) | a seed of your own | a replay draws the same |
//! | [`Map`](crate::Map), [`Set`](crate::Set), `BTreeMap` | `HashMap` | its order differs from run to run |
//! | `u32` and `u64` in arguments and state | `usize` | it has 32 bits on wasm, and 64 natively |
//! | whole numbers of small units | floats in arguments and state | a float has no canonical bytes |
//! | the crate `libm` for floats | `f64::sin` and its like | only `+ - * /` and `sqrt` are the same everywhere |
//! | `overflow-checks = true` in the profile | arithmetic that wraps silently | an overflow is a trap in both worlds |
//! | fields of the `#[state]` | statics, caches | a call on wasm begins with fresh memory, a native one does not |
//! //! | a new code for a new error | a code that is used again | receipts name codes |
//!
//! Enumerations are encoded by index: new names go to the end. Struct fields are encoded by order: a new field is a
//! new form, and what was kept before does not decode as it.
//!
//! # Randomness is no secret
//!
//! What `random` draws follows from shard, place and call. Whoever places the call can foresee it: draw no lots and
//! make no keys with it.
//!
//! # Calls that fail
//!
//! An error, a panic and a trap undo everything the call did: its writes, its events and its messages. There is
//! nothing to clean up, and nothing that half happened. [A test](super::testing) can have a call fail at each of its
//! steps in turn.
//!
//! # Messages
//!
//! A message leaves with the call that sent it, and its answer, if any, is a call of its own later. Between the two,
//! others have called: look at the state again, and do not rely on what the first call saw.
