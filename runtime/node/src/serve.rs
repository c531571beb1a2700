//! The HTTP interface of a node: what clients, operators, reviewers and peers reach.
//!
//! ```text
//! request ─observe→ id, who may, log, metrics ─handler→ desk ─queue→ the shard's thread
//! ```

use crate::commands::random;
use crate::commands::time::now_ms;
use crate::data::Data;
use crate::error::NodeError;
use crate::traces;
use abi::call::Call;
use abi::genesis::Genesis;
use abi::hash::RUN_LINE;
use abi::id::Hash;
use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use tokio::sync::watch;
use tracing::Instrument;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) mod access;
mod body;
mod calls;
pub(crate) mod desk;
mod docs;
mod events;
mod export;
pub(crate) mod failure;
mod inbox;
mod keeper;
pub(crate) mod logs;
pub(crate) mod metrics;
mod operations;
mod reads;
mod room;
mod taken;
pub(crate) mod tokens;

use access::{Asker, Gate};
use body::Bodies;
use desk::Desk;
use failure::Failure;
use logs::Logs;
use metrics::Metrics;
use operations::Operations;
use room::Rooms;

/// What request ids are called in headers.
const REQUEST: HeaderName = HeaderName::from_static("x-request-id");

/// A shard that is served.
pub(crate) struct Hosted {
    pub(crate) id: Hash,
    pub(crate) genesis: Genesis,
    pub(crate) desk: Desk,
    pub(crate) logs: Arc<Logs>,
}

/// What all requests share.
pub(crate) struct Node {
    pub(crate) data: Arc<Data>,
    pub(crate) shards: BTreeMap<Hash, Hosted>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) operations: Operations,
    pub(crate) bodies: Bodies,
    rooms: Rooms,
    gate: Gate,
    /// Whether the node is stopping.
    pub(crate) stopping: watch::Sender<bool>,
    /// What the salts of calls come from that the node vouches for.
    secret: [u8; 32],
    /// What the keys of calls come from that bring none, and how many there were.
    seed: [u8; 32],
    drawn: AtomicU64,
    requests: AtomicU64,
}

impl Node {
    /// A node that serves these shards.
    pub(crate) fn new(
        data: Arc<Data>,
        shards: Vec<Hosted>,
        metrics: Arc<Metrics>,
        gate: Gate,
    ) -> Result<Node, NodeError> {
        // A signature is a secret that only the key's holder can make again: a retry after a restart is the same call.
        let mut secret = [0; 32];
        secret.copy_from_slice(&data.key()?.sign(b"counterfoil salt secret of names").0[..32]);
        let shards = shards.into_iter().map(|hosted| (hosted.id, hosted)).collect();
        let (stopping, _) = watch::channel(false);
        // Ids of an earlier process are not given again.
        let requests = AtomicU64::new(now_ms() << 20);
        Ok(Node {
            data,
            shards,
            metrics,
            operations: Operations::default(),
            bodies: Bodies::default(),
            rooms: Rooms::default(),
            gate,
            stopping,
            secret,
            seed: random()?,
            drawn: AtomicU64::default(),
            requests,
        })
    }

    /// The shard of this id.
    fn hosted(&self, id: &str) -> Result<&Hosted, Failure> {
        let none = || Failure::NotFound(format!("there is no shard {id:?} here; /v1/shards lists them"));
        let id: Hash = id.parse().map_err(|_| none())?;
        self.shards.get(&id).ok_or_else(none)
    }

    /// The salt of a call that is made in somebody's name.
    fn salt(&self, name: &str, key: &[u8; 32]) -> [u8; 32] {
        Call::salt_of(&self.secret, &RUN_LINE.hash_parts(&[name.as_bytes(), key]).0)
    }

    /// An idempotency key that nobody foresees.
    fn drawn_key(&self) -> [u8; 32] {
        let number = self.drawn.fetch_add(1, Ordering::Relaxed);
        RUN_LINE.hash_parts(&[&self.seed, &number.to_be_bytes()]).0
    }

    fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }
}

/// Every route with its handler, and what it says of itself.
fn routes() -> (Router<Arc<Node>>, OpenApi) {
    let routes = OpenApiRouter::with_openapi(docs::about())
        .routes(routes!(health))
        .routes(routes!(ready))
        .routes(routes!(docs::openapi))
        .routes(routes!(docs::page))
        .routes(routes!(measured))
        .routes(routes!(reads::shards))
        .routes(routes!(reads::standing))
        .routes(routes!(reads::program))
        .routes(routes!(calls::make))
        .routes(routes!(reads::query))
        .routes(routes!(reads::state))
        .routes(routes!(reads::range))
        .routes(routes!(reads::receipt))
        .routes(routes!(reads::record))
        .routes(routes!(reads::block))
        .routes(routes!(events::follow))
        .routes(routes!(logs::read))
        .routes(routes!(reads::checkpoint))
        .routes(routes!(export::checkpoint))
        .routes(routes!(export::bundle))
        .routes(routes!(export::genesis))
        .routes(routes!(export::program))
        .routes(routes!(reads::tile))
        .routes(routes!(operations::take_snapshot, operations::snapshots))
        .routes(routes!(operations::keep_writer))
        .routes(routes!(operations::keep_program))
        .routes(routes!(operations::quarantine))
        .routes(routes!(operations::operation));
    routes.split_for_parts()
}

/// The whole interface.
pub(crate) fn router(node: Arc<Node>) -> Router {
    let (routes, _) = routes();
    routes.layer(from_fn_with_state(node.clone(), observe)).with_state(node)
}

/// Gives a request its id, lets it through if whoever asks may, counts and logs it, and makes the body of its error.
async fn observe(State(node): State<Arc<Node>>, mut request: Request, next: Next) -> Response {
    let (begun, id) = (Instant::now(), request_id(&node, &request));
    let method = request.method().clone();
    let (route, asker, allowed) = admitted(&node, &request);
    let span = traces::request(&request, &id, known(&method), route);
    let response = match allowed {
        Ok(()) => {
            request.extensions_mut().insert(asker.clone());
            node.rooms.held(next.run(request).instrument(span.clone()).await).await
        }
        Err(failure) => failure.into_response(),
    };
    let mut response = with_body(response, &id);
    let took = begun.elapsed();
    let status = response.status().as_u16();
    traces::answered(&span, status);
    node.metrics.answered(known(&method), route, status, took);
    let who = asker.name().unwrap_or("nobody");
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    // Calls are in the journal, with who made them; what else changes a node is told apart, and who was not let in.
    match is_audited(&method, route, status) {
        false => tracing::debug!(request = id, %method, route, status, who, micros, "answered"),
        true => {
            tracing::info!(target: "audit", request = id, %method, route, status, who, micros, "answered")
        }
    }
    if let Ok(id) = HeaderValue::try_from(id) {
        response.headers_mut().insert(REQUEST, id);
    }
    response
}

/// The route of a request, who asks, and whether they may.
fn admitted(node: &Node, request: &Request) -> (&'static str, Asker, Result<(), Failure>) {
    let path = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let mut rows = access::rows(path).peekable();
    let route = rows.peek().map_or("none", |row| row.path);
    // Whoever may read may ask how long an answer is.
    let method = if request.method() == Method::HEAD { &Method::GET } else { request.method() };
    let nothing = || Failure::NotFound("there is nothing at this path; /docs lists what there is".into());
    let refused = |failure| (Asker::default(), Err(failure));
    let (asker, allowed) = match rows.find(|row| row.method == *method) {
        _ if node.is_stopping() && !matches!(route, "/healthz" | "/readyz" | "/metrics") => {
            refused(Failure::Stopping)
        }
        Some(row) => node.gate.admit(row, request.uri().path(), request.headers()),
        None if route == "none" => refused(nothing()),
        None => refused(Failure::Method),
    };
    (route, asker, allowed)
}

fn is_audited(method: &Method, route: &str, status: u16) -> bool {
    let is_call = route.ends_with("/calls") || route.ends_with("/query");
    matches!(status, 401 | 403) || !(method.is_safe() || is_call)
}

/// A method that there is: strangers' own words do not become labels.
fn known(method: &Method) -> &'static str {
    let names = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"];
    names.into_iter().find(|name| method.as_str() == *name).unwrap_or("other")
}

/// The id that the request brings, if it is one that can be repeated in a log; a new one otherwise.
fn request_id(node: &Node, request: &Request) -> String {
    let is_word = |id: &&str| {
        (1..=64).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    let brought = request.headers().get(&REQUEST).and_then(|id| id.to_str().ok()).filter(is_word);
    brought.map_or_else(|| format!("{:016x}", node.requests.fetch_add(1, Ordering::Relaxed)), str::to_owned)
}

/// The same response; of one that is an error, with a body that says so.
fn with_body(mut response: Response, request: &str) -> Response {
    let status = response.status();
    let failure = match response.extensions_mut().remove::<Failure>() {
        Some(failure) => failure,
        // What the libraries below have refused by themselves.
        None if status.is_client_error() => Failure::malformed("request", status),
        None => return response,
    };
    let mut answer = body::Form::Json.answer(&failure.shown(Some(request)));
    *answer.status_mut() = status;
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    let (made, body) = answer.into_parts();
    parts.headers.extend(made.headers);
    Response::from_parts(parts, body)
}

/// Whether the process is alive.
#[utoipa::path(get, path = "/healthz", tag = "node", responses((status = 200, description = "It is", body = String)))]
async fn health() -> &'static str {
    "ok\n"
}

/// Whether all shards serve, and the node is not stopping.
#[utoipa::path(get, path = "/readyz", tag = "node",
    responses((status = 200, description = "They do", body = String),
        (status = 503, description = "One does not, or the node is stopping")))]
async fn ready(State(node): State<Arc<Node>>) -> Result<&'static str, Failure> {
    if node.is_stopping() {
        return Err(Failure::Stopping);
    }
    match node.shards.values().find_map(|hosted| hosted.desk.standing().halted) {
        Some(halted) => Err(halted),
        None => Ok("ok\n"),
    }
}

/// What the node measures of itself, for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "node",
    responses((status = 200, description = "In the OpenMetrics text format", body = String,
        content_type = "application/openmetrics-text")))]
async fn measured(State(node): State<Arc<Node>>) -> Response {
    (StatusCode::OK, [(header::CONTENT_TYPE, metrics::CONTENT_TYPE)], node.metrics.text()).into_response()
}

#[cfg(test)]
mod tests;
