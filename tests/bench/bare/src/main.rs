//! A handler that reads a body and answers a word: what `foil serve` is measured beside.

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use std::io::Write;
use tokio::net::TcpListener;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        writeln!(std::io::stdout(), "{}", listener.local_addr()?)?;
        let answer = |body: Bytes| async move { format!("{{\"bytes\": {}}}", body.len()) };
        Ok(axum::serve(listener, Router::new().route("/calls", post(answer))).await?)
    })
}
