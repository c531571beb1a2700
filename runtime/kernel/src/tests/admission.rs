//! Every way to be rejected, provoked once; none leaves a trace.

use super::fixture::{INADMISSIBLE, JUMP_MS, Sample, WINDOW_MS, genesis, key, program, unsigned};
use crate::{Answer, Rejected};
use abi::Coded;
use abi::call::{Call, Caller, Proof, SignedCall};
use abi::codec::Bytes;
use abi::hash::PROGRAM;
use abi::id::Hash;
use abi::limits::{ARGS_BYTES_MAX, FUEL_MAX, METHOD_BYTES_MAX};
use abi::profile::Profile;
use abi::system::{Act, SetProfile, SetWriter};

/// The code with which an otherwise sound call is rejected, changed so.
fn code_of(change: impl FnOnce(&mut Call)) -> u16 {
    let mut sample = Sample::begun();
    let mut call = sample.call("count");
    change(&mut call);
    sample.rejection(&unsigned(call)).code()
}

#[test]
fn a_call_of_another_version_or_shard_is_rejected() {
    assert_eq!(code_of(|call| call.version = abi::VERSION + 1), 5001);
    assert_eq!(code_of(|call| call.shard = Hash([7; 32])), 5002);
}

#[test]
fn a_call_over_a_limit_is_rejected_with_the_field() {
    assert_eq!(code_of(|call| call.method = "m".repeat(METHOD_BYTES_MAX + 1)), 5003);
    let mut sample = Sample::begun();
    let call = Call { args: Bytes(vec![0; ARGS_BYTES_MAX + 1]), ..sample.call("count") };
    let too_long = Rejected::TooLong { field: "args", size: ARGS_BYTES_MAX + 1, max: ARGS_BYTES_MAX };
    assert_eq!(sample.rejection(&unsigned(call)), too_long);
}

#[test]
fn fuel_out_of_range_is_rejected() {
    assert_eq!(code_of(|call| call.fuel_max = 0), 5004);
    assert_eq!(code_of(|call| call.fuel_max = FUEL_MAX + 1), 5004);
    let mut sample = Sample::begun();
    let most = Call { fuel_max: FUEL_MAX, ..sample.call("count") };
    assert!(matches!(sample.ask(&unsigned(most)), Answer::New { .. }));
}

#[test]
fn arguments_that_are_not_canonical_are_rejected() {
    for args in [&[][..], &[0x98, 0x00], &[0x80, 0x80], &[0x1c]] {
        assert_eq!(code_of(|call| call.args = args.into()), 5005, "{args:?}");
    }
}

#[test]
fn a_caller_that_is_not_proved_is_rejected() {
    let named = |caller: Caller| code_of(|call| call.caller = caller);
    assert_eq!(named(Caller::Key(key(9).public())), 5006);
    assert_eq!(named(Caller::Shard(Hash([1; 32]))), 5006);
    assert_eq!(named(Caller::Timer(1)), 5006);

    let mut sample = Sample::begun();
    let signed = sample.signed("count");
    let stranger = SignedCall::sign(signed.call.clone(), &key(8));
    let other_call = SignedCall { call: sample.signed("count").call, proof: signed.proof.clone() };
    let nobodys = SignedCall { call: sample.call("count"), proof: signed.proof };
    for forged in [stranger, other_call, nobodys] {
        assert_eq!(sample.rejection(&forged), Rejected::Unproven);
    }
}

#[test]
fn an_act_needs_enough_of_the_authority() {
    let mut sample = Sample::begun();
    let mut rejection = |signers: &[u8]| {
        let deploy = sample.deploy(program(10), signers);
        sample.rejection(&deploy)
    };
    assert_eq!(rejection(&[]), Rejected::NotAuthority { got: 0, needed: 2 });
    assert_eq!(rejection(&[2]), Rejected::NotAuthority { got: 1, needed: 2 });
    assert_eq!(rejection(&[4, 8, 9]), Rejected::NotAuthority { got: 1, needed: 2 });
    assert_eq!(rejection(&[2, 2]), Rejected::Unproven, "a key counts once");

    let deploy = sample.deploy(program(10), &[2, 3]).call;
    let unproved = unsigned(deploy.clone());
    assert_eq!(sample.rejection(&unproved), Rejected::NotAuthority { got: 0, needed: 2 });
    let own = SignedCall::sign(Call { caller: Caller::Key(key(2).public()), ..deploy }, &key(2));
    assert_eq!(sample.rejection(&own), Rejected::NotAuthority { got: 0, needed: 2 });
    assert_eq!(sample.shard.serving(), Ok(Some(program(1))));
}

#[test]
fn the_authoritys_signatures_are_for_acts_alone() {
    let mut sample = Sample::begun();
    let call = sample.call("count");
    assert_eq!(sample.rejection(&SignedCall::authorize(call, &[&key(2), &key(3)])), Rejected::NotAnAct);
}

#[test]
fn a_key_lives_neither_in_the_past_nor_beyond_the_window() {
    let mut sample = Sample::begun();
    let now = sample.now_ms;
    let call = Call { expires_ms: now, ..sample.call("count") };
    let expired = Rejected::Expired { expires_ms: now, time_ms: now };
    assert_eq!(sample.rejection(&unsigned(call)), expired);
    let latest = now + WINDOW_MS;
    let call = Call { expires_ms: latest + 1, ..sample.call("count") };
    let too_late = Rejected::ExpiresTooLate { expires_ms: latest + 1, latest_ms: latest };
    assert_eq!(sample.rejection(&unsigned(call)), too_late);
    let call = Call { expires_ms: latest, ..sample.call("count") };
    assert!(matches!(sample.ask(&unsigned(call)), Answer::New { .. }));
}

#[test]
fn time_does_not_jump() {
    let mut sample = Sample::begun();
    let from_ms = sample.now_ms;
    sample.now_ms += JUMP_MS + 1;
    let call = sample.unsigned("count");
    let jump = Rejected::TimeJump { from_ms, to_ms: from_ms + JUMP_MS + 1, max_ms: JUMP_MS };
    assert_eq!(sample.rejection(&call), jump);
    sample.now_ms -= 1;
    assert!(matches!(sample.ask(&call), Answer::New { .. }));
}

#[test]
fn a_call_needs_the_program_that_it_means() {
    let mut sample = Sample::born();
    let call = sample.unsigned("count");
    assert_eq!(sample.rejection(&call), Rejected::NoProgram);
    let mut sample = Sample::begun();
    let meant = |program| move |call: &mut Call| call.program = Some(program);
    assert_eq!(code_of(meant(program(10))), 5015);
    let call = Call { program: Some(program(1)), ..sample.call("count") };
    assert!(matches!(sample.ask(&unsigned(call)), Answer::New { .. }));
}

#[test]
fn a_method_that_cannot_be_called_is_rejected() {
    for method in ["gone", "counted", "", "call:count", "deploy"] {
        assert_eq!(code_of(|call| call.method = method.into()), 5016, "{method}");
    }
    let mut sample = Sample::begun();
    let act = Call { program: Some(Profile::One.system()), ..sample.call("undeploy") };
    let act = SignedCall::authorize(act, &[&key(2), &key(3)]);
    assert_eq!(sample.rejection(&act), Rejected::NoMethod { method: "undeploy".into() });
}

#[test]
fn only_a_program_that_can_run_is_deployed() {
    let mut sample = Sample::born();
    let missing = sample.deploy(Hash([6; 32]), &[2, 3]);
    assert_eq!(sample.rejection(&missing), Rejected::ProgramMissing(Hash([6; 32])));
    let refused = sample.deploy(PROGRAM.hash(INADMISSIBLE), &[2, 3]);
    let rejected = sample.rejection(&refused);
    assert!(matches!(rejected, Rejected::ProgramRefused(_)), "{rejected:?}");
    assert_eq!(rejected.code() / 1000, 4, "the number is the rule's own");
}

#[test]
fn a_principal_is_vouched_for_by_the_node() {
    let mut sample = Sample::begun();
    let call = Call { caller: Caller::Principal("ann".into()), ..sample.call("count") };
    assert!(matches!(sample.ask(&unsigned(call)), Answer::New { .. }));
    assert_eq!(sample.shard.genesis(), &genesis());
    assert_eq!(sample.shard.block(2).unwrap().unwrap().entries[0].call.proof, Proof::None);
}

/// No verifier takes a history that begins otherwise.
#[test]
fn an_act_is_the_first_of_a_history_only_if_it_deploys() {
    let mut sample = Sample::born();
    let writer = Act::SetWriter(SetWriter { key: key(1).public() });
    for act in [Act::SetProfile(SetProfile { profile: Profile::Two.hash() }), writer] {
        let signed = sample.act(act, &[2, 3]);
        assert_eq!(sample.rejection(&signed), Rejected::NoProgram);
    }
    let deploy = sample.deploy(program(1), &[2, 3]);
    assert!(matches!(sample.ask(&deploy), Answer::New { seq: 0, .. }));
}

/// Calls that are checked beside others, one half beside the other or while a block runs, are answered as they are
/// alone: the sound ones and those with every flaw.
#[test]
fn many_at_once_are_answered_as_one_by_one() {
    let (mut alone, mut together) = (Sample::begun(), Sample::begun());
    let mut calls = Vec::new();
    for n in 0..150u64 {
        let signed = together.signed("count");
        calls.push(match n % 7 {
            1 => calls.last().cloned().unwrap_or(signed),
            2 => unsigned(Call { fuel_max: 0, caller: Caller::Nobody, ..signed.call }),
            3 => unsigned(Call { args: Bytes(vec![0x1c]), caller: Caller::Nobody, ..signed.call }),
            4 => together.deploy(program(1), &[2]),
            5 => SignedCall { proof: Proof::None, ..signed },
            _ => signed,
        });
    }
    let one_by_one: Vec<Answer> = calls.iter().map(|call| alone.ask(call)).collect();
    let kinds = |is: fn(&Answer) -> bool| one_by_one.iter().filter(|answer| is(answer)).count();
    assert!(kinds(|it| matches!(it, Answer::New { .. })) > 40);
    assert!(kinds(|it| matches!(it, Answer::Known(_))) > 20);
    assert!(kinds(|it| matches!(it, Answer::Rejected(_))) > 80);
    for block_calls in [1, 33, 40, 1_000] {
        let mut together = Sample::begun();
        assert_eq!(together.submit(&calls, block_calls), one_by_one, "blocks of {block_calls}");
        assert_eq!(together.shard.position().root, alone.shard.position().root);
    }
}
