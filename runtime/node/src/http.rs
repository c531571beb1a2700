//! HTTP/1.1 for strangers: connections that cannot hold the process up.

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use prometheus_client::metrics::gauge::Gauge;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{interval, timeout};
use tokio_rustls::TlsAcceptor;

mod pace;

use pace::{Paced, TICK, Ticks};

/// For how long the head of a request may take, or the next one may be waited for.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// Most bytes of a head or of what is buffered of an answer that comes in pieces, and most headers.
const BUFFER_BYTES_MAX: usize = 32 << 10;
const HEADERS_MAX: usize = 64;
/// How long to wait where a connection cannot be accepted: out of file handles, say.
const PAUSE: Duration = Duration::from_millis(100);

/// How connections are served.
#[derive(Clone)]
pub(crate) struct Service {
    /// What answers.
    pub(crate) router: Router,
    /// Most connections at a time; the next one waits.
    pub(crate) connections_max: usize,
    /// Counts them.
    pub(crate) connections: Gauge,
    /// For how long a connection may live, whatever goes on in it; without end, if this is none.
    pub(crate) lifetime: Option<Duration>,
    /// What they are encrypted with.
    pub(crate) tls: Option<TlsAcceptor>,
}

impl Service {
    /// Answers what comes to `listener` until `stopping` says so, or for ever where nobody will say so; what is being
    /// answered then is, if it takes no longer than `drain`. Whether that was so.
    pub(crate) async fn serve(
        self,
        listener: TcpListener,
        mut stopping: watch::Receiver<bool>,
        drain: Duration,
    ) -> bool {
        let places = Arc::new(Semaphore::new(self.connections_max));
        let all = u32::try_from(self.connections_max).unwrap_or(u32::MAX);
        let (told, service) = (stopping.clone(), Arc::new(self));
        tokio::select! {
            () = service.accept(&listener, &places, &told) => {}
            () = is_true(&mut stopping) => {}
        }
        drop(listener);
        timeout(drain, places.acquire_many(all)).await.is_ok()
    }

    async fn accept(
        self: &Arc<Self>,
        listener: &TcpListener,
        places: &Arc<Semaphore>,
        stopping: &watch::Receiver<bool>,
    ) {
        // The places are never closed.
        while let Ok(place) = places.clone().acquire_owned().await {
            let stream = match listener.accept().await {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!(%error, "a connection was not accepted");
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            };
            let (service, stopping) = (self.clone(), stopping.clone());
            tokio::spawn(async move {
                service.connections.inc();
                service.connected(stream, stopping).await;
                service.connections.dec();
                drop(place);
            });
        }
    }

    async fn connected(&self, stream: TcpStream, stopping: watch::Receiver<bool>) {
        // Answers are small, and each is waited for.
        _ = stream.set_nodelay(true);
        let Some(tls) = &self.tls else { return self.answer(stream, stopping).await };
        match timeout(HEAD_TIMEOUT, tls.accept(stream)).await {
            Ok(Ok(stream)) => self.answer(stream, stopping).await,
            Ok(Err(error)) => tracing::debug!(%error, "a connection was not encrypted"),
            Err(_) => tracing::debug!("a connection took too long to be encrypted"),
        }
    }

    /// Answers what comes on a connection until it ends.
    pub(crate) async fn answer(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin,
        stopping: watch::Receiver<bool>,
    ) {
        let (begun, lifetime) = (Instant::now(), self.lifetime.unwrap_or(Duration::MAX));
        let stream = TokioIo::new(Paced::new(stream));
        let connection = http1::Builder::new()
            .timer(Ticks)
            .header_read_timeout(HEAD_TIMEOUT)
            // Whoever has said all may close their side, and is answered.
            .half_close(true)
            .max_buf_size(BUFFER_BYTES_MAX)
            .max_headers(HEADERS_MAX)
            .serve_connection(stream, TowerToHyperService::new(self.router.clone()));
        let (mut connection, mut ticks) = (pin!(connection), interval(TICK));
        let served = loop {
            tokio::select! {
                biased;
                served = &mut connection => break served,
                _ = ticks.tick() => {}
            }
            if *stopping.borrow() {
                connection.as_mut().graceful_shutdown();
            }
            if begun.elapsed() > lifetime {
                return tracing::debug!("a connection took too long");
            }
        };
        if let Err(error) = served {
            tracing::debug!(%error, "a connection failed");
        }
    }
}

/// Returns when it is true; never, if nobody is left to say so.
async fn is_true(told: &mut watch::Receiver<bool>) {
    if told.wait_for(|told| *told).await.is_err() {
        std::future::pending::<()>().await;
    }
}
