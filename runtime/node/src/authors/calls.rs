//! The calls of `calls.json`, with what each is to come to: the tests of a program that does not run natively.
//!
//! ```text
//! [{ "call": NAME, "args": { … }, "as": KEY'S NUMBER / "NAME", "returns": VALUE }, …]
//! ```
//!
//! `query` in place of `call` asks a query. What is expected is `returns`, `fails` with an error's name, or `traps` with
//! a trap's text; if none is given, that it returns.

use super::error::AuthorError;
use super::project::Project;
use super::stage::{Stage, Theatre};
use super::traced::Replayed;
use crate::error::NodeError;
use crate::program::{Serving, encode_arguments};
use crate::value::from_json;
use abi::call::{Call, Caller};
use abi::codec::Bytes;
use abi::genesis::{CommitPolicy, Genesis, JUMP_MS_DEFAULT, Quorum, TimePolicy, WINDOW_MS_DEFAULT};
use abi::interface::{Kind, encode_value};
use abi::limits::FUEL_MAX;
use abi::outcome::Outcome;
use abi::profile::Profile;
use abi::sign::SecretKey;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::io::Read;
use std::path::Path;

const FILE: &str = "calls.json";
const FILE_BYTES_MAX: u64 = 64 << 20;
/// How much later each call is than the one before, in milliseconds.
const STEP_MS: u64 = 1_000;

/// One thing that the program is asked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    call: Option<String>,
    query: Option<String>,
    #[serde(default)]
    args: Map<String, Value>,
    #[serde(rename = "as")]
    caller: Option<Value>,
    returns: Option<Value>,
    fails: Option<String>,
    traps: Option<String>,
}

/// Asks a program everything that its project's `calls.json` says.
///
/// # Errors
///
/// The first call that comes to something else than is expected, and a file that is not as it must be.
pub(crate) fn run_calls(project: &Project, wasm: &[u8], serving: &Serving) -> Result<Replayed, NodeError> {
    let path = project.dir.join(FILE);
    let asked = read(&path)?;
    let theatre = Theatre::open(wasm)?;
    let mut stage = Stage::new(&theatre, genesis(), serving.id);
    let mut replayed = Replayed { hosts: 1, ..Replayed::default() };
    for (index, asked) in (1..).zip(&asked) {
        let wrong = |because: String| AuthorError::Calls { path: path.clone(), index, because };
        let (method, kind) = match (&asked.call, &asked.query) {
            (Some(call), None) => (call, Kind::Call),
            (None, Some(query)) => (query, Kind::Query),
            _ => return Err(wrong("it has either `call` or `query`".into()).into()),
        };
        let told = |error: NodeError| wrong(error.to_string());
        let form = serving.method(method, kind).map_err(told)?;
        let args = encode_arguments(form, &Value::Object(asked.args.clone())).map_err(told)?;
        let caller = caller(asked.caller.as_ref())
            .ok_or_else(|| wrong("`as` is a number below 256, or a name".into()))?;
        let came = match kind {
            Kind::Call => {
                replayed.calls += 1;
                let (time_ms, call) = (STEP_MS * stage.seq(), call(&stage, method, args, caller));
                let (execution, _) = stage.call(&call, time_ms)?;
                replayed.fuel = replayed.fuel.saturating_add(execution.fuel);
                execution.outcome
            }
            Kind::Query => {
                replayed.queries += 1;
                stage.query(&caller, method, &args, STEP_MS * stage.seq())?
            }
        };
        let returns = asked.returns.as_ref().map(|value| encode_value(&form.returns, &from_json(value)));
        let returns = returns.transpose().map_err(|mismatch| wrong(format!("`returns`: {mismatch}")))?;
        let is_met = match &came {
            Outcome::Returned(output) => {
                asked.fails.is_none() && asked.traps.is_none() && returns.is_none_or(|it| it == *output)
            }
            Outcome::Failed(reason) => {
                asked.fails.as_ref().is_some_and(|name| serving.error(reason)["name"] == **name)
            }
            Outcome::Trapped(trap) => asked.traps.as_ref().is_some_and(|text| *text == trap.to_string()),
        };
        if !is_met {
            let because =
                format!("expected {}, and it came to {}", asked.expected(), shown(serving, method, &came));
            return Err(AuthorError::Unexpected { index, method: method.clone(), because }.into());
        }
    }
    Ok(replayed)
}

impl Asked {
    fn expected(&self) -> String {
        let returns = self.returns.as_ref().map(|value| format!("returned {value}"));
        let fails = self.fails.as_ref().map(|name| format!("failed {name}"));
        let traps = self.traps.as_ref().map(|text| format!("trapped: {text}"));
        returns.or(fails).or(traps).unwrap_or_else(|| "an answer".into())
    }
}

fn shown(serving: &Serving, method: &str, came: &Outcome) -> String {
    let form = serving.interface.method(method);
    let fields = form.map(|form| serving.outcome(form, came)).unwrap_or_default();
    let word = fields.get("outcome").and_then(Value::as_str).unwrap_or_default();
    let rest = ["value", "error", "trap"].iter().find_map(|name| fields.get(*name));
    format!(
        "{word} {}",
        rest.map_or_else(String::new, |error| error["name"]
            .as_str()
            .map_or_else(|| error.to_string(), str::to_owned))
    )
}

fn read(path: &Path) -> Result<Vec<Asked>, NodeError> {
    let wrong = |because: String| AuthorError::Calls { path: path.into(), index: 0, because };
    let mut text = String::new();
    let read = verify::files::open(path).and_then(|file| file.take(FILE_BYTES_MAX).read_to_string(&mut text));
    read.map_err(|error| wrong(error.to_string()))?;
    Ok(serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?)
}

/// A number is the key of that seed, a text a name.
fn caller(said: Option<&Value>) -> Option<Caller> {
    match said {
        None | Some(Value::Null) => Some(Caller::Nobody),
        Some(Value::String(name)) => Some(Caller::Principal(name.clone())),
        Some(Value::Number(number)) => {
            let seed = u8::try_from(number.as_u64()?).ok()?;
            Some(Caller::Key(SecretKey::from_seed(&[seed; 32]).public()))
        }
        _ => None,
    }
}

fn call(stage: &Stage<'_>, method: &str, args: Vec<u8>, caller: Caller) -> Call {
    let mut key = [0; 32];
    key[24..].copy_from_slice(&stage.seq().to_be_bytes());
    Call {
        version: abi::VERSION,
        shard: stage.shard(),
        program: None,
        method: method.into(),
        args: Bytes(args),
        salt: Call::salt_of(&[0; 32], &key),
        caller,
        key,
        expires_ms: WINDOW_MS_DEFAULT,
        fuel_max: FUEL_MAX,
    }
}

/// The genesis of a shard for tests, as the SDK for Rust has it.
fn genesis() -> Genesis {
    let key = SecretKey::from_seed(&[0; 32]).public();
    Genesis {
        version: abi::VERSION,
        profile: Profile::One.hash(),
        origin: "test".into(),
        authority: Quorum { threshold: 1, keys: vec![key] },
        writer: key,
        commit: CommitPolicy { writes: 1, replicas: Vec::new() },
        window_ms: WINDOW_MS_DEFAULT,
        time: TimePolicy { start_ms: 0, jump_ms: JUMP_MS_DEFAULT },
        witnesses: Quorum::default(),
        nonce: [0; 16],
    }
}
