//! `PublicKey::verifies` against three sets of Ed25519 signatures: what is valid, what is forged, and what
//! valid means at the edges, where implementations differ. Ours is the strict answer everywhere.

use crate::{text, unhex};
use abi::codec::{Bytes, Decode, Encode};
use abi::sign::{PublicKey, Signature};
use serde_json::Value;

const WYCHEPROOF: &str = include_str!("../vectors/upstream/ed25519-wycheproof.json");
const SPECCHECK: &str = include_str!("../vectors/upstream/ed25519-speccheck.json");
const CCTV: &str = include_str!("../vectors/upstream/ed25519-cctv.json");

/// The verdict on bytes as they come from outside: through the codec, which knows a signature's length.
fn verifies(key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let key = PublicKey::from_bytes(&Bytes::from(key).to_bytes());
    let signature = Signature::from_bytes(&Bytes::from(signature).to_bytes());
    key.is_ok_and(|key| signature.is_ok_and(|signature| key.verifies(message, &signature)))
}

fn list(text: &str) -> Vec<Value> {
    serde_json::from_str(text).unwrap()
}

#[test]
fn every_wycheproof_verdict_is_ours() {
    let file: Value = serde_json::from_str(WYCHEPROOF).unwrap();
    let (mut valid, mut invalid) = (0, 0);
    for group in file["testGroups"].as_array().unwrap() {
        let key = unhex(text(&group["publicKey"], "pk"));
        for vector in group["tests"].as_array().unwrap() {
            let expected = match text(vector, "result") {
                "valid" => true,
                "invalid" => false,
                other => panic!("no verdict: {other}"),
            };
            let (message, signature) = (unhex(text(vector, "msg")), unhex(text(vector, "sig")));
            assert_eq!(verifies(&key, &message, &signature), expected, "{vector}");
            *(if expected { &mut valid } else { &mut invalid }) += 1;
        }
    }
    assert_eq!((valid, invalid), (88, 63));
}

/// "Taming the many EdDSAs", table of verdicts, row "Dalek strict": only vector 3 passes, whose points are of
/// mixed order. Small orders, scalars that are too large and non-canonical points are refused.
#[test]
fn the_many_eddsas_are_one_here() {
    let verdicts = list(SPECCHECK).into_iter().map(|vector| {
        let [key, message, signature] =
            ["pub_key", "message", "signature"].map(|name| unhex(text(&vector, name)));
        verifies(&key, &message, &signature)
    });
    let accepted: Vec<usize> = verdicts.enumerate().filter(|(_, verdict)| *verdict).map(|(i, _)| i).collect();
    assert_eq!(accepted, [3]);
    assert_eq!(list(SPECCHECK).len(), 12);
}

/// All edge cases of points. Refused is whatever involves a point of small order or one that is not written
/// canonically, or holds only if the cofactor is multiplied in.
#[test]
fn every_edge_case_of_a_point_is_judged_strictly() {
    const REFUSED: [&str; 5] =
        ["low_order_A", "low_order_R", "non_canonical_A", "non_canonical_R", "low_order_residue"];
    let vectors = list(CCTV);
    let mut accepted = 0;
    for vector in &vectors {
        // No flags at all are written as null.
        let flags: Vec<&str> =
            vector["flags"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let expected = !REFUSED.iter().any(|flag| flags.contains(flag));
        let (key, signature) = (unhex(text(vector, "key")), unhex(text(vector, "sig")));
        assert_eq!(verifies(&key, text(vector, "msg").as_bytes(), &signature), expected, "{vector}");
        let sound = PublicKey(key.try_into().unwrap()).is_sound();
        assert_eq!(sound, !flags.contains(&"low_order_A"), "{vector}");
        accepted += usize::from(expected);
    }
    assert_eq!((vectors.len(), accepted), (914, 43));
}
