//! Small scopes, exhaustively: the shipped steps of the journal, of reverts and of snapshots under a model checker.

mod disk;
mod history;
mod noting;
mod reverts;
mod scope;
mod snapshots;

use history::History;
use reverts::Reverts;
use scope::Scope;
use snapshots::Snapshots;
use stateright::{Checker, Model};

/// What an exhaustive search came to.
pub(crate) struct Searched {
    pub(crate) states: usize,
    /// The promise that was broken, if one was.
    pub(crate) broken: Option<String>,
}

/// Searches everything that may become of a journal of so many blocks.
pub(crate) fn search(blocks: u64, bug: Option<&'static str>) -> Searched {
    let history = History::of(blocks);
    let checked = Scope { history, bug }.checker().spawn_bfs().join();
    let broken = checked.discoveries().into_iter().find(|(name, _)| *name == scope::PROMISE);
    let broken = broken.map(|(name, path)| format!("{name}: not after {} lives", path.into_actions().len()));
    let complete = checked.discoveries().contains_key(scope::COMPLETE);
    assert!(broken.is_some() || complete, "the search did not come to the last block");
    Searched { states: checked.unique_state_count(), broken }
}

/// Searches everything that may become of a shard of so many calls, each of which may be a revert.
pub(crate) fn reverts(calls: u64, bug: Option<&'static str>) -> Searched {
    let checked = Reverts { calls, bug }.checker().spawn_bfs().join();
    let broken = checked.discoveries().into_iter().find(|(name, _)| *name == reverts::PROMISE);
    let broken = broken.map(|(name, path)| format!("{name}: not after {} lives", path.into_actions().len()));
    let complete = checked.discoveries().contains_key(reverts::COMPLETE);
    assert!(broken.is_some() || complete, "the search did not come to the last call");
    Searched { states: checked.unique_state_count(), broken }
}

/// Searches everything that may become of so many snapshots.
pub(crate) fn snapshots(begun_max: u8, time_max: u64) -> Searched {
    let checked = Snapshots { begun_max, time_max }.checker().spawn_bfs().join();
    let mut found = checked.discoveries().into_iter();
    let broken = found.find(|(name, _)| *name != snapshots::COLLECTED);
    let broken = broken.map(|(name, path)| format!("{name}: not after {:?}", path.into_actions()));
    let complete = checked.discoveries().contains_key(snapshots::COLLECTED);
    assert!(broken.is_some() || complete, "the search did not come to a collected snapshot");
    Searched { states: checked.unique_state_count(), broken }
}
