//! A node that serves over HTTP: real processes, real sockets, real clients and some that misbehave.
#![allow(dead_code, reason = "the modules are shared with harnesses that use more of them")]

mod access;
mod bad;
mod calls;
mod client;
mod commands;
mod crashes;
#[path = "../cli/foil.rs"]
mod foil;
mod load;
mod node;
mod reads;
mod slow;
mod stops;
#[cfg(feature = "otel")]
mod traces;
