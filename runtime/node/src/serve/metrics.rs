//! What a node measures of itself, for Prometheus.

use super::desk::{Answers, Made};
use super::failure::Failure;
use abi::id::Hash;
use abi::outcome::Outcome;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelSet, LabelSetEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// What the text is.
pub(crate) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Names of labels with their values.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Labels<const N: usize>([(&'static str, Cow<'static, str>); N]);

impl<const N: usize> EncodeLabelSet for Labels<N> {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> fmt::Result {
        use prometheus_client::encoding::EncodeLabel;
        self.0.iter().try_for_each(|(name, value)| (*name, &**value).encode(encoder.encode_label()))
    }
}

type Histograms<const N: usize> = Family<Labels<N>, Histogram, fn() -> Histogram>;

/// All of it.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Labels<3>, Counter>,
    request_seconds: Histograms<1>,
    calls: Family<Labels<1>, Counter>,
    commit_seconds: Histogram,
    commit_calls: Histogram,
    height: Family<Labels<1>, Gauge>,
    records: Family<Labels<1>, Gauge>,
    serving: Family<Labels<1>, Gauge>,
    /// Connections that are open.
    pub(crate) connections: Gauge,
    /// Events that are being followed.
    pub(crate) followers: Gauge,
}

/// From 50 µs to some seconds.
fn seconds() -> Histogram {
    Histogram::new(exponential_buckets(0.000_05, 2.0, 17))
}

impl Default for Metrics {
    fn default() -> Metrics {
        let mut metrics = Metrics {
            registry: Registry::with_prefix("foil"),
            requests: Family::default(),
            request_seconds: Family::new_with_constructor(seconds),
            calls: Family::default(),
            commit_seconds: seconds(),
            commit_calls: Histogram::new(exponential_buckets(1.0, 2.0, 14)),
            height: Family::default(),
            records: Family::default(),
            serving: Family::default(),
            connections: Gauge::default(),
            followers: Gauge::default(),
        };
        let it = &mut metrics.registry;
        it.register("requests", "HTTP requests that were answered", metrics.requests.clone());
        it.register(
            "request_seconds",
            "From a request's head to its answer's",
            metrics.request_seconds.clone(),
        );
        it.register("calls", "Calls, by what became of them", metrics.calls.clone());
        it.register(
            "commit_seconds",
            "From calls that are taken up together to their receipts",
            metrics.commit_seconds.clone(),
        );
        it.register("commit_calls", "Calls that were committed together", metrics.commit_calls.clone());
        it.register("shard_height", "Blocks of a shard", metrics.height.clone());
        it.register("shard_records", "Records of a shard", metrics.records.clone());
        it.register("shard_serving", "Whether a shard serves: 1, or 0", metrics.serving.clone());
        it.register("connections", "Connections that are open", metrics.connections.clone());
        it.register("followers", "Streams of events that are open", metrics.followers.clone());
        metrics
    }
}

impl Metrics {
    /// A request was answered.
    pub(crate) fn answered(&self, method: &'static str, route: &'static str, status: u16, took: Duration) {
        let labels =
            [("method", method.into()), ("route", route.into()), ("status", status.to_string().into())];
        self.requests.get_or_create(&Labels(labels)).inc();
        self.request_seconds.get_or_create(&Labels([("route", route.into())])).observe(took.as_secs_f64());
    }

    /// Calls were committed together, or were to be.
    pub(crate) fn committed(&self, answers: &Answers, took: Duration) {
        self.commit_seconds.observe(took.as_secs_f64());
        self.commit_calls.observe(answers.len() as f64);
        let mut counts = BTreeMap::<_, u64>::new();
        for answer in answers {
            let became = match answer {
                Ok(Made { known: true, .. }) => "known",
                Ok(Made { outcome: Outcome::Returned(_), .. }) => "returned",
                Ok(Made { outcome: Outcome::Failed(_), .. }) => "failed",
                Ok(Made { outcome: Outcome::Trapped(_), .. }) => "trapped",
                Err(Failure::Rejected(..)) => "rejected",
                Err(_) => "refused",
            };
            *counts.entry(became).or_default() += 1;
        }
        for (became, count) in counts {
            self.calls.get_or_create(&Labels([("became", became.into())])).inc_by(count);
        }
    }

    /// A shard stands there, and serves.
    pub(crate) fn stands(&self, shard: &Hash, height: u64, seq: u64) {
        let labels = Labels([("shard", shard.to_string().into())]);
        self.height.get_or_create(&labels).set(i64::try_from(height).unwrap_or(i64::MAX));
        self.records.get_or_create(&labels).set(i64::try_from(seq).unwrap_or(i64::MAX));
        self.serving.get_or_create(&labels).set(1);
    }

    /// A shard does not serve.
    pub(crate) fn halted(&self, shard: &Hash) {
        self.serving.get_or_create(&Labels([("shard", shard.to_string().into())])).set(0);
    }

    /// The text that Prometheus reads.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("a string takes what is written to it");
        text
    }
}
