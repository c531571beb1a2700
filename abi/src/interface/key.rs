//! Keys of described maps, from the bytes of [`crate::key`] to what people read.
//!
//! A key goes as the value of the same type does in [`decode_value`](super::decode_value); a struct's key is
//! those of its fields, one after the other.

use super::described::{Described, SlotForm, Type};
use crate::codec::Bytes;
use crate::id::Hash;
use crate::key::Key;
use ciborium::Value;

impl Described {
    /// The field of state that a program's key is of, and what follows the field's name.
    pub fn slot<'a>(&self, key: &'a [u8]) -> Option<(&SlotForm, &'a [u8])> {
        let end = key.iter().position(|&byte| byte == 0)?;
        let slot = self.state.iter().find(|slot| slot.name.as_bytes() == &key[..end])?;
        Some((slot, &key[end + 1..]))
    }
}

/// The key that `bytes` hold as one of type `form`; `None` where they are none, or where no key has that type.
pub fn decode_key(form: &Type, bytes: &[u8]) -> Option<Value> {
    let mut rest = bytes;
    let key = read(form, &mut rest)?;
    rest.is_empty().then_some(key)
}

/// The recursion is as deep as the type, whose depth is bounded where it was read.
fn read(form: &Type, bytes: &mut &[u8]) -> Option<Value> {
    Some(match form {
        Type::Bool => Value::Bool(bool::decode_key(bytes)?),
        Type::Unsigned(8) => u8::decode_key(bytes)?.into(),
        Type::Unsigned(16) => u16::decode_key(bytes)?.into(),
        Type::Unsigned(32) => u32::decode_key(bytes)?.into(),
        Type::Unsigned(_) => u64::decode_key(bytes)?.into(),
        Type::U128 => Value::Text(u128::decode_key(bytes)?.to_string()),
        Type::Signed(8) => i8::decode_key(bytes)?.into(),
        Type::Signed(16) => i16::decode_key(bytes)?.into(),
        Type::Signed(32) => i32::decode_key(bytes)?.into(),
        Type::Signed(_) => i64::decode_key(bytes)?.into(),
        Type::Text => Value::Text(String::decode_key(bytes)?),
        Type::Bytes => hexadecimal(&Bytes::decode_key(bytes)?),
        Type::Hash => hexadecimal(&Hash::decode_key(bytes)?.0),
        Type::Fixed(len) => {
            let (fixed, rest) = bytes.split_at_checked(*len)?;
            *bytes = rest;
            hexadecimal(fixed)
        }
        Type::Tuple(members) => {
            Value::Array(members.iter().map(|member| read(member, bytes)).collect::<Option<_>>()?)
        }
        Type::Struct(_, fields) => {
            let mut field =
                |(name, form): &(String, Type)| Some((Value::Text(name.clone()), read(form, bytes)?));
            Value::Map(fields.iter().map(&mut field).collect::<Option<_>>()?)
        }
        Type::Unit | Type::Option(_) | Type::List(_) | Type::Enum(..) => return None,
    })
}

fn hexadecimal(bytes: &[u8]) -> Value {
    Value::Text(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(key: &impl Key) -> Vec<u8> {
        let mut out = Vec::new();
        key.encode_key(&mut out);
        out
    }

    #[test]
    fn a_key_reads_as_what_it_was_made_of() {
        let text = Value::from;
        let account = Type::Struct(
            "Account".into(),
            vec![("kind".into(), Type::Unsigned(8)), ("id".into(), Type::Bytes)],
        );
        let named = Value::Map(vec![(text("kind"), 1.into()), (text("id"), text("00ff"))]);
        assert_eq!(decode_key(&account, &encoded(&(1u8, Bytes(vec![0, 255])))), Some(named));
        let forms = [Type::U128, Type::Signed(16), Type::Bool, Type::Text, Type::Fixed(2), Type::Hash];
        let key = [
            encoded(&(u128::MAX, -2i16, true, String::from("a\0b"))),
            encoded(&[1u8, 2]),
            encoded(&Hash([7; 32])),
        ];
        let members = vec![
            text("340282366920938463463374607431768211455"),
            (-2).into(),
            Value::Bool(true),
            text("a\0b"),
            text("0102"),
            text("07".repeat(32).as_str()),
        ];
        assert_eq!(decode_key(&Type::Tuple(forms.to_vec()), &key.concat()), Some(Value::Array(members)));
    }

    #[test]
    fn what_is_no_key_of_the_type_is_none() {
        assert_eq!(decode_key(&Type::Unsigned(32), &[0; 3]), None, "too short");
        assert_eq!(decode_key(&Type::Unsigned(32), &[0; 5]), None, "too long");
        assert_eq!(decode_key(&Type::Bool, &[2]), None);
        assert_eq!(decode_key(&Type::Fixed(3), &[0; 2]), None);
        assert_eq!(decode_key(&Type::Unit, &[]), None);
    }

    #[test]
    fn a_key_is_of_the_field_that_it_names() {
        let slot = |name: &str| SlotForm { name: name.into(), key: None, value: Type::Bool };
        let described = Described {
            name: String::new(),
            methods: Vec::new(),
            state: vec![slot("a"), slot("ab")],
            events: Vec::new(),
            errors: Vec::new(),
        };
        let found = |key: &'static [u8]| described.slot(key).map(|(slot, rest)| (slot.name.as_str(), rest));
        assert_eq!(found(b"ab\0\0x"), Some(("ab", &b"\0x"[..])));
        assert_eq!((found(b"a\0"), found(b"a"), found(b"b\0")), (Some(("a", &b""[..])), None, None));
    }
}
