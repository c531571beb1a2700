//! The construction of every hash here, `keyed_hash(derive_key(context, ""), input)`, against the two modes of
//! BLAKE3's own vectors.

use crate::{text, unhex};
use abi::hash::{Hasher, KINDS, Kind, salt};
use serde_json::Value;

const VECTORS: &str = include_str!("../vectors/upstream/blake3.json");

/// Input and expected output of each case in one mode; outputs there are longer than ours, which are their
/// first 32 bytes.
fn cases(vectors: &Value, mode: &str) -> Vec<(Vec<u8>, [u8; 32])> {
    let case = |case: &Value| {
        let len = usize::try_from(case["input_len"].as_u64().unwrap()).unwrap();
        let input: Vec<u8> = (0..251).cycle().take(len).collect();
        (input, unhex(text(case, mode))[..32].try_into().unwrap())
    };
    vectors["cases"].as_array().unwrap().iter().map(case).collect()
}

fn vectors() -> Value {
    serde_json::from_str(VECTORS).unwrap()
}

#[test]
fn a_kind_is_blake3_keyed_by_it() {
    let vectors = vectors();
    let key: [u8; 32] = text(&vectors, "key").as_bytes().try_into().unwrap();
    let kind = Kind { context: "the vectors'", key };
    let cases = cases(&vectors, "keyed_hash");
    for (input, expected) in &cases {
        assert_eq!(kind.hash(input).0, *expected, "{} bytes", input.len());
        assert_eq!(salt(&key, input), *expected, "{} bytes", input.len());
        let pieces: Vec<&[u8]> = input.chunks(1000).collect();
        assert_eq!(kind.hash_parts(&pieces).0, *expected, "{} bytes in pieces", input.len());
    }
    assert_eq!(cases.len(), 35);
}

/// The derivation that the vectors prove gives the key that stands next to each context.
#[test]
fn keys_of_kinds_are_derived_as_the_vectors_are() {
    fn derive(context: &str, input: &[u8]) -> [u8; 32] {
        *Hasher::new_derive_key(context).update(input).finalize().as_bytes()
    }
    let vectors = vectors();
    let context = text(&vectors, "context_string");
    for (input, expected) in cases(&vectors, "derive_key") {
        assert_eq!(derive(context, &input), expected, "{} bytes", input.len());
    }
    for kind in KINDS {
        assert_eq!(derive(kind.context, b""), kind.key, "{}", kind.context);
    }
}
