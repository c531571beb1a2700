//! Where a block ends cannot be observed.

use super::fixture::{Sample, key, program, unsigned};
use crate::{Answer, Batch, Check, Checker, Left, Request, Settled, Source};
use abi::call::{Call, SignedCall};
use abi::codec::Encode;
use abi::effect::Execution;
use abi::id::Hash;
use abi::system::{Act, SetWriter};
use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard};
use std::thread;

/// Calls that see as much of each other and of their place as calls can.
fn calls(sample: &mut Sample) -> Vec<SignedCall> {
    let mut calls = Vec::new();
    for round in 0..30 {
        calls.extend(["count", "put", "fail", "trap"].map(|method| sample.signed(method)));
        let burn = Call { fuel_max: 3_000, ..sample.call("burn") };
        calls.push(unsigned(burn));
        // A key that was written before, and a call that is already there.
        let again = Call { args: calls[1].call.args.clone(), ..sample.call("put") };
        calls.push(unsigned(again));
        calls.push(calls[round].clone());
        calls.push(sample.unsigned("gone"));
        if round == 17 {
            calls.push(sample.deploy(program(10), &[2, 4]));
        }
    }
    calls
}

/// Calls that come a few at a time, and as if more might come.
struct Trickle(Mutex<Vec<Check>>);

impl Trickle {
    fn left(&self) -> MutexGuard<'_, Vec<Check>> {
        self.0.lock().unwrap()
    }
}

impl Source for Trickle {
    fn take(&self, most: usize) -> Vec<Check> {
        let mut left = self.left();
        let taken = left.len().min(most).min(1 + left.len() % 7);
        left.drain(..taken).collect()
    }

    fn waiting(&self) -> usize {
        self.left().len()
    }

    fn is_live(&self) -> bool {
        true
    }

    fn wait(&self, over: &dyn Fn() -> bool) {
        while !over() {
            std::hint::spin_loop();
        }
    }

    fn rouse(&self) {}
}

#[test]
fn calls_that_come_while_others_are_committed_see_the_same() {
    let begun = || {
        let mut sample = Sample::begun();
        let calls = calls(&mut sample);
        (sample, calls)
    };
    let (mut together, calls) = begun();
    let expected = together.submit(&calls, 1000);
    let (mut sample, calls) = begun();
    let (genesis, now_ms) = (sample.shard.genesis().clone(), sample.now_ms);
    let requests = calls.into_iter().map(|signed| Request { signed, now_ms }).collect();
    let source = Trickle(Mutex::new(Checker::new(&genesis, genesis.id()).all(requests)));
    let mut answers = Vec::new();
    let mut tell = |settled: Settled<'_>| answers.extend(settled.answers);
    sample.shard.serve(&source, 100, &mut |_, _| {}, &mut tell).unwrap();
    assert_eq!(answers, expected);
    assert_eq!(sample.shard.position().root, together.shard.position().root);
    assert_eq!(sample.content(), together.content());
}

#[test]
fn what_waits_in_numbers_is_not_left_for_the_next_block() {
    let mut sample = Sample::begun();
    let (genesis, now_ms) = (sample.shard.genesis().clone(), sample.now_ms);
    let call = sample.call("count");
    let each = |number: u16| {
        let mut key = [9; 32];
        key[..2].copy_from_slice(&number.to_be_bytes());
        Request { signed: unsigned(Call { key, ..call.clone() }), now_ms }
    };
    let requests = (0..400).map(each).collect();
    let source = Trickle(Mutex::new(Checker::new(&genesis, genesis.id()).all(requests)));
    let mut settled = Vec::new();
    let mut tell = |block: Settled<'_>| settled.push(block.answers.len());
    sample.shard.serve(&source, 1000, &mut |_, _| {}, &mut tell).unwrap();
    assert!(settled[0] > 100, "though they come a few at a time: {settled:?}");
    assert_eq!(settled.iter().sum::<usize>(), 400);
}

/// A call that writes much is worth a second thread, as many small ones are.
#[test]
fn what_writes_much_is_committed_beside_the_next_call() {
    let here = thread::current().id();
    let heard = |method: &str| {
        let mut sample = Sample::begun();
        let now_ms = sample.now_ms;
        let requests = (0..3).map(|_| Request { signed: unsigned(sample.call(method)), now_ms }).collect();
        let (batch, mut on) = (Batch { requests, block_calls: 1, stop_at_rejection: false }, Vec::new());
        let mut watch = |_: u64, execution: &Execution| {
            assert!(execution.outcome.is_returned());
            on.push(thread::current().id() == here);
        };
        sample.shard.submit_watched(batch, &mut watch).unwrap();
        on
    };
    assert_eq!(heard("count"), [true; 3]);
    assert_eq!(heard("fill"), [true, false, false], "executed elsewhere, while this thread commits");
}

#[test]
fn blocks_of_any_size_have_the_same_effects_and_root() {
    let run = |block_calls: usize| {
        let mut sample = Sample::begun();
        let calls = calls(&mut sample);
        let answers = sample.submit(&calls, block_calls);
        let profile = sample.shard.genesis().profile;
        let records: Vec<_> = sample.blocks().iter().flat_map(|block| block.records(profile)).collect();
        let effects: Vec<Hash> = records.iter().map(|record| record.effect.hash()).collect();
        let fuel: Vec<u64> = records.iter().map(|record| record.fuel).collect();
        let position = sample.shard.position();
        let height = position.height;
        (height, (answers, effects, fuel, position.root, position.seq, position.time_ms, sample.content()))
    };
    let (heights, results): (Vec<u64>, Vec<_>) = [1, 7, 1000].map(run).into_iter().unzip();
    assert!(heights[0] > heights[1] && heights[1] > heights[2], "{heights:?}");
    assert_eq!(results[0], results[1]);
    assert_eq!(results[0], results[2]);
}

/// Whoever submits is handed the calls that are new, in order, with the receipts that can be asked for later.
#[test]
fn what_is_handed_over_is_history_with_its_receipts() {
    for block_calls in [1, 7, 1000] {
        let mut sample = Sample::begun();
        let mut calls = calls(&mut sample);
        // From there on a receipt shows who appointed the writer.
        calls.insert(80, sample.act(Act::SetWriter(SetWriter { key: key(1).public() }), &[2, 3]));
        let (first, now_ms) = (sample.shard.position().seq, sample.now_ms);
        let requests = calls.into_iter().map(|signed| Request { signed, now_ms }).collect();
        let (mut heard, mut next) = (Vec::new(), first);
        let mut tell = |settled: Settled<'_>| {
            let places = settled.answers.iter().filter_map(|answer| match answer {
                Answer::New { .. } => {
                    next += 1;
                    Some(next - 1)
                }
                Answer::Known(seq) => Some(*seq),
                Answer::Rejected(_) => None,
            });
            heard.extend(places.zip(settled.made));
            assert_eq!(settled.position.seq, next);
        };
        let genesis = sample.shard.genesis().clone();
        let left = Left::new(Checker::new(&genesis, genesis.id()), requests);
        sample.shard.serve(&left, block_calls, &mut |_, _| {}, &mut tell).unwrap();
        let last = sample.shard.position().seq - 1;
        let places: BTreeSet<u64> = heard.iter().map(|(seq, _)| *seq).collect();
        assert!((first..=last).all(|seq| places.contains(&seq)) && heard.len() > places.len());
        for (seq, (entry, receipt)) in heard {
            let (block, index) = sample.shard.find(seq).unwrap().unwrap();
            assert_eq!(block.entries[index], entry);
            let file = sample.shard.receipt_file(seq).unwrap().unwrap();
            assert_eq!(file.to_bytes(), receipt, "{seq}");
        }
        let links = |seq| sample.shard.receipt_file(seq).unwrap().unwrap().links.len();
        assert_eq!((links(0), links(last)), (0, 1));
    }
}
