//! What a shard holds, over HTTP: state, receipts, blocks, heads and tiles, each with what proves it.
#![allow(unused_qualifications, reason = "utoipa's macro writes them")]

use super::access::Asker;
use super::body::{self, Form, cbor};
use super::desk::Standing;
use super::failure::Failure;
use super::{Hosted, Node};
use crate::commands::call::FUEL_DEFAULT;
use crate::commands::inspect::{self, described_methods};
use crate::commands::state::{parse_key, parse_range};
use crate::commands::{block_at, receipt, shard, status};
use crate::data::NodeShard;
use crate::error::NodeError;
use crate::lookup::{self, Found, Wanted};
use abi::Coded;
use abi::codec::Encode;
use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use journal::{Head, Tile, TileError, TileKind, bundle_of_records};
use kernel::Effort;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

const BODY_BYTES_MAX: usize = abi::limits::CALL_BYTES_MAX;
/// Entries of a range that are shown, and the most.
const ENTRIES: usize = 100;
const ENTRIES_MAX: usize = 1_000;
const TEXT: &str = "text/plain; charset=utf-8";
const OCTETS: &str = "application/octet-stream";

/// A query, by names.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct QueryRequest {
    /// The query.
    method: String,
    /// Its arguments by name.
    #[serde(default)]
    #[schema(value_type = Object)]
    args: Map<String, Value>,
    /// The most fuel it may use.
    fuel_max: Option<u64>,
    /// The block after which it is asked, of the program that served then; the last one, if not given.
    height: Option<u64>,
    /// Whether to prove the answer.
    #[serde(default)]
    proof: bool,
}

/// Which state to read, and whether to prove what is read.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Proven {
    /// The block after which it is read; the last one, if not given.
    height: Option<u64>,
    /// Whether the answer brings its proof.
    #[serde(default)]
    proof: bool,
}

type Shard = Path<String>;
type Of<T> = Path<(String, T)>;

/// A number in a path.
pub(super) fn number(name: &str, text: &str) -> Result<u64, Failure> {
    text.parse().map_err(|_| Failure::malformed(name, format!("{text:?} is no number")))
}

/// List the shards.
#[utoipa::path(get, path = "/v1/shards", tag = "shards",
    responses((status = 200, description = "Those that the token is for", body = Object)))]
pub(crate) async fn shards(
    State(node): State<Arc<Node>>,
    Extension(asker): Extension<Asker>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let form = Form::accepted(&headers, Form::Json)?;
    let seen = node.shards.values().filter(|hosted| asker.may_see(&hosted.id));
    let shown = |hosted: &Hosted| {
        let Standing { seq, height, halted, .. } = hosted.desk.standing();
        let halted = halted.map(|halted| match halted {
            Failure::Halted { code } => code,
            other => format!("E{}", other.code()),
        });
        status::described(hosted.id, &hosted.genesis.origin, Some((height, seq)), halted)
    };
    Ok(form.answer(&json!({ "shards": seen.map(shown).collect::<Vec<_>>() })))
}

/// Show where a shard stands.
#[utoipa::path(get, path = "/v1/shards/{shard}", tag = "shards",
    params(("shard" = String, Path, description = "The shard's id")),
    responses((status = 200, description = "Its height, root, head, program and writer", body = Object)))]
pub(crate) async fn standing(
    State(node): State<Arc<Node>>,
    Path(shard): Shard,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let form = Form::accepted(&headers, Form::Json)?;
    let answer = node.hosted(&shard)?.desk.ask(|shard| shard::describe(shard)).await?;
    Ok(form.answer(&answer))
}

/// Show the program that serves, and its methods.
#[utoipa::path(get, path = "/v1/shards/{shard}/program", tag = "shards",
    params(("shard" = String, Path, description = "The shard's id")),
    responses((status = 200, description = "Its id and interface", body = Object),
        (status = 422, description = "No program was deployed")))]
pub(crate) async fn program(
    State(node): State<Arc<Node>>,
    Path(shard): Shard,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let form = Form::accepted(&headers, Form::Json)?;
    let standing = node.hosted(&shard)?.desk.standing();
    let serving = standing.serving()?;
    let methods = described_methods(&serving.interface);
    let name = &serving.interface.name;
    Ok(form.answer(&json!({ "program": serving.id.to_string(), "name": name, "methods": methods })))
}

/// Ask a query.
///
/// It is answered over the state after the last block, or after the block of `height` by the program that served then;
/// it leaves no trace, and takes its turn among the calls. With a proof, the answer in CBOR is the proof's file, which
/// `foil-verify` takes.
#[utoipa::path(post, path = "/v1/shards/{shard}/query", tag = "calls",
    params(("shard" = String, Path, description = "The shard's id")),
    request_body(content((QueryRequest = "application/json"), (QueryRequest = "application/cbor"))),
    responses((status = 200, description = "What it comes to, and at which height",
            content((Object = "application/json"), (Vec<u8> = "application/cbor"))),
        (status = 404, description = "There is no such block"),
        (status = 422, description = "There is no such query, its arguments are others, or what the state was is not known")))]
pub(crate) async fn query(
    State(node): State<Arc<Node>>,
    Path(shard): Shard,
    Extension(asker): Extension<Asker>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Failure> {
    let hosted = node.hosted(&shard)?;
    let read = node.bodies.read(&headers, body, BODY_BYTES_MAX).await?;
    let answer = Form::accepted(&headers, read.form)?;
    let request: QueryRequest = body::typed("body", body::value(read.form, &read.bytes)?)?;
    let QueryRequest { method, args, fuel_max, height, proof } = request;
    let (caller, data) = (asker.caller(), node.data.clone());
    let now = match height {
        None => Some(hosted.desk.standing().serving()?.clone()),
        Some(_) => None,
    };
    let query = lookup::Query { caller, method, args, fuel_max: fuel_max.unwrap_or(FUEL_DEFAULT) };
    let wanted = Wanted { height, proof, max: Effort::SERVING };
    let ask = move |shard: &mut NodeShard| lookup::query(shard, &data, query, now, wanted);
    Ok(proven(answer, hosted.desk.ask(ask).await?.0))
}

/// An answer with its proof; in CBOR, the proof alone.
fn proven(form: Form, found: Found) -> Response {
    let Found { mut shown, proof } = found;
    match (form, proof) {
        (Form::Cbor, Some(file)) => cbor(file),
        (form, file) => {
            shown.extend(file.map(|file| ("proof".into(), BASE64.encode(&file).into())));
            form.answer(&Value::Object(shown))
        }
    }
}

/// Read a key of the state.
///
/// A key is a field of the program's state (`total`), a field and a key of its map in hexadecimal
/// (`balances%2F0a0b`), or, with `0x`, the whole key. What is not there is `null`, and can be proven too. Before the
/// first block, at height 0, nothing can be.
#[utoipa::path(get, path = "/v1/shards/{shard}/state/{key}", tag = "state",
    params(("shard" = String, Path, description = "The shard's id"), ("key" = String, Path, description = "The key"),
        Proven),
    responses((status = 200, description = "Its value, and at which root",
            content((Object = "application/json"), (Vec<u8> = "application/cbor"))),
        (status = 400, description = "The key is written otherwise"),
        (status = 404, description = "There is no such block"),
        (status = 422, description = "What the state was is not known any more, or takes too much to find")))]
pub(crate) async fn state(
    State(node): State<Arc<Node>>,
    Path((shard, key)): Of<String>,
    wanted: Result<Query<Proven>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let form = Form::accepted(&headers, Form::Json)?;
    let Query(Proven { height, proof }) =
        wanted.map_err(|error| Failure::malformed("query", error.body_text()))?;
    let key = parse_key(&key).map_err(|error| Failure::malformed("key", error))?;
    let wanted = Wanted { height, proof, max: Effort::SERVING };
    let ask = move |shard: &mut NodeShard| lookup::entry(shard, &key, wanted);
    Ok(proven(form, node.hosted(&shard)?.desk.ask(ask).await?))
}

/// Which keys to read, of which state, and whether to prove what is read.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Between {
    /// The first key; alone, everything that begins with it.
    from: String,
    /// The key before which the range ends.
    to: Option<String>,
    /// Most entries to show, 1,000 at the most; 100, if not given. A proof has all.
    limit: Option<usize>,
    /// The block after which they are read; the last one, if not given.
    height: Option<u64>,
    /// Whether the answer brings its proof.
    #[serde(default)]
    proof: bool,
}

/// Read a range of the state, with keys as those of one are written.
#[utoipa::path(get, path = "/v1/shards/{shard}/state", tag = "state",
    params(("shard" = String, Path, description = "The shard's id"), Between),
    responses((status = 200, description = "The entries, and at which root",
            content((Object = "application/json"), (Vec<u8> = "application/cbor"))),
        (status = 400, description = "A key is written otherwise"),
        (status = 404, description = "There is no such block"),
        (status = 422, description = "What the state was is not known any more, or takes too much to find")))]
pub(crate) async fn range(
    State(node): State<Arc<Node>>,
    Path(shard): Shard,
    wanted: Result<Query<Between>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let form = Form::accepted(&headers, Form::Json)?;
    let Query(Between { from, to, limit, height, proof }) =
        wanted.map_err(|error| Failure::malformed("query", error.body_text()))?;
    let limit = limit.unwrap_or(ENTRIES);
    if limit > ENTRIES_MAX {
        return Err(Failure::malformed("limit", format!("at most {ENTRIES_MAX} entries are shown at once")));
    }
    let range =
        parse_range(&from, to.as_deref(), limit).map_err(|error| Failure::malformed("query", error))?;
    let wanted = Wanted { height, proof, max: Effort::SERVING };
    let ask = move |shard: &mut NodeShard| lookup::range(shard, &range, wanted);
    Ok(proven(form, node.hosted(&shard)?.desk.ask(ask).await?))
}

/// Get the receipt of a record.
#[utoipa::path(get, path = "/v1/shards/{shard}/receipts/{seq}", tag = "history",
    params(("shard" = String, Path, description = "The shard's id"), ("seq" = u64, Path, description = "The record")),
    responses((status = 200, description = "The receipt's file", body = Vec<u8>, content_type = "application/cbor"),
        (status = 404, description = "There is no such record"),
        (status = 422, description = "Its block was pruned")))]
pub(crate) async fn receipt(
    State(node): State<Arc<Node>>,
    Path((shard, seq)): Of<String>,
) -> Result<Response, Failure> {
    let seq = number("seq", &seq)?;
    let file = node.hosted(&shard)?.desk.ask(move |shard| receipt::of(shard, seq)).await?;
    Ok(cbor(file.to_bytes()))
}

/// Show a record with its call.
#[utoipa::path(get, path = "/v1/shards/{shard}/records/{seq}", tag = "history",
    params(("shard" = String, Path, description = "The shard's id"), ("seq" = u64, Path, description = "The record")),
    responses((status = 200, description = "The record, by the program's interface", body = Object),
        (status = 404, description = "There is no such record"),
        (status = 422, description = "Its block was pruned")))]
pub(crate) async fn record(
    State(node): State<Arc<Node>>,
    Path((shard, seq)): Of<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let (form, seq) = (Form::accepted(&headers, Form::Json)?, number("seq", &seq)?);
    let desk = &node.hosted(&shard)?.desk;
    let serving = desk.standing().serving;
    let (shown, _) = desk.ask(move |shard| inspect::record(shard, serving.as_deref(), seq)).await?;
    Ok(form.answer(&shown))
}

/// Get a block: in CBOR its canonical bytes, in JSON its header.
#[utoipa::path(get, path = "/v1/shards/{shard}/blocks/{height}", tag = "history",
    params(("shard" = String, Path, description = "The shard's id"), ("height" = u64, Path, description = "The block")),
    responses((status = 200, description = "The block",
            content((Object = "application/json"), (Vec<u8> = "application/cbor"))),
        (status = 404, description = "There is no such block"),
        (status = 422, description = "It was pruned")))]
pub(crate) async fn block(
    State(node): State<Arc<Node>>,
    Path((shard, height)): Of<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let (form, height) = (Form::accepted(&headers, Form::Json)?, number("height", &height)?);
    let desk = &node.hosted(&shard)?.desk;
    match form {
        Form::Json => Ok(form.answer(&desk.ask(move |shard| inspect::block(shard, height)).await?)),
        Form::Cbor => Ok(cbor(desk.ask(move |shard| Ok(block_at(shard, height)?.to_bytes())).await?)),
    }
}

/// Get the head of the history, as a note signed by the node's key (C2SP tlog-checkpoint).
#[utoipa::path(get, path = "/v1/shards/{shard}/checkpoint", tag = "history",
    params(("shard" = String, Path, description = "The shard's id")),
    responses((status = 200, description = "The signed note", body = String, content_type = "text/plain")))]
pub(crate) async fn checkpoint(
    State(node): State<Arc<Node>>,
    Path(shard): Shard,
) -> Result<Response, Failure> {
    let data = node.data.clone();
    let ask = move |shard: &mut NodeShard| {
        let origin = Head::origin_of(shard.genesis());
        let head = Head { origin, size: shard.position().seq, root: shard.head() };
        Ok(head.sign(&data.key()?)?.to_string())
    };
    let note = node.hosted(&shard)?.desk.ask(ask).await?;
    Ok(([(header::CONTENT_TYPE, TEXT), (header::CACHE_CONTROL, "no-store")], note).into_response())
}

/// Get a tile of the history (C2SP tlog-tiles): hashes, or records.
#[utoipa::path(get, path = "/v1/shards/{shard}/tile/{*tile}", tag = "history",
    params(("shard" = String, Path, description = "The shard's id"),
        ("tile" = String, Path, description = "`LEVEL/INDEX`, `entries/INDEX`, or either with `.p/WIDTH`")),
    responses((status = 200, description = "The tile", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 404, description = "The history has no such tile yet"),
        (status = 422, description = "Its records were pruned")))]
pub(crate) async fn tile(
    State(node): State<Arc<Node>>,
    Path((shard, tile)): Of<String>,
) -> Result<Response, Failure> {
    let none = || Failure::NotFound(format!("the history has no tile {tile:?}"));
    let asked: Tile = format!("tile/{tile}").parse().map_err(|_| none())?;
    let ask = move |shard: &mut NodeShard| {
        if asked.tree_size() > shard.position().seq {
            return Ok(None);
        }
        match asked.kind {
            TileKind::Hashes(_) => Ok(shard.tile(&asked)?),
            TileKind::Entries => entries(shard, &asked).map(Some),
        }
    };
    let bytes = node.hosted(&shard)?.desk.ask(ask).await?.ok_or_else(none)?;
    // What a tile of this width holds never changes.
    let forever = "public, max-age=31536000, immutable";
    Ok(([(header::CONTENT_TYPE, OCTETS), (header::CACHE_CONTROL, forever)], bytes).into_response())
}

/// The records of a bundle.
fn entries(shard: &NodeShard, tile: &Tile) -> Result<Vec<u8>, NodeError> {
    let (first, width) = (tile.start(), usize::from(tile.width));
    let mut records = Vec::with_capacity(width);
    let (block, mut skip) = crate::commands::record_at(shard, first)?;
    for height in block.header.height..=shard.position().height {
        let block = block_at(shard, height)?;
        records.extend(
            shard.records_of(&block).iter().skip(skip).take(width - records.len()).map(Encode::to_bytes),
        );
        if records.len() == width {
            return Ok(bundle_of_records(&records)?);
        }
        skip = 0;
    }
    Err(TileError::Missing(*tile).into())
}
