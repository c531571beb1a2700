//! Going back to an earlier state, by a call.

use super::fixture::*;
use crate::admit::Rejected;
use crate::replay::{ReplayError, Replayer, What};
use crate::shard::Answer;
use abi::Coded;
use abi::call::SignedCall;
use abi::codec::{Bytes, Encode};
use abi::diff::Diff;
use abi::id::Hash;
use abi::outcome::Outcome;
use abi::profile::Profile;
use abi::system::{Act, Advance, Revert};
use journal::{Block, Reason, Reverted};
use vm::Engine;

impl Sample {
    /// The revert to the state after a block, as an authority that has its checkpoint names it.
    fn revert_to(&self, height: u64, serving: Hash) -> Revert {
        let root = self.shard.block(height).unwrap().unwrap().header.root_after;
        Revert { height, root, program: serving }
    }

    fn revert(&mut self, height: u64) -> Answer {
        let revert = self.revert_to(height, program(1));
        let act = self.act(Act::Revert(revert), &[2, 3]);
        self.ask(&act)
    }

    fn root(&self) -> Hash {
        self.shard.position().root
    }
}

/// Four blocks: the deploy, and three calls that write.
fn written() -> (Sample, Vec<SignedCall>) {
    let mut sample = Sample::begun();
    let calls: Vec<SignedCall> = (0..3).map(|_| sample.signed("count")).collect();
    for call in &calls {
        assert!(matches!(sample.ask(call), Answer::New { .. }));
    }
    (sample, calls)
}

#[test]
fn the_state_is_the_one_of_that_height_and_history_goes_on() {
    let (mut sample, calls) = written();
    let (before, then) = (sample.root(), sample.shard.block(2).unwrap().unwrap().header.root_after);
    assert_ne!(before, then);
    let head = sample.shard.head();
    assert!(matches!(sample.revert(2), Answer::New { seq: 4, .. }));
    assert_eq!(sample.root(), then);
    assert_eq!(sample.shard.history().root_at(4), Some(head), "history only grew");
    // What was undone is evidence, and its keys stay used.
    assert_eq!(sample.ask(&calls[2]), Answer::Known(3));
    sample.replay().unwrap();
    // And back again, over the revert: the state after it can be reverted to, too.
    assert!(matches!(sample.revert(4), Answer::New { seq: 5, .. }));
    assert_eq!(sample.root(), before);
    let next = sample.signed("count");
    assert!(matches!(sample.ask(&next), Answer::New { seq: 6, .. }));
    sample.replay().unwrap();
}

#[test]
fn a_revert_brings_back_the_program_of_its_time() {
    let (mut sample, _) = written();
    let other = sample.deploy(program(10), &[2, 3]);
    assert!(matches!(sample.ask(&other), Answer::New { .. }));
    let height = sample.shard.position().height;
    let wrong = sample.revert_to(2, program(10));
    let wrong = sample.act(Act::Revert(wrong), &[2, 3]);
    assert!(matches!(sample.ask(&wrong), Answer::Rejected(Rejected::Revert { height: 2, .. })));
    assert!(matches!(sample.revert(2), Answer::New { .. }));
    assert_eq!(sample.shard.serving().unwrap(), Some(program(1)));
    // What a bundle that begins after it says of the program is proven by the revert.
    let header = sample.shard.block(height + 1).unwrap().unwrap().header;
    let start = sample.shard.start_after(&header).unwrap();
    let chain = journal::Chain::start(sample.shard.genesis(), &start, state::empty_root()).unwrap();
    assert_eq!(chain.program(), Some(program(1)));
    let (sample, _) = sample.reopened();
    assert_eq!(sample.shard.serving().unwrap(), Some(program(1)));
    sample.replay().unwrap();
}

#[test]
fn a_revert_that_leads_nowhere_is_rejected() {
    let (mut sample, _) = written();
    let right = sample.revert_to(2, program(1));
    let wrong = [
        Revert { height: 0, ..right },
        Revert { height: 5, ..right },
        Revert { height: 3, ..right },
        Revert { root: Hash([9; 32]), ..right },
    ];
    for revert in wrong {
        let act = sample.act(Act::Revert(revert), &[2, 3]);
        assert_eq!(sample.rejection(&act).code(), 5019, "{revert:?}");
    }
    let weak = sample.act(Act::Revert(right), &[2]);
    assert!(matches!(sample.rejection(&weak), Rejected::NotAuthority { .. }));
}

#[test]
fn a_revert_is_alone_in_its_block() {
    let (mut sample, _) = written();
    let (first, last) = (sample.signed("count"), sample.signed("count"));
    let revert = sample.revert_to(2, program(1));
    let revert = sample.act(Act::Revert(revert), &[2, 3]);
    let answers = sample.submit(&[first, revert, last], 100);
    assert!(answers.iter().all(|answer| matches!(answer, Answer::New { .. })), "{answers:?}");
    let height = sample.shard.position().height;
    let counts: Vec<u64> = (height - 2..=height)
        .map(|height| sample.shard.block(height).unwrap().unwrap().header.count)
        .collect();
    assert_eq!(counts, [1, 1, 1]);
    sample.replay().unwrap();
}

/// What it undoes is committed by then, whatever stood before it among the calls and was executed ahead.
#[test]
fn a_revert_is_executed_when_nothing_is_being_committed() {
    for (before, block_calls) in [(1, 1), (40, 1), (40, 7), (40, 100)] {
        let (mut sample, _) = written();
        let mut calls: Vec<SignedCall> = (0..before).map(|_| sample.signed("count")).collect();
        let revert = sample.revert_to(2, program(1));
        let (rejected, revert) = (sample.signed("gone"), sample.act(Act::Revert(revert), &[2, 3]));
        let then = sample.shard.block(2).unwrap().unwrap().header.root_after;
        calls.extend([rejected, revert]);
        let answers = sample.submit(&calls, block_calls);
        assert!(matches!(answers[..], [.., Answer::Rejected(_), Answer::New { .. }]), "{answers:?}");
        assert_eq!(sample.root(), then);
        sample.replay().unwrap();
    }
}

/// The block of a revert to block 2, changed, as the replay of the whole history judges it.
fn judged(change: impl FnOnce(&mut Block)) -> ReplayError {
    let (mut sample, _) = written();
    assert!(matches!(sample.revert(2), Answer::New { .. }));
    let mut replayer =
        Replayer::new(sample.shard.genesis(), Box::new(programs()), Engine::default()).unwrap();
    for height in 1..=4 {
        replayer.block(&sample.shard.block(height).unwrap().unwrap()).unwrap();
    }
    let mut block = sample.shard.block(5).unwrap().unwrap();
    change(&mut block);
    // The writer signs whatever it likes: digests and roots follow from the rest.
    let profile = Profile::One.hash();
    block.entries[0].diff = block.diff.hash();
    block.header.diff = block.diff.hash();
    let records = block.records(profile);
    block.header.execution_root = journal::execution_root(&records);
    let mut history = replayer.chain().history().clone();
    records.iter().for_each(|record| history.push(&record.leaf()));
    block.header.history_root = history.root();
    replayer.block(&block).unwrap_err()
}

#[test]
fn a_revert_to_a_state_that_never_was_is_refused() {
    let reason = |error: ReplayError| match error {
        ReplayError::Invalid(invalid) => invalid.reason,
        other => panic!("{other}"),
    };
    assert_eq!(reason(judged(|block| block.header.root_after = Hash([7; 32]))), Reason::Revert);
    let shown_otherwise = |block: &mut Block| {
        let record = Bytes(block.records(Profile::One.hash()).remove(0).to_bytes());
        block.entries[0].outcome = Outcome::Returned(Reverted { record, path: Vec::new() }.to_bytes());
    };
    assert_eq!(reason(judged(shown_otherwise)), Reason::Revert);
}

#[test]
fn a_revert_writes_what_changes_and_nothing_else() {
    // A key that has its value already.
    let more = judged(|block| block.diff.put(b"\x01never".to_vec(), None));
    let what = |error: ReplayError| match error {
        ReplayError::Diverged(divergence) => divergence.what,
        other => panic!("{other}"),
    };
    assert_eq!(what(more), What::Diff);
    let nothing = judged(|block| block.diff = Diff::new());
    assert!(matches!(what(nothing), What::Root(..)));
}

#[test]
fn the_authority_lets_time_jump() {
    let mut sample = Sample::begun();
    let jump_ms = sample.shard.genesis().time.jump_ms;
    sample.now_ms += 3 * jump_ms;
    let call = sample.signed("count");
    assert!(matches!(sample.ask(&call), Answer::Rejected(Rejected::TimeJump { .. })));
    let to_ms = sample.now_ms - 1;
    let short = sample.act(Act::Advance(Advance { to_ms }), &[2, 3]);
    assert!(matches!(sample.ask(&short), Answer::Rejected(Rejected::TimeJump { .. })));
    let far = sample.act(Act::Advance(Advance { to_ms: to_ms + 1 }), &[2, 3]);
    assert!(matches!(sample.ask(&far), Answer::New { .. }));
    assert!(matches!(sample.ask(&call), Answer::New { .. }));
    sample.replay().unwrap();
}
