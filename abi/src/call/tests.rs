use super::*;

fn call(caller: Caller) -> Call {
    Call {
        version: 0,
        shard: Hash([1; 32]),
        program: None,
        method: "hit".into(),
        args: Bytes(vec![0x80]),
        salt: [2; 32],
        caller,
        key: [3; 32],
        expires_ms: 4,
        fuel_max: 5,
    }
}

fn proves(signed: &SignedCall) -> bool {
    signed.proves_caller(&signed.call.digest())
}

#[test]
fn a_signature_proves_its_caller_and_no_other() {
    let (key, other) = (SecretKey::from_seed(&[1; 32]), SecretKey::from_seed(&[2; 32]));
    let signed = SignedCall::sign(call(Caller::Key(key.public())), &key);
    assert!(proves(&signed));
    assert!(!proves(&SignedCall::sign(call(Caller::Key(key.public())), &other)));
    assert!(!proves(&SignedCall { proof: Proof::None, ..signed.clone() }));
    let mut changed = signed;
    changed.call.args = Bytes(vec![0x81, 0]);
    assert!(!proves(&changed));
}

#[test]
fn an_envelope_proves_every_one_of_its_calls() {
    let key = SecretKey::from_seed(&[1; 32]);
    let calls: Vec<_> = (0..7).map(|n| Call { key: [n; 32], ..call(Caller::Key(key.public())) }).collect();
    let signed = Envelope::sign(calls, &key);
    assert!(signed.iter().all(proves));
    let mut swapped = signed[0].clone();
    swapped.proof = signed[1].proof.clone();
    assert!(!proves(&swapped));
}

#[test]
fn authority_signatures_are_distinct_and_all_valid() {
    let keys = [SecretKey::from_seed(&[1; 32]), SecretKey::from_seed(&[2; 32])];
    let signed = SignedCall::authorize(call(Caller::Nobody), &[&keys[0], &keys[1]]);
    assert!(proves(&signed));
    assert_eq!(signed.authorities().count(), 2);
    let twice = SignedCall::authorize(call(Caller::Nobody), &[&keys[0], &keys[0]]);
    assert!(!proves(&twice));
}

#[test]
fn erasing_arguments_keeps_the_digest_and_the_digest_hides_them() {
    let one = call(Caller::Nobody);
    let salted = Call { salt: [9; 32], ..one.clone() };
    assert_ne!(one.digest(), salted.digest());
    assert_eq!(one.digest(), one.clone().digest());
}

#[test]
fn every_caller_and_proof_reads_back() {
    let callers = [
        Caller::Nobody,
        Caller::Key(PublicKey([1; 32])),
        Caller::Principal("ann".into()),
        Caller::Shard(Hash([2; 32])),
        Caller::Timer(3),
    ];
    for caller in callers {
        let signed = SignedCall { call: call(caller), proof: Proof::None };
        assert_eq!(SignedCall::from_bytes(&signed.to_bytes()), Ok(signed));
    }
    let unknown = [0x82, 0x05, 0x40];
    assert_eq!(Caller::from_bytes(&unknown).unwrap_err().reason, Reason::Unknown);
}
