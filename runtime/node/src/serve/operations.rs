//! What outlasts a request: it is begun, and asked for by its name.

use super::Node;
use super::body::Form;
use super::failure::Failure;
use crate::commands::random;
use crate::commands::snapshot::{described, row};
use crate::data::NodeShard;
use crate::error::NodeError;
use crate::value::hex;
use crate::{keys, schedule};
use abi::Coded;
use abi::fault::Fault;
use abi::sign::SecretKey;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many are remembered; the oldest are forgotten first.
const KEPT_MAX: usize = 1_000;

/// What was begun lately.
#[derive(Default)]
pub(crate) struct Operations(Mutex<VecDeque<Operation>>);

#[derive(Clone)]
struct Operation {
    id: String,
    kind: &'static str,
    /// None while it goes on.
    result: Option<Result<Value, (u16, String)>>,
}

impl Operation {
    fn shown(&self) -> Value {
        let mut shown = json!({ "operation": self.id, "kind": self.kind });
        match &self.result {
            None => shown["phase"] = "running".into(),
            Some(Ok(result)) => {
                shown["phase"] = "done".into();
                shown["result"] = result.clone();
            }
            Some(Err((code, message))) => {
                shown["phase"] = "failed".into();
                shown["error"] = json!({ "code": format!("E{code}"), "message": message });
            }
        }
        shown
    }
}

impl Operations {
    /// The list; it is whole even where somebody has panicked, because nothing is done to it in steps.
    fn list(&self) -> MutexGuard<'_, VecDeque<Operation>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, id: &str) -> Option<Operation> {
        self.list().iter().find(|it| it.id == id).cloned()
    }

    /// Begins work on a thread of its own.
    fn begin(
        node: &Arc<Node>,
        kind: &'static str,
        work: impl FnOnce() -> Result<Value, NodeError> + Send + 'static,
    ) -> Result<Operation, Failure> {
        let operation = Operation { id: hex(&random::<16>()?), kind, result: None };
        let mut list = node.operations.list();
        list.push_back(operation.clone());
        if list.len() > KEPT_MAX {
            list.pop_front();
        }
        drop(list);
        let (node, id) = (node.clone(), operation.id.clone());
        tokio::task::spawn_blocking(move || {
            let result = work().map_err(|error| {
                tracing::error!(operation = id, code = error.code(), %error, "an operation failed");
                (error.code(), error.to_string())
            });
            if let Some(it) = node.operations.list().iter_mut().find(|it| it.id == id) {
                it.result = Some(result);
            }
        });
        Ok(operation)
    }
}

/// Show what became of an operation.
#[utoipa::path(get, path = "/v1/operations/{operation}", tag = "operations",
    params(("operation" = String, Path, description = "Its name")),
    responses((status = 200, description = "Its phase: running, done with a result, or failed with an error", body = Object),
        (status = 404, description = "There is no such operation, or it is long over")))]
pub(crate) async fn operation(
    State(node): State<Arc<Node>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let form = Form::accepted(&headers, Form::Json)?;
    let found = node.operations.find(&id);
    let found = found.ok_or_else(|| Failure::NotFound(format!("there is no operation {id:?}")))?;
    Ok(form.answer(&found.shown()))
}

/// Take a snapshot of the state as it is, while the shard goes on.
#[utoipa::path(post, path = "/v1/shards/{shard}/snapshots", tag = "operations",
    params(("shard" = String, Path, description = "The shard's id")),
    responses((status = 202, description = "It is being taken; `location` says where to ask for it", body = Object),
        (status = 422, description = "There is no block yet")))]
pub(crate) async fn take_snapshot(
    State(node): State<Arc<Node>>,
    Path(shard): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let form = Form::accepted(&headers, Form::Json)?;
    let data = node.data.clone();
    let taking = node.hosted(&shard)?.desk.ask(move |shard| schedule::start(&data, shard)).await?;
    let taking =
        taking.ok_or_else(|| Failure::Other(7015, "there is no block to take a snapshot after".into()))?;
    let begun = Operations::begin(&node, "snapshot", move || {
        let taken =
            taking.join().unwrap_or_else(|_| Err(Fault::host("the thread of a snapshot panicked").into()))?;
        let mut shown = described(&taken.id, &taken.manifest);
        shown["written"] = taken.written.into();
        Ok(shown)
    })?;
    let location = [(header::LOCATION, format!("/v1/operations/{}", begun.id))];
    Ok((StatusCode::ACCEPTED, location, form.answer(&begun.shown())).into_response())
}

/// List the snapshots of a shard.
#[utoipa::path(get, path = "/v1/shards/{shard}/snapshots", tag = "operations",
    params(("shard" = String, Path, description = "The shard's id")),
    responses((status = 200, description = "All there are, the newest first", body = Object)))]
pub(crate) async fn snapshots(
    State(node): State<Arc<Node>>,
    Path(shard): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let form = Form::accepted(&headers, Form::Json)?;
    let (id, data) = (node.hosted(&shard)?.id, node.data.clone());
    let list = move || -> Result<Value, NodeError> {
        let Some(snapshots) = data.kept_snapshots(id)? else { return Ok(json!({ "snapshots": [] })) };
        let rows = snapshots.list()?.iter().map(|it| row(&snapshots, it)).collect::<Result<Vec<_>, _>>()?;
        Ok(json!({ "snapshots": rows }))
    };
    Ok(form.answer(&apart(list).await?))
}

/// List what is in quarantine.
#[utoipa::path(get, path = "/v1/quarantine", tag = "operations",
    responses((status = 200, description = "Every item, with its reason and where it was found", body = Object)))]
pub(crate) async fn quarantine(
    State(node): State<Arc<Node>>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let form = Form::accepted(&headers, Form::Json)?;
    let data = node.data.clone();
    let list = move || crate::commands::quarantine::listed(&data);
    Ok(form.answer(&apart(list).await?))
}

/// Draw a key for the shard's writer, so that an act of its authority can appoint it.
///
/// The key stays at the node. From the block of the act on, the shard is written under it.
#[utoipa::path(post, path = "/v1/shards/{shard}/writers", tag = "operations",
    params(("shard" = String, Path, description = "The shard's id")),
    responses((status = 201, description = "The public key", body = Object)))]
pub(crate) async fn keep_writer(
    State(node): State<Arc<Node>>,
    Path(shard): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let form = Form::accepted(&headers, Form::Json)?;
    let data = node.data.clone();
    let keep = move |shard: &mut NodeShard| {
        let seed = keys::draw()?;
        let key = data.keep_writer(&seed)?;
        shard.hold(SecretKey::from_seed(&seed));
        Ok(key)
    };
    let key = node.hosted(&shard)?.desk.ask(keep).await?;
    Ok((StatusCode::CREATED, form.answer(&json!({ "writer": key.to_string() }))).into_response())
}

/// Keep a program, so that an act of the shard's authority can deploy it.
///
/// The body is the wasm module. It is checked and kept under its id; to deploy it is a call that the authority signs.
#[utoipa::path(post, path = "/v1/programs", tag = "operations",
    request_body(content = Vec<u8>, content_type = "application/wasm"),
    responses((status = 201, description = "It is kept; its id", body = Object),
        (status = 413, description = "It is too large"),
        (status = 422, description = "It is not admitted")))]
pub(crate) async fn keep_program(
    State(node): State<Arc<Node>>,
    headers: HeaderMap,
    body: axum::body::Body,
) -> Result<Response, Failure> {
    let form = Form::accepted(&headers, Form::Json)?;
    let wasm =
        node.bodies.read_raw(&headers, body, abi::limits::PROGRAM_BYTES_MAX, "application/wasm").await?;
    let data = node.data.clone();
    let keep = move || {
        crate::commands::admit(&wasm)?;
        data.programs()?.keep(&wasm)
    };
    let id = apart(keep).await?;
    Ok((StatusCode::CREATED, form.answer(&json!({ "program": id.to_string() }))).into_response())
}

/// Work that takes long, on a thread of its own that somebody waits for.
pub(super) async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, NodeError> + Send + 'static,
) -> Result<T, Failure> {
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(|_| Failure::Internal { code: format!("E{}", Fault::host("").code()) })??)
}
