//! A call is history once, however often it is delivered.

use super::fixture::{Sample, unsigned};
use crate::{Answer, Rejected};
use abi::call::{Call, Caller};
use abi::outcome::Outcome;

fn counted(answer: &Answer) -> u64 {
    match answer {
        Answer::New { outcome: Outcome::Returned(output), .. } => {
            u64::from_le_bytes(output.as_slice().try_into().unwrap())
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_retry_is_answered_with_the_first_place() {
    let mut sample = Sample::begun();
    let first = sample.signed("count");
    assert_eq!(counted(&sample.ask(&first)), 1);
    assert_eq!(sample.ask(&first), Answer::Known(1));
    let (mut sample, _) = sample.reopened();
    assert_eq!(sample.ask(&first), Answer::Known(1), "an opened shard knows what was before");
    let second = sample.signed("count");
    assert_eq!(counted(&sample.ask(&second)), 2);
}

#[test]
fn a_retry_in_the_same_block_is_known() {
    let mut sample = Sample::begun();
    let (first, second) = (sample.unsigned("count"), sample.unsigned("count"));
    let answers = sample.submit(&[first.clone(), second.clone(), first, second], 10);
    assert_eq!((counted(&answers[0]), counted(&answers[1])), (1, 2));
    assert_eq!(answers[2..], [Answer::Known(1), Answer::Known(2)]);
    assert_eq!((sample.shard.position().height, sample.shard.position().seq), (2, 3));
}

#[test]
fn a_retry_may_say_that_it_lives_longer() {
    let mut sample = Sample::begun();
    let first = sample.call("count");
    sample.ask(&unsigned(first.clone()));
    let later = Call { expires_ms: first.expires_ms + 1, ..first };
    assert_eq!(sample.ask(&unsigned(later)), Answer::Known(1));
}

#[test]
fn a_key_of_another_call_is_rejected() {
    let mut sample = Sample::begun();
    let first = sample.call("count");
    let changed = [
        Call { method: "put".into(), ..first.clone() },
        Call { fuel_max: first.fuel_max - 1, ..first.clone() },
        Call { salt: [99; 32], ..first.clone() },
    ];
    sample.ask(&unsigned(first.clone()));
    for other in changed {
        assert_eq!(sample.rejection(&unsigned(other)), Rejected::KeyReused { seq: 1 });
    }
    let another_callers = Call { caller: Caller::Principal("ann".into()), ..first };
    assert!(matches!(sample.ask(&unsigned(another_callers)), Answer::New { .. }), "keys are a caller's own");
}

#[test]
fn a_key_of_another_call_is_rejected_in_the_same_block() {
    let mut sample = Sample::begun();
    let first = sample.call("count");
    let other = unsigned(Call { method: "put".into(), ..first.clone() });
    let third = sample.unsigned("count");
    let answers = sample.submit(&[unsigned(first), other, third], 10);
    assert_eq!(answers[1], Answer::Rejected(Rejected::KeyReused { seq: 1 }));
    assert_eq!((counted(&answers[0]), counted(&answers[2])), (1, 2));
}

#[test]
fn a_key_can_be_used_again_after_its_life() {
    let mut sample = Sample::begun();
    let first = sample.call("count");
    sample.ask(&unsigned(first.clone()));
    sample.now_ms = first.expires_ms;
    let again = Call { expires_ms: sample.now_ms + 1, ..first.clone() };
    assert_eq!(counted(&sample.ask(&unsigned(again))), 2);
    // By now the key is the second call's, and the first is the same but for its life.
    assert_eq!(sample.ask(&unsigned(first.clone())), Answer::Known(2));
    sample.now_ms += 1;
    let expired = Rejected::Expired { expires_ms: first.expires_ms, time_ms: sample.now_ms };
    assert_eq!(sample.rejection(&unsigned(first)), expired);
}

#[test]
fn a_clock_that_is_set_back_does_not_bring_a_key_back() {
    let mut sample = Sample::begun();
    let first = sample.unsigned("count");
    sample.ask(&first);
    sample.now_ms = first.call.expires_ms;
    let later = sample.unsigned("count");
    sample.ask(&later);
    sample.now_ms -= 5_000;
    assert!(matches!(sample.rejection(&first), Rejected::Expired { .. }));
    let last = sample.unsigned("count");
    sample.ask(&last);
    assert_eq!(sample.shard.position().time_ms, first.call.expires_ms, "logical time never falls");
}

#[test]
fn stop_at_rejection_leaves_the_rest_alone() {
    let mut sample = Sample::begun();
    let calls = ["count", "gone", "count"].map(|method| sample.unsigned(method));
    let answers = sample.deliver(&calls, 10, true);
    assert_eq!(answers.len(), 2);
    assert_eq!(counted(&answers[0]), 1);
    assert!(matches!(answers[1], Answer::Rejected(Rejected::NoMethod { .. })));
    let answers = sample.submit(&calls, 10);
    assert_eq!(answers[0], Answer::Known(1));
    assert_eq!(counted(&answers[2]), 2);
}

/// Whether a known key is another call's shows only when the block that holds the first call is there.
/// Until then the batch had gone on, and calls behind the rejected one became history.
#[test]
fn stop_at_rejection_stops_at_a_reused_key_too() {
    let mut sample = Sample::begun();
    let first = sample.call("count");
    let other = unsigned(Call { method: "put".into(), ..first.clone() });
    let (first, third) = (unsigned(first), sample.unsigned("count"));
    for before in [0, 1] {
        let answers = sample.deliver(&[first.clone(), first.clone(), other.clone(), third.clone()], 10, true);
        assert_eq!(answers.len(), 3, "delivered {before} times before");
        assert_eq!(answers[1], Answer::Known(1));
        assert_eq!(answers[2], Answer::Rejected(Rejected::KeyReused { seq: 1 }));
        assert_eq!(sample.shard.position().seq, 2);
    }
}
