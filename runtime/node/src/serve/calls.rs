//! Calls over HTTP: one or many, in JSON by the program's interface, or in canonical bytes as their callers signed them.

use super::access::Asker;
use super::body::{self, Form, Read, cbor};
use super::desk::{Made, Standing};
use super::failure::Failure;
use super::{Hosted, Node};
use crate::commands::call::FUEL_DEFAULT;
use crate::commands::time::now_ms;
use crate::program::{encode_arguments, outcome};
use crate::told::Told;
use abi::call::{Call, Caller, Proof, SignedCall};
use abi::codec::{Bytes, Decode, Encode};
use abi::hash::RUN_LINE;
use abi::interface::Kind;
use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use base64::engine::general_purpose::STANDARD as BASE64;
use base64::{Engine, encoded_len};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::io::Write;
use std::sync::Arc;
use utoipa::ToSchema;

/// Most calls in one request, and the most bytes of them.
const CALLS_MAX: usize = 10_000;
const BODY_BYTES_MAX: usize = 16 << 20;
/// What the answer to a call takes: some more than a receipt in Base64.
const ANSWER_BYTES: usize = 2 << 10;
/// Whether an answer is that of an earlier delivery.
const KNOWN: HeaderName = HeaderName::from_static("foil-known");
/// The place of a call in history.
const SEQ: HeaderName = HeaderName::from_static("foil-seq");
/// Where an idempotency key may stand besides.
const KEY: &str = "idempotency-key";

/// A call, by names. Its caller is whom the token is given to, for which the node vouches.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CallRequest {
    /// The method.
    method: String,
    /// Its arguments by name: byte strings in hexadecimal.
    #[serde(default)]
    #[schema(value_type = Object)]
    args: Map<String, Value>,
    /// The idempotency key. The same call with the same key is made once; drawn, if neither this nor the header
    /// `idempotency-key` is there.
    key: Option<String>,
    /// The most fuel it may use.
    fuel_max: Option<u64>,
    /// When its key dies, in milliseconds of the shard's time; as late as it may, if this is not there.
    expires_ms: Option<u64>,
}

/// A call in JSON.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "for the description alone: what is wrong is told better of one form")]
pub(crate) enum CallBody {
    /// By names.
    Named(CallRequest),
    /// As its caller has signed it.
    Signed(SignedRequest),
}

/// A call as its caller has signed it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignedRequest {
    /// The canonical bytes of `[call, proof]`, in base64.
    signed: String,
}

/// Make calls.
///
/// The body is one call or an array of calls, which are answered in order. In CBOR a call is `[call, proof]` as its
/// caller has signed it, and the answer is its receipt, of which a second delivery has every byte again; in JSON it is
/// made by names, or is `{"signed": …}`, the same bytes in base64, and the answer has its outcome beside the receipt. Of many calls in CBOR the answer is an array of byte
/// strings: receipts, and of two bytes the numbers of errors. When it is answered, a call is durable.
#[utoipa::path(post, path = "/v1/shards/{shard}/calls", tag = "calls",
    params(("shard" = String, Path, description = "The shard's id")),
    request_body(content(
        (CallBody = "application/json"),
        (Vec<u8> = "application/cbor"),
    )),
    responses(
        (status = 200, description = "The call is history. One that failed or trapped is too, and has changed no state",
            content((Object = "application/json"), (Vec<u8> = "application/cbor"))),
        (status = 409, description = "The idempotency key is another call's"),
        (status = 413, description = "The body is too large"),
        (status = 415, description = "The body is neither JSON nor CBOR, or is compressed"),
        (status = 422, description = "A call is not admitted"),
        (status = 429, description = "Too many requests, or too many live keys; nothing was done"),
        (status = 503, description = "Busy, without room, or stopping; nothing was done, unless the number is E7515"),
    ))]
pub(crate) async fn make(
    State(node): State<Arc<Node>>,
    Path(shard): Path<String>,
    Extension(asker): Extension<Asker>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Failure> {
    let hosted = node.hosted(&shard)?;
    let Read { form, bytes, .. } = &node.bodies.read(&headers, body, BODY_BYTES_MAX).await?;
    let form = *form;
    let answer = Form::accepted(&headers, form)?;
    let standing = hosted.desk.standing();
    let header_key = headers.get(KEY).map(|key| key.to_str().map_err(|error| Failure::malformed(KEY, error)));
    let desk = Counter { node: &node, hosted, standing: &standing, asker: &asker };
    let (calls, is_one) = match desk.signed(form, bytes)? {
        Some(signed) => signed,
        None => desk.named(body::value(form, bytes)?, header_key.transpose()?)?,
    };
    let room = node.rooms.reserve(calls.len() * ANSWER_BYTES)?;
    let made = hosted.desk.call(&hosted.genesis, calls).await?;
    // What serves now may be what one of them has deployed.
    Ok(room.beside(answered(answer, made, is_one, &hosted.desk.standing())))
}

/// Where calls are taken in.
struct Counter<'a> {
    node: &'a Node,
    hosted: &'a Hosted,
    standing: &'a Standing,
    asker: &'a Asker,
}

impl Counter<'_> {
    /// Calls as their callers signed them, and whether it is one alone; none, if the body is something else.
    fn signed(&self, form: Form, bytes: &[u8]) -> Result<Option<(Vec<SignedCall>, bool)>, Failure> {
        if form != Form::Cbor {
            return Ok(None);
        }
        let malformed = |error: abi::codec::Error| Failure::malformed("body", error);
        let (calls, is_one) = match bytes {
            // An array of two, of which the first is one of ten: a call and its proof.
            [0x82, 0x8a, ..] => (vec![SignedCall::from_bytes(bytes).map_err(malformed)?], true),
            [0x80..=0x9f, ..] => (Vec::from_bytes(bytes).map_err(malformed)?, false),
            _ => return Ok(None),
        };
        calls.iter().try_for_each(|call| self.vouch(&call.call.caller))?;
        count(calls.len()).map(|()| Some((calls, is_one)))
    }

    /// A name is believed of whom the node has given it.
    fn vouch(&self, caller: &Caller) -> Result<(), Failure> {
        let Caller::Principal(claimed) = caller else { return Ok(()) };
        let held = self.asker.name();
        match held == Some(claimed.as_str()) {
            true => Ok(()),
            false => {
                Err(Failure::AnotherName { claimed: claimed.clone(), held: held.unwrap_or("nobody").into() })
            }
        }
    }

    /// Calls by names, and whether it is one alone.
    fn named(&self, value: Value, header: Option<&str>) -> Result<(Vec<SignedCall>, bool), Failure> {
        match value {
            Value::Array(values) => {
                count(values.len())?;
                if header.is_some() {
                    return Err(Failure::malformed(KEY, "names one call; write each call's key in the call"));
                }
                let call = |(index, value)| self.call(&format!("[{index}]"), value, None);
                Ok((values.into_iter().enumerate().map(call).collect::<Result<_, _>>()?, false))
            }
            value => Ok((vec![self.call("body", value, header)?], true)),
        }
    }

    fn call(&self, at: &str, value: Value, header: Option<&str>) -> Result<SignedCall, Failure> {
        if value.get("signed").is_some() {
            let SignedRequest { signed } = body::typed(at, value)?;
            let wrong = |error: &dyn std::fmt::Display| Failure::malformed(format!("{at}.signed"), error);
            let bytes = BASE64.decode(&signed).map_err(|error| wrong(&error))?;
            let call = SignedCall::from_bytes(&bytes).map_err(|error| wrong(&error))?;
            return self.vouch(&call.call.caller).map(|()| call);
        }
        let request: CallRequest = body::typed(at, value)?;
        let method = self.standing.serving()?.method(&request.method, Kind::Call)?;
        let args = encode_arguments(method, &Value::Object(request.args))?;
        let text = match (&request.key, header) {
            (Some(_), Some(_)) => {
                return Err(Failure::malformed(at, "the key is in the call and in a header"));
            }
            (text, header) => text.as_deref().or(header),
        };
        let key = text.map_or_else(|| self.node.drawn_key(), |text| RUN_LINE.hash_padded(text.as_bytes()).0);
        let latest_ms = now_ms().max(self.standing.time_ms).saturating_add(self.hosted.genesis.window_ms);
        let call = Call {
            version: abi::VERSION,
            shard: self.hosted.id,
            program: None,
            method: request.method,
            args: Bytes(args),
            salt: self.node.salt(self.asker.name().unwrap_or_default(), &key),
            caller: self.asker.caller(),
            key,
            expires_ms: request.expires_ms.unwrap_or(latest_ms),
            fuel_max: request.fuel_max.unwrap_or(FUEL_DEFAULT),
        };
        Ok(SignedCall { call, proof: Proof::None })
    }
}

fn count(calls: usize) -> Result<(), Failure> {
    match calls {
        1..=CALLS_MAX => Ok(()),
        _ => Err(Failure::malformed("body", format!("{calls} calls; send 1 to {CALLS_MAX} together"))),
    }
}

/// What the calls came to.
fn answered(form: Form, made: Vec<Result<Made, Failure>>, is_one: bool, standing: &Standing) -> Response {
    let mut text = Vec::with_capacity(made.len() * ANSWER_BYTES);
    match (form, is_one) {
        (Form::Json, true) => one(made, |made| {
            write(&mut text, &made, standing);
            body::json_text(text)
        }),
        (Form::Cbor, true) => one(made, |made| cbor(made.receipt)),
        (Form::Json, false) => {
            text.extend_from_slice(b"{\"answers\":[");
            for (index, made) in made.iter().enumerate() {
                text.extend_from_slice(if index > 0 { b"," } else { b"" });
                match made {
                    Ok(made) => write(&mut text, made, standing),
                    Err(failure) => text.extend_from_slice(failure.shown(None).to_string().as_bytes()),
                }
            }
            text.extend_from_slice(b"]}");
            body::json_text(text)
        }
        (Form::Cbor, false) => cbor(Vec::to_bytes(&made.into_iter().map(receipt).collect())),
    }
}

/// Of many calls in CBOR: the receipt, or the two bytes of the error's number.
fn receipt(made: Result<Made, Failure>) -> Bytes {
    Bytes(made.map_or_else(|failure| abi::Coded::code(&failure).to_be_bytes().into(), |made| made.receipt))
}

fn one(made: Vec<Result<Made, Failure>>, answer: impl FnOnce(Made) -> Response) -> Response {
    match made.into_iter().next().unwrap_or(Err(Failure::Stopping)) {
        Ok(made) => {
            let known = HeaderValue::from_static(if made.known { "true" } else { "false" });
            let headers = [(SEQ, made.seq.into()), (KNOWN, known)];
            (headers, answer(made)).into_response()
        }
        Err(failure) => failure.into_response(),
    }
}

/// Writes what a call came to, as a JSON object. Most of it is the receipt, which needs no second look.
fn write(text: &mut Vec<u8>, made: &Made, standing: &Standing) {
    const TAKES: &str = "bytes take what is written to them";
    write!(text, "{{\"seq\":{},\"known\":{}", made.seq, made.known).expect(TAKES);
    let outcome = outcome(standing.serving.as_deref(), &made.program, &made.method, &made.outcome);
    for (name, value) in outcome.into_iter().chain(made.told.iter().flat_map(Told::fields)) {
        write!(text, ",\"{name}\":").expect(TAKES);
        serde_json::to_writer(&mut *text, &value).expect(TAKES);
    }
    text.extend_from_slice(b",\"receipt\":\"");
    let begin = text.len();
    text.resize(begin + encoded_len(made.receipt.len(), true).expect("a receipt is no exabytes"), 0);
    BASE64.encode_slice(&made.receipt, &mut text[begin..]).expect("there is room for what its length is");
    text.extend_from_slice(b"\"}");
}
