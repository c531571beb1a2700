//! Vectors of what all objects are made of: canonical bytes, hashes, lists, signed messages.

use super::{Maker, alone, flipped};
use crate::shard::key;
use crate::vector::{hex, unhex};
use abi::Hash;
use abi::hash::{KINDS, LIST_NODE};
use abi::sign::{Subject, message};
use journal::History;
use serde_json::json;

pub(super) fn make(made: &mut Maker) {
    values(made);
    hashes(made);
    lists(made);
    messages(made);
}

/// The canonical subset.
fn values(made: &mut Maker) {
    let valid = [
        ("zero", "00"),
        ("twenty-three", "17"),
        ("twenty-four", "1818"),
        ("largest-unsigned", "1bffffffffffffffff"),
        ("minus-one", "20"),
        ("least-signed", "3b7fffffffffffffff"),
        ("bytes", "43010203"),
        ("text", "6449455446"),
        ("array", "83010203"),
        ("map", "a201020304"),
        ("false", "f4"),
        ("true", "f5"),
        ("null", "f6"),
    ];
    valid.iter().for_each(|(name, hex)| made.valid(&format!("value/{name}"), &unhex(hex), &alone()));
    made.valid("value/deepest", &[&[0x81; 31][..], &[0]].concat(), &alone());
    let invalid = [
        ("empty", "", 1001),
        ("cut-number", "19ff", 1001),
        ("bytes-bomb", "5bffffffffffffffff", 1001),
        ("array-bomb", "9b7fffffffffffffff", 1001),
        ("map-bomb", "bb7fffffffffffffff", 1001),
        ("float-16", "f93c00", 1002),
        ("float-64", "fb3ff0000000000000", 1002),
        ("tag", "c000", 1002),
        ("undefined", "f7", 1002),
        ("simple-32", "f820", 1002),
        ("long-number", "1817", 1003),
        ("longer-number", "1900ff", 1003),
        ("long-length", "5801ff", 1003),
        ("indefinite-bytes", "5f4100ff", 1003),
        ("indefinite-array", "9fff", 1003),
        ("indefinite-map", "bfff", 1003),
        ("reserved-head", "1c", 1003),
        ("trailing-byte", "0000", 1004),
        ("number-below-signed", "3b8000000000000000", 1006),
        ("text-not-utf-8", "61ff", 1007),
        ("map-repeats-a-key", "a201000100", 1009),
        ("map-unsorted", "a202000100", 1009),
    ];
    for (name, hex, code) in invalid {
        made.invalid(&format!("value/{name}"), &unhex(hex), &alone(), code);
    }
    made.invalid("value/too-deep", &[&[0x81; 32][..], &[0]].concat(), &alone(), 1010);
    made.invalid("value/nesting-bomb", &[0x81; 4096], &alone(), 1010);
}

/// Every kind of hash.
fn hashes(made: &mut Maker) {
    for kind in KINDS {
        let name = kind.context.trim_start_matches("counterfoil v1 ").replace(' ', "-");
        let context = json!({ "context": kind.context, "form": "plain" });
        made.valid(&format!("hash/{name}"), b"abc", &context);
    }
    for len in [0usize, 3, 56, 57, 120] {
        let context = json!({ "context": "counterfoil v1 state key", "form": "padded" });
        made.valid(&format!("hash/padded-{len}"), &vec![0x61; len], &context);
    }
}

/// Roots of lists, and of the history tree.
fn lists(made: &mut Maker) {
    for count in [0u8, 1, 2, 3, 5, 8] {
        for context in ["history", "counterfoil v1 event", "counterfoil v1 effect"] {
            let leaves = (0..count).map(|n| match context {
                "history" => History::leaf_hash(&[n]),
                _ => LIST_NODE.hash(&[n]),
            });
            let bytes: Vec<u8> = leaves.flat_map(|leaf| leaf.0).collect();
            let name = context.trim_start_matches("counterfoil v1 ");
            made.valid(&format!("list/{name}-{count}"), &bytes, &json!({ "context": context }));
        }
    }
}

/// Signed messages, and signatures that are none.
fn messages(made: &mut Maker) {
    let key = key(7);
    let context = |key: &[u8], signature: &[u8]| json!({ "key": hex(key), "signature": hex(signature) });
    let (shard, digest) = (Hash([1; 32]), Hash([2; 32]));
    let subjects =
        [("call", Subject::Call), ("envelope", Subject::Envelope), ("authority", Subject::Authority)];
    for (name, subject) in subjects {
        let message = message(subject, &shard, &digest);
        let (public, signature) = (key.public().0, key.sign(&message).0);
        made.valid(&format!("signed-message/{name}"), &message, &context(&public, &signature));
    }
    let call = message(Subject::Call, &shard, &digest);
    let (public, signature) = (key.public().0, key.sign(&call).0);
    let of_call = context(&public, &signature);
    let envelope = message(Subject::Envelope, &shard, &digest);
    made.invalid("signed-message/of-another-subject", &envelope, &of_call, 2122);
    made.invalid("signed-message/of-another-digest", &flipped(&call, 0), &of_call, 2122);
    let refused = |made: &mut Maker, name: &str, key: &[u8], signature: &[u8]| {
        made.invalid(&format!("signed-message/{name}"), &call, &context(key, signature), 2122);
    };
    refused(made, "signature-flipped", &public, &flipped(&signature, 40));
    // S + L: the same point equation, and another encoding (RFC 8032, section 8.4).
    refused(made, "signature-malleated", &public, &malleated(&signature));
    // The neutral point as key, with R the neutral point and S zero: cofactored equations take it.
    let neutral: [u8; 32] = std::array::from_fn(|at| u8::from(at == 0));
    refused(made, "key-of-small-order", &neutral, &[neutral, [0; 32]].concat());
    let not_a_point: [u8; 32] = std::array::from_fn(|at| if at == 0 { 2 } else { 0 });
    refused(made, "key-not-a-point", &not_a_point, &signature);
}

/// The signature with the group's order added to its scalar, little-endian.
fn malleated(signature: &[u8; 64]) -> Vec<u8> {
    let order = unhex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    let mut out = signature.to_vec();
    let mut carry = 0u16;
    for (byte, add) in out[32..].iter_mut().zip(&order) {
        let sum = u16::from(*byte) + u16::from(*add) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    out
}
