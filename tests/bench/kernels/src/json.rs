//! Parses a document of 500 records `n` times into a tree of values.

use crate::heap;
use crate::noise::Noise;
use alloc::string::String;
use core::fmt::Write as _;
use serde_json::Value;

pub(crate) fn run(n: usize) -> u64 {
    let text = document();
    let mut sum = 0u64;
    for _ in 0..n {
        let parsed = heap::scratch(|| serde_json::from_str(&text).map_or(0, |value| digest(&value)));
        sum = sum.wrapping_mul(31).wrapping_add(parsed);
    }
    sum
}

fn document() -> String {
    let mut noise = Noise::new();
    let mut text = String::from("[");
    for id in 0..500 {
        let (name, balance, rate) = (noise.next(), noise.next() as i32, noise.float());
        let comma = if id == 0 { "" } else { "," };
        let _ = write!(
            text,
            "{comma}\n  {{\"id\": {id}, \"name\": \"n{name:x} \\u00e9\\n\", \"balance\": {balance}, \
             \"rate\": {rate}, \"tags\": [\"a\", \"bc\", null, true]}}"
        );
    }
    text.push(']');
    text
}

fn digest(value: &Value) -> u64 {
    match value {
        Value::Null => 1,
        Value::Bool(value) => 2 + u64::from(*value),
        Value::Number(number) => number.as_f64().map_or(4, f64::to_bits),
        Value::String(text) => text.len() as u64,
        Value::Array(values) => {
            values.iter().fold(5, |sum, value| sum.wrapping_mul(31).wrapping_add(digest(value)))
        }
        Value::Object(fields) => fields.iter().fold(6, |sum, (name, value)| {
            sum.wrapping_mul(31).wrapping_add(name.len() as u64 ^ digest(value))
        }),
    }
}
