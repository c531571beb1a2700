//! Calls over HTTP, and that each is made once.

use crate::node::{Place, hit};
use abi::call::{Call, Caller, Proof, SignedCall};
use abi::codec::{Bytes, Decode, Encode};
use abi::sign::SecretKey;
use serde_json::{Value, json};

const CBOR: &[(&str, &str)] = &[("content-type", "application/cbor")];

/// A hit that the holder of a key signs.
fn signed(shard: &str, key: [u8; 32], caller: Option<&str>) -> SignedCall {
    let secret = SecretKey::from_seed(&[7; 32]);
    let now_ms = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
    let call = Call {
        version: abi::VERSION,
        shard: shard.parse().unwrap(),
        program: None,
        method: "hit".into(),
        args: Bytes(vec![0x80]),
        salt: [1; 32],
        caller: caller.map_or(Caller::Key(secret.public()), |name| Caller::Principal(name.into())),
        key,
        expires_ms: u64::try_from(now_ms).unwrap() + 60_000,
        fuel_max: 1_000_000,
    };
    match caller {
        Some(_) => SignedCall { call, proof: Proof::None },
        None => SignedCall::sign(call, &secret),
    }
}

fn base64(text: &Value) -> Vec<u8> {
    use base64ct::{Base64, Encoding};
    Base64::decode_vec(text.as_str().expect("a receipt is a text")).expect("it is base64")
}

/// The receipt says what is said to a stranger, who knows the shard's id alone.
fn verifies(place: &Place, receipt: &[u8]) {
    place.folder.write("a.receipt", receipt);
    place.folder.verify(&format!("--shard {} a.receipt", place.shard)).ok();
}

#[test]
fn a_call_is_made_once_and_its_receipt_is_the_same_for_ever() {
    let place = Place::new();
    let (calls, node) = (place.path("calls"), place.serve(""));
    let first = node.post(&place.client, &calls, &hit("order-17"));
    let said = first.ok();
    assert_eq!(
        (&said["seq"], &said["known"], &said["value"]),
        (&1.into(), &false.into(), &1.into()),
        "{said}"
    );
    verifies(&place, &base64(&said["receipt"]));
    let again = node.post(&place.client, &calls, &hit("order-17")).ok();
    assert_eq!(
        (&again["known"], &again["receipt"], &again["value"]),
        (&true.into(), &said["receipt"], &1.into())
    );
    // The same key in a header is the same key.
    let header = [("idempotency-key", "order-17")];
    let by_header = node.ask(Some(&place.client), "POST", &calls, &header, br#"{"method":"hit"}"#).ok();
    assert_eq!(by_header["receipt"], said["receipt"]);
    assert_eq!(node.stop(), Some(0));

    let node = place.serve("");
    let after =
        node.ask(Some(&place.client), "POST", &calls, &[("accept", "application/cbor")], &hit("order-17"));
    assert_eq!((after.header("foil-known"), after.header("foil-seq")), (Some("true"), Some("1")));
    assert_eq!(after.body, base64(&said["receipt"]));
    assert_eq!(node.get(&place.client, &place.path("receipts/1")).body, after.body);
    // Another call, another caller, another key.
    let other = json!({ "method": "hit", "key": "order-17", "fuel_max": 5_000_000 }).to_string();
    node.post(&place.client, &calls, other.as_bytes()).refuses(409, 5012);
    assert_eq!(node.post(&place.operator, &calls, &hit("order-17")).ok()["seq"], 2);
    assert_eq!(node.post(&place.client, &calls, &hit("order-18")).ok()["value"], 2);
    assert_eq!(node.stop(), Some(0));
    place.folder.foil("bundle").ok();
    place.folder.verify(&format!("--shard {} shard.foil", place.shard)).ok();
}

#[test]
fn many_calls_are_answered_in_their_places() {
    let place = Place::new();
    let (calls, node) = (place.path("calls"), place.serve(""));
    let batch = json!([
        { "method": "hit", "key": "a" },
        { "method": "hit", "key": "b" },
        { "method": "hit", "key": "a" },
        { "method": "hit", "key": "a", "fuel_max": 7_000_000 },
        { "method": "hit", "key": "c", "fuel_max": 5_000 },
    ]);
    let answers = node.post(&place.client, &calls, batch.to_string().as_bytes()).ok()["answers"].clone();
    let seqs: Vec<&Value> = (0..5).map(|index| &answers[index]["seq"]).collect();
    assert_eq!(seqs, [&json!(1), &json!(2), &json!(1), &Value::Null, &json!(3)], "{answers}");
    assert_eq!((&answers[2]["known"], &answers[2]["receipt"]), (&true.into(), &answers[0]["receipt"]));
    assert_eq!(answers[3]["error"]["code"], "E5012");
    assert_eq!(
        (&answers[4]["outcome"], &answers[4]["trap_code"]),
        (&"trapped".into(), &3.into()),
        "{answers}"
    );
    verifies(&place, &base64(&answers[4]["receipt"]));
}

#[test]
fn calls_that_their_callers_signed() {
    let place = Place::new();
    let (calls, node) = (place.path("calls"), place.serve(""));
    let ask = |body: &[u8]| node.ask(Some(&place.client), "POST", &calls, CBOR, body);
    let call = signed(&place.shard, [1; 32], None);
    let receipt = ask(&call.to_bytes());
    assert_eq!(receipt.header("content-type"), Some("application/cbor"));
    verifies(&place, &receipt.body);
    let forged = SignedCall { call: Call { salt: [2; 32], ..call.call.clone() }, ..call.clone() };
    let many = vec![call.clone(), signed(&place.shard, [2; 32], None), forged.clone()].to_bytes();
    let answers = Vec::<Bytes>::from_bytes(&ask(&many).body).unwrap();
    assert_eq!((&*answers[0], &*answers[2]), (&*receipt.body, &5006u16.to_be_bytes()[..]));
    verifies(&place, &answers[1]);
    ask(&forged.to_bytes()).refuses(403, 5006);
    // The node vouches for the name that the token has, and for no other.
    assert_eq!(ask(&signed(&place.shard, [3; 32], Some("alice")).to_bytes()).status, 200);
    ask(&signed(&place.shard, [4; 32], Some("root")).to_bytes()).refuses(403, 7503);
    let other = "0".repeat(64);
    ask(&signed(&other, [5; 32], None).to_bytes()).refuses(422, 5002);
}

#[test]
fn without_tokens_nobody_calls() {
    let place = Place::new();
    let (calls, node) = (place.path("calls"), place.serve("--open"));
    let said = node.ask(None, "POST", &calls, &[], &hit("x")).ok();
    assert_eq!((&said["outcome"], &said["error"]["name"]), (&"failed".into(), &"NoCaller".into()), "{said}");
    let claims = signed(&place.shard, [4; 32], Some("root")).to_bytes();
    node.ask(None, "POST", &calls, CBOR, &claims).refuses(403, 7503);
}
