//! What calls come to: history, receipts, answers to questions.

use super::fixture::{FUEL, Sample, program, unsigned};
use crate::{Answer, Refusal, Rejected};
use abi::Coded;
use abi::call::{Call, Caller, SignedCall};
use abi::diff::Diff;
use abi::effect::{Message, messages_digest};
use abi::hash::MESSAGE;
use abi::merkle::list_root;
use abi::outcome::{Outcome, Trap};
use abi::record::Record;
use journal::Issuer;

/// The record of a receipt that verifies.
fn receipted(sample: &Sample, seq: u64) -> Record {
    let receipt = sample.shard.receipt(seq).unwrap().unwrap();
    receipt.verify(&Issuer::of(sample.shard.genesis())).unwrap().0
}

#[test]
fn a_call_that_did_not_return_changes_nothing_and_has_a_receipt() {
    let mut sample = Sample::begun();
    let (root, content) = (sample.shard.position().root, sample.content());
    let fail = sample.call("fail");
    let failed = Outcome::Failed(fail.args.0.clone());
    let cases = [
        (fail, failed),
        (sample.call("trap"), Outcome::Trapped(Trap::Unreachable)),
        (Call { fuel_max: 5_000, ..sample.call("burn") }, Outcome::Trapped(Trap::OutOfFuel)),
    ];
    for (seq, (call, outcome)) in (1..).zip(cases) {
        let fuel_max = call.fuel_max;
        assert_eq!(sample.ask(&unsigned(call)), Answer::New { seq, outcome: outcome.clone() });
        let record = receipted(&sample, seq);
        assert_eq!((record.effect.seq, record.effect.outcome), (seq, outcome.code()));
        assert_eq!(record.effect.diff, Diff::new().hash());
        assert_eq!(record.effect.messages, list_root(&MESSAGE, &[]));
        assert_eq!(record.fuel == fuel_max, outcome == Outcome::Trapped(Trap::OutOfFuel));
    }
    assert_eq!((sample.shard.position().root, sample.content()), (root, content));
}

#[test]
fn messages_stand_in_the_block_and_in_the_effect() {
    let mut sample = Sample::begun();
    let signed = sample.signed("tell");
    let outcome = Outcome::Returned(sample.shard.id().0.to_vec());
    assert_eq!(sample.ask(&signed), Answer::New { seq: 1, outcome });
    let (sample, _) = sample.reopened();
    let call = &signed.call;
    let messages = [Message { to: sample.shard.id(), method: "put".into(), args: call.args.clone() }];
    assert_eq!(sample.blocks()[1].entries[0].messages, messages);
    assert_eq!(receipted(&sample, 1).effect.messages, messages_digest(call, &messages));
}

#[test]
fn every_record_has_a_receipt_and_nothing_else_has() {
    let mut sample = Sample::begun();
    for size in 1..6 {
        let calls: Vec<SignedCall> = (0..size).map(|_| sample.signed("put")).collect();
        sample.submit(&calls, size);
    }
    let seq_end = sample.shard.position().seq;
    let (sample, _) = sample.reopened();
    assert_eq!(sample.shard.position().seq, seq_end);
    for block in sample.blocks() {
        for record in block.records(sample.shard.genesis().profile) {
            assert_eq!(receipted(&sample, record.effect.seq), record);
        }
    }
    assert_eq!(sample.shard.receipt(seq_end), Ok(None));
    assert_eq!(sample.shard.receipt(u64::MAX), Ok(None));
}

#[test]
fn a_recovered_writer_gives_the_same_receipt() {
    let mut sample = Sample::begun();
    let call = sample.signed("put");
    sample.ask(&call);
    let before = sample.shard.receipt(1).unwrap().unwrap();
    let (mut sample, _) = sample.reopened();
    assert_eq!(sample.shard.receipt(1).unwrap(), Some(before.clone()));
    let more = sample.signed("put");
    sample.ask(&more);
    assert_eq!(sample.shard.receipt(1).unwrap(), Some(before));
}

#[test]
fn a_deploy_serves_from_the_next_call_on() {
    let mut sample = Sample::begun();
    let (before, after) = (sample.unsigned("count"), sample.unsigned("count"));
    let deploy = sample.deploy(program(10), &[4, 2]);
    let answers = sample.submit(&[before, deploy, after], 3);
    let returned = |seq, count: u64| {
        let outcome = Outcome::Returned(count.to_le_bytes().to_vec());
        Answer::New { seq, outcome }
    };
    assert_eq!((&answers[0], &answers[2]), (&returned(1, 1), &returned(3, 11)), "state outlives a program");
    let programs: Vec<_> = sample.blocks()[1].entries.iter().map(|entry| entry.program).collect();
    assert_eq!((programs[0], programs[2]), (program(1), program(10)));
    assert_eq!(sample.shard.serving(), Ok(Some(program(10))));
}

/// A first deploy that ran out of fuel was history once, and no verifier accepts a history that begins so.
#[test]
fn an_act_that_cannot_pay_is_rejected() {
    let mut sample = Sample::begun();
    let call = Call { fuel_max: 9_999, ..sample.deploy(program(10), &[2, 3]).call };
    let deploy = SignedCall::authorize(call, &[&super::fixture::key(2), &super::fixture::key(3)]);
    assert_eq!(sample.ask(&deploy), Answer::Rejected(Rejected::Fuel { asked: 9_999, min: 10_000 }));
    assert_eq!(sample.shard.serving(), Ok(Some(program(1))));
}

#[test]
fn a_query_leaves_no_trace() {
    let mut sample = Sample::begun();
    let call = sample.unsigned("count");
    sample.ask(&call);
    let position = sample.shard.position().clone();
    let mut query = |method: &str| sample.shard.query(Caller::Nobody, method, vec![0x80], FUEL);
    assert_eq!(query("counted").unwrap().outcome, Outcome::Returned(1u64.to_le_bytes().to_vec()));
    assert_eq!(query("meddle").unwrap().outcome, Outcome::Trapped(Trap::ReadOnly));
    for method in ["gone", "count"] {
        assert_eq!(query(method).unwrap_err().code(), 5016);
    }
    assert_eq!(sample.shard.position(), &position);
    let nothing = Sample::born().shard.query(Caller::Nobody, "counted", vec![0x80], FUEL);
    assert!(matches!(nothing, Err(Refusal::Rejected(Rejected::NoProgram))));
}

#[test]
fn values_are_proved_against_the_root_of_the_last_block() {
    let mut sample = Sample::begun();
    for _ in 0..20 {
        let call = sample.unsigned("put");
        sample.ask(&call);
    }
    let (mut sample, _) = sample.reopened();
    let (root, content) = (sample.shard.position().root, sample.content());
    let (key, value) = content[7].clone();
    let proof = sample.shard.now().prove(&[&key, b"absent"]).unwrap();
    assert_eq!(proof.verify(&root).unwrap(), [(key, Some(value)), (b"absent".to_vec(), None)]);
    let range = sample.shard.now().prove_range(b"\x01", None).unwrap();
    assert_eq!(range.verify(&root).unwrap().len(), content.len() - 1, "all but the system's one");
}
