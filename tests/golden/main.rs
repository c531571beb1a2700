//! What programs come to, pinned: each file of `traces` says it of one module of `modules`, or of one guest.
//!
//! Every case runs on every engine, and those guests that are libraries natively too. Engines that differ
//! from each other are a bug. A trace that differs from its file is a change of semantics: read the
//! difference, and if it is meant, record it with
//!
//! ```text
//! FOIL_RECORD=1 cargo test --release -p tests --test golden
//! ```
//!
//! Effect and record hashes stand in the traces under a profile of their own, so that a limit that nothing here
//! comes near changes no file. The profile itself is pinned where it is defined.
#![allow(clippy::unwrap_used, reason = "all of this is tests")]

mod case;
mod corpus;
mod depth;
mod engines;
mod environment;
mod fuel;
mod guests;
mod nested;
mod recorded;
mod run;
mod table;
