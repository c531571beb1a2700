//! What a shard promises, one promise a test. What crashes do to it is the simulated world's to show.

mod admission;
mod batching;
mod divergence;
pub(crate) mod fixture;
mod opening;
mod outcomes;
mod retries;
mod reverts;
mod walk;
