//! `foil serve`: a node that answers over HTTP until it is told to stop.

use crate::cli::Global;
use crate::commands::half_of_memory;
use crate::data::Data;
use crate::error::NodeError;
use crate::http::Service;
use crate::output;
use crate::serve::access::Gate;
use crate::serve::desk::{Desk, Running};
use crate::serve::logs::Logs;
use crate::serve::metrics::Metrics;
use crate::serve::tokens::Tokens;
use crate::serve::{Hosted, Node, router};
use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::runtime::{Handle, Runtime};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use verify::Exit;

/// Most connections at a time.
const CONNECTIONS_MAX: usize = 1_024;

/// Where to listen.
const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 7450);
/// For how many seconds what is being answered may go on.
const DRAIN_SECONDS: u64 = 30;

/// Serve the shards of the data directory over HTTP.
///
/// All of it may stand in a file of settings too, under `[serve]`, with `_` for `-`.
#[derive(Args, Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServeArgs {
    /// The address to listen on, 127.0.0.1:7450 if not given; port 0 takes a free one, which is printed.
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// The certificate chain for TLS, in PEM.
    #[arg(long, value_name = "FILE")]
    tls_cert: Option<PathBuf>,
    /// The private key for TLS, in PEM, readable by its owner alone.
    #[arg(long, value_name = "FILE")]
    tls_key: Option<PathBuf>,
    /// Ask for no tokens: whoever reaches the address may do everything. Only on loopback.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL")]
    open: Option<bool>,
    /// Most requests of one token's name in a second; as many as come, if not given.
    #[arg(long, value_name = "REQUESTS")]
    rate: Option<NonZeroU32>,
    /// For how many seconds what is being answered may go on after the node was told to stop; 30, if not given.
    #[arg(long, value_name = "SECONDS")]
    drain: Option<u64>,
    /// Write the log as JSON, an object a line.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL")]
    log_json: Option<bool>,
}

impl ServeArgs {
    /// Those of a node for its author alone, at this address or, if none is given, at the usual one where that is free.
    pub(super) fn alone(listen: Option<SocketAddr>) -> ServeArgs {
        let is_free = std::net::TcpListener::bind(LISTEN).is_ok();
        let any = SocketAddr::new(LISTEN.ip(), 0);
        let listen = Some(listen.unwrap_or(if is_free { LISTEN } else { any }));
        ServeArgs { listen, open: Some(true), ..ServeArgs::default() }
    }

    /// The paths in it.
    pub(crate) fn paths(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        [&mut self.tls_cert, &mut self.tls_key].into_iter().flatten()
    }

    /// Whether the log is for a program.
    pub(crate) fn logs_json(&self) -> bool {
        self.log_json.unwrap_or(false)
    }

    fn listens(&self) -> SocketAddr {
        self.listen.unwrap_or(LISTEN)
    }

    fn is_open(&self) -> bool {
        self.open.unwrap_or(false)
    }

    fn drains(&self) -> u64 {
        self.drain.unwrap_or(DRAIN_SECONDS)
    }
}

/// Runs the command until a signal ends it.
pub fn run(global: &Global) -> Result<Exit, NodeError> {
    until_told(global, &|url, shards| {
        output::print(global.output, &json!({ "listening": url, "shards": shards }))
    })
}

/// What is done with the URL of a node that serves from now on, and the ids of its shards.
pub(super) type Listening<'a> = &'a (dyn Fn(&str, &[String]) -> Result<(), NodeError> + Sync);

/// Serves until a signal ends it.
pub(super) fn until_told(global: &Global, listening: Listening) -> Result<Exit, NodeError> {
    let args = &global.serve;
    let tls = acceptor(args)?;
    is_safe(args)?;
    let mut data = Data::open(global.data()?)?;
    data.remember_in(global.remember.as_deref());
    let data = Arc::new(data);
    let tokens = if args.is_open() { None } else { Some(Tokens::open(&data.dir)?) };
    if tokens.as_ref().is_some_and(|tokens| tokens.list().is_ok_and(|list| list.is_empty())) {
        tracing::warn!("there is no token yet, so nobody may do anything; `foil token create` makes one");
    }
    let gate = Gate::new(tokens, args.rate);
    let metrics = Arc::new(Metrics::default());
    let runtime = started()?;
    let (hosted, running) = open_shards(global, &data, &metrics, runtime.handle())?;
    let node = Arc::new(Node::new(data, hosted, metrics.clone(), gate)?);
    let connections = metrics.connections.clone();
    let service = Service {
        router: router(node.clone()),
        connections_max: CONNECTIONS_MAX,
        connections,
        lifetime: None,
        tls,
    };
    let result = runtime.block_on(serve(args, service, &node, listening));
    drop(runtime);
    // What stopped it is the reason to give, and the shards are closed all the same.
    let closed = running.into_iter().map(Running::stop).fold(Ok(()), Result::and);
    result?;
    closed?;
    tracing::info!("stopped");
    Ok(Exit::Verified)
}

pub(crate) fn started() -> Result<Runtime, NodeError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|e| NodeError::io("start the threads of the server", e))
}

/// Opens all shards that are meant. One that does not open does not keep others from serving.
pub(crate) fn open_shards(
    global: &Global,
    data: &Arc<Data>,
    metrics: &Arc<Metrics>,
    runtime: &Handle,
) -> Result<(Vec<Hosted>, Vec<Running>), NodeError> {
    let tree_bytes_max = global.tree_memory.unwrap_or_else(half_of_memory);
    let (mut hosted, mut running, mut failed) = (Vec::new(), Vec::new(), None);
    for id in data.meant(global.on.as_deref())? {
        let genesis = data.home(id)?.genesis;
        let (data, metrics, logs) = (data.clone(), metrics.clone(), Arc::new(Logs::default()));
        let (desk, thread, opened) =
            Desk::open(data, id, tree_bytes_max, metrics, logs.clone(), runtime.clone())?;
        running.push(thread);
        failed = opened.err().or(failed);
        hosted.push(Hosted { id, genesis, desk, logs });
    }
    match failed {
        Some(error) if hosted.iter().all(|it| it.desk.standing().halted.is_some()) => Err(error),
        _ => Ok((hosted, running)),
    }
}

async fn serve(
    args: &ServeArgs,
    service: Service,
    node: &Arc<Node>,
    listening: Listening<'_>,
) -> Result<(), NodeError> {
    let failed = |e: std::io::Error| NodeError::io(format!("listen on {}", args.listens()), e);
    let told = |kind| signal(kind).map_err(|e| NodeError::io("wait for signals", e));
    let (mut terminate, mut interrupt) = (told(SignalKind::terminate())?, told(SignalKind::interrupt())?);
    let listener = TcpListener::bind(args.listens()).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let scheme = if service.tls.is_some() { "https" } else { "http" };
    let url = format!("{scheme}://{address}");
    node.data.lock.serves_at(&url)?;
    let shards: Vec<String> = node.shards.keys().map(ToString::to_string).collect();
    listening(&url, &shards)?;
    // Where no service manager waits for it, nothing is told.
    _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
    let stopping = node.stopping.subscribe();
    let drain = Duration::from_secs(args.drains());
    let served = tokio::spawn(service.serve(listener, stopping, drain));
    first(&mut terminate, &mut interrupt).await;
    tracing::info!("stopping");
    _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]);
    node.stopping.send_replace(true);
    if !served.await.unwrap_or(false) {
        tracing::warn!(seconds = args.drains(), "connections were cut off that took longer to answer");
    }
    Ok(())
}

async fn first(one: &mut Signal, other: &mut Signal) {
    tokio::select! {
        _ = one.recv() => {}
        _ = other.recv() => {}
    }
}

/// Whether what is served may be reached by those who can reach the address.
fn is_safe(args: &ServeArgs) -> Result<(), NodeError> {
    if args.listens().ip().is_loopback() {
        return Ok(());
    }
    let lacks = match (args.is_open(), args.tls_cert.is_some()) {
        (true, _) => "tokens: leave --open out",
        (false, false) => "TLS: give --tls-cert and --tls-key",
        (false, true) => return Ok(()),
    };
    Err(NodeError::Usage(format!("{} can be reached from elsewhere, which needs {lacks}", args.listens())))
}

/// What connections are encrypted with, if they are.
fn acceptor(args: &ServeArgs) -> Result<Option<TlsAcceptor>, NodeError> {
    let (cert, key) = match (&args.tls_cert, &args.tls_key) {
        (Some(cert), Some(key)) => (cert, key),
        (None, None) => return Ok(None),
        _ => return Err(NodeError::Usage("TLS needs both --tls-cert and --tls-key".into())),
    };
    let wrong = |path: &Path, error: &dyn std::fmt::Display| {
        NodeError::io(format!("use {} for TLS", path.display()), error)
    };
    let chain = CertificateDer::pem_file_iter(cert).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let chain = chain.map_err(|e| wrong(cert, &e))?;
    crate::keys::is_private(key)?;
    let secret = PrivateKeyDer::from_pem_file(key).map_err(|e| wrong(key, &e))?;
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, secret))
        .map_err(|e| wrong(cert, &e))?;
    Ok(Some(TlsAcceptor::from(Arc::new(config))))
}
