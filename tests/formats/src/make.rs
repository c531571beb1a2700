//! Makes the test vectors: every kind of object, valid and invalid, from fixed seeds.

use crate::judge::verdict;
use crate::vector::{Vector, Verdict, hex, unhex};
use serde_json::{Value, json};

mod calls;
mod history;
mod state;
mod words;

/// All vectors, in the order in which they were first recorded.
pub fn vectors() -> Vec<Vector> {
    let mut made = Maker::default();
    words::make(&mut made);
    calls::make(&mut made);
    history::make(&mut made);
    state::make(&mut made);
    made.vectors
}

/// Vectors so far.
#[derive(Default)]
struct Maker {
    vectors: Vec<Vector>,
}

impl Maker {
    /// An object that is as it must be.
    fn valid(&mut self, name: &str, bytes: &[u8], context: &Value) {
        let vector = self.vector(name, bytes, context);
        assert!(matches!(vector.verdict, Verdict::Valid { .. }), "{name}: {:?}", vector.verdict);
        self.vectors.push(vector);
    }

    /// An object that breaks the rule of number `code`.
    fn invalid(&mut self, name: &str, bytes: &[u8], context: &Value, code: u16) {
        let vector = self.vector(name, bytes, context);
        assert_eq!(vector.verdict, Verdict::Invalid(code), "{name}");
        self.vectors.push(vector);
    }

    fn vector(&self, name: &str, bytes: &[u8], context: &Value) -> Vector {
        assert!(self.vectors.iter().all(|vector| vector.name != name), "{name} stands for one vector");
        let unjudged = Verdict::Invalid(0);
        let vector =
            Vector { name: name.into(), bytes: bytes.into(), context: context.clone(), verdict: unjudged };
        Vector { verdict: verdict(&vector), ..vector }
    }

    /// An object that is an array, and the ways in which no decoder takes it.
    fn object(&mut self, kind: &str, what: &str, bytes: &[u8], context: &Value) {
        self.valid(&format!("{kind}/{what}"), bytes, context);
        self.malformed(kind, bytes, context);
    }

    /// The ways in which no decoder takes an object that is an array of less than 24 items.
    fn malformed(&mut self, kind: &str, bytes: &[u8], context: &Value) {
        let (head, rest) = bytes.split_first().unwrap();
        let long = [&[0x98, head & 31], rest].concat();
        let endless = [&[0x9f], rest, &[0xff]].concat();
        let fewer = [&[head - 1], rest].concat();
        let bomb = [&[0x9b, 0, 0, 0, 0xff, 0, 0, 0, 0], rest].concat();
        // A list of fewer items is a list, behind which bytes follow.
        let is_list = kind == "diff";
        let cases: [(&str, Vec<u8>, u16); 9] = [
            ("no-bytes", Vec::new(), 1001),
            ("truncated", bytes[..bytes.len() - 1].to_vec(), 1001),
            ("trailing-byte", [bytes, &[0]].concat(), 1004),
            ("long-head", long, 1003),
            ("indefinite-length", endless, 1003),
            ("one-item-fewer", fewer, if is_list { 1004 } else { 1005 }),
            ("length-bomb", bomb, 1001),
            ("a-number", vec![0], 1002),
            ("tagged", [&[0xc1], bytes].concat(), 1002),
        ];
        for (what, bytes, code) in cases {
            self.invalid(&format!("{kind}/{what}"), &bytes, context, code);
        }
    }
}

/// `bytes` with the one place where `from` (hexadecimal) stands holding `to` instead.
fn replaced(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    let (from, to) = (unhex(from), unhex(to));
    let places: Vec<usize> =
        bytes.windows(from.len()).enumerate().filter(|(_, at)| *at == from).map(|(at, _)| at).collect();
    let [place] = places[..] else { panic!("{} places of {}", places.len(), hex(&from)) };
    [&bytes[..place], &to, &bytes[place + from.len()..]].concat()
}

/// `bytes` with bit 0 of the byte `back` from the end flipped.
fn flipped(bytes: &[u8], back: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let at = bytes.len() - 1 - back;
    bytes[at] ^= 1;
    bytes
}

/// No context.
fn alone() -> Value {
    json!(null)
}
