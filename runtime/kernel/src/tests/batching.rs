//! Where a block ends cannot be observed.

use super::fixture::{Sample, key, program, unsigned};
use crate::{Batch, Request};
use abi::call::{Call, SignedCall};
use abi::codec::Encode;
use abi::id::Hash;
use abi::system::{Act, SetWriter};

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
        let batch = Batch { requests, block_calls, stop_at_rejection: false };
        let mut heard = Vec::new();
        let mut done = |entry, receipt| heard.push((entry, receipt));
        sample.shard.submit_receipted(batch, &mut |_, _| {}, &mut done).unwrap();
        let last = sample.shard.position().seq - 1;
        assert_eq!(heard.len() as u64, last - first + 1);
        for (seq, (entry, receipt)) in (first..).zip(heard) {
            let (block, index) = sample.shard.find(seq).unwrap().unwrap();
            assert_eq!(block.entries[index], entry);
            let file = sample.shard.receipt_file(seq).unwrap().unwrap();
            assert_eq!(file.to_bytes(), receipt, "{seq}");
        }
        let links = |seq| sample.shard.receipt_file(seq).unwrap().unwrap().links.len();
        assert_eq!((links(0), links(last)), (0, 1));
    }
}
