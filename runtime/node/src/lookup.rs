//! What a shard's state holds, and what its program answers, as commands and requests are told.

use crate::commands::{after, log, receipt};
use crate::data::{Data, NodeShard};
use crate::error::NodeError;
use crate::program::{Serving, encode_arguments};
use crate::told::Told;
use crate::value::hex;
use abi::call::Caller;
use abi::codec::Encode;
use abi::interface::Kind;
use abi::outcome::Outcome;
use kernel::{After, Effort, Position, Programs};
use serde_json::{Map, Value, json};
use state::Scan;
use std::sync::Arc;
use verify::{Claim, ProofFile, QueryProof};

/// Of which state, whether it is proven, and at which effort at most.
#[derive(Clone, Copy)]
pub(crate) struct Wanted {
    /// The block after which the state is meant; the last one, if none is named.
    pub(crate) height: Option<u64>,
    /// Whether the answer is to be proven.
    pub(crate) proof: bool,
    pub(crate) max: Effort,
}

/// An answer, and the file that proves it, if that was wanted.
pub(crate) struct Found {
    pub(crate) shown: Map<String, Value>,
    pub(crate) proof: Option<Vec<u8>>,
}

/// A query by names, and who asks it.
pub(crate) struct Query {
    pub(crate) caller: Caller,
    pub(crate) method: String,
    /// Its arguments by name.
    pub(crate) args: Map<String, Value>,
    pub(crate) fuel_max: u64,
}

/// A range of keys.
pub(crate) struct Range {
    /// The first key.
    pub(crate) from: Vec<u8>,
    /// The key before which it ends; where there is none, it goes on to the last.
    pub(crate) to: Option<Vec<u8>>,
    /// Most entries to show.
    pub(crate) limit: usize,
}

/// The value of a key.
pub(crate) fn entry(shard: &mut NodeShard, key: &[u8], wanted: Wanted) -> Result<Found, NodeError> {
    let then = after(shard, wanted.height, wanted.max)?;
    let (value, at) = (then.view().get(key)?, then.position().clone());
    let claim = wanted.proof.then(|| then.prove(&[key]).map(Claim::Keys)).transpose()?;
    let shown = Map::from_iter([
        ("key".into(), hex(key).into()),
        ("value".into(), value.map_or(Value::Null, |value| hex(&value).into())),
    ]);
    found(shard, shown, &at, claim)
}

/// The entries of a range, of which a proof has all.
pub(crate) fn range(shard: &mut NodeShard, range: &Range, wanted: Wanted) -> Result<Found, NodeError> {
    let Range { from, to, limit } = range;
    let then = after(shard, wanted.height, wanted.max)?;
    let scan = Scan { from, to: to.as_deref(), reverse: false, limit: *limit };
    let (entries, at) = (then.view().scan(&scan)?, then.position().clone());
    let claim = wanted.proof.then(|| then.prove_range(from, to.as_deref()).map(Claim::Range)).transpose()?;
    let entries: Vec<Value> =
        entries.iter().map(|(key, value)| json!({ "key": hex(key), "value": hex(value) })).collect();
    let shown = Map::from_iter([
        ("from".into(), hex(from).into()),
        ("to".into(), to.as_deref().map_or(Value::Null, |to| hex(to).into())),
        ("shown".into(), entries.len().into()),
        ("entries".into(), entries.into()),
    ]);
    found(shard, shown, &at, claim)
}

/// What a query comes to, asked of the program that served then; of `now`, where it is known to serve.
pub(crate) fn query(
    shard: &mut NodeShard,
    data: &Data,
    query: Query,
    now: Option<Arc<Serving>>,
    wanted: Wanted,
) -> Result<(Found, Outcome), NodeError> {
    let Query { caller, method, args, fuel_max } = query;
    let mut then = after(shard, wanted.height, wanted.max)?;
    let serving = now.map_or_else(|| Serving::after(&mut then).map(Arc::new), Ok)?;
    let form = serving.method(&method, Kind::Query)?;
    let args = encode_arguments(form, &Value::Object(args))?;
    let (execution, claim) = match wanted.proof {
        false => (then.query(caller, &method, args, fuel_max)?, None),
        true => {
            let (execution, witness) = then.query_proven(caller.clone(), &method, args.clone(), fuel_max)?;
            let program = program(&mut then, data)?.into();
            let (outcome, output) = (execution.outcome.code(), execution.outcome.output().into());
            let args = args.into();
            let proof = QueryProof { caller, method, args, fuel_max, program, outcome, output, witness };
            (execution, Some(Claim::Query(Box::new(proof))))
        }
    };
    log(&execution);
    let at = then.position().clone();
    let mut shown = serving.outcome(form, &execution.outcome);
    shown.extend(Told::of(&execution).iter().flat_map(Told::fields));
    Ok((found(shard, shown, &at, claim)?, execution.outcome))
}

/// The bytes of the program that served then.
fn program(then: &mut After<'_>, data: &Data) -> Result<Vec<u8>, NodeError> {
    let programs = data.programs()?;
    Ok(then.serving()?.map_or(Ok(None), |id| programs.read(&id))?.unwrap_or_default())
}

/// An answer with where it is from, and the file that proves it: the last record's receipt binds the root after it.
fn found(
    shard: &NodeShard,
    mut shown: Map<String, Value>,
    at: &Position,
    claim: Option<Claim>,
) -> Result<Found, NodeError> {
    shown.extend([("height".into(), at.height.into()), ("root".into(), at.root.to_string().into())]);
    let file = |claim| {
        let last = at.seq.checked_sub(1).ok_or_else(|| NodeError::NotThere {
            what: "a record whose receipt could bind the root".into(),
            holds: "no record yet".into(),
        })?;
        Ok::<_, NodeError>(ProofFile { receipt: receipt::of(shard, last)?, claim }.to_bytes())
    };
    Ok(Found { shown, proof: claim.map(file).transpose()? })
}
