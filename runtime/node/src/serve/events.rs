//! Records as they come, over HTTP: server-sent events that can be resumed.
//!
//! What was sent is known by its place in history, so that whoever was cut off asks for the rest. A reader that is slow
//! is waited for: nothing is read for it before it has taken what came before.
#![allow(unused_qualifications, reason = "utoipa's macro writes them")]

use super::Node;
use super::desk::Standing;
use super::failure::Failure;
use crate::commands::{inspect::entry_shown, record_at};
use crate::data::NodeShard;
use crate::error::NodeError;
use crate::program::Serving;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream};
use prometheus_client::metrics::gauge::Gauge;
use serde::Deserialize;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use utoipa::IntoParams;

/// Most records that are read at once for one reader; of long ones fewer, so that no more waits for it than that.
const RECORDS: usize = 64;
const READ_BYTES: usize = 64 << 10;
/// How often a word is sent where nothing happens.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Where the place of the last event stands that a reader has.
const LAST: &str = "last-event-id";

/// Where to begin, and what to send.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// The first record; the next one to come, if this is not given. The header `last-event-id` counts before it.
    from: Option<u64>,
    /// Of which method alone.
    method: Option<String>,
}

/// Follow the records.
///
/// Each is an event `record` with its place as id and the record as `records/{seq}` has it as data, once its block is
/// durable. After the last one the stream waits for more. Where records were pruned or cannot be read, an event `error`
/// is the last.
#[utoipa::path(get, path = "/v1/shards/{shard}/events", tag = "history",
    params(("shard" = String, Path, description = "The shard's id"), Wanted),
    responses((status = 200, description = "The stream", body = String, content_type = "text/event-stream"),
        (status = 400, description = "The place is no number")))]
pub(crate) async fn follow(
    State(node): State<Arc<Node>>,
    Path(shard): Path<String>,
    wanted: Result<Query<Wanted>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let Query(wanted) = wanted.map_err(|error| Failure::malformed("query", error.body_text()))?;
    let hosted = node.hosted(&shard)?;
    let last = headers.get(LAST).map(|last| last.to_str().ok().and_then(|last| last.parse::<u64>().ok()));
    let from = match last {
        Some(last) => last.ok_or_else(|| Failure::malformed(LAST, "no number"))?.saturating_add(1),
        None => wanted.from.unwrap_or_else(|| hosted.desk.standing().seq),
    };
    let follower = Follower {
        _following: Following::begin(node.metrics.followers.clone()),
        standing: hosted.desk.watch(),
        stopping: node.stopping.subscribe(),
        id: hosted.id,
        method: wanted.method,
        next: from,
        read: VecDeque::new(),
        node,
        is_over: false,
    };
    let events = Sse::new(follower.events()).keep_alive(KeepAlive::new().interval(KEEP_ALIVE));
    Ok(events.into_response())
}

/// One reader, and how far it has come.
struct Follower {
    node: Arc<Node>,
    id: abi::id::Hash,
    standing: watch::Receiver<Standing>,
    stopping: watch::Receiver<bool>,
    method: Option<String>,
    next: u64,
    read: VecDeque<(u64, String)>,
    is_over: bool,
    _following: Following,
}

/// Counts a reader for as long as there is one.
struct Following(Gauge);

impl Following {
    fn begin(gauge: Gauge) -> Following {
        gauge.inc();
        Following(gauge)
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Follower {
    fn events(self) -> impl Stream<Item = Result<Event, Infallible>> {
        stream::unfold(self, |mut follower| async move {
            let event = follower.event().await?;
            Some((Ok(event), follower))
        })
    }

    /// The next event; none, when there will be no more.
    async fn event(&mut self) -> Option<Event> {
        loop {
            if self.is_over || *self.stopping.borrow() {
                return None;
            }
            if let Some((seq, record)) = self.read.pop_front() {
                return Some(Event::default().id(seq.to_string()).event("record").data(record));
            }
            if self.standing.borrow_and_update().seq > self.next {
                if let Err(failure) = self.read_on().await {
                    self.is_over = true;
                    return Some(Event::default().event("error").data(failure.shown(None).to_string()));
                }
                continue;
            }
            tokio::select! {
                changed = self.standing.changed() => changed.ok()?,
                stopping = self.stopping.changed() => stopping.ok()?,
            }
        }
    }

    async fn read_on(&mut self) -> Result<(), Failure> {
        let hosted = self.node.shards.get(&self.id).ok_or(Failure::Stopping)?;
        let (from, serving) = (self.next, hosted.desk.standing().serving);
        let method = self.method.clone();
        let read = move |shard: &mut NodeShard| records(shard, serving.as_deref(), from, method.as_deref());
        (self.next, self.read) = hosted.desk.ask(read).await?;
        Ok(())
    }
}

/// The texts of some records from one on, of a method if one is wanted; and the first one after them.
fn records(
    shard: &NodeShard,
    serving: Option<&Serving>,
    from: u64,
    method: Option<&str>,
) -> Result<(u64, VecDeque<(u64, String)>), NodeError> {
    let (block, index) = record_at(shard, from)?;
    let some = index..block.entries.len().min(index + RECORDS);
    let records = block.records_of(some.clone(), shard.profile_at(from).hash());
    let (mut next, mut read, mut bytes) = (from, VecDeque::new(), 0);
    for (record, entry) in records.iter().zip(&block.entries[some]) {
        if bytes >= READ_BYTES {
            break;
        }
        if method.is_none_or(|method| entry.call.call.method == method) {
            let text = entry_shown(record, entry, serving).to_string();
            bytes += text.len();
            read.push_back((next, text));
        }
        next += 1;
    }
    Ok((next, read))
}
