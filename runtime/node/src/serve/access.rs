//! Who may do what: one table of routes and roles. What is not in it, nobody may.

use super::failure::Failure;
use super::tokens::{Grant, Tokens};
use abi::call::Caller;
use abi::id::Hash;
use axum::http::{HeaderMap, Method, header};
use governor::clock::DefaultClock;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use serde::{Deserialize, Serialize};
use std::num::NonZeroU32;
use std::sync::Arc;

/// What a token lets its holder do.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    /// Call, ask, and read what came of it.
    Client,
    /// What a client may, and run the node.
    Operator,
    /// Read everything, and decide about what needs a person.
    Reviewer,
    /// Read what is needed to verify and to follow.
    Peer,
}

use Role::{Client, Operator, Peer, Reviewer};

/// A route, and who may take it.
pub(crate) struct Row {
    /// The method.
    pub(crate) method: Method,
    /// The path, as the router has it.
    pub(crate) path: &'static str,
    /// Who may; everybody, without a token, if this is none.
    pub(crate) roles: Option<&'static [Role]>,
}

const ALL: &[Role] = &[Client, Operator, Reviewer, Peer];
const CALLERS: &[Role] = &[Client, Operator];
const READERS: &[Role] = &[Client, Operator, Reviewer];
const OVERSEERS: &[Role] = &[Operator, Reviewer];

const fn row(method: Method, path: &'static str, roles: &'static [Role]) -> Row {
    Row { method, path, roles: Some(roles) }
}

const fn open(path: &'static str) -> Row {
    Row { method: Method::GET, path, roles: None }
}

const SHARDS: &str = "/v1/shards";

/// The table.
pub(crate) const TABLE: &[Row] = &[
    open("/healthz"),
    open("/readyz"),
    open("/openapi.json"),
    open("/docs"),
    row(Method::GET, "/metrics", OVERSEERS),
    row(Method::GET, SHARDS, ALL),
    row(Method::GET, "/v1/shards/{shard}", ALL),
    row(Method::POST, "/v1/shards/{shard}/calls", CALLERS),
    row(Method::POST, "/v1/shards/{shard}/query", READERS),
    row(Method::GET, "/v1/shards/{shard}/state", READERS),
    row(Method::GET, "/v1/shards/{shard}/state/{key}", READERS),
    row(Method::GET, "/v1/shards/{shard}/receipts/{seq}", ALL),
    row(Method::GET, "/v1/shards/{shard}/records/{seq}", ALL),
    row(Method::GET, "/v1/shards/{shard}/blocks/{height}", ALL),
    row(Method::GET, "/v1/shards/{shard}/events", READERS),
    row(Method::GET, "/v1/shards/{shard}/logs", OVERSEERS),
    row(Method::GET, "/v1/shards/{shard}/checkpoint", ALL),
    row(Method::GET, "/v1/shards/{shard}/checkpoints/{height}", ALL),
    row(Method::GET, "/v1/shards/{shard}/bundle", ALL),
    row(Method::GET, "/v1/shards/{shard}/genesis", ALL),
    row(Method::GET, "/v1/shards/{shard}/tile/{*tile}", ALL),
    row(Method::GET, "/v1/shards/{shard}/program", ALL),
    row(Method::POST, "/v1/shards/{shard}/snapshots", &[Operator]),
    row(Method::GET, "/v1/shards/{shard}/snapshots", OVERSEERS),
    row(Method::POST, "/v1/shards/{shard}/writers", &[Operator]),
    row(Method::POST, "/v1/programs", &[Operator]),
    row(Method::GET, "/v1/shards/{shard}/programs/{program}", ALL),
    row(Method::GET, "/v1/quarantine", OVERSEERS),
    row(Method::GET, "/v1/operations/{operation}", OVERSEERS),
];

/// The rows of a path, as the router has it.
pub(crate) fn rows(path: &str) -> impl Iterator<Item = &'static Row> {
    TABLE.iter().filter(move |row| row.path == path)
}

/// Whether everybody may take a path, without a token.
pub(crate) fn is_open(path: &str) -> bool {
    TABLE.iter().any(|row| row.path == path && row.roles.is_none())
}

/// Who asks, where that is known: the holder of a token. Where no tokens are asked for, nobody in particular.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asker(pub(crate) Option<Arc<Grant>>);

impl Asker {
    /// The name that the node vouches for.
    pub(crate) fn name(&self) -> Option<&str> {
        self.0.as_ref().map(|grant| grant.name.as_str())
    }

    /// Who calls, as the node vouches for it.
    pub(crate) fn caller(&self) -> Caller {
        self.name().map_or(Caller::Nobody, |name| Caller::Principal(name.into()))
    }

    /// Whether they may see a shard.
    pub(crate) fn may_see(&self, shard: &Hash) -> bool {
        self.0.as_ref().is_none_or(|grant| grant.is_for(&shard.to_string()))
    }
}

/// How often each name may ask.
type Limiter = RateLimiter<String, DefaultKeyedStateStore<String>, DefaultClock>;

/// How a node tells who asks, and whether they may.
pub(crate) struct Gate {
    /// By their tokens, or not at all.
    tokens: Option<Tokens>,
    limiter: Option<Limiter>,
}

impl Gate {
    /// One that asks for these tokens, if for any, and lets each name ask so often in a second.
    pub(crate) fn new(tokens: Option<Tokens>, rate: Option<NonZeroU32>) -> Gate {
        Gate { tokens, limiter: rate.map(|rate| RateLimiter::keyed(Quota::per_second(rate))) }
    }

    /// Who asks, and whether they may.
    pub(crate) fn admit(&self, row: &Row, path: &str, headers: &HeaderMap) -> (Asker, Result<(), Failure>) {
        let nobody = Asker::default();
        let (Some(roles), Some(tokens)) = (row.roles, &self.tokens) else { return (nobody, Ok(())) };
        let grant = bearer(headers).map_or(Ok(None), |token| tokens.grant(token));
        match grant {
            Ok(Some(grant)) => {
                let allowed = self.may(&grant, roles, row.path, path);
                (Asker(Some(grant)), allowed)
            }
            Ok(None) => (nobody, Err(Failure::Unauthorized)),
            Err(error) => (nobody, Err(error.into())),
        }
    }

    fn may(&self, grant: &Grant, roles: &[Role], route: &str, path: &str) -> Result<(), Failure> {
        let is_in_scope = match shard_of(path) {
            Some(shard) => grant.is_for(shard),
            // The list has what the token is for; all else is of the node, and of all its shards.
            None => route == SHARDS || grant.shards.is_empty(),
        };
        if !roles.contains(&grant.role) || !is_in_scope {
            return Err(Failure::Forbidden);
        }
        match self.limiter.as_ref().is_none_or(|limiter| limiter.check_key(&grant.name).is_ok()) {
            true => Ok(()),
            false => Err(Failure::TooMany),
        }
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (value, None) = (values.next()?, values.next()) else { return None };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}

/// The shard that a path names.
fn shard_of(path: &str) -> Option<&str> {
    path.strip_prefix("/v1/shards/")?.split('/').next()
}
