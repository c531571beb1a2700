//! What a shard promises, one promise a test. What crashes do to it is the simulated world's to show.

mod admission;
mod after;
mod batching;
mod divergence;
mod erasures;
pub(crate) mod fixture;
mod full;
mod ladder;
mod opening;
mod outcomes;
mod pruning;
mod recalls;
mod retries;
mod reverts;
mod scrub;
mod upgrades;
mod walk;
