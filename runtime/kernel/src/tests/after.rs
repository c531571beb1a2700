//! A shard as it stood after any of its blocks is what it was then, or is not told.

use super::fixture::*;
use crate::after::{AfterError, Effort};
use crate::execute::Position;
use crate::question::Question;
use crate::{After, Answer};
use abi::Coded;
use abi::call::{Call, Caller, SignedCall};
use abi::codec::{Bytes, Encode};
use abi::effect::Execution;
use abi::fault::Fault;
use abi::id::Hash;
use abi::profile::Profile;
use abi::system::{Act, Erase, Prune, Revert, SetProfile};
use abi::view::{Entry, Scan};
use journal::{Journal, MemoryDisk, ReceiptFile, SegmentSize};
use proptest::collection::vec;
use proptest::prelude::*;
use state::Diff;
use std::collections::BTreeSet;
use std::sync::Arc;

const EVERYTHING: Scan<'static> = Scan { from: b"", to: None, reverse: false, limit: usize::MAX };

/// What stood after a block, as it was seen when that was the last one.
#[derive(Clone, PartialEq, Debug)]
struct Stood {
    position: Position,
    entries: Vec<Entry>,
    serving: Option<Hash>,
    counted: Option<Execution>,
}

impl Stood {
    fn of(after: &mut After<'_>) -> Stood {
        let entries = after.view().scan(&EVERYTHING).unwrap();
        let counted = after.query(Caller::Nobody, "counted", vec![0x80], FUEL).ok();
        Stood { position: after.position().clone(), entries, serving: after.serving().unwrap(), counted }
    }

    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.entries.iter().find(|entry| entry.0 == key).map(|entry| entry.1.clone())
    }
}

/// What a block is of: some calls, or an act.
#[derive(Clone, Debug)]
enum Deed {
    /// `put` under this key, or `count` where there is none, or a call that fails.
    Calls(Vec<Result<Option<u8>, ()>>),
    /// The program of step 1, or of step 10.
    Deploy(bool),
    /// To the height that is so much of those there are.
    Revert(u8),
}

fn deed() -> impl Strategy<Value = Deed> {
    let call = prop_oneof![(0u8..6).prop_map(|key| Ok(Some(key))), Just(Ok(None)), Just(Err(())),];
    prop_oneof![
        6 => vec(call, 1..5).prop_map(Deed::Calls),
        1 => any::<bool>().prop_map(Deed::Deploy),
        2 => any::<u8>().prop_map(Deed::Revert),
    ]
}

/// A call that writes under a key.
fn put(sample: &mut Sample, key: u8) -> SignedCall {
    let call = sample.call("put");
    unsigned(Call { args: Bytes(([key; 8],).to_bytes()), ..call })
}

/// The key in state.
fn key_of(key: u8) -> Vec<u8> {
    [&[1][..], &[key; 8]].concat()
}

fn calls(sample: &mut Sample, deed: &Deed) -> Vec<SignedCall> {
    let mut one = |call: &Result<Option<u8>, ()>| match call {
        Ok(Some(key)) => put(sample, *key),
        Ok(None) => sample.unsigned("count"),
        Err(()) => sample.unsigned("fail"),
    };
    match deed {
        Deed::Calls(calls) => calls.iter().map(&mut one).collect(),
        Deed::Deploy(ten) => vec![sample.deploy(program(if *ten { 10 } else { 1 }), &[2, 3])],
        Deed::Revert(part) => {
            let height = 1 + u64::from(*part) % sample.shard.position().height;
            let header = sample.shard.header(height).unwrap().unwrap();
            let serving = sample.shard.program_at(&header).unwrap();
            let revert = Revert { height, root: header.root_after, program: serving };
            vec![sample.act(Act::Revert(revert), &[2, 3])]
        }
    }
}

/// A shard with a history, and what stood after each of its blocks.
fn grown(deeds: &[Deed]) -> (Sample, Vec<Stood>) {
    let mut sample = Sample::born();
    let mut stood = vec![Stood::of(&mut sample.shard.now())];
    for deed in [&Deed::Deploy(false)].into_iter().chain(deeds) {
        let calls = calls(&mut sample, deed);
        let answers = sample.submit(&calls, 100);
        assert!(answers.iter().all(|answer| matches!(answer, Answer::New { .. })), "{answers:?}");
        stood.push(Stood::of(&mut sample.shard.now()));
    }
    assert_eq!(stood.len() as u64, sample.shard.position().height + 1);
    (sample, stood)
}

/// Everything that is told after a block is what was, and what proves it verifies under the block's root.
fn tells(sample: &mut Sample, was: &Stood, keys: &BTreeSet<Vec<u8>>) {
    let (height, root, shard) = (was.position.height, was.position.root, sample.shard.id());
    let mut after = sample.shard.after(height, Effort::ALONE).unwrap().unwrap();
    assert_eq!(&Stood::of(&mut after), was);
    let keys: Vec<&[u8]> = keys.iter().map(Vec::as_slice).collect();
    let proven = after.prove(&keys).unwrap().verify(&root).unwrap();
    assert!(proven.iter().all(|(key, value)| *value == was.get(key)) && proven.len() == keys.len());
    let all = after.prove_range(b"", None).unwrap();
    let all = all.verify(&root).unwrap().iter().map(|(key, value)| (key.0.clone(), value.0.clone()));
    assert_eq!(all.collect::<Vec<_>>(), was.entries);
    let Some(counted) = &was.counted else { return };
    let (method, args) = ("counted", vec![0x80]);
    let (execution, witness) = after.query_proven(Caller::Nobody, method, args.clone(), FUEL).unwrap();
    let state = Arc::new(witness.open(&root).unwrap());
    let (seq, time_ms, method) = (was.position.seq, was.position.time_ms, method.into());
    let question = Question { shard, seq, time_ms, caller: Caller::Nobody, method, args, fuel_max: FUEL };
    let mut again = question.ask(after.machine(), state);
    assert_eq!((again.as_mut().unwrap().outcome.clone(), &execution), (counted.outcome.clone(), counted));
    // The receipt that stands beside a proof names this root.
    let file: ReceiptFile = sample.shard.receipt_file(seq - 1).unwrap().unwrap();
    let placement = file.verify(&shard).unwrap().0.placement;
    assert_eq!((placement.height, placement.root_after), (height, root));
}

/// All keys that there ever were, and one that never was.
fn keys(stood: &[Stood]) -> BTreeSet<Vec<u8>> {
    let all = stood.iter().flat_map(|stood| &stood.entries).map(|entry| entry.0.clone());
    all.chain([b"absent".to_vec()]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_height_is_what_it_was_and_nothing_changes(deeds in vec(deed(), 0..14)) {
        let (mut sample, stood) = grown(&deeds);
        let keys = keys(&stood);
        let before = |sample: &Sample| {
            let committed = &sample.shard.committed;
            let tree = (committed.tree.root(), committed.tree.len(), committed.tree.bytes());
            (tree, sample.shard.position().clone(), sample.shard.head(), sample.content())
        };
        let was = before(&sample);
        for stood in stood.iter().rev().chain(&stood) {
            tells(&mut sample, stood, &keys);
        }
        prop_assert_eq!(before(&sample), was);
        let next = sample.unsigned("count");
        assert!(matches!(sample.ask(&next), Answer::New { .. }));
        sample.replay().unwrap();
        let (mut sample, _) = sample.reopened();
        stood.iter().for_each(|stood| tells(&mut sample, stood, &keys));
    }
}

/// A shard under profile 2 in small segments, and what stood after each of its blocks: these keys are put, one a block.
fn put_each(keys: &[u8]) -> (Sample, Vec<Stood>) {
    let disk = Journal::create_with(MemoryDisk::new(), genesis().id(), SegmentSize::of_pages(5)).unwrap();
    let mut sample = Sample::on(disk.into_disk());
    let deploy = sample.deploy(program(1), &[2, 3]);
    let set = sample.act(Act::SetProfile(SetProfile { profile: Profile::Two.hash() }), &[2, 3]);
    let mut stood = vec![Stood::of(&mut sample.shard.now())];
    let puts: Vec<SignedCall> = keys.iter().map(|key| put(&mut sample, *key)).collect();
    for call in [deploy, set].iter().chain(&puts) {
        assert!(matches!(sample.ask(call), Answer::New { .. }));
        stood.push(Stood::of(&mut sample.shard.now()));
    }
    (sample, stood)
}

fn act(sample: &mut Sample, act: Act) {
    let act = sample.act(act, &[2, 3]);
    assert!(matches!(sample.ask(&act), Answer::New { .. }));
}

/// What stood after a block, or the number of the reason why it is not told.
fn asked(sample: &mut Sample, height: u64, effort: Effort) -> Result<Stood, u16> {
    match sample.shard.after(height, effort) {
        Ok(after) => Ok(Stood::of(&mut after.unwrap())),
        Err(error) => Err(error.code()),
    }
}

#[test]
fn there_is_no_state_after_a_block_that_is_not_there() {
    let (mut sample, stood) = put_each(&[1, 2]);
    for (height, is_there) in [(0, true), (4, true), (5, false), (u64::MAX, false)] {
        assert_eq!(sample.shard.after(height, Effort::ALONE).unwrap().is_some(), is_there);
    }
    let (mut born, none) = (Sample::born(), BTreeSet::new());
    assert!(born.shard.after(1, Effort::ALONE).unwrap().is_none());
    tells(&mut born, &stood[0], &none);
}

#[test]
fn what_takes_more_than_the_effort_is_refused_and_the_rest_is_not() {
    let (mut sample, stood) = put_each(&[1, 2, 3, 4, 1, 2, 3, 4]);
    let blocks = sample.blocks();
    let read = |height| sample.shard.committed.journal.undecoded(height, 1).unwrap()[0].bytes() as u64;
    let bytes = (1..=10).map(read).sum();
    for (height, was) in stood.iter().enumerate() {
        let since = blocks[height..].iter().flat_map(|block| block.diff.iter()).map(|(key, _)| key);
        let changed = since.collect::<BTreeSet<_>>().len();
        assert_eq!(changed, [5, 4, 4, 4, 4, 4, 4, 3, 2, 1, 0][height]);
        for keys in 0..=5 {
            let found = asked(&mut sample, height as u64, Effort { keys, ..Effort::ALONE });
            assert_eq!(found, if changed <= keys { Ok(was.clone()) } else { Err(5501) });
        }
        let found = asked(&mut sample, height as u64, Effort { read: 0, ..Effort::ALONE });
        assert_eq!(found, if height == 10 { Ok(was.clone()) } else { Err(5501) });
        assert_eq!(
            asked(&mut sample, height as u64, Effort { read: bytes, ..Effort::ALONE }).as_ref(),
            Ok(was)
        );
    }
    for (held, expected) in [(8, Err(5501)), (9, Ok(stood[9].clone()))] {
        assert_eq!(asked(&mut sample, 9, Effort { held, ..Effort::ALONE }), expected);
    }
    let said = sample.shard.after(6, Effort { keys: 2, ..Effort::SERVING }).err().unwrap().to_string();
    assert!(said.contains("find: 3 keys") && said.contains("at most: 2 keys"), "{said}");
}

/// A block that goes back is one like others: what stood before it and after it is told.
#[test]
fn keys_that_come_and_go_are_told_with_the_root_as_witness() {
    let (mut sample, mut stood) = put_each(&[1, 2]);
    for height in [2, 3, 4, 2] {
        let root = stood[usize::try_from(height).unwrap()].position.root;
        act(&mut sample, Act::Revert(Revert { height, root, program: program(1) }));
        stood.push(Stood::of(&mut sample.shard.now()));
    }
    let keys = keys(&stood);
    stood.iter().for_each(|stood| tells(&mut sample, stood, &keys));
    assert_eq!(stood[6].entries.len(), stood[4].entries.len() - 1);
}

/// A revert is refused already where it cannot be sure; here the root is.
#[test]
fn of_a_pruned_history_is_told_what_its_root_bears_out() {
    // Key 1 is put in the blocks 3 and 10, key 2 in 8, and key 3 in 11 first.
    let (mut sample, mut stood) = put_each(&[1, 5, 6, 7, 8, 2, 9, 1, 3]);
    sample.now_ms += 20_000;
    act(&mut sample, Act::Prune(Prune { height: 6 }));
    stood.push(Stood::of(&mut sample.shard.now()));
    let pruned = sample.shard.prune(6).unwrap().height;
    assert!((3..6).contains(&pruned), "{pruned}");
    for (height, was) in stood.iter().enumerate() {
        let expected = match height as u64 {
            height if height <= pruned => Err(1110),
            // Key 1 has had another value since, which was put before.
            height if height < 10 => Err(5503),
            _ => Ok(was.clone()),
        };
        assert_eq!(asked(&mut sample, height as u64, Effort::ALONE), expected, "height {height}");
    }
    let said = sample.shard.after(9, Effort::ALONE).err().unwrap().to_string();
    assert!(said.contains(&format!("before block {}", pruned + 1)), "{said}");
}

#[test]
fn of_an_erased_history_is_told_what_its_root_bears_out() {
    // The block 5 puts key 2 and is erased, the blocks 4 and 7 put it too.
    let (mut sample, mut stood) = put_each(&[1, 2, 2, 3, 2, 4]);
    act(&mut sample, Act::Erase(Erase { seq: 4 }));
    stood.push(Stood::of(&mut sample.shard.now()));
    sample.shard.erase(4).unwrap();
    for (height, was) in stood.iter().enumerate() {
        // After 5 and 6 stood what 5 has put; whoever looks back from before it meets no trace of it.
        let expected = if [5, 6].contains(&height) { Err(5502) } else { Ok(was.clone()) };
        assert_eq!(asked(&mut sample, height as u64, Effort::ALONE), expected, "height {height}");
    }
    let (mut sample, stood) = put_each(&[1, 2, 3]);
    act(&mut sample, Act::Erase(Erase { seq: 4 }));
    sample.shard.erase(4).unwrap();
    // That block 5 has put key 3 is not known any more, and it is there.
    for (height, was) in stood.iter().enumerate() {
        let expected = if height < 5 { Err(5502) } else { Ok(was.clone()) };
        assert_eq!(asked(&mut sample, height as u64, Effort::ALONE), expected, "height {height}");
    }
}

#[test]
fn another_root_is_a_fault_and_never_an_answer() {
    let (mut sample, _) = put_each(&[1, 2, 3]);
    let mut other = Diff::new();
    other.put(key_of(1), Some(vec![9; 24]));
    let view = sample.shard.view();
    sample.shard.committed.tree.apply(&view, &other).unwrap();
    for height in [0, 1, 3, 4, 5] {
        let told = sample.shard.after(height, Effort::ALONE).map(|_| ());
        assert!(
            matches!(told, Err(AfterError::Fault(Fault::Corrupt { .. }))) == (height > 2),
            "{height} {told:?}"
        );
    }
}
