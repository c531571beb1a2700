//! A writer with the right key who writes down something else than happened is found out, and where.

use super::fixture::{INADMISSIBLE, Sample, genesis, programs, unsigned};
use crate::replay::What;
use crate::{Divergence, Engine, ReplayError, Replayer};
use abi::Coded;
use abi::call::{Call, Caller, SignedCall};
use abi::codec::Bytes;
use abi::diff::Diff;
use abi::effect::{Event, Message};
use abi::genesis::Genesis;
use abi::hash::PROGRAM;
use abi::id::Hash;
use abi::outcome::{Outcome, Trap};
use abi::session::Space;
use abi::system::PROGRAM_KEY;
use journal::{Block, History, execution_root};
use state::{MemoryStore, Store, Tree, View};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A history of three blocks: a deploy; one call; three calls.
pub(super) fn history() -> (Sample, Vec<Block>) {
    let mut sample = Sample::begun();
    let one = sample.signed("put");
    sample.ask(&one);
    let three: Vec<SignedCall> = ["count", "put", "fail"].map(|method| sample.signed(method)).to_vec();
    sample.submit(&three, 3);
    let blocks = sample.blocks();
    assert_eq!(blocks.len(), 3);
    (sample, blocks)
}

/// The last block, rewritten by its writer, and all headers so that they fit.
pub(super) fn rewritten(blocks: &[Block], change: impl FnOnce(&mut Block)) -> Vec<Block> {
    let mut blocks = blocks.to_vec();
    change(blocks.last_mut().unwrap());
    sealed(blocks)
}

/// The blocks, with everything in their headers that follows from the rest.
fn sealed(mut blocks: Vec<Block>) -> Vec<Block> {
    let mut history = History::new();
    let mut last = (genesis().id(), state::empty_root());
    for block in &mut blocks {
        (block.header.previous, block.header.root_before) = last;
        block.header.diff = block.diff.hash();
        let records = block.records(genesis().profile);
        records.iter().for_each(|record| history.push(&record.leaf()));
        block.header.execution_root = execution_root(&records);
        block.header.history_root = history.root();
        last = (block.header.hash(), block.header.root_after);
    }
    blocks
}

pub(super) fn replay(blocks: &[Block], programs: BTreeMap<Hash, Vec<u8>>) -> Result<Replayer, ReplayError> {
    let mut replayer = Replayer::new(&genesis(), Box::new(programs), Engine::Cranelift)?;
    blocks.iter().try_for_each(|block| replayer.block(block))?;
    Ok(replayer)
}

fn error(blocks: &[Block]) -> ReplayError {
    replay(blocks, programs()).err().expect("the history is not what happened")
}

/// What a replay finds in the last block after this change.
fn found(change: impl FnOnce(&mut Block)) -> Divergence {
    let (_, blocks) = history();
    match error(&rewritten(&blocks, change)) {
        ReplayError::Diverged(divergence) => divergence,
        other => panic!("{other}"),
    }
}

fn at(seq: u64, what: What) -> Divergence {
    Divergence { height: 3, seq: Some(seq), what }
}

#[test]
fn an_honest_history_replays() {
    let (sample, blocks) = history();
    let replayer = replay(&rewritten(&blocks, |_| ()), programs()).ok().unwrap();
    assert_eq!(replayer.chain().root(), sample.shard.position().root);
    assert_eq!(replayer.chain().history().root(), sample.shard.head());
    assert_eq!(replayer.chain().height(), 3);
}

#[test]
fn another_output_diverges() {
    let other = Outcome::Returned(vec![9; 8]);
    assert_eq!(found(|block| block.entries[0].outcome = other), at(2, What::Outcome));
    let failed = Outcome::Failed(vec![0x80]);
    assert_eq!(found(|block| block.entries[2].outcome = failed), at(4, What::Outcome));
    let trapped = Outcome::Trapped(Trap::Unreachable);
    assert_eq!(found(|block| block.entries[2].outcome = trapped), at(4, What::Outcome));
}

#[test]
fn other_events_diverge() {
    let event = Event { name: "put".into(), data: Bytes(vec![0x80]) };
    assert_eq!(found(|block| block.entries[0].events.push(event)), at(2, What::Events));
    assert_eq!(found(|block| block.entries[1].events.clear()), at(3, What::Events));
}

#[test]
fn other_messages_diverge() {
    let added = Message { to: Hash([1; 32]), method: "put".into(), args: Bytes(vec![0x80]) };
    assert_eq!(found(|block| block.entries[0].messages.push(added)), at(2, What::Messages));
    let mut sample = Sample::begun();
    let tell = sample.signed("tell");
    sample.ask(&tell);
    let blocks = sample.blocks();
    type Change = fn(&mut Vec<Message>);
    let changes: [Change; 4] = [
        Vec::clear,
        |sent| sent[0].to = Hash::ZERO,
        |sent| sent[0].method.push('s'),
        |sent| sent[0].args.0[2] ^= 1,
    ];
    for change in changes {
        match error(&rewritten(&blocks, |block| change(&mut block.entries[0].messages))) {
            ReplayError::Diverged(found) => {
                assert_eq!(found, Divergence { height: 2, seq: Some(1), what: What::Messages });
            }
            other => panic!("{other}"),
        }
    }
}

#[test]
fn other_fuel_diverges() {
    let (_, blocks) = history();
    let used = blocks[2].entries[1].fuel;
    assert_eq!(found(|block| block.entries[1].fuel -= 1), at(3, What::Fuel(used - 1, used)));
}

#[test]
fn other_writes_of_a_call_diverge() {
    assert_eq!(found(|block| block.entries[1].diff = Diff::new().hash()), at(3, What::Diff));
    let (_, blocks) = history();
    let forged = rewritten(&blocks[..2], |block| {
        block.diff.put(b"\x01forged".to_vec(), Some(vec![1]));
        block.entries[0].diff = block.diff.hash();
    });
    match error(&forged) {
        ReplayError::Diverged(divergence) => {
            assert_eq!(divergence, Divergence { height: 2, seq: Some(1), what: What::Diff });
        }
        other => panic!("{other}"),
    }
}

#[test]
fn other_writes_of_a_block_diverge() {
    let what = What::BlockDiff(b"\x01forged".to_vec());
    let forged = found(|block| block.diff.put(b"\x01forged".to_vec(), Some(vec![1])));
    assert_eq!(
        forged.to_string(),
        "the block's writes are not those of its calls: key=01666f72676564: height=3"
    );
    assert_eq!(forged, Divergence { height: 3, seq: None, what });
    let (_, blocks) = history();
    let (key, _) = blocks[2].diff.iter().next().unwrap();
    let (key, forged) = (key.to_vec(), Hash([1; 32]).0.to_vec());
    let changed = found(|block| block.diff.put(key.clone(), Some(forged)));
    assert_eq!(changed.what, What::BlockDiff(key));
}

#[test]
fn another_root_diverges() {
    let (sample, _) = history();
    let (forged, root) = (Hash([1; 32]), sample.shard.position().root);
    let what = What::Root(forged, root);
    assert_eq!(found(|block| block.header.root_after = forged), Divergence { height: 3, seq: None, what });
}

#[test]
fn a_call_that_could_not_be_admitted_diverges() {
    let method = |method: &str| {
        let method = method.to_owned();
        found(move |block| {
            let call = block.entries[0].call.call.clone();
            block.entries[0].call = unsigned(Call { method, caller: Caller::Nobody, ..call });
        })
    };
    assert_eq!(method("gone"), at(2, What::Outcome));
    assert_eq!(method("counted"), at(2, What::Outcome), "a question is no call");
}

#[test]
fn a_broken_chain_is_invalid_before_it_diverges() {
    let (_, mut blocks) = history();
    blocks[2].entries[0].fuel -= 1;
    assert!(matches!(error(&blocks), ReplayError::Invalid(_)), "the header was not made to fit");
    blocks.remove(1);
    assert!(matches!(error(&blocks), ReplayError::Invalid(_)));
}

#[test]
fn what_cannot_be_judged_is_no_divergence() {
    let (_, blocks) = history();
    let missing = replay(&blocks, BTreeMap::new()).err().unwrap();
    assert!(matches!(missing, ReplayError::MissingProgram { height: 2, .. }), "{missing}");
    assert_eq!(missing.code(), 5202);
    let other = Genesis { profile: Hash([1; 32]), ..genesis() };
    let unknown = Replayer::new(&other, Box::new(programs()), Engine::Cranelift).err().unwrap();
    assert_eq!(unknown.code(), 5203);
    let swapped = programs().into_keys().map(|id| (id, Vec::new())).collect();
    let corrupt = replay(&blocks, swapped).err().unwrap();
    assert_eq!(corrupt.code(), 1102, "bytes that are not the program's");
}

/// The authority deploys what no honest node would have admitted, and the writer says that it ran.
#[test]
fn a_program_that_was_never_admissible_is_named() {
    let (mut sample, mut blocks) = history();
    let program = PROGRAM.hash(INADMISSIBLE);
    let act = &mut blocks[0].entries[0];
    act.call = sample.deploy(program, &[2, 3]);
    act.events[0].data = act.call.call.args.clone();
    blocks[0].diff = Diff::new();
    blocks[0].diff.put(Space::System.key(PROGRAM_KEY), Some(program.0.to_vec()));
    blocks[0].entries[0].diff = blocks[0].diff.hash();
    let empty: Arc<dyn View> = MemoryStore::default().view();
    blocks[0].header.root_after = Tree::new().apply(&empty, &blocks[0].diff).unwrap();
    blocks[1].entries[0].program = program;
    blocks.truncate(2);
    match error(&sealed(blocks)) {
        ReplayError::Inadmissible { program: named, height: 2, .. } => assert_eq!(named, program),
        other => panic!("{other}"),
    }
}
