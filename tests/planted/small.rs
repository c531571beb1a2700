//! Small scopes, exhaustively: the journal's own steps under a model checker.

mod disk;
mod history;
mod scope;

use history::History;
use scope::Scope;
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
