//! HTTP/1.1 for strangers: connections that are few, short and cannot hold the process up.

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// Most connections at a time; the next one waits.
const CONNECTIONS_MAX: usize = 64;
/// For how long the head of a request may take, or the next one may be waited for.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// For how long a connection may live, whatever goes on in it.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(60);
/// How long to wait where a connection cannot be accepted: out of file handles, say.
const PAUSE: Duration = Duration::from_millis(100);

/// Answers what comes to `listener`, for ever.
pub(crate) async fn serve(listener: TcpListener, router: Router) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let place = places.clone().acquire_owned().await;
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router.clone()));
        tokio::spawn(async move {
            match tokio::time::timeout(CONNECTION_TIMEOUT, connection).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::debug!(%error, "a connection failed"),
                Err(_) => tracing::debug!("a connection took too long"),
            }
            drop(place);
        });
    }
}
