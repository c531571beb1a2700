//! Between JSON, which people write, and ciborium's model, which interfaces read.

use ciborium::Value;
use serde_json::Value as Json;

pub(crate) use verify::hex;

/// JSON as a dynamic value. A number that is no integer of 64 bits becomes its text, which the types that
/// have wider numbers read.
pub(crate) fn from_json(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => match (number.as_u64(), number.as_i64()) {
            (Some(number), _) => number.into(),
            (None, Some(number)) => number.into(),
            (None, None) => Value::Text(number.to_string()),
        },
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(items) => Value::Array(items.iter().map(from_json).collect()),
        Json::Object(fields) => Value::Map(
            fields.iter().map(|(name, value)| (Value::Text(name.clone()), from_json(value))).collect(),
        ),
    }
}

/// A dynamic value as JSON; byte strings as hexadecimal text.
pub(crate) fn to_json(value: &Value) -> Json {
    match value {
        Value::Integer(number) => match (u64::try_from(*number), i64::try_from(*number)) {
            (Ok(number), _) => number.into(),
            (_, Ok(number)) => number.into(),
            _ => Json::String(i128::from(*number).to_string()),
        },
        Value::Bytes(bytes) => Json::String(hex(bytes)),
        Value::Text(text) => Json::String(text.clone()),
        Value::Bool(value) => Json::Bool(*value),
        Value::Array(items) => Json::Array(items.iter().map(to_json).collect()),
        Value::Map(pairs) => {
            Json::Object(pairs.iter().map(|(key, value)| (name(key), to_json(value))).collect())
        }
        _ => Json::Null,
    }
}

fn name(key: &Value) -> String {
    key.as_text().map_or_else(|| to_json(key).to_string(), str::to_owned)
}

/// A JSON text as it is, anything else as JSON.
pub(crate) fn plain(json: &Json) -> String {
    json.as_str().map_or_else(|| json.to_string(), str::to_owned)
}

/// Hexadecimal text as bytes.
pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}
