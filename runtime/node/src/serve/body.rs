//! The bodies of requests and answers: JSON or CBOR, each read strictly.

use super::failure::Failure;
use crate::value::{from_json, to_json};
use abi::codec::dynamic;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// For how long a body may take.
const BODY_SECONDS: u64 = 20;
/// How deep JSON may be, as CBOR.
const DEPTH_MAX: usize = abi::limits::CBOR_DEPTH_MAX;
/// Room for a body, before it is known how long it is.
const BODY_BYTES: usize = 1 << 10;

/// Memory for all bodies, in units.
const ALL_UNITS: usize = 256 << 10;
const UNIT_BYTES: usize = 1 << 10;

const CBOR: &str = "application/cbor";
const JSON: &str = "application/json";

/// How a body is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Form {
    Json,
    Cbor,
}

impl Form {
    /// That of a request's body: JSON, if it does not say.
    fn of_body(headers: &HeaderMap) -> Result<Form, Failure> {
        let unsupported = || Failure::Unsupported { header: "content-type" };
        let Some(value) = headers.get(header::CONTENT_TYPE) else { return Ok(Form::Json) };
        Form::named(value.to_str().map_err(|_| unsupported())?).ok_or_else(unsupported)
    }

    fn named(text: &str) -> Option<Form> {
        let name = text.split(';').next().unwrap_or_default().trim();
        if name.eq_ignore_ascii_case(JSON) {
            Some(Form::Json)
        } else {
            name.eq_ignore_ascii_case(CBOR).then_some(Form::Cbor)
        }
    }

    /// The first one that is accepted; `otherwise`, where anything is.
    pub(crate) fn accepted(headers: &HeaderMap, otherwise: Form) -> Result<Form, Failure> {
        let mut is_any = true;
        for value in headers.get_all(header::ACCEPT) {
            for range in value.to_str().map_err(|_| Failure::NotAcceptable)?.split(',') {
                is_any = false;
                let (name, is_refused) = (range.split(';').next().unwrap_or_default().trim(), refuses(range));
                if !is_refused && (name == "*/*" || name == "application/*") {
                    return Ok(otherwise);
                }
                if let Some(form) = Form::named(range).filter(|_| !is_refused) {
                    return Ok(form);
                }
            }
        }
        if is_any { Ok(otherwise) } else { Err(Failure::NotAcceptable) }
    }

    /// An answer of this form.
    pub(crate) fn answer(self, value: &Value) -> Response {
        match self {
            Form::Json => json_text(value.to_string()),
            Form::Cbor => match dynamic::encode(&from_json(value)) {
                Ok(bytes) => cbor(bytes),
                Err(error) => {
                    tracing::error!(%error, "an answer has no canonical CBOR");
                    StatusCode::INTERNAL_SERVER_ERROR.into_response()
                }
            },
        }
    }
}

/// Whether a range of what is accepted has no weight.
fn refuses(range: &str) -> bool {
    let weight = range.split(';').skip(1).find_map(|it| it.trim().strip_prefix("q="));
    weight.is_some_and(|weight| weight.trim().parse::<f32>().is_ok_and(|weight| weight <= 0.0))
}

/// The text of a JSON value as an answer.
pub(crate) fn json_text(text: impl Into<Body>) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static(JSON))], text.into()).into_response()
}

/// Canonical bytes as an answer.
pub(crate) fn cbor(bytes: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static(CBOR))], bytes).into_response()
}

/// How many units of memory so many bytes take.
pub(crate) fn units(bytes: usize) -> u32 {
    u32::try_from(bytes / UNIT_BYTES + 1).unwrap_or(u32::MAX)
}

/// Memory for the bodies of all requests that are being read.
pub(crate) struct Bodies(Arc<Semaphore>);

impl Default for Bodies {
    fn default() -> Bodies {
        Bodies(Arc::new(Semaphore::new(ALL_UNITS)))
    }
}

/// A body, and the room that it takes for as long as it is there.
pub(crate) struct Read {
    pub(crate) form: Form,
    pub(crate) bytes: Bytes,
    _room: OwnedSemaphorePermit,
}

impl Bodies {
    /// Reads a body of JSON or CBOR that is no longer than this, and in time.
    pub(crate) async fn read(&self, headers: &HeaderMap, body: Body, max: usize) -> Result<Read, Failure> {
        let form = Form::of_body(headers)?;
        let (bytes, room) = self.in_time(headers, body, max).await?;
        Ok(Read { form, bytes, _room: room })
    }

    /// Reads a body of another kind.
    pub(crate) async fn read_raw(
        &self,
        headers: &HeaderMap,
        body: Body,
        max: usize,
        kind: &str,
    ) -> Result<Bytes, Failure> {
        if headers.get(header::CONTENT_TYPE).is_some_and(|found| found.as_bytes() != kind.as_bytes()) {
            return Err(Failure::Unsupported { header: "content-type" });
        }
        Ok(self.in_time(headers, body, max).await?.0)
    }

    async fn in_time(
        &self,
        headers: &HeaderMap,
        body: Body,
        max: usize,
    ) -> Result<(Bytes, OwnedSemaphorePermit), Failure> {
        let plain = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"identity");
        if !headers.get_all(header::CONTENT_ENCODING).iter().all(plain) {
            return Err(Failure::Unsupported { header: "content-encoding" });
        }
        let said = headers
            .get(header::CONTENT_LENGTH)
            .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
        if said.is_some_and(|length| length > max) {
            return Err(Failure::TooLarge { max });
        }
        let units = units(said.unwrap_or(max));
        let room = self.0.clone().try_acquire_many_owned(units).map_err(|_| Failure::Busy)?;
        let all = collect(body, said.unwrap_or(BODY_BYTES), max);
        let bytes = timeout(Duration::from_secs(BODY_SECONDS), all).await;
        Ok((bytes.map_err(|_| Failure::TooSlow { seconds: BODY_SECONDS })??, room))
    }
}

async fn collect(body: Body, room: usize, max: usize) -> Result<Bytes, Failure> {
    let (mut stream, mut first) = (body.into_data_stream(), Bytes::new());
    let mut rest = Vec::new();
    while let Some(data) = stream.next().await {
        let data = data.map_err(|error| Failure::malformed("body", error))?;
        if first.len() + rest.len() + data.len() > max {
            return Err(Failure::TooLarge { max });
        }
        // Most bodies come in one piece.
        if first.is_empty() && rest.is_empty() {
            first = data;
            continue;
        }
        if rest.is_empty() {
            rest.reserve(room.min(max));
            rest.extend_from_slice(&std::mem::take(&mut first));
        }
        rest.extend_from_slice(&data);
    }
    Ok(if rest.is_empty() { first } else { rest.into() })
}

/// The one value of a body.
pub(crate) fn value(form: Form, bytes: &[u8]) -> Result<Value, Failure> {
    match form {
        Form::Json => json(bytes),
        Form::Cbor => {
            dynamic::decode(bytes).map(|value| to_json(&value)).map_err(|e| Failure::malformed("body", e))
        }
    }
}

/// A value as what it is to be.
pub(crate) fn typed<T: DeserializeOwned>(at: &str, value: Value) -> Result<T, Failure> {
    serde_json::from_value(value).map_err(|error| Failure::malformed(at, error))
}

/// JSON that names no key twice and is not too deep.
fn json(bytes: &[u8]) -> Result<Value, Failure> {
    let mut path = Vec::new();
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let checked = Strict { path: &mut path, depth: DEPTH_MAX }.deserialize(&mut reader);
    if let Err(error) = checked.and_then(|()| reader.end()) {
        path.reverse();
        let at = if path.is_empty() { "body".into() } else { path.join(".") };
        return Err(Failure::Malformed { at, because: error.to_string() });
    }
    serde_json::from_slice(bytes).map_err(|error| Failure::malformed("body", error))
}

/// Reads a value and keeps nothing of it but where something is wrong, if that is so: the way out of there.
struct Strict<'a> {
    path: &'a mut Vec<String>,
    depth: usize,
}

impl Strict<'_> {
    /// Reads what is one step inside.
    fn inside<T, E: Error>(
        &mut self,
        step: impl FnOnce() -> String,
        read: impl FnOnce(Strict<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let depth = self.depth.checked_sub(1).ok_or_else(|| E::custom(format!("deeper than {DEPTH_MAX}")));
        let found = depth.and_then(|depth| read(Strict { path: self.path, depth }));
        found.inspect_err(|_| self.path.push(step()))
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        for index in 0.. {
            if self.inside(|| format!("[{index}]"), |item| items.next_element_seed(item))?.is_none() {
                break;
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut fields: A) -> Result<(), A::Error> {
        let mut names = BTreeSet::new();
        while let Some(name) = fields.next_key::<String>()? {
            let value = |field: Strict<'_>| {
                fields.next_value_seed(field)?;
                if names.contains(&name) { Err(A::Error::custom("named twice")) } else { Ok(()) }
            };
            self.inside(|| name.clone(), value)?;
            names.insert(name);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    proptest! {
        /// Whatever comes is a value or a reason, and a value of JSON is what serde_json reads.
        #[test]
        fn no_bytes_are_too_strange(bytes in vec(any::<u8>(), 0..200), text in "[\\[\\]{}:,\"a1.eE+-]{0,60}") {
            for bytes in [&*bytes, text.as_bytes()] {
                _ = value(Form::Cbor, bytes);
                if let Ok(found) = value(Form::Json, bytes) {
                    prop_assert_eq!(found, serde_json::from_slice::<Value>(bytes).unwrap());
                }
            }
        }
    }

    fn at(text: &str) -> String {
        match json(text.as_bytes()) {
            Err(Failure::Malformed { at, .. }) => at,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn what_is_wrong_with_json_is_told_with_its_place() {
        assert_eq!(json(br#" {"a": [1, -2.5e3, "x", null, true, {"b": {}}]} "#).unwrap()["a"][0], 1);
        assert_eq!(at(r#"{"a": 1, "a": 2}"#), "a");
        assert_eq!(at(r#"{"a": [0, {"b": 1, "c": {"d": 1, "d": 2}}]}"#), "a.[1].c.d");
        assert_eq!(at(r#"{"a": [0, NaN]}"#), "a.[1]");
        assert_eq!(at("{} {}"), "body");
        assert_eq!(at(""), "body");
        let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(json(deep(DEPTH_MAX).as_bytes()).is_ok());
        assert!(at(&deep(DEPTH_MAX + 1)).starts_with("[0].[0]"));
        assert!(at(&"[".repeat(1 << 20)).starts_with("[0].[0]"));
    }

    #[test]
    fn forms_are_negotiated() {
        let accepted = |text: &'static str| {
            let headers = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(text))]);
            Form::accepted(&headers, Form::Json)
        };
        assert_eq!(Form::accepted(&HeaderMap::new(), Form::Cbor), Ok(Form::Cbor));
        assert_eq!(accepted("text/html, */*;q=0.1"), Ok(Form::Json));
        assert_eq!(accepted("application/cbor;q=0, application/json"), Ok(Form::Json));
        assert_eq!(accepted("Application/CBOR, application/json"), Ok(Form::Cbor));
        assert_eq!(accepted("text/html"), Err(Failure::NotAcceptable));
    }
}
