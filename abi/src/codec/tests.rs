use super::*;
use alloc::vec;
use proptest::prelude::*;

fn refused<T: Decode>(bytes: &[u8]) -> Option<Reason> {
    T::from_bytes(bytes).err().map(|error| error.reason)
}

/// RFC 8949, Appendix A: the rows within our subset.
#[test]
fn rfc_8949_examples() {
    for (value, hex) in [
        (0u64, "00"),
        (1, "01"),
        (10, "0a"),
        (23, "17"),
        (24, "1818"),
        (25, "1819"),
        (100, "1864"),
        (1000, "1903e8"),
        (1_000_000, "1a000f4240"),
        (1_000_000_000_000, "1b000000e8d4a51000"),
        (18_446_744_073_709_551_615, "1bffffffffffffffff"),
    ] {
        assert_eq!(hex_of(&value.to_bytes()), hex);
    }
    for (value, hex) in [(-1i64, "20"), (-10, "29"), (-100, "3863"), (-1000, "3903e7")] {
        assert_eq!(hex_of(&value.to_bytes()), hex);
        assert_eq!(i64::from_bytes(&value.to_bytes()), Ok(value));
    }
    assert_eq!(hex_of(&i64::MIN.to_bytes()), "3b7fffffffffffffff");
    assert_eq!(hex_of(&"IETF".to_bytes()), "6449455446");
    assert_eq!(hex_of(&[1u8, 2, 3, 4].to_bytes()), "4401020304");
    assert_eq!(hex_of(&(false, true).to_bytes()), "82f4f5");
    assert_eq!(hex_of(&None::<u64>.to_bytes()), "f6");
}

fn hex_of(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| alloc::format!("{byte:02x}")).collect()
}

#[test]
fn what_is_not_canonical_is_refused() {
    assert_eq!(refused::<u64>(&[0x18, 0x17]), Some(Reason::NotCanonical));
    assert_eq!(refused::<u64>(&[0x19, 0x00, 0xff]), Some(Reason::NotCanonical));
    assert_eq!(refused::<u64>(&[0x1b, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]), Some(Reason::NotCanonical));
    assert_eq!(refused::<Bytes>(&[0x5f, 0x41, 0, 0xff]), Some(Reason::NotCanonical));
    assert_eq!(refused::<u64>(&[0x00, 0x00]), Some(Reason::Trailing));
    assert_eq!(refused::<u8>(&[0x19, 0x01, 0x00]), Some(Reason::Range));
    assert_eq!(refused::<String>(&[0x61, 0xff]), Some(Reason::Utf8));
    assert_eq!(refused::<bool>(&[0xf8, 0x14]), Some(Reason::Type));
    assert_eq!(refused::<(u8, u8)>(&[0x81, 0x00]), Some(Reason::Length));
    assert_eq!(refused::<u128>(&[0x41, 0x00]), Some(Reason::Length));
}

#[test]
fn a_length_bomb_allocates_nothing() {
    assert_eq!(
        refused::<Bytes>(&[0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
        Some(Reason::Truncated)
    );
    assert_eq!(refused::<Vec<u64>>(&[0x9b, 0, 0, 0, 0xff, 0, 0, 0, 0]), Some(Reason::Truncated));
}

type Everything = ((u64, i64, u128, bool), (Bytes, String, [u8; 3]), Option<Vec<u32>>, ());

fn everything() -> impl Strategy<Value = Everything> {
    (
        (any::<u64>(), any::<i64>(), any::<u128>(), any::<bool>()),
        (any::<Vec<u8>>().prop_map(Bytes), ".{0,20}", any::<[u8; 3]>()),
        any::<Option<Vec<u32>>>(),
        Just(()),
    )
}

/// A byte soup that looks like CBOR more often than chance would make it.
fn soup() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        any::<u8>(),
        (0u8..24),
        prop::sample::select(vec![
            0x80u8, 0x81, 0x82, 0x40, 0x41, 0x60, 0x61, 0xf4, 0xf5, 0xf6, 0x18, 0x20, 0xa1, 0xa0
        ])
    ];
    proptest::collection::vec(byte, 0..24)
}

proptest! {
    #[test]
    fn what_was_written_reads_back(value in everything()) {
        prop_assert_eq!(Everything::from_bytes(&value.to_bytes()), Ok(value));
    }

    #[test]
    fn cut_anywhere_is_refused(value in everything(), cut in any::<prop::sample::Index>()) {
        let bytes = value.to_bytes();
        prop_assert!(Everything::from_bytes(&bytes[..cut.index(bytes.len())]).is_err());
    }

    #[test]
    fn what_reads_writes_back(bytes in soup()) {
        if let Ok(value) = Vec::<Option<i64>>::from_bytes(&bytes) {
            prop_assert_eq!(value.to_bytes(), bytes.clone());
        }
        if let Ok(value) = <(Bytes, Option<String>)>::from_bytes(&bytes) {
            prop_assert_eq!(value.to_bytes(), bytes.clone());
        }
        #[cfg(feature = "std")]
        prop_assert_eq!(dynamic::check(&bytes), dynamic::decode(&bytes).map(|_| ()));
        #[cfg(feature = "std")]
        if let Ok(value) = dynamic::decode(&bytes) {
            prop_assert_eq!(dynamic::encode(&value).unwrap(), bytes);
        }
    }
}

/// The hand-written half and ciborium tell the same story about the same bytes.
#[cfg(feature = "std")]
#[test]
fn both_halves_agree() {
    use ciborium::Value;
    let value: Everything =
        ((300, -7, 1 << 100, true), (Bytes(vec![1]), "text".into(), [1, 2, 3]), Some(vec![70_000]), ());
    let bytes = value.to_bytes();
    let dynamic = dynamic::decode(&bytes).unwrap();
    assert_eq!(dynamic::encode(&dynamic).unwrap(), bytes);
    let theirs: Value = ciborium::from_reader(bytes.as_slice()).unwrap();
    assert_eq!(theirs, dynamic);
    let mut written = Vec::new();
    ciborium::into_writer(&dynamic, &mut written).unwrap();
    assert_eq!(written, bytes);
}

#[cfg(feature = "std")]
#[test]
fn dynamic_values_are_strict_too() {
    let reason = |bytes: &[u8]| {
        assert_eq!(dynamic::check(bytes), dynamic::decode(bytes).map(|_| ()));
        dynamic::decode(bytes).err().map(|error| error.reason)
    };
    assert_eq!(reason(&[0xa2, 0x01, 0x00, 0x01, 0x00]), Some(Reason::Order));
    assert_eq!(reason(&[0xa2, 0x02, 0x00, 0x01, 0x00]), Some(Reason::Order));
    assert_eq!(reason(&[0xf9, 0x3c, 0x00]), Some(Reason::Type), "floats");
    assert_eq!(reason(&[0xc0, 0x00]), Some(Reason::Type), "tags");
    assert_eq!(reason(&[0x81; 40]), Some(Reason::Depth));
    let unsorted = ciborium::Value::Map(vec![(2.into(), 0.into()), (1.into(), 0.into())]);
    assert_eq!(dynamic::encode(&unsorted).unwrap(), [0xa2, 0x01, 0x00, 0x02, 0x00]);
}
