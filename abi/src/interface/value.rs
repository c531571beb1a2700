//! Values of described types, between what people write and canonical bytes.
//!
//! People write JSON or the fields of a table; their tools turn that into ciborium's model. So a value
//! may come in more than one form, and always goes out in one:
//!
//! | type | comes as | goes as |
//! |---|---|---|
//! | integers up to 64 bits | integer, decimal text | integer |
//! | u128 | integer, decimal text, text of `0x` and hexadecimal digits, 16 bytes | decimal text |
//! | bool | bool, `"true"`, `"false"` | bool |
//! | text | text | text |
//! | bytes, hash | text of hexadecimal digits with or without `0x`, bytes | hexadecimal text |
//! | option | null or the value | the same |
//! | list, tuple | array | array |
//! | struct | map of its fields by name, of which options may be left out; array | map |
//! | enumeration | a variant's name | the same |
//! | unit | null, empty array | null |

use super::described::{MethodForm, Type};
use crate::codec::{Error, Reader, Reason, Writer};
use ciborium::Value;
use std::fmt;

/// A value is not of its type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mismatch {
    /// Which value: `batch[3].amount`. Empty for the whole.
    pub at: String,
    /// What belongs there.
    pub expected: String,
    /// What is there.
    pub found: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = if self.at.is_empty() { "the value" } else { &self.at };
        write!(f, "{at}: expected {}, found {}", self.expected, self.found)
    }
}

impl std::error::Error for Mismatch {}

impl crate::Coded for Mismatch {
    fn code(&self) -> u16 {
        1301
    }
}

/// The canonical bytes of `value` as a value of type `form`.
///
/// # Errors
///
/// The first part of the value that is not of its type.
pub fn encode_value(form: &Type, value: &Value) -> Result<Vec<u8>, Mismatch> {
    let mut w = Writer::default();
    write(form, value, &mut Path::default(), &mut w)?;
    Ok(w.into_bytes())
}

impl MethodForm {
    /// The canonical bytes of a call's arguments: `args` is a map by parameter name, or an array.
    ///
    /// # Errors
    ///
    /// The first argument that is missing, unknown, or not of its type.
    pub fn encode_args(&self, args: &Value) -> Result<Vec<u8>, Mismatch> {
        let mut w = Writer::default();
        let name = format!("the arguments of {}", self.name);
        write_struct(&name, &self.params, args, &mut Path::default(), &mut w)?;
        Ok(w.into_bytes())
    }
}

/// The value that `bytes` hold canonically as one of type `form`.
///
/// # Errors
///
/// Where the bytes are not canonical, or not of the type.
pub fn decode_value(form: &Type, bytes: &[u8]) -> Result<Value, Error> {
    let mut r = Reader::new(bytes);
    let value = read(form, &mut r)?;
    r.end()?;
    Ok(value)
}

/// Where in a value we are.
#[derive(Default)]
struct Path(String);

impl Path {
    /// Runs `inner` one step deeper.
    fn within<T>(&mut self, step: &str, inner: impl FnOnce(&mut Path) -> T) -> T {
        let len = self.0.len();
        self.0.push_str(if len == 0 { step.trim_start_matches('.') } else { step });
        let result = inner(self);
        self.0.truncate(len);
        result
    }

    fn mismatch(&self, expected: impl fmt::Display, found: impl fmt::Display) -> Mismatch {
        Mismatch { at: self.0.clone(), expected: expected.to_string(), found: found.to_string() }
    }
}

fn write(form: &Type, value: &Value, path: &mut Path, w: &mut Writer) -> Result<(), Mismatch> {
    match (form, value) {
        (Type::Unit, Value::Null) => w.array(0),
        (Type::Unit, Value::Array(items)) if items.is_empty() => w.array(0),
        (Type::Option(_), Value::Null) => w.null(),
        (Type::Option(inner), value) => write(inner, value, path, w)?,
        (Type::List(inner), Value::Array(items)) => {
            w.array(items.len());
            for (index, item) in items.iter().enumerate() {
                path.within(&format!("[{index}]"), |path| write(inner, item, path, w))?;
            }
        }
        (Type::Tuple(members), Value::Array(items)) if items.len() == members.len() => {
            w.array(items.len());
            for (index, (member, item)) in members.iter().zip(items).enumerate() {
                path.within(&format!("[{index}]"), |path| write(member, item, path, w))?;
            }
        }
        (Type::Struct(name, fields), value) => write_struct(name, fields, value, path, w)?,
        _ => write_scalar(form, value, w).ok_or_else(|| path.mismatch(wanted(form), shown(value)))?,
    }
    Ok(())
}

fn write_struct(
    name: &str,
    fields: &[(String, Type)],
    value: &Value,
    path: &mut Path,
    w: &mut Writer,
) -> Result<(), Mismatch> {
    w.array(fields.len());
    match value {
        Value::Array(items) if items.len() == fields.len() => {
            for ((field, form), item) in fields.iter().zip(items) {
                path.within(&format!(".{field}"), |path| write(form, item, path, w))?;
            }
            Ok(())
        }
        Value::Map(pairs) => {
            known_fields(name, fields, pairs, path)?;
            for (field, form) in fields {
                let item = pairs.iter().find(|(key, _)| key.as_text() == Some(field)).map(|(_, item)| item);
                path.within(&format!(".{field}"), |path| match (item, form) {
                    (Some(item), form) => write(form, item, path, w),
                    (None, Type::Option(_)) => write(form, &Value::Null, path, w),
                    (None, form) => Err(path.mismatch(wanted(form), "nothing")),
                })?;
            }
            Ok(())
        }
        _ => {
            let names: Vec<_> = fields.iter().map(|(field, _)| field.as_str()).collect();
            Err(path.mismatch(format!("{name} ({})", names.join(", ")), shown(value)))
        }
    }
}

/// Refuses names that are no field's, and names that stand twice.
fn known_fields(
    name: &str,
    fields: &[(String, Type)],
    pairs: &[(Value, Value)],
    path: &mut Path,
) -> Result<(), Mismatch> {
    for (index, (key, _)) in pairs.iter().enumerate() {
        let known = key.as_text().is_some_and(|key| fields.iter().any(|(field, _)| field == key));
        if !known {
            return Err(path.mismatch(format!("a field of {name}"), shown(key)));
        }
        if pairs[..index].iter().any(|(earlier, _)| earlier == key) {
            return Err(path.mismatch(format!("each field of {name} once"), shown(key)));
        }
    }
    Ok(())
}

fn write_scalar(form: &Type, value: &Value, w: &mut Writer) -> Option<()> {
    match form {
        Type::Bool => w.bool(match value {
            Value::Bool(value) => *value,
            value => value.as_text()?.parse().ok()?,
        }),
        Type::Unsigned(bits) => {
            let number = u64::try_from(integer(value)?).ok()?;
            let fits = u64::BITS - number.leading_zeros() <= *bits;
            w.unsigned(fits.then_some(number)?);
        }
        Type::Signed(bits) => {
            let number = i64::try_from(integer(value)?).ok()?;
            let fits = number >> (bits - 1) == 0 || number >> (bits - 1) == -1;
            w.signed(fits.then_some(number)?);
        }
        Type::U128 => w.bytes(&wide(value)?.to_be_bytes()),
        Type::Text => w.text(value.as_text()?),
        Type::Bytes => w.bytes(&octets(value)?),
        Type::Hash => w.bytes(Some(octets(value)?).filter(|bytes| bytes.len() == 32)?.as_slice()),
        Type::Fixed(len) => w.bytes(Some(octets(value)?).filter(|bytes| bytes.len() == *len)?.as_slice()),
        Type::Enum(_, variants) => {
            let name = value.as_text()?;
            w.unsigned(variants.iter().position(|variant| variant == name)? as u64);
        }
        _ => return None,
    }
    Some(())
}

fn integer(value: &Value) -> Option<i128> {
    match value {
        Value::Integer(number) => Some(i128::from(*number)),
        value => value.as_text()?.parse().ok(),
    }
}

fn wide(value: &Value) -> Option<u128> {
    match value {
        Value::Integer(number) => u128::try_from(*number).ok(),
        Value::Bytes(bytes) => bytes.as_slice().try_into().ok().map(u128::from_be_bytes),
        Value::Text(text) => match text.strip_prefix("0x") {
            // `from_str_radix` alone would take a sign.
            Some(digits) if !digits.starts_with('+') => u128::from_str_radix(digits, 16).ok(),
            Some(_) => None,
            None => text.parse().ok(),
        },
        _ => None,
    }
}

fn octets(value: &Value) -> Option<Vec<u8>> {
    let digits = match value {
        Value::Bytes(bytes) => return Some(bytes.clone()),
        value => value.as_text()?,
    };
    let digits = digits.strip_prefix("0x").unwrap_or(digits).as_bytes();
    let nibble = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let pairs = digits.chunks(2);
    pairs.map(|pair| Some(nibble(pair[0])? << 4 | nibble(*pair.get(1)?)?)).collect()
}

/// What to write for a type: its name, and where that does not say it, the way.
fn wanted(form: &Type) -> String {
    match form {
        Type::U128 => "u128 (decimal, or 0x and hexadecimal digits)".into(),
        Type::Bytes => "bytes (hexadecimal digits)".into(),
        Type::Hash => "hash (64 hexadecimal digits)".into(),
        Type::Fixed(len) => format!("{len} bytes (hexadecimal digits)"),
        Type::Enum(name, variants) => format!("{name} ({})", variants.join(", ")),
        Type::Struct(name, fields) => {
            let names: Vec<_> = fields.iter().map(|(field, _)| field.as_str()).collect();
            format!("{name} ({})", names.join(", "))
        }
        form => form.to_string(),
    }
}

/// A value in few words.
fn shown(value: &Value) -> String {
    match value {
        Value::Integer(number) => i128::from(*number).to_string(),
        Value::Bytes(bytes) => format!("{} bytes", bytes.len()),
        Value::Text(text) => format!("\"{}\"", text.chars().take(80).collect::<String>()),
        Value::Bool(value) => value.to_string(),
        Value::Null => "null".into(),
        Value::Array(items) => format!("an array of {}", items.len()),
        Value::Map(pairs) => format!("a map of {}", pairs.len()),
        Value::Float(number) => format!("the float {number}"),
        _ => "a value of another kind".into(),
    }
}

/// The recursion is as deep as the type, whose depth is bounded where it was read.
fn read(form: &Type, r: &mut Reader<'_>) -> Result<Value, Error> {
    let start = r.offset();
    Ok(match form {
        Type::Unit => r.array_of(0).map(|()| Value::Null)?,
        Type::Bool => Value::Bool(r.bool()?),
        Type::Unsigned(bits) => match r.unsigned()? {
            number if u64::BITS - number.leading_zeros() <= *bits => Value::from(number),
            _ => return Err(r.error(start, Reason::Range)),
        },
        Type::Signed(bits) => match r.signed()? {
            number if matches!(number >> (bits - 1), 0 | -1) => Value::from(number),
            _ => return Err(r.error(start, Reason::Range)),
        },
        Type::U128 => Value::Text(u128::from_be_bytes(r.byte_array()?).to_string()),
        Type::Text => Value::from(r.text()?),
        Type::Bytes => hexadecimal(r.bytes()?),
        Type::Hash => hexadecimal(&r.byte_array::<32>()?),
        Type::Fixed(len) => match r.bytes()? {
            bytes if bytes.len() == *len => hexadecimal(bytes),
            _ => return Err(r.error(start, Reason::Length)),
        },
        Type::Option(inner) => match r.null()? {
            true => Value::Null,
            false => read(inner, r)?,
        },
        Type::List(inner) => {
            let mut items = Vec::new();
            for _ in 0..r.array()? {
                items.push(read(inner, r)?);
            }
            Value::Array(items)
        }
        Type::Tuple(members) => {
            r.array_of(members.len())?;
            Value::Array(members.iter().map(|member| read(member, r)).collect::<Result<_, _>>()?)
        }
        Type::Struct(_, fields) => {
            r.array_of(fields.len())?;
            let field = |(name, form): &(String, Type)| Ok((Value::from(name.as_str()), read(form, r)?));
            Value::Map(fields.iter().map(field).collect::<Result<_, Error>>()?)
        }
        Type::Enum(_, variants) => {
            let index = usize::try_from(r.unsigned()?).map_err(|_| r.error(start, Reason::Unknown))?;
            let name = variants.get(index).ok_or(r.error(start, Reason::Unknown))?;
            Value::from(name.as_str())
        }
    })
}

fn hexadecimal(bytes: &[u8]) -> Value {
    Value::Text(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
