//! A shard at a node that serves it.

use super::{CallAsked, Each, Place, Terms};
use crate::cli::Address;
use crate::commands::bundle::Range;
use crate::commands::state::{parse_key, parse_range};
use crate::commands::{Submitted, admit};
use crate::error::NodeError;
use crate::lookup::{Found, Query, Wanted};
use crate::program::Serving;
use crate::progress;
use crate::remote::Remote;
use crate::told::Told;
use abi::call::{Caller, SignedCall};
use abi::codec::{Decode, Encode};
use abi::genesis::Genesis;
use abi::id::Hash;
use abi::profile::Profile;
use abi::sign::PublicKey;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use journal::{Block, CheckpointFile};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;
use verify::Exit;

/// How often a node is asked whether something is done.
const POLL: Duration = Duration::from_millis(100);

/// A shard that is asked over HTTP.
pub(crate) struct There {
    remote: Remote,
    id: Hash,
    genesis: Genesis,
    serving: Option<(Hash, Vec<u8>)>,
}

impl There {
    /// The shard that `wanted` names, by its id or the start of it; without a name, the only one.
    pub(crate) fn find(address: &Address, wanted: Option<&str>) -> Result<There, NodeError> {
        let remote = Remote::new(address)?;
        let listed = remote.get("/v1/shards")?;
        let ids = listed["shards"].as_array().into_iter().flatten().filter_map(|it| it["shard"].as_str());
        let found: Vec<Hash> = ids
            .filter(|id| id.starts_with(wanted.unwrap_or_default()))
            .filter_map(|id| id.parse().ok())
            .collect();
        let id = match found.as_slice() {
            [only] => *only,
            [] => {
                let wanted = wanted.unwrap_or_default();
                let what =
                    format!("no shard's id begins with {wanted:?} at {}, for this token", remote.url());
                return Err(NodeError::WhichShard(what));
            }
            many => {
                return Err(NodeError::WhichShard(format!(
                    "{} shards match; name one with --on",
                    many.len()
                )));
            }
        };
        let genesis = decoded::<Genesis>(&remote, &remote.bytes(&format!("/v1/shards/{id}/genesis"))?)?;
        match genesis.id() == id {
            true => Ok(There { remote, id, genesis, serving: None }),
            false => Err(remote.unreachable(&"the genesis that it gives is another shard's")),
        }
    }

    /// Has a snapshot taken, and waits for it.
    pub(crate) fn snapshot(&self) -> Result<Value, NodeError> {
        let mut told = self.remote.post(&self.path("/snapshots"), &json!({}))?;
        let operation = told["operation"].as_str().unwrap_or_default().to_owned();
        let bar = progress::counter("s");
        loop {
            match told["phase"].as_str() {
                Some("done") => {
                    bar.finish_and_clear();
                    return Ok(told["result"].take());
                }
                Some("running") => std::thread::sleep(POLL),
                _ => return Err(self.remote.refusal(&told)),
            }
            bar.tick();
            told = self.remote.get(&format!("/v1/operations/{operation}"))?;
        }
    }

    /// Its snapshots.
    pub(crate) fn snapshots(&self) -> Result<Value, NodeError> {
        self.remote.get(&self.path("/snapshots"))
    }

    /// Hands on what its programs have logged lately, and log from now on, if that is followed.
    pub(crate) fn logs(
        &self,
        follow: bool,
        mut each: impl FnMut(Value) -> Result<bool, NodeError>,
    ) -> Result<(), NodeError> {
        self.remote.follow(&self.path(&format!("/logs?follow={follow}")), |_, data| {
            each(serde_json::from_str(data).map_err(|error| self.remote.unreachable(&error))?)
        })
    }

    fn path(&self, rest: &str) -> String {
        format!("/v1/shards/{}{rest}", self.id)
    }

    /// Something of the state.
    fn state(&self, rest: &str, words: &[(&str, String)], wanted: Wanted) -> Result<Found, NodeError> {
        let height = wanted.height.map(|height| ("height", height.to_string()));
        let words = words.iter().cloned().chain(height);
        let words: String =
            words.map(|(name, word)| format!("&{name}={}", word.replace('/', "%2F"))).collect();
        self.proven(self.remote.get(&self.path(&format!("{rest}?proof={}{words}", wanted.proof)))?)
    }

    /// An answer that brings its proof, if it was wanted.
    fn proven(&self, answer: Value) -> Result<Found, NodeError> {
        let Value::Object(mut shown) = answer else {
            return Err(self.remote.unreachable(&"its answer is no object"));
        };
        let decoded = |proof: Value| BASE64.decode(proof.as_str().unwrap_or_default());
        let proof = shown.shift_remove("proof").map(decoded).transpose();
        Ok(Found { proof: proof.map_err(|error| self.remote.unreachable(&error))?, shown })
    }

    /// What an answer to a call says of it.
    fn made(&self, answer: &Value) -> Result<Submitted, NodeError> {
        let seq =
            answer["seq"].as_u64().ok_or_else(|| self.remote.unreachable(&"its answer has no `seq`"))?;
        let lines = |name: &str| {
            let lines = answer[name].as_array()?;
            Some(lines.iter().filter_map(|line| line.as_str().map(str::to_owned)).collect())
        };
        let told = lines("detail").zip(lines("logs")).map(|(detail, logs)| Told::new(detail, logs));
        Ok(Submitted { seq, known: answer["known"] == true, told })
    }
}

fn decoded<T: Decode>(remote: &Remote, bytes: &[u8]) -> Result<T, NodeError> {
    T::from_bytes(bytes).map_err(|error| remote.unreachable(&error))
}

/// What a command ends with whose call came to this.
fn exit(outcome: &Value) -> Exit {
    match outcome.as_str() {
        Some("failed") => Exit::Failed,
        Some("trapped") => Exit::Trapped,
        _ => Exit::Verified,
    }
}

/// A node takes its own time.
fn no_time(at: Option<u64>) -> Result<(), NodeError> {
    match at {
        None => Ok(()),
        Some(_) => Err(NodeError::Usage("a node goes by its own clock: leave --at out".into())),
    }
}

impl Place for There {
    fn terms(&mut self) -> Result<Terms, NodeError> {
        let standing = self.standing()?;
        let named = |it: &Profile| standing["profile"] == it.name();
        let profile = Profile::ALL.into_iter().find(named);
        Ok(Terms {
            shard: self.id,
            profile: profile
                .ok_or_else(|| self.remote.unreachable(&"the shard's profile is none of ours"))?,
            time_ms: standing["time_ms"].as_u64().unwrap_or_default(),
            window_ms: self.genesis.window_ms,
        })
    }

    fn serving(&mut self) -> Result<Serving, NodeError> {
        let id = self.remote.get(&self.path("/program"))?["program"].as_str().and_then(|id| id.parse().ok());
        let id: Hash = id.ok_or_else(|| self.remote.unreachable(&"it does not say which program serves"))?;
        let wasm = match self.serving.take() {
            Some((of, wasm)) if of == id => wasm,
            _ => self.remote.bytes(&self.path(&format!("/programs/{id}")))?,
        };
        if abi::hash::PROGRAM.hash(&wasm) != id {
            return Err(self.remote.unreachable(&"the program that it gives is another one"));
        }
        let serving = Serving::of_program(&admit(&wasm)?);
        self.serving = Some((id, wasm));
        serving
    }

    fn standing(&mut self) -> Result<Value, NodeError> {
        self.remote.get(&self.path(""))
    }

    fn call(&mut self, asked: &CallAsked) -> Result<Submitted, NodeError> {
        if asked.identity.has_key() {
            let signed = asked.signed(&self.serving()?, &self.terms()?)?;
            return self.submit(signed, asked.at);
        }
        no_time(asked.at)?;
        let mut body = json!({ "method": asked.method, "args": asked.args, "fuel_max": asked.fuel_max });
        if let Some(key) = asked.key {
            body["key"] = key.into();
        }
        self.made(&self.remote.post(&self.path("/calls"), &body)?)
    }

    fn submit(&mut self, signed: SignedCall, at: Option<u64>) -> Result<Submitted, NodeError> {
        no_time(at)?;
        let body = json!({ "signed": BASE64.encode(signed.to_bytes()) });
        self.made(&self.remote.post(&self.path("/calls"), &body)?)
    }

    fn record(&mut self, seq: u64) -> Result<(Value, Exit), NodeError> {
        let shown = self.remote.get(&self.path(&format!("/records/{seq}")))?;
        let exit = exit(&shown["outcome"]);
        Ok((shown, exit))
    }

    fn found(&mut self, seq: u64) -> Result<(Block, usize), NodeError> {
        let (record, _) = self.record(seq)?;
        let number = |name: &str| record[name].as_u64().unwrap_or(u64::MAX);
        let block = self.remote.bytes(&self.path(&format!("/blocks/{}", number("height"))))?;
        let block = decoded::<Block>(&self.remote, &block)?;
        let index = usize::try_from(number("index")).unwrap_or(usize::MAX);
        match index < block.entries.len() {
            true => Ok((block, index)),
            false => Err(self.remote.unreachable(&"the block that it gives has no such record")),
        }
    }

    fn block(&mut self, height: u64) -> Result<Value, NodeError> {
        self.remote.get(&self.path(&format!("/blocks/{height}")))
    }

    fn records(&mut self, from: Option<u64>, follow: bool, each: Each) -> Result<(), NodeError> {
        let standing = self.standing()?;
        let records = standing["records"].as_u64().unwrap_or_default();
        let first = match (from, follow, standing["first_block"].as_u64()) {
            (Some(from), ..) => from,
            (None, true, _) => records,
            (None, false, None) => 0,
            (None, false, Some(block)) => self.block(block)?["first_seq"].as_u64().unwrap_or_default(),
        };
        if !follow && first >= records {
            return Ok(());
        }
        self.remote.follow(&self.path(&format!("/events?from={first}")), |name, data| {
            let record: Value =
                serde_json::from_str(data).map_err(|error| self.remote.unreachable(&error))?;
            if name == "error" {
                return Err(self.remote.refusal(&record));
            }
            let is_last = record["seq"].as_u64().is_none_or(|seq| seq + 1 >= records);
            Ok(each(record)? && (follow || !is_last))
        })
    }

    fn entry(&mut self, key: &str, wanted: Wanted) -> Result<Found, NodeError> {
        parse_key(key)?;
        self.state(&format!("/state/{}", key.replace('/', "%2F")), &[], wanted)
    }

    fn range(
        &mut self,
        from: &str,
        to: Option<&str>,
        limit: usize,
        wanted: Wanted,
    ) -> Result<Found, NodeError> {
        parse_range(from, to, limit)?;
        let to = to.map(|to| ("to", to.to_owned()));
        let words = [("from", from.to_owned()), ("limit", limit.to_string())];
        self.state("/state", &words.into_iter().chain(to).collect::<Vec<_>>(), wanted)
    }

    fn query(&mut self, query: Query, wanted: Wanted) -> Result<(Found, Exit), NodeError> {
        let Query { caller, method, args, fuel_max } = query;
        if caller != Caller::Nobody {
            let because = "a query is asked in the name that the token was given to: leave --as out";
            return Err(NodeError::Usage(because.into()));
        }
        let mut body = json!({ "method": method, "args": args, "fuel_max": fuel_max, "proof": wanted.proof });
        if let Some(height) = wanted.height {
            body["height"] = height.into();
        }
        let found = self.proven(self.remote.post(&self.path("/query"), &body)?)?;
        let exit = exit(&found.shown["outcome"]);
        Ok((found, exit))
    }

    fn receipt(&mut self, seq: u64) -> Result<Vec<u8>, NodeError> {
        self.remote.bytes(&self.path(&format!("/receipts/{seq}")))
    }

    fn bundle(&mut self, range: &Range) -> Result<Vec<u8>, NodeError> {
        let Range { heights: (from, to), witness } = range;
        self.remote.bytes(&self.path(&format!("/bundle?from={from}&to={to}&witness={witness}")))
    }

    fn checkpoint(&mut self, height: Option<u64>) -> Result<CheckpointFile, NodeError> {
        let height = match height {
            Some(height) => height,
            None => self.standing()?["height"].as_u64().unwrap_or_default(),
        };
        decoded(&self.remote, &self.remote.bytes(&self.path(&format!("/checkpoints/{height}")))?)
    }

    fn keep(&mut self, wasm: &[u8]) -> Result<Hash, NodeError> {
        let kept = self.remote.send("/v1/programs", "application/wasm", wasm)?;
        let id = kept["program"].as_str().and_then(|id| id.parse().ok());
        id.ok_or_else(|| self.remote.unreachable(&"it does not say under which id it keeps the program"))
    }

    fn keep_writer(&mut self, file: Option<&Path>) -> Result<PublicKey, NodeError> {
        if file.is_some() {
            return Err(NodeError::Usage(
                "secret keys do not travel: leave --key out, and the node draws one".into(),
            ));
        }
        let kept = self.remote.post(&self.path("/writers"), &json!({}))?;
        let key = kept["writer"].as_str().and_then(|key| key.parse::<Hash>().ok());
        key.map(|key| PublicKey(key.0))
            .ok_or_else(|| self.remote.unreachable(&"it does not say which key it drew"))
    }

    fn close(self: Box<Self>) -> Result<(), NodeError> {
        Ok(())
    }
}
