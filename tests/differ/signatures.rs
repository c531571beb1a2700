//! Where implementations of Ed25519 are known to differ: small orders, mixed orders, encodings above p, s above L.

use crate::rng::Rng;
use abi::Hash;
use abi::codec::Bytes;
use abi::sign::{PublicKey, SecretKey, Signature};
use std::fmt::Write;

/// The twelve cases of "Taming the many EdDSAs" (Chalkias, Garillot, Nikolaenko, 2020).
const CASES: &str = include_str!("../data/ed25519-speccheck.json");

fn unhex<const N: usize>(text: &str) -> [u8; N] {
    std::array::from_fn(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap())
}

fn yes(holds: bool) -> &'static str {
    if holds { "yes" } else { "no" }
}

/// Rows of key, message, signature and whether it counts; and of key and whether it is sound.
pub(crate) fn table() -> String {
    let mut rows = String::new();
    let mut row = |key: [u8; 32], message: &[u8], signature: [u8; 64]| {
        let counts = PublicKey(key).verifies(message, &Signature(signature));
        let signature = Bytes(signature.to_vec());
        let message = Bytes(message.to_vec());
        writeln!(rows, "{}\t{message:?}\t{signature:?}\t{}", Hash(key), yes(counts)).unwrap();
    };
    let cases: Vec<serde_json::Value> = serde_json::from_str(CASES).unwrap();
    for case in &cases {
        let text = |name: &str| case[name].as_str().unwrap();
        let message: [u8; 32] = unhex(text("message"));
        row(unhex(text("pub_key")), &message, unhex(text("signature")));
    }
    let mut rng = Rng::new(0, "signatures");
    for n in 0..400u64 {
        let secret = SecretKey::from_seed(&rng.bytes());
        let message = n.to_be_bytes();
        let (mut key, mut signature) = (secret.public().0, secret.sign(&message).0);
        row(key, &message, signature);
        let at = rng.index(96);
        let byte = if at < 64 { &mut signature[at] } else { &mut key[at - 64] };
        *byte ^= 1 << rng.within(0..=7);
        row(key, &message, signature);
    }
    for key in keys() {
        writeln!(rows, "{}\t{}", Hash(key), yes(PublicKey(key).is_sound())).unwrap();
    }
    rows
}

/// Encodings with y near 0 and near p, of either sign, and some at random.
fn keys() -> Vec<[u8; 32]> {
    let mut keys = Vec::new();
    for y in 0..=255u8 {
        for top in [0x00, 0x80] {
            let mut small = [0; 32];
            (small[0], small[31]) = (y, top);
            let mut large = [0xff; 32];
            (large[0], large[31]) = (y, 0x7f | top);
            keys.extend([small, large]);
        }
    }
    let mut rng = Rng::new(1, "keys");
    keys.extend((0..200).map(|_| rng.bytes()));
    keys
}
