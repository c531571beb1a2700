//! Host calls and keys of state for a person: by the interface of the program, where that says what they are,
//! and in hexadecimal where it does not.

use crate::program::{Serving, arguments_shown, raw};
use crate::value::{hex, to_json};
use abi::call::Call;
use abi::codec::dynamic;
use abi::effect::{Event, Excerpt, HostCalled};
use abi::interface::{SlotForm, Type, decode_key, decode_value};
use abi::session::Space;
use serde_json::{Map, Value, json};

/// What shows the host calls of one call.
pub(crate) struct Teller<'a> {
    /// The call's program, if it says what its bytes are.
    pub(crate) serving: Option<&'a Serving>,
    /// The call.
    pub(crate) call: &'a Call,
}

impl Teller<'_> {
    /// The host call of this number: what it was given, what it answered, and the fuel that the call had used
    /// before and after it.
    pub(crate) fn step(&self, number: usize, called: &HostCalled) -> Value {
        let used = |left| self.call.fuel_max.saturating_sub(left);
        json!({
            "step": number,
            "call": called.name,
            "given": self.given(called),
            "answer": self.answer(called),
            "fuel_before": used(called.fuel_before),
            "fuel_after": used(called.fuel_after),
        })
    }

    /// What a host call was given.
    pub(crate) fn given(&self, called: &HostCalled) -> Value {
        let excerpt = |nth: usize| called.given.get(nth);
        let arg = |nth: usize| called.args.get(nth).map(|arg| json!(arg));
        let shown = |nth: usize| excerpt(nth).map(bytes);
        let key = |nth: usize| excerpt(nth).map(|key| self.key(key));
        let text = |nth: usize| excerpt(nth).map(|text| json!(String::from_utf8_lossy(&text.bytes)));
        let fields: &[(&str, Option<Value>)] = &match called.name {
            "state_get" => vec![("key", key(0)), ("room", arg(3))],
            "state_put" => {
                vec![("key", key(0)), ("value", excerpt(1).map(|value| self.value(excerpt(0), value)))]
            }
            "state_delete" => vec![("key", key(0))],
            "scan_open" => {
                vec![
                    ("from", key(0)),
                    ("to", key(1)),
                    ("reverse", called.args.get(4).map(|&it| json!(it == 1))),
                ]
            }
            "scan_next" => vec![("cursor", arg(0)), ("room", arg(2))],
            "scan_close" => vec![("cursor", arg(0))],
            "input" | "caller" => vec![("room", arg(1))],
            "answer" => vec![("value", excerpt(0).map(|value| self.returned(value)))],
            "fail" => vec![("error", excerpt(0).map(|reason| self.reason(reason)))],
            "emit" => vec![("event", text(0)), ("data", excerpt(1).map(|data| self.event(excerpt(0), data)))],
            "send" => vec![("to", shown(0)), ("method", text(1)), ("args", excerpt(2).map(arguments))],
            "random" => vec![("bytes", arg(1))],
            "hash_blake3" | "hash_sha256" => vec![("data", shown(0))],
            "verify_ed25519" => vec![("key", shown(0)), ("signature", shown(1)), ("message", shown(2))],
            "log" => vec![("text", text(0))],
            _ => Vec::new(),
        };
        // What points outside the memory was not read.
        fields.iter().filter_map(|(name, value)| Some(((*name).to_owned(), value.clone()?))).collect()
    }

    fn answer(&self, called: &HostCalled) -> Value {
        let Some(result) = called.result else {
            return json!({ "ended": true });
        };
        match (called.name, &called.answered) {
            ("state_get" | "scan_next", None) => json!({ "absent": true }),
            ("state_get", Some(value)) => self.value(called.given.first(), value),
            ("scan_next", Some(entry)) => self.entry(entry).unwrap_or_else(|| bytes(entry)),
            ("input", Some(input)) => self.input(input),
            ("caller", Some(caller)) => arguments(caller),
            (_, Some(answered)) => bytes(answered),
            ("verify_ed25519", None) => json!(result == 1),
            ("scan_open" | "seq" | "time", None) => json!(result),
            _ => Value::Null,
        }
    }

    /// A key of the program's.
    fn key(&self, key: &Excerpt) -> Value {
        key.whole().map_or_else(|| bytes(key), |key| self.program_key(key))
    }

    fn program_key(&self, key: &[u8]) -> Value {
        match self.serving.and_then(|serving| serving.interface.slot(key)) {
            Some((SlotForm { name, key: None, .. }, [])) => json!({ "field": name }),
            Some((SlotForm { name, key: Some(form), .. }, rest)) => {
                let key = decode_key(form, rest).map_or_else(|| json!(hex(rest)), |key| to_json(&key));
                json!({ "field": name, "key": key })
            }
            _ => raw(key),
        }
    }

    /// A key in state.
    pub(crate) fn state_key(&self, key: &[u8]) -> Value {
        match key.split_first() {
            Some((&space, rest)) if space == Space::Program as u8 => self.program_key(rest),
            Some((&space, rest)) if space == Space::System as u8 => {
                json!({ "system": String::from_utf8_lossy(rest) })
            }
            _ => raw(key),
        }
    }

    /// The value of a key in state.
    pub(crate) fn state_value(&self, key: &[u8], value: &[u8]) -> Value {
        match key.split_first() {
            Some((&space, rest)) if space == Space::Program as u8 => self.program_value(rest, value),
            _ => raw(value),
        }
    }

    fn program_value(&self, key: &[u8], value: &[u8]) -> Value {
        let slot = self.serving.and_then(|serving| serving.interface.slot(key));
        slot.map_or_else(|| raw(value), |(slot, _)| typed(&slot.value, value))
    }

    fn value(&self, key: Option<&Excerpt>, value: &Excerpt) -> Value {
        match (key.and_then(Excerpt::whole), value.whole()) {
            (Some(key), Some(value)) => self.program_value(key, value),
            _ => bytes(value),
        }
    }

    /// What a cursor shows: `key length ‖ key ‖ value`.
    fn entry(&self, entry: &Excerpt) -> Option<Value> {
        let (len, rest) = entry.whole()?.split_first_chunk()?;
        let (key, value) = rest.split_at_checked(usize::try_from(u32::from_le_bytes(*len)).ok()?)?;
        Some(json!({ "key": self.program_key(key), "value": self.program_value(key, value) }))
    }

    fn input(&self, input: &Excerpt) -> Value {
        let form = self.serving.and_then(|serving| serving.interface.method(&self.call.method));
        match (form, input.whole()) {
            (Some(form), Some(input)) => typed(&Type::Struct(String::new(), form.params.clone()), input),
            _ => arguments(input),
        }
    }

    fn returned(&self, value: &Excerpt) -> Value {
        let form = self.serving.and_then(|serving| serving.interface.method(&self.call.method));
        match (form, value.whole()) {
            (Some(form), Some(value)) => typed(&form.returns, value),
            _ => bytes(value),
        }
    }

    fn reason(&self, reason: &Excerpt) -> Value {
        match (self.serving, reason.whole()) {
            (Some(serving), Some(reason)) => serving.error(reason),
            _ => bytes(reason),
        }
    }

    fn event(&self, name: Option<&Excerpt>, data: &Excerpt) -> Value {
        let name = name.and_then(|name| std::str::from_utf8(name.whole()?).ok());
        match (self.serving, name, data.whole()) {
            (Some(serving), Some(name), Some(data)) => {
                let event = Event { name: name.into(), data: data.into() };
                serving.event(&event)["data"].take()
            }
            _ => bytes(data),
        }
    }
}

/// A value of a type; as it is, if it is none.
fn typed(form: &Type, value: &[u8]) -> Value {
    decode_value(form, value).map_or_else(|_| raw(value), |value| to_json(&value))
}

/// Canonical CBOR that no interface knows.
fn arguments(cbor: &Excerpt) -> Value {
    cbor.whole().filter(|cbor| dynamic::decode(cbor).is_ok()).map_or_else(|| bytes(cbor), arguments_shown)
}

/// Bytes, and of a longer range how many there are.
fn bytes(excerpt: &Excerpt) -> Value {
    match excerpt.whole() {
        Some(bytes) => raw(bytes),
        None => json!({ "hex": hex(&excerpt.bytes), "bytes": excerpt.len }),
    }
}

/// One line of text for a step.
pub(crate) fn line(step: &Value) -> String {
    let field = |name: &str| step[name].as_str().map_or_else(|| step[name].to_string(), str::to_owned);
    let given: Map<String, Value> = step["given"].as_object().cloned().unwrap_or_default();
    let given: Vec<String> = given.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let answer = if step["answer"].is_null() { String::new() } else { format!(" = {}", step["answer"]) };
    let (before, after) = (field("fuel_before"), field("fuel_after"));
    let line = format!("{:>4}  {}({}){answer}", field("step"), field("call"), given.join(", "));
    format!("{}  fuel {before} to {after}", verify::printable(&line))
}
