//! What programs have logged lately, and log now, over HTTP.
//!
//! A log is no part of history: it is kept in memory, the last lines of each shard, and gone when the node stops.
#![allow(unused_qualifications, reason = "utoipa's macro writes them")]

use super::Node;
use super::failure::Failure;
use abi::effect::Execution;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};
use utoipa::IntoParams;

/// Most lines that are kept, and that a slow reader may be behind.
const LINES_MAX: usize = 1_000;

/// A line: the record whose call has logged it, and the text.
type Line = Arc<(u64, String)>;

/// The lines of a shard's programs.
pub(crate) struct Logs {
    lately: Mutex<VecDeque<Line>>,
    now: broadcast::Sender<Line>,
}

impl Default for Logs {
    fn default() -> Logs {
        Logs { lately: Mutex::default(), now: broadcast::Sender::new(LINES_MAX) }
    }
}

impl Logs {
    /// Takes the lines of a call.
    pub(crate) fn take(&self, seq: u64, execution: &Execution) {
        if execution.logs.is_empty() {
            return;
        }
        let mut lately = self.lately();
        for text in &execution.logs {
            let line = Arc::new((seq, text.clone()));
            lately.push_back(line.clone());
            if lately.len() > LINES_MAX {
                lately.pop_front();
            }
            // Nobody has to listen.
            _ = self.now.send(line);
        }
    }

    /// The list; it is whole even where somebody has panicked, because nothing is done to it in steps.
    fn lately(&self) -> MutexGuard<'_, VecDeque<Line>> {
        self.lately.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was logged lately, and what is from now on.
    fn listen(&self) -> (VecDeque<Line>, broadcast::Receiver<Line>) {
        let lately = self.lately();
        (lately.clone(), self.now.subscribe())
    }
}

/// What to send.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Whether to wait for what is logged from now on.
    #[serde(default)]
    follow: bool,
}

/// Read what programs log.
///
/// Each line is an event `line`, with the record whose call has logged it. Of a reader that is too slow, lines are left
/// out, and an event `missed` says how many.
#[utoipa::path(get, path = "/v1/shards/{shard}/logs", tag = "operations",
    params(("shard" = String, Path, description = "The shard's id"), Wanted),
    responses((status = 200, description = "The lines", body = String, content_type = "text/event-stream")))]
pub(crate) async fn read(
    State(node): State<Arc<Node>>,
    Path(shard): Path<String>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Failure> {
    let Query(Wanted { follow }) = wanted.map_err(|error| Failure::malformed("query", error.body_text()))?;
    let (lately, now) = node.hosted(&shard)?.logs.listen();
    let reader = Reader { lately, now: follow.then_some(now), stopping: node.stopping.subscribe() };
    Ok(Sse::new(reader.events()).into_response())
}

struct Reader {
    lately: VecDeque<Line>,
    now: Option<broadcast::Receiver<Line>>,
    stopping: watch::Receiver<bool>,
}

impl Reader {
    fn events(self) -> impl Stream<Item = Result<Event, Infallible>> {
        stream::unfold(self, |mut reader| async move {
            let (name, data) = reader.next().await?;
            Some((Ok(Event::default().event(name).data(data.to_string())), reader))
        })
    }

    async fn next(&mut self) -> Option<(&'static str, Value)> {
        let shown = |line: Line| ("line", json!({ "seq": line.0, "line": line.1 }));
        if let Some(line) = self.lately.pop_front() {
            return Some(shown(line));
        }
        let now = self.now.as_mut()?;
        tokio::select! {
            line = now.recv() => match line {
                Ok(line) => Some(shown(line)),
                Err(RecvError::Lagged(count)) => Some(("missed", json!({ "missed": count }))),
                Err(RecvError::Closed) => None,
            },
            _ = self.stopping.changed() => None,
        }
    }
}
