//! What a verifier needs to check a shard by itself, over HTTP: genesis, programs, checkpoints, and bundles of blocks.
#![allow(unused_qualifications, reason = "utoipa's macro writes them")]

use super::Node;
use super::body::cbor;
use super::failure::Failure;
use super::operations::apart;
use super::reads::number;
use crate::commands::bundle::{Range, write_to};
use crate::commands::{block_at, checkpoint as checkpoints};
use crate::data::NodeShard;
use abi::codec::Encode;
use abi::id::Hash;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use kernel::Programs;
use serde::Deserialize;
use std::io::{self, Write};
use std::sync::Arc;
use utoipa::IntoParams;

/// No bundle that is given at once is larger: it is made in memory, while calls wait.
const BUNDLE_BYTES_MAX: usize = 64 << 20;
/// What never changes.
const FOREVER: &str = "public, max-age=31536000, immutable";

/// Which blocks.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Blocks {
    /// The first one.
    from: u64,
    /// The last one.
    to: u64,
    /// Whether each brings the part of the state that it touches.
    #[serde(default)]
    witness: bool,
}

/// Get a shard's genesis, the hash of which is its id.
#[utoipa::path(get, path = "/v1/shards/{shard}/genesis", tag = "history",
    params(("shard" = String, Path, description = "The shard's id")),
    responses((status = 200, description = "Its canonical bytes", body = Vec<u8>, content_type = "application/cbor")))]
pub(crate) async fn genesis(
    State(node): State<Arc<Node>>,
    Path(shard): Path<String>,
) -> Result<Response, Failure> {
    let genesis = cbor(node.hosted(&shard)?.genesis.to_bytes());
    Ok(([(header::CACHE_CONTROL, FOREVER)], genesis).into_response())
}

/// Get a program, which serves the shard or served it.
#[utoipa::path(get, path = "/v1/shards/{shard}/programs/{program}", tag = "history",
    params(("shard" = String, Path, description = "The shard's id"), ("program" = String, Path, description = "Its id")),
    responses((status = 200, description = "The wasm module", body = Vec<u8>, content_type = "application/wasm"),
        (status = 404, description = "It is not kept here")))]
pub(crate) async fn program(
    State(node): State<Arc<Node>>,
    Path((shard, program)): Path<(String, String)>,
) -> Result<Response, Failure> {
    node.hosted(&shard)?;
    let none = || Failure::NotFound(format!("no program {program:?} is kept here"));
    let id: Hash = program.parse().map_err(|_| none())?;
    let data = node.data.clone();
    let wasm = apart(move || Ok(data.programs()?.read(&id)?)).await?.ok_or_else(none)?;
    Ok(([(header::CONTENT_TYPE, "application/wasm"), (header::CACHE_CONTROL, FOREVER)], wasm).into_response())
}

/// Get the checkpoint of a block: its header, the signature over it, and what appointed its writer.
#[utoipa::path(get, path = "/v1/shards/{shard}/checkpoints/{height}", tag = "history",
    params(("shard" = String, Path, description = "The shard's id"), ("height" = u64, Path, description = "The block")),
    responses((status = 200, description = "The checkpoint's file", body = Vec<u8>, content_type = "application/cbor"),
        (status = 404, description = "There is no such block"),
        (status = 422, description = "It was pruned")))]
pub(crate) async fn checkpoint(
    State(node): State<Arc<Node>>,
    Path((shard, height)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let height = number("height", &height)?;
    let file = node.hosted(&shard)?.desk.ask(move |shard| checkpoints::of(shard, Some(height))).await?;
    Ok(cbor(file.to_bytes()))
}

/// Get some blocks with all that is needed to verify them: a bundle, of at most 64 MiB.
#[utoipa::path(get, path = "/v1/shards/{shard}/bundle", tag = "history",
    params(("shard" = String, Path, description = "The shard's id"), Blocks),
    responses((status = 200, description = "The bundle's file", body = Vec<u8>, content_type = "application/cbor"),
        (status = 404, description = "There are no such blocks"),
        (status = 422, description = "They were pruned or erased")))]
pub(crate) async fn bundle(
    State(node): State<Arc<Node>>,
    Path(shard): Path<String>,
    wanted: Result<Query<Blocks>, QueryRejection>,
) -> Result<Response, Failure> {
    let Query(Blocks { from, to, witness }) =
        wanted.map_err(|error| Failure::malformed("query", error.body_text()))?;
    if from == 0 || from > to {
        return Err(Failure::malformed("from", "the first block is 1 or later, and not after the last one"));
    }
    let data = node.data.clone();
    let make = move |shard: &mut NodeShard| {
        block_at(shard, to)?;
        let mut room = Room::default();
        let made = write_to(&data, shard, &Range { heights: (from, to), witness }, &mut room).map(drop);
        match made {
            Ok(()) => Ok(Some(room.bytes)),
            Err(_) if room.is_full => Ok(None),
            Err(error) => Err(error),
        }
    };
    let bundle = node.hosted(&shard)?.desk.ask(make).await?;
    bundle.map(cbor).ok_or_else(|| {
        let mib = BUNDLE_BYTES_MAX >> 20;
        Failure::malformed("to", format!("the blocks up to here have more than {mib} MiB; ask for fewer"))
    })
}

/// Memory for a bundle.
#[derive(Default)]
struct Room {
    bytes: Vec<u8>,
    is_full: bool,
}

impl Write for Room {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.is_full = self.bytes.len() + bytes.len() > BUNDLE_BYTES_MAX;
        if self.is_full {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
