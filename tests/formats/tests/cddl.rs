//! The CDDL beside the code, read by software that nobody here wrote, over the bytes of the test vectors.

use abi::codec::Encode;
use formats::shard::Shard;
use formats::untrusted::proof_of_query;
use formats::vector::{Vector, Verdict, kept};
use journal::BundleReader;

/// What each kind of vector is by the rules of the CDDL.
const RULES: &[(&str, &str)] = &[
    ("genesis", "genesis"),
    ("call", "call"),
    ("signed-call", "signed-call"),
    ("diff", "diff"),
    ("event", "event"),
    ("message", "message"),
    ("effect", "effect"),
    ("record", "record"),
    ("header", "header"),
    ("block", "block"),
    ("commitment", "commitment"),
    ("link", "link"),
    ("start", "start"),
    ("receipt", "receipt"),
    ("keys-proof", "keys-proof"),
    ("range-proof", "range-proof"),
    ("witness", "witness"),
    ("proof", "proof-file"),
    ("checkpoint", "checkpoint-file"),
    ("fork", "fork-file"),
    ("heads-fork", "heads-fork-file"),
];

/// All rules, with `rule` as the one that a document is held to.
fn schema(rule: &str) -> String {
    let files =
        ["abi/abi.cddl", "journal/journal.cddl", "runtime/state/state.cddl", "runtime/verify/verify.cddl"];
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let texts = files.map(|file| std::fs::read_to_string(format!("{root}/{file}")).expect("it stands there"));
    format!("start-rule = {rule}\n{}", texts.concat())
}

fn holds(schema: &str, bytes: &[u8]) -> Result<(), String> {
    cddl::validate_cbor_from_slice(schema, bytes, None).map_err(|error| error.to_string())
}

#[test]
fn every_valid_vector_is_what_the_cddl_says() {
    let vectors = kept();
    for (kind, rule) in RULES {
        let schema = schema(rule);
        let of_kind =
            |vector: &&Vector| vector.kind() == *kind && matches!(vector.verdict, Verdict::Valid { .. });
        let mut count = 0;
        for vector in vectors.iter().filter(of_kind) {
            holds(&schema, &vector.bytes).unwrap_or_else(|error| panic!("{}: {error}", vector.name));
            count += 1;
        }
        assert!(count > 0, "{kind} has a valid vector");
    }
}

#[test]
fn every_item_of_a_bundle_is_what_the_cddl_says() {
    let schema = schema("bundle-item");
    let vectors = kept();
    for vector in vectors.iter().filter(|vector| vector.name == "bundle/with-witnesses") {
        let mut reader = BundleReader::new(vector.bytes.as_slice());
        let mut starts = Vec::new();
        while let Some(item) = reader.next() {
            item.unwrap();
            starts.push(usize::try_from(reader.offset()).unwrap());
        }
        starts.push(vector.bytes.len());
        for item in starts.windows(2).map(|pair| &vector.bytes[pair[0]..pair[1]]) {
            holds(&schema, item).unwrap();
        }
    }
}

#[test]
fn the_answer_to_a_query_is_what_the_cddl_says() {
    let proof = proof_of_query(&Shard::sample()).to_bytes();
    holds(&schema("proof-file"), &proof).unwrap();
}

/// Vectors that CDDL alone refuses. What follows an object is none of its business.
const REFUSED: &[&str] = &[
    "genesis/nonce-of-15-bytes",
    "genesis/threshold-of-64-bits",
    "call/caller-of-kind-5",
    "call/key-of-one-byte",
    "call/method-as-bytes",
    "signed-call/proof-of-kind-4",
    "signed-call/proof-of-none-with-bytes",
    "effect/negative-time",
    "block/outcome-unknown",
    "block/build-of-65-bytes",
    "commitment/of-another-algorithm",
    "commitment/of-another-structure",
    "commitment/of-another-tag",
    "commitment/payload-attached",
    "commitment/unprotected-label",
    "commitment/signature-of-63-bytes",
    "receipt/of-version-2",
    "receipt/commitment-in-place-of-a-receipt",
    "witness/of-another-version",
    "proof/of-an-unknown-claim",
];

/// So that a rule which takes anything is not taken for one that says something.
#[test]
fn the_cddl_refuses_what_is_of_another_shape() {
    let vectors = kept();
    let shapes = RULES
        .iter()
        .filter(|(kind, _)| *kind != "diff")
        .flat_map(|(kind, _)| ["a-number", "one-item-fewer"].map(|what| format!("{kind}/{what}")));
    let names: Vec<String> = shapes.chain(REFUSED.iter().map(|name| (*name).to_owned())).collect();
    let mut taken = Vec::new();
    for vector in vectors.iter().filter(|vector| names.contains(&vector.name)) {
        let (_, rule) = RULES.iter().find(|(kind, _)| *kind == vector.kind()).unwrap();
        if holds(&schema(rule), &vector.bytes).is_ok() {
            taken.push(&vector.name);
        }
    }
    assert!(taken.is_empty(), "{taken:?}");
    assert!(names.len() >= 50);
}
