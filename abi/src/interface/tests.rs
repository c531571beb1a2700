use super::*;
use crate::codec::{Decode, Encode, Error, Reason, Writer};
use crate::limits::CBOR_DEPTH_MAX;
use ciborium::Value;
use proptest::prelude::*;

const ENTRY: Schema = Schema::Struct(
    "Entry",
    &[
        ("id", u128::SCHEMA),
        ("name", <Option<String>>::SCHEMA),
        ("tags", <Vec<(u8, i64)>>::SCHEMA),
        ("raw", Bytes::SCHEMA),
        ("seal", <[u8; 3]>::SCHEMA),
        ("kind", &Schema::Enum("Kind", &["Big", "Small"])),
        ("unit", <()>::SCHEMA),
        ("ok", bool::SCHEMA),
    ],
);

const INTERFACE: Interface = Interface {
    name: "example",
    methods: &[
        Method {
            kind: Kind::Call,
            name: "put",
            doc: "Keeps an entry.\nOr not.",
            params: &[("entry", &ENTRY), ("times", u16::SCHEMA)],
            returns: Hash::SCHEMA,
            fails: true,
        },
        Method { kind: Kind::Query, name: "size", doc: "", params: &[], returns: u64::SCHEMA, fails: false },
    ],
    state: &[
        Slot { name: "entries", key: Some(<(u128, u8)>::SCHEMA), value: &ENTRY },
        Slot { name: "size", key: None, value: u64::SCHEMA },
    ],
    events: &[("Put", &ENTRY)],
    errors: &[
        &[ErrorCase { code: 1, name: "Full", doc: "No room.", fields: &[("max", u32::SCHEMA)] }],
        &[ErrorCase { code: 300, name: "Odd", doc: "", fields: &[] }],
    ],
};

const BYTES: [u8; encoded_len(&INTERFACE)] = encode(&INTERFACE);

fn entry_type() -> Type {
    let Ok(mut described) = Described::from_bytes(&BYTES) else { unreachable!() };
    described.events.remove(0).data
}

fn map(pairs: &[(&str, Value)]) -> Value {
    Value::Map(pairs.iter().map(|(key, value)| (Value::from(*key), value.clone())).collect())
}

fn entry() -> Value {
    map(&[
        ("id", Value::from("340282366920938463463374607431768211455")),
        ("name", Value::Null),
        ("tags", Value::Array(vec![Value::Array(vec![Value::from(255), Value::from(-1)])])),
        ("raw", Value::from("00ff")),
        ("seal", Value::from("010203")),
        ("kind", Value::from("Small")),
        ("unit", Value::Null),
        ("ok", Value::Bool(true)),
    ])
}

fn with(field: &str, value: Value) -> Value {
    let Value::Map(mut pairs) = entry() else { unreachable!() };
    for (key, old) in &mut pairs {
        if key.as_text() == Some(field) {
            *old = value.clone();
        }
    }
    Value::Map(pairs)
}

#[test]
fn what_a_program_says_is_what_a_host_reads() {
    let described = Described::from_bytes(&BYTES).unwrap();
    assert_eq!(described.name, "example");
    let put = described.method("put").unwrap();
    assert_eq!((put.kind, put.doc.as_str(), put.fails), (Kind::Call, "Keeps an entry.\nOr not.", true));
    assert_eq!(
        (put.returns.clone(), put.params[1].clone()),
        (Type::Hash, ("times".into(), Type::Unsigned(16)))
    );
    assert_eq!(described.state[0].key, Some(Type::Tuple(vec![Type::U128, Type::Unsigned(8)])));
    assert_eq!(described.state[1].key, None);
    assert_eq!(described.error(1).map(|error| error.fields.len()), Some(1));
    assert_eq!(described.error(300).map(|error| error.name.as_str()), Some("Odd"));
    assert!(described.event("Put").is_some() && described.method("absent").is_none());
}

#[test]
fn the_section_is_canonical_cbor() {
    let value = crate::codec::dynamic::decode(&BYTES).unwrap();
    assert_eq!(crate::codec::dynamic::encode(&value).unwrap(), BYTES);
}

#[test]
fn heads_of_every_width_agree_with_the_codec() {
    const LEN: usize = 70_000;
    static LONG: [u8; LEN] = [b'x'; LEN];
    const fn text(len: usize) -> &'static str {
        match str::from_utf8(LONG.split_at(len).0) {
            Ok(text) => text,
            Err(_) => "",
        }
    }
    macro_rules! check {
        ($($len:literal)+) => {$({
            const I: Interface =
                Interface { name: text($len), methods: &[], state: &[], events: &[], errors: &[] };
            static BYTES: [u8; encoded_len(&I)] = encode(&I);
            assert_eq!(Described::from_bytes(&BYTES).unwrap().name.len(), $len);
        })+};
    }
    check!(0 23 24 255 256 65_535 65_536 70_000);
}

#[test]
fn no_byte_of_a_section_may_be_missing_and_none_may_follow() {
    for end in 0..BYTES.len() {
        assert!(Described::from_bytes(&BYTES[..end]).is_err());
    }
    assert_eq!(Described::from_bytes(&[&BYTES[..], &[0]].concat()).unwrap_err().reason, Reason::Trailing);
}

#[test]
fn a_type_cannot_be_nested_without_end() {
    let nested = |depth: usize| {
        let mut w = Writer::default();
        w.array(6);
        (crate::VERSION, "deep").encode_members(&mut w);
        w.array(0);
        w.array(0);
        w.array(1);
        w.array(2);
        w.text("Event");
        for _ in 0..depth {
            w.array(2);
            w.unsigned(16);
        }
        w.unsigned(0);
        w.array(0);
        Described::from_bytes(&w.into_bytes()).map(|_| ())
    };
    assert_eq!(nested(CBOR_DEPTH_MAX - 1), Ok(()));
    assert_eq!(nested(CBOR_DEPTH_MAX).unwrap_err().reason, Reason::Depth);
    assert_eq!(nested(100_000).unwrap_err().reason, Reason::Depth);
}

trait EncodeMembers {
    fn encode_members(&self, w: &mut Writer);
}

impl EncodeMembers for (u8, &str) {
    fn encode_members(&self, w: &mut Writer) {
        self.0.encode(w);
        self.1.encode(w);
    }
}

#[test]
fn a_value_goes_out_as_it_came_in() {
    let bytes = encode_value(&entry_type(), &entry()).unwrap();
    let expected = {
        let mut w = Writer::default();
        w.array(8);
        u128::MAX.encode(&mut w);
        w.null();
        vec![(255u8, -1i64)].encode(&mut w);
        w.bytes(&[0, 255]);
        w.bytes(&[1, 2, 3]);
        w.unsigned(1);
        w.array(0);
        w.bool(true);
        w.into_bytes()
    };
    assert_eq!(bytes, expected);
    assert_eq!(decode_value(&entry_type(), &bytes), Ok(entry()));
}

#[test]
fn people_may_write_a_value_in_more_than_one_way() {
    let same = |field: &str, values: &[Value]| {
        let bytes: Vec<_> = values
            .iter()
            .map(|value| encode_value(&entry_type(), &with(field, value.clone())).unwrap())
            .collect();
        assert!(bytes.windows(2).all(|pair| pair[0] == pair[1]), "{field}");
    };
    same(
        "id",
        &[Value::from(16), Value::from("16"), Value::from("0x10"), Value::Bytes(16u128.to_be_bytes().into())],
    );
    same("raw", &[Value::from("0xABcd"), Value::from("abcd"), Value::Bytes(vec![0xab, 0xcd])]);
    same("ok", &[Value::Bool(false), Value::from("false")]);
    same("unit", &[Value::Null, Value::Array(vec![])]);
    let mut without_option = entry();
    without_option.as_map_mut().unwrap().retain(|(key, _)| key.as_text() != Some("name"));
    assert_eq!(encode_value(&entry_type(), &without_option), encode_value(&entry_type(), &entry()));
}

#[test]
fn a_mismatch_says_where_and_what() {
    let described = Described::from_bytes(&BYTES).unwrap();
    let put = described.method("put").unwrap();
    let mismatch = |entry: Value, times: Value| {
        put.encode_args(&map(&[("entry", entry), ("times", times)])).unwrap_err().to_string()
    };
    let tags = Value::Array(vec![Value::Array(vec![Value::from(256), Value::from(0)])]);
    assert_eq!(mismatch(with("tags", tags), Value::from(1)), "entry.tags[0][0]: expected u8, found 256");
    assert_eq!(mismatch(entry(), Value::from(65_536)), "times: expected u16, found 65536");
    assert_eq!(mismatch(entry(), Value::from("-1")), "times: expected u16, found \"-1\"");
    assert_eq!(
        mismatch(with("kind", Value::from("Huge")), Value::from(1)),
        "entry.kind: expected Kind (Big, Small), found \"Huge\""
    );
    assert_eq!(
        mismatch(with("seal", Value::from("0102")), Value::from(1)),
        "entry.seal: expected 3 bytes (hexadecimal digits), found \"0102\""
    );
    assert_eq!(
        put.encode_args(&map(&[("entry", entry())])).unwrap_err().to_string(),
        "times: expected u16, found nothing"
    );
    assert_eq!(
        put.encode_args(&map(&[("entrance", entry())])).unwrap_err().to_string(),
        "the value: expected a field of the arguments of put, found \"entrance\""
    );
    assert_eq!(
        put.encode_args(&Value::Null).unwrap_err().to_string(),
        "the value: expected the arguments of put (entry, times), found null"
    );
    let twice = map(&[("times", Value::from(1)), ("times", Value::from(1))]);
    assert!(put.encode_args(&twice).unwrap_err().expected.contains("once"));
    for text in ["0x+1", "+-1", "0x", "1e3", ""] {
        assert!(encode_value(&Type::U128, &Value::from(text)).is_err(), "{text}");
    }
    for text in ["0x0", "é0", "0g", "+1"] {
        assert!(encode_value(&Type::Bytes, &Value::from(text)).is_err(), "{text}");
    }
}

fn signed() -> impl Strategy<Value = (u32, i64)> {
    (prop_oneof![Just(8u32), Just(16), Just(32), Just(64)], any::<i64>(), 0..64u32)
        .prop_map(|(bits, value, shift)| (bits, value >> shift))
}

proptest! {
    #[test]
    fn integers_keep_to_their_width((bits, value) in signed()) {
        let fits = match bits {
            8 => i8::try_from(value).is_ok(),
            16 => i16::try_from(value).is_ok(),
            32 => i32::try_from(value).is_ok(),
            _ => true,
        };
        let bytes = encode_value(&Type::Signed(bits), &Value::from(value));
        prop_assert_eq!(bytes.is_ok(), fits);
        prop_assert_eq!(decode_value(&Type::Signed(bits), &value.to_bytes()).is_ok(), fits);
        let unsigned = value.unsigned_abs();
        let fits = bits == 64 || unsigned >> bits == 0;
        prop_assert_eq!(encode_value(&Type::Unsigned(bits), &Value::from(unsigned)).is_ok(), fits);
        prop_assert_eq!(decode_value(&Type::Unsigned(bits), &unsigned.to_bytes()).is_ok(), fits);
    }

    #[test]
    fn bytes_that_decode_are_the_bytes_of_their_value(
        bytes in proptest::collection::vec(any::<u8>(), 0..40),
        flip in 0usize..40,
    ) {
        let form = entry_type();
        let mut near = encode_value(&form, &entry()).unwrap();
        let at = flip % near.len();
        near[at] ^= bytes.first().copied().unwrap_or(1);
        for bytes in [bytes, near] {
            if let Ok(value) = decode_value(&form, &bytes) {
                prop_assert_eq!(encode_value(&form, &value).unwrap(), bytes);
            }
        }
    }

    #[test]
    fn a_section_is_never_read_into_a_panic(at in 0..BYTES.len(), byte in any::<u8>()) {
        let mut bytes = BYTES;
        bytes[at] = byte;
        let _: Result<Described, Error> = Described::from_bytes(&bytes);
    }
}
