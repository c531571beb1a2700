//! `foil witness`: a server that cosigns heads (C2SP tlog-witness).
//!
//! ```text
//! POST /add-checkpoint            a cosignature, if the log has only grown
//! GET  /HASH/checkpoint           the newest cosigned head of the origin with that SHA-256 hash
//! ```

use crate::cli::Global;
use crate::commands::time::now_ms;
use crate::error::NodeError;
use crate::http::Service;
use crate::memory::{Memory, hash_of};
use crate::{keys, output};
use abi::{Coded, Hash};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use clap::Args;
use journal::{NoteKey, Refusal, Request, Witness};
use prometheus_client::metrics::gauge::Gauge;
use serde_json::json;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use verify::Exit;

const TEXT: &str = "text/plain; charset=utf-8";
/// Most connections at a time, and for how long one may live, whatever goes on in it.
const CONNECTIONS_MAX: usize = 64;
const CONNECTION_LIFETIME: Duration = Duration::from_secs(60);
/// The content type of an answer that is a size, after the specification.
const SIZE: &str = "text/x.tlog.size";

/// Cosign the heads of logs that only grow.
#[derive(Args, Debug)]
pub struct WitnessArgs {
    /// The address to listen on; port 0 takes a free one, which is printed.
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: SocketAddr,
    /// The witness's own key, which no log may have.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// The witness's name: a URL without its scheme, as a rule.
    #[arg(long)]
    name: String,
    /// A log's key, as `foil publish` prints it; once for each log.
    #[arg(long = "log", value_name = "LOG_KEY", required = true)]
    logs: Vec<String>,
    /// Where the witness remembers what it has cosigned. Who loses it retires the key.
    #[arg(long, value_name = "DIR")]
    state: PathBuf,
}

/// The witness and its memory, which one request at a time may change.
struct Desk {
    witness: Witness,
    memory: Mutex<Memory>,
}

/// Runs the command, until it is killed: it may be at any time.
pub fn run(global: &Global, args: &WitnessArgs) -> Result<Exit, NodeError> {
    let logs: Vec<NoteKey> = args.logs.iter().map(|log| log.parse()).collect::<Result<_, _>>()?;
    let witness = Witness::new(&args.name, keys::read(&args.key)?, logs)?;
    let memory = Mutex::new(Memory::open(&args.state, &witness)?);
    let failed = |e: std::io::Error| NodeError::io(format!("listen on {}", args.listen), e);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    runtime.block_on(async {
        let listener = TcpListener::bind(args.listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let answer = json!({ "listening": address.to_string(), "witness_key": witness.key().to_string() });
        output::print(global.output, &answer)?;
        // Until it is killed: nobody says that it is to stop.
        let (_never, stopping) = watch::channel(false);
        let service = Service {
            router: router(Desk { witness, memory }),
            connections_max: CONNECTIONS_MAX,
            connections: Gauge::default(),
            lifetime: Some(CONNECTION_LIFETIME),
            tls: None,
        };
        service.serve(listener, stopping, Duration::ZERO).await;
        Ok(Exit::Verified)
    })
}

fn router(desk: Desk) -> Router {
    Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/{origin}/checkpoint", get(checkpoint))
        .layer(DefaultBodyLimit::max(Request::BYTES_MAX))
        .with_state(Arc::new(desk))
}

async fn add_checkpoint(State(desk): State<Arc<Desk>>, body: Bytes) -> Response {
    // An fsync would hold up all other connections.
    match tokio::task::spawn_blocking(move || desk.answer(&body)).await {
        Ok(Ok(Ok(line))) => answer(200, TEXT, line),
        Ok(Ok(Err(refusal))) => match refusal.size() {
            Some(size) => answer(refusal.status(), SIZE, format!("{size}\n")),
            None => answer(refusal.status(), TEXT, format!("E{}: {refusal}\n", refusal.code())),
        },
        Ok(Err(error)) => {
            tracing::error!(%error, "nothing was cosigned");
            answer(500, TEXT, format!("E{}: nothing was cosigned\n", error.code()))
        }
        Err(error) => {
            tracing::error!(%error, "a request failed");
            answer(500, TEXT, "nothing was cosigned\n".into())
        }
    }
}

async fn checkpoint(State(desk): State<Arc<Desk>>, Path(origin): Path<String>) -> Response {
    let newest = origin.parse().ok().and_then(|hash: Hash| Some(desk.memory().newest(hash)?.to_string()));
    match newest {
        Some(note) => answer(200, TEXT, note),
        None => answer(404, TEXT, "no head of this origin was cosigned\n".into()),
    }
}

fn answer(status: u16, content_type: &'static str, body: String) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, content_type)], body).into_response()
}

impl Desk {
    /// What a witness answers to a body: a cosignature is durable before it is returned.
    fn answer(&self, body: &[u8]) -> Result<Result<String, Refusal>, NodeError> {
        let request = match Request::parse(body) {
            Ok(request) => request,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let origin = hash_of(&request.head.origin);
        let mut memory = self.memory();
        let decision = self.witness.decide(memory.newest(origin), &request, now_ms() / 1000);
        if let Some(evidence) = &decision.evidence {
            memory.keep(request.head.size, origin, evidence)?;
        }
        if let Some(note) = decision.store {
            memory.store(origin, note)?;
        }
        Ok(decision.answer)
    }

    /// The memory; it is whole even where a request has panicked, because storing comes last.
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
