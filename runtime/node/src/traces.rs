//! Spans for an OpenTelemetry collector: of requests, and of commits, which link to the requests that they answer.
//!
//! There are none without the feature `otel`, and with it none unless the environment names a collector.

use abi::id::Hash;
use axum::extract::Request;
use tracing::Span;
use tracing::field::Empty;

#[cfg(feature = "otel")]
mod client;
#[cfg(feature = "otel")]
mod exporter;

#[cfg(feature = "otel")]
pub use exporter::Exporter;

/// What the spans are told from the log by, which does not show them.
pub const TARGET: &str = "foil_trace";

/// The span of a request: the next one of the trace that its `traceparent` names, if it brings one (W3C Trace Context).
#[cfg_attr(not(feature = "otel"), expect(unused_variables, reason = "the headers are not asked for a trace"))]
pub(crate) fn request(request: &Request, id: &str, method: &str, route: &str) -> Span {
    if !cfg!(feature = "otel") {
        return Span::none();
    }
    let span = tracing::info_span!(target: TARGET, "request", otel.name = format!("{method} {route}"),
        otel.kind = "server", otel.status_code = Empty, http.request.method = method, http.route = route,
        http.response.status_code = Empty, foil.request = id);
    #[cfg(feature = "otel")]
    exporter::go_on(&span, request.headers());
    span
}

/// The request is answered.
pub(crate) fn answered(span: &Span, status: u16) {
    span.record("http.response.status_code", status);
    if status >= 500 {
        span.record("otel.status_code", "ERROR");
    }
}

/// The span of a commit of calls that these requests have brought, from when they are taken up together.
pub(crate) fn commit<'a>(shard: &Hash, calls: usize, requests: impl Iterator<Item = &'a Span>) -> Span {
    if !cfg!(feature = "otel") {
        return Span::none();
    }
    let shard = shard.to_string();
    let span = tracing::info_span!(target: TARGET, parent: None, "commit", foil.shard = shard, foil.calls = calls,
        foil.height = Empty);
    for request in requests {
        span.follows_from(request);
    }
    span
}

/// The calls are history up to this height.
pub(crate) fn committed(span: &Span, height: u64) {
    span.record("foil.height", height);
}
