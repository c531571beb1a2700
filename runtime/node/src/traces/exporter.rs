//! What sends spans away, as the standard's environment variables say.

use super::TARGET;
use super::client::Client;
use crate::commands::build;
use crate::error::NodeError;
use axum::http::HeaderMap;
use opentelemetry::KeyValue;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::TracerProvider;
use opentelemetry_http::HeaderExtractor;
use opentelemetry_otlp::{
    OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, SpanExporter, WithHttpConfig,
};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::resource::EnvResourceDetector;
use opentelemetry_sdk::trace::SdkTracerProvider;
use std::env::var;
use tracing::{Span, Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;

/// What a node is called where the environment gives it no name.
const SERVICE: &str = "foil";

/// Sends spans to a collector until it is dropped, and then what is left of them.
#[derive(Debug)]
pub struct Exporter(SdkTracerProvider);

impl Exporter {
    /// The one that the environment asks for; none, if it names no collector.
    pub fn start() -> Result<Option<Exporter>, NodeError> {
        let named = |name| var(name).ok().filter(|value| !value.is_empty()).map(|value| (name, value));
        let endpoint =
            named(OTEL_EXPORTER_OTLP_TRACES_ENDPOINT).or_else(|| named(OTEL_EXPORTER_OTLP_ENDPOINT));
        let Some((name, endpoint)) = endpoint else { return Ok(None) };
        let wrong = |why: &dyn std::fmt::Display| NodeError::Usage(format!("{name} is {endpoint:?}: {why}"));
        if !["http://", "https://"].iter().any(|scheme| endpoint.starts_with(scheme)) {
            return Err(wrong(&"spans go to http:// or https://"));
        }
        let exporter = SpanExporter::builder().with_http().with_http_client(Client::new()).build();
        let exporter = exporter.map_err(|error| wrong(&error))?;
        let resource = Resource::builder_empty()
            .with_attributes([
                KeyValue::new("service.name", SERVICE),
                KeyValue::new("service.version", build()),
            ])
            .with_detector(Box::new(EnvResourceDetector::new()))
            .with_attributes(var("OTEL_SERVICE_NAME").map(|name| KeyValue::new("service.name", name)));
        let provider =
            SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource.build());
        Ok(Some(Exporter(provider.build())))
    }

    /// What takes the spans, and nothing else.
    pub fn layer<S: Subscriber + for<'a> LookupSpan<'a>>(&self) -> impl Layer<S> + use<S> {
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer(SERVICE))
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_target(false)
            .with_filter(filter_fn(|metadata| metadata.target() == TARGET))
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        if let Err(error) = self.0.shutdown() {
            tracing::warn!(%error, "the last spans were not sent");
        }
    }
}

/// Puts a span into the trace that these headers name, if they do.
pub(super) fn go_on(span: &Span, headers: &HeaderMap) {
    let remote = TraceContextPropagator::new().extract(&HeaderExtractor(headers));
    // Where there is no exporter, there is no trace.
    _ = span.set_parent(remote);
}
