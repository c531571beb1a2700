//! What the records of a journal come to, folded while it is read.

use crate::authority::profile_at;
use crate::execute::Position;
use crate::leaves::leaves;
use crate::prune::lets_go;
use crate::recall::REMEMBERED;
use abi::fault::Fault;
use abi::genesis::Genesis;
use abi::planted;
use abi::system::Act;
use journal::{Block, Fold, Header, History, LiveKey, Past, PastAct, Scope, Summary, Sums, Window};

/// What the records alone determine.
pub(super) struct Folded {
    pub(super) history: History,
    pub(super) window: Window,
    pub(super) position: Position,
    pub(super) acts: Vec<(u64, Act)>,
    /// Keys that summaries name, to enter the window.
    keys: Vec<LiveKey>,
}

/// The records that are read, as far as they are right.
pub(super) struct Folding<'a> {
    genesis: &'a Genesis,
    folded: Result<Folded, Fault>,
}

impl<'a> Folding<'a> {
    pub(super) fn new(genesis: &'a Genesis, past: Option<&Past>) -> Folding<'a> {
        Folding { genesis, folded: Ok(Folded::start(genesis, past)) }
    }

    /// What the records come to.
    pub(super) fn done(self) -> Result<Folded, Fault> {
        let mut folded = self.folded?;
        folded.settle();
        Ok(folded)
    }

    /// Goes on, unless something was wrong before.
    fn on<T>(&mut self, on: impl FnOnce(&mut Folded) -> Result<T, Fault>) -> Option<T> {
        match on(self.folded.as_mut().ok()?) {
            Ok(done) => Some(done),
            Err(fault) => {
                self.folded = Err(fault);
                None
            }
        }
    }
}

impl Fold for Folding<'_> {
    fn block(&mut self, block: &Block) -> Option<Sums> {
        let genesis = self.genesis;
        self.on(|folded| folded.block(block, genesis))
    }

    fn summary(&mut self, summary: &Summary) {
        self.on(|folded| folded.summary(summary));
    }
}

impl Folded {
    /// Before the first block that is there.
    pub(super) fn start(genesis: &Genesis, past: Option<&Past>) -> Folded {
        let (history, window, position) = (History::new(), Window::new(), Position::start(genesis));
        let mut folded = Folded { history, window, position, acts: Vec::new(), keys: Vec::new() };
        if let Some(past) = past {
            past.leaves.iter().for_each(|leaf| folded.history.push_hash(*leaf));
            folded.acts.extend(past.acts());
            folded.position = Position::after(&past.header);
        }
        folded
    }

    /// Checks that the authority has let go what a past stands for.
    pub(super) fn is_decided(&self, past: Option<&Past>) -> Result<(), Fault> {
        let Some(past) = past.filter(|_| !planted!(ForgetActs)) else { return Ok(()) };
        let decides = |(seq, act): &(u64, Act)| *seq == past.decision && lets_go(act, past.header.height);
        match self.acts.iter().any(decides) {
            true => Ok(()),
            false => Err(Fault::corrupt(format!(
                "journal: record {} is no decision to prune up to block {}",
                past.decision, past.header.height
            ))),
        }
    }

    /// Adds the next block, and says what its records come to. After a fault nothing may be made of it.
    pub(super) fn block(&mut self, block: &Block, genesis: &Genesis) -> Result<Sums, Fault> {
        self.settle();
        self.acts.extend(block.acts().into_iter().filter(|_| !planted!(ForgetActs)));
        let profile = profile_at(genesis, &self.acts, block.header.first_seq).hash();
        let leaves = leaves(block, profile);
        leaves.iter().for_each(|leaf| self.history.push_hash(*leaf));
        let mut keys = Vec::with_capacity(leaves.len());
        for (seq, entry) in (block.header.first_seq..).zip(&block.entries) {
            self.window.advance(entry.time_ms);
            let call = &entry.call.call;
            let scope = Scope::of(&call.caller, &call.key);
            if self.window.find(&scope).is_some() {
                return Err(Fault::corrupt(format!(
                    "journal: record {seq} has an idempotency key that is live"
                )));
            }
            if !planted!(ForgetWindow) {
                keys.push(self.window.insert(scope, call.expires_ms, seq));
            }
        }
        self.are_signed_for(&block.header)?;
        Ok(Sums { leaves, keys, acts: PastAct::of(block, profile) })
    }

    /// Adds the blocks that a summary is of.
    fn summary(&mut self, summary: &Summary) -> Result<(), Fault> {
        self.acts.extend(summary.acts().filter(|_| !planted!(ForgetActs)));
        summary.sums.leaves.iter().for_each(|leaf| self.history.push_hash(*leaf));
        self.keys.extend(summary.sums.keys.iter().filter(|_| !planted!(ForgetWindow)));
        self.are_signed_for(&summary.head)
    }

    /// Checks that the records up to this header's block are those that it was signed with.
    fn are_signed_for(&mut self, head: &Header) -> Result<(), Fault> {
        if self.history.root() != head.history_root {
            let height = head.height;
            return Err(Fault::corrupt(format!(
                "journal: the records of block {height} are not those it signed"
            )));
        }
        self.position = Position::after(head);
        self.history.forget(REMEMBERED);
        Ok(())
    }

    /// Has the keys that summaries named enter the window, all at once.
    fn settle(&mut self) {
        if !self.keys.is_empty() {
            self.keys.extend(self.window.live());
            let now_ms = self.position.time_ms;
            self.keys.retain(|key| key.expires_ms > now_ms);
            self.window = Window::of(&std::mem::take(&mut self.keys));
        }
    }
}
