//! The decoders of `abi::codec` against the examples of RFC 8949, Appendices A and F.
//!
//! An example of our subset (section 4.2.1, without floats and tags) means what the RFC says, and encodes to
//! the same bytes; every other is refused, with the reason that fits.

use crate::unhex;
use abi::codec::{Bytes, Decode, Encode, Error, Reason, dynamic};
use ciborium::Value;

const EXAMPLES: &str = include_str!("../vectors/upstream/rfc8949-appendix-a.tsv");
const MALFORMED: &str = include_str!("../vectors/upstream/rfc8949-appendix-f.tsv");

/// The two columns of a table.
fn rows(table: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    table.lines().map(|line| line.split_once('\t').unwrap())
}

/// Why an example of Appendix A is not in our subset, by its diagnostic notation; `None` if it is.
fn beyond(diagnostic: &str) -> Option<Reason> {
    let plain = diagnostic.split('"').step_by(2).collect::<String>();
    let number: Option<i128> = plain.parse().ok();
    let is_float = number.is_none() && plain.parse::<f64>().is_ok();
    if plain.contains('_') {
        Some(Reason::NotCanonical)
    } else if is_float || plain == "undefined" || plain.contains('(') {
        Some(Reason::Type)
    } else if number.is_some_and(|number| number > u64::MAX.into() || number < -1 - i128::from(u64::MAX)) {
        // Beyond 64 bits, a number is a tagged string.
        Some(Reason::Type)
    } else if number.is_some_and(|number| number < i64::MIN.into()) {
        Some(Reason::Range)
    } else {
        None
    }
}

/// Bytes, decoded and encoded again.
type Again = fn(&[u8]) -> Result<Vec<u8>, Error>;

fn again<T: Decode + Encode>(bytes: &[u8]) -> Result<Vec<u8>, Error> {
    T::from_bytes(bytes).map(|value| value.to_bytes())
}

type Pair = (u64, u64);

/// Readers by type, of which one fits each example of our subset that is not a map.
const TYPED: &[Again] = &[
    again::<u64>,
    again::<i64>,
    again::<bool>,
    again::<Bytes>,
    again::<String>,
    again::<Option<u64>>,
    again::<Vec<u64>>,
    again::<(u64, Pair, Pair)>,
];

/// What the self-describing decoder says, in both its forms.
#[track_caller]
fn refusal(bytes: &[u8]) -> Option<Reason> {
    let refused = dynamic::decode(bytes).err();
    assert_eq!(refused, dynamic::check(bytes).err(), "{bytes:02x?}");
    refused.map(|error| error.reason)
}

/// The examples of our subset.
fn ours() -> impl Iterator<Item = (&'static str, Vec<u8>)> {
    rows(EXAMPLES)
        .filter(|(diagnostic, _)| beyond(diagnostic).is_none())
        .map(|(name, hex)| (name, unhex(hex)))
}

#[test]
fn examples_of_our_subset_mean_the_same_and_encode_to_the_same_bytes() {
    let (mut count, mut compared) = (0, 0);
    for (diagnostic, bytes) in ours() {
        let value = dynamic::decode(&bytes).unwrap_or_else(|error| panic!("{diagnostic}: {error}"));
        assert_eq!(dynamic::encode(&value).unwrap(), bytes, "{diagnostic}");
        assert_eq!(ciborium::from_reader::<Value, _>(&bytes[..]).unwrap(), value, "{diagnostic}");
        // Most diagnostic notation is JSON.
        if let Ok(json) = serde_json::from_str::<serde_json::Value>(diagnostic) {
            assert_eq!(serde_json::to_value(&value).unwrap(), json);
            compared += 1;
        }
        count += 1;
    }
    assert_eq!((count, compared), (36, 33));
}

#[test]
fn examples_beyond_our_subset_are_refused_with_their_reason() {
    let mut count = 0;
    for (diagnostic, hex) in rows(EXAMPLES) {
        if let Some(reason) = beyond(diagnostic) {
            assert_eq!(refusal(&unhex(hex)), Some(reason), "{diagnostic}");
            count += 1;
        }
    }
    assert_eq!(count, 45);
}

/// What a typed reader accepts is canonical, and encodes to the same bytes.
#[test]
fn typed_readers_accept_what_the_self_describing_one_does() {
    for (diagnostic, hex) in rows(EXAMPLES) {
        let bytes = unhex(hex);
        let read: Vec<Vec<u8>> = TYPED.iter().filter_map(|reader| reader(&bytes).ok()).collect();
        assert!(read.iter().all(|again| *again == bytes), "{diagnostic}");
        let has_no_type = diagnostic.contains('{') || beyond(diagnostic).is_some();
        assert_eq!(read.is_empty(), has_no_type, "{diagnostic}");
    }
}

#[test]
fn malformed_examples_are_refused() {
    let mut count = 0;
    for (group, items) in rows(MALFORMED) {
        for item in items.split(", ") {
            let bytes = unhex(item);
            let reason = refusal(&bytes).unwrap_or_else(|| panic!("{group}: {item} was accepted"));
            let fits = [Reason::Truncated, Reason::Type, Reason::NotCanonical];
            assert!(fits.contains(&reason), "{group}: {item}: {reason:?}");
            assert!(TYPED.iter().all(|reader| reader(&bytes).is_err()), "{group}: {item}");
            count += 1;
        }
    }
    assert_eq!(count, 94);
}

/// The RFC's two kinds of error that are made rather than listed: too much data, and too little.
#[test]
fn an_example_cut_short_or_followed_by_more_is_refused() {
    for (diagnostic, bytes) in ours() {
        for cut in 0..bytes.len() {
            assert_eq!(refusal(&bytes[..cut]), Some(Reason::Truncated), "{diagnostic} cut at {cut}");
        }
        assert_eq!(refusal(&[&bytes[..], &[0]].concat()), Some(Reason::Trailing), "{diagnostic}");
    }
}

/// The same value with its head in every longer form (section 4.2.1: as short as possible).
fn longer(bytes: &[u8]) -> Vec<Vec<u8>> {
    let width = |info: u8| if info < 24 { 0 } else { 1 << (info - 24) };
    let (major, info) = (bytes[0] & 0xe0, bytes[0] & 31);
    let (argument, rest) = bytes[1..].split_at(width(info));
    let argument = if info < 24 { &[info] } else { argument };
    let wider = (24..28).filter(|wider| width(*wider) > width(info));
    wider
        .map(|wider| {
            let zeros = vec![0; width(wider) - argument.len()];
            [&[major | wider], &zeros[..], argument, rest].concat()
        })
        .collect()
}

#[test]
fn longer_heads_are_refused() {
    let mut count = 0;
    for (diagnostic, bytes) in ours() {
        // A simple value in two bytes or more is another value, or a float.
        let reason = if bytes[0] >> 5 == 7 { Reason::Type } else { Reason::NotCanonical };
        for long in longer(&bytes) {
            assert_eq!(refusal(&long), Some(reason), "{diagnostic} as {long:02x?}");
            count += 1;
        }
    }
    assert_eq!(count, 124);
}

/// A map from each of `keys`, in hexadecimal, to 0.
fn map_of(keys: &[&str]) -> Vec<u8> {
    let mut bytes = vec![0xa0 | u8::try_from(keys.len()).unwrap()];
    keys.iter().for_each(|key| bytes.extend([unhex(key), vec![0]].concat()));
    bytes
}

/// Sections 4.2.1 and 4.2.3 sort the same eight keys, each its own way; only the former is deterministic
/// encoding here. Section 5.6: keys that stand twice make a map invalid.
#[test]
fn keys_stand_in_the_order_of_section_4_2_1() {
    // 10, 100, -1, "z", "aa", [100], [-1], false
    let core = ["0a", "1864", "20", "617a", "626161", "811864", "8120", "f4"];
    // 10, -1, false, 100, "z", [-1], "aa", [100]
    let length_first = ["0a", "20", "f4", "1864", "617a", "8120", "626161", "811864"];
    assert_eq!(refusal(&map_of(&core)), None);
    assert_eq!(refusal(&map_of(&length_first)), Some(Reason::Order));
    assert_eq!(refusal(&map_of(&["0a", "0a"])), Some(Reason::Order));
    let unsorted = ciborium::from_reader::<Value, _>(&map_of(&length_first)[..]).unwrap();
    assert_eq!(dynamic::encode(&unsorted).unwrap(), map_of(&core));
}
