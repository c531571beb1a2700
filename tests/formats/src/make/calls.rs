//! Vectors of calls and of what they come to.

use super::{Maker, alone, flipped, replaced};
use crate::shard::{START_MS, Shard, key};
use crate::vector::hex;
use abi::call::{Call, Caller, Envelope, Proof, SignedCall};
use abi::codec::{Bytes, Encode};
use abi::diff::Diff;
use abi::effect::{Event, Message};
use abi::genesis::Genesis;
use abi::sign::{PublicKey, Subject, message};
use abi::{Hash, VERSION};
use serde_json::json;

pub(super) fn make(made: &mut Maker) {
    let shard = Shard::sample();
    genesis(made, &shard.genesis);
    calls(made, &shard);
    callers(made, &shard);
    proofs(made, &shard);
    forged(made, &shard);
    outcomes(made, &shard);
}

/// Breaks a rule.
type Change = fn(&mut Genesis);

fn genesis(made: &mut Maker, genesis: &Genesis) {
    made.object("genesis", "whole", &genesis.to_bytes(), &alone());
    let mut full = genesis.clone();
    full.commit.replicas = vec![key(21).public(), key(22).public()];
    full.commit.replicas.sort();
    full.commit.writes = 2;
    full.witnesses.keys = vec![key(23).public()];
    full.witnesses.threshold = 1;
    made.valid("genesis/with-replicas-and-a-witness", &full.to_bytes(), &alone());
    let broken: [(&str, Change); 13] = [
        ("of-another-version", |g| g.version = VERSION + 1),
        ("origin-of-upper-case", |g| g.origin = "Foil.example".into()),
        ("origin-with-an-empty-part", |g| g.origin = "foil.example//x".into()),
        ("authority-unsorted", |g| g.authority.keys.reverse()),
        ("authority-repeated", |g| g.authority.keys[1] = g.authority.keys[0]),
        ("threshold-of-none", |g| g.authority.threshold = 0),
        ("threshold-of-too-many", |g| g.authority.threshold = 4),
        ("writer-of-small-order", |g| g.writer = PublicKey(std::array::from_fn(|at| u8::from(at == 0)))),
        ("writer-not-reduced", |g| {
            g.writer = PublicKey(std::array::from_fn(|at| match at {
                0 => 0xf0,
                31 => 0x7f,
                _ => 0xff,
            }))
        }),
        ("writer-among-the-replicas", |g| g.commit.replicas = vec![g.writer]),
        ("more-writes-than-disks", |g| g.commit.writes = 2),
        ("window-of-nothing", |g| g.window_ms = 0),
        ("no-step-of-time", |g| g.time.jump_ms = 0),
    ];
    for (what, change) in broken {
        let mut changed = genesis.clone();
        change(&mut changed);
        made.invalid(&format!("genesis/{what}"), &changed.to_bytes(), &alone(), 1201);
    }
    let bytes = genesis.to_bytes();
    let threshold = replaced(&bytes, "82028358", "821b00000001000000008358");
    made.invalid("genesis/threshold-of-64-bits", &threshold, &alone(), 1006);
    let text = replaced(&bytes, "74666f696c", "74ff6f696c");
    made.invalid("genesis/origin-not-utf-8", &text, &alone(), 1007);
    let nonce = [&bytes[..bytes.len() - 17], &[0x4f][..], &[9; 15]].concat();
    made.invalid("genesis/nonce-of-15-bytes", &nonce, &alone(), 1005);
}

fn calls(made: &mut Maker, shard: &Shard) {
    let call = shard.hit(1, START_MS).entry.call.call;
    made.object("call", "of-a-key", &call.to_bytes(), &alone());
    let meant = Call { program: Some(Hash([7; 32])), ..call.clone() };
    made.valid("call/meant-for-a-program", &meant.to_bytes(), &alone());
    let largest = Call { expires_ms: u64::MAX, fuel_max: u64::MAX, ..call.clone() };
    made.valid("call/largest-numbers", &largest.to_bytes(), &alone());
    let empty = Call { method: String::new(), args: Bytes(Vec::new()), ..call.clone() };
    made.valid("call/without-method-or-args", &empty.to_bytes(), &alone());
    let bytes = call.to_bytes();
    let version = [&[bytes[0], 0x19, 0x01, 0x00], &bytes[2..]].concat();
    made.invalid("call/version-of-16-bits", &version, &alone(), 1006);
    let short = replaced(&bytes, &hex(&[&[0x58, 0x20][..], &[1; 32]].concat()), &hex(&[0x41, 1]));
    made.invalid("call/key-of-one-byte", &short, &alone(), 1005);
    made.invalid("call/method-as-bytes", &replaced(&bytes, "63686974", "43686974"), &alone(), 1002);
    made.invalid("call/method-not-utf-8", &replaced(&bytes, "63686974", "63ff6974"), &alone(), 1007);
}

/// Callers of each kind, in calls that are not signed.
fn callers(made: &mut Maker, shard: &Shard) {
    let of = |caller| shard.call("hit", vec![0x80], caller, 1, START_MS).to_bytes();
    let valid = [
        ("nobody", Caller::Nobody),
        ("principal", Caller::Principal("ann".into())),
        ("shard", Caller::Shard(Hash([3; 32]))),
        ("timer", Caller::Timer(258)),
    ];
    for (what, caller) in valid {
        made.valid(&format!("call/of-{what}"), &of(caller), &alone());
    }
    let principal = of(Caller::Principal("ann".into()));
    let changed = |to: &str| replaced(&principal, "820243616e6e", to);
    let invalid = [
        ("caller-of-kind-5", changed("820543616e6e")),
        ("nobody-with-a-name", changed("820043616e6e")),
        ("key-of-three-bytes", changed("820143616e6e")),
        ("principal-not-utf-8", changed("820243ff6e6e")),
        ("principal-of-65-bytes", changed(&format!("82025841{}", "61".repeat(65)))),
        ("timer-of-three-bytes", changed("820443616e6e")),
    ];
    for (what, bytes) in invalid {
        made.invalid(&format!("call/{what}"), &bytes, &alone(), 1008);
    }
}

/// Calls that prove their callers.
fn proofs(made: &mut Maker, shard: &Shard) {
    let signed = shard.hit(1, START_MS).entry.call;
    made.object("signed-call", "by-a-key", &signed.to_bytes(), &alone());
    for (at, step) in shard.envelope(&[1, 2, 3], START_MS).iter().enumerate() {
        made.valid(&format!("signed-call/envelope-{at}-of-3"), &step.entry.call.to_bytes(), &alone());
    }
    let sole = shard.envelope(&[1], START_MS).remove(0).entry.call;
    made.valid("signed-call/envelope-of-one", &sole.to_bytes(), &alone());
    made.valid(
        "signed-call/by-two-of-the-authority",
        &shard.deploy(START_MS).entry.call.to_bytes(),
        &alone(),
    );
    made.valid("signed-call/vouched-for", &shard.vouched(1, START_MS).entry.call.to_bytes(), &alone());
}

/// Calls that do not.
fn forged(made: &mut Maker, shard: &Shard) {
    let signed = shard.hit(1, START_MS).entry.call;
    let other = shard.hit(2, START_MS).entry.call;
    let call = &signed.call;
    let act = shard.deploy(START_MS).entry.call;
    let Proof::Authority(mut signatures) = act.proof.clone() else { panic!("an act is the authority's") };
    signatures.reverse();
    let mut envelope = shard.envelope(&[1, 2, 3], START_MS).remove(0).entry.call;
    if let Proof::Envelope(Envelope { path, .. }) = &mut envelope.proof {
        path.pop();
    }
    let of_subject = key(5).sign(&message(Subject::Envelope, &call.shard, &call.digest()));
    let caller = |caller: Caller| Call { caller, ..call.clone() };
    let nobody = call.clone().caller_signed(Caller::Nobody, &signed);
    let cases = [
        ("signature-flipped", flipped(&signed.to_bytes(), 10)),
        ("of-another-call", SignedCall { call: call.clone(), proof: other.proof }.to_bytes()),
        (
            "of-another-subject",
            SignedCall { call: call.clone(), proof: Proof::Signature(of_subject) }.to_bytes(),
        ),
        ("key-without-proof", SignedCall { call: call.clone(), proof: Proof::None }.to_bytes()),
        ("nobody-with-a-signature", nobody.to_bytes()),
        (
            "shard-without-proof",
            SignedCall { call: caller(Caller::Shard(Hash::ZERO)), proof: Proof::None }.to_bytes(),
        ),
        ("timer-without-proof", SignedCall { call: caller(Caller::Timer(1)), proof: Proof::None }.to_bytes()),
        ("envelope-path-too-short", envelope.to_bytes()),
        ("authority-unsorted", SignedCall { proof: Proof::Authority(signatures), ..act }.to_bytes()),
    ];
    for (what, bytes) in cases {
        made.invalid(&format!("signed-call/{what}"), &bytes, &alone(), 2122);
    }
    let none = shard.vouched(1, START_MS).entry.call.to_bytes();
    let body = &none[..none.len() - 3];
    made.invalid("signed-call/proof-of-kind-4", &[body, &[0x82, 4, 0xf6]].concat(), &alone(), 1008);
    made.invalid("signed-call/proof-of-none-with-bytes", &[body, &[0x82, 0, 0x40]].concat(), &alone(), 1008);
}

/// What is done to a call to forge another.
trait Forge {
    /// The call as that of `caller`, with the proof of `of`.
    fn caller_signed(self, caller: Caller, of: &SignedCall) -> SignedCall;
}

impl Forge for Call {
    fn caller_signed(self, caller: Caller, of: &SignedCall) -> SignedCall {
        SignedCall { call: Call { caller, ..self }, proof: of.proof.clone() }
    }
}

fn outcomes(made: &mut Maker, shard: &Shard) {
    let mut diff = Diff::new();
    diff.put(vec![1, 1], Some(vec![7; 30]));
    diff.put(vec![1], None);
    diff.put(vec![1, 2], Some(Vec::new()));
    made.object("diff", "three-keys", &diff.to_bytes(), &alone());
    made.valid("diff/empty", &Diff::new().to_bytes(), &alone());
    made.invalid("diff/unsorted", &[0x82, 0x82, 0x41, 2, 0xf6, 0x82, 0x41, 1, 0xf6], &alone(), 1009);
    made.invalid("diff/repeated-key", &[0x82, 0x82, 0x41, 1, 0xf6, 0x82, 0x41, 1, 0xf6], &alone(), 1009);
    let salted = json!({ "salt": hex(&[6; 32]) });
    let event = Event { name: "was hit".into(), data: Bytes(vec![0x81, 1]) };
    made.object("event", "whole", &event.to_bytes(), &salted);
    let sent = Message { to: Hash([3; 32]), method: "hit_back".into(), args: Bytes(vec![0x80]) };
    made.object("message", "whole", &sent.to_bytes(), &salted);
    let names = ["deployed", "in-an-envelope", "", "", "returned", "failed", "trapped", "vouched-for"];
    for (seq, name) in (0..).zip(names).filter(|(_, name)| !name.is_empty()) {
        let record = shard.record(seq);
        made.valid(&format!("effect/{name}"), &record.effect.to_bytes(), &alone());
        made.valid(&format!("record/{name}"), &record.to_bytes(), &alone());
    }
    made.malformed("effect", &shard.record(4).effect.to_bytes(), &alone());
    made.malformed("record", &shard.record(4).to_bytes(), &alone());
    let bytes = shard.record(4).effect.to_bytes();
    let negative = replaced(&bytes, &hex(&(START_MS + 20).to_bytes()), "20");
    made.invalid("effect/negative-time", &negative, &alone(), 1002);
}
