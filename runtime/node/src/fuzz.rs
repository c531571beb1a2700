//! The bodies of the fuzz targets: each takes any bytes, must not panic, and says what came of them.

use crate::cli::Global;
use crate::commands::serve::{open_shards, started};
use crate::config::Settings;
use crate::data::Data;
use crate::error::NodeError;
use crate::http::Service;
use crate::serve::access::Gate;
use crate::serve::desk::Running;
use crate::serve::metrics::Metrics;
use crate::serve::tokens::{Grant, Tokens};
use crate::serve::{Node, router};
use std::path::Path;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
use tokio::runtime::Runtime;
use tokio::sync::watch;

/// Room for a request, and for an answer, in memory.
const PIPE_BYTES: usize = 1 << 20;

/// A node that serves a data directory over connections in memory.
pub struct Server {
    runtime: Runtime,
    service: Service,
    stopping: watch::Sender<bool>,
    running: Vec<Running>,
}

impl Drop for Server {
    /// The directory is held until its shards are closed.
    fn drop(&mut self) {
        self.running.drain(..).for_each(|it| drop(it.stop()));
    }
}

impl Server {
    /// That of the directory in `path`, which asks for tokens or not.
    pub fn new(path: &Path, is_open: bool) -> Result<Server, NodeError> {
        let data = Arc::new(Data::open(path)?);
        let tokens = if is_open { None } else { Some(Tokens::open(&data.dir)?) };
        let (metrics, runtime) = (Arc::new(Metrics::default()), started()?);
        let (hosted, running) = open_shards(&Global::default(), &data, &metrics, runtime.handle())?;
        let node = Node::new(data, hosted, metrics.clone(), Gate::new(tokens, None))?;
        let service = Service {
            router: router(Arc::new(node)),
            connections_max: 1,
            connections: metrics.connections.clone(),
            lifetime: None,
            tls: None,
        };
        let (stopping, _) = watch::channel(false);
        Ok(Server { runtime, service, stopping, running })
    }

    /// What is answered to the bytes of a connection, which then ends.
    pub fn answer(&self, bytes: &[u8]) -> Vec<u8> {
        self.runtime.block_on(async {
            let (mut client, server) = duplex(PIPE_BYTES);
            let ask = async {
                let mut answer = Vec::new();
                // The server may have had enough before.
                _ = client.write_all(bytes).await;
                _ = client.shutdown().await;
                _ = client.read_to_end(&mut answer).await;
                answer
            };
            tokio::join!(self.service.answer(server, self.stopping.subscribe()), ask).1
        })
    }
}

/// Whether the bytes are a file of settings.
pub fn settings(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| Settings::parse(text).is_ok())
}

/// Whether the bytes are a token's grant, which is then written as one that reads the same.
pub fn grant(bytes: &[u8]) -> bool {
    let Ok(grant) = serde_json::from_slice::<Grant>(bytes) else { return false };
    let again = serde_json::to_vec(&grant)
        .is_ok_and(|bytes| serde_json::from_slice(&bytes).is_ok_and(|it: Grant| it == grant));
    assert!(again, "what is read is written as the same");
    true
}

/// Whether the bytes are a key file's.
pub fn key(bytes: &[u8]) -> bool {
    crate::keys::parse(bytes).is_some()
}
