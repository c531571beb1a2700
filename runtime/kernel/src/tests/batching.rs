//! Where a block ends cannot be observed.

use super::fixture::{Sample, program, unsigned};
use abi::call::{Call, SignedCall};
use abi::id::Hash;

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
