//! The node's own chain: what a node did to itself, as a history like any shard's.
//!
//! It lies under `self/` of the data directory. Its writer and its authority are the node's key, its program is
//! the guest `chronicle`. So that recovering twice changes no shard's history, nothing of it stands in theirs.

use crate::commands::call::FUEL_DEFAULT;
use crate::commands::{build, random, submit};
use crate::data::{Data, NodeShard};
use crate::error::NodeError;
use crate::home::Home;
use crate::place::Terms;
use abi::call::{Call, Caller, SignedCall};
use abi::codec::{Decode, Encode};
use abi::fault::Fault;
use abi::genesis::{CommitPolicy, Genesis, JUMP_MS_DEFAULT, Quorum, TimePolicy, WINDOW_MS_DEFAULT};
use abi::outcome::Outcome;
use abi::profile::Profile;
use abi::system::{Act, Advance, Deploy};
use serde_json::{Value, json};

/// The directory of the chain.
pub(crate) const NAME: &str = "self";
const CHRONICLE: &[u8] = include_bytes!("../../../guests/wasm/chronicle.wasm");
/// Notes asked for at a time.
const PAGE: u32 = 1_000;

/// A note: its number, time, kind and details.
type Note = (u64, u64, String, String);

/// Whether these are the files of the chain itself.
pub(crate) fn is_own(home: &Home) -> bool {
    home.name == NAME
}

/// Makes a note, unless the last one about the same shard says the same.
pub(crate) fn note_once(data: &Data, kind: &str, details: &Value, now_ms: u64) -> Result<(), NodeError> {
    let text = details.to_string();
    if last_note(data, &details["shard"])?
        .is_some_and(|(_, _, said, what)| (said.as_str(), &what) == (kind, &text))
    {
        return Ok(());
    }
    let mut shard = open(data, now_ms)?;
    let (terms, args) = (Terms::of(&shard), (kind.to_owned(), text).to_bytes());
    let call = terms.call("note", args, random()?, terms.latest_ms(now_ms), FUEL_DEFAULT);
    let key = data.key()?;
    let call = Call { salt: random()?, caller: Caller::Key(key.public()), ..call };
    let noted = submit(&mut shard, SignedCall::sign(call, &key), now_ms);
    shard.close()?;
    noted.map(|_| ())
}

/// The last note about a shard.
fn last_note(data: &Data, shard: &Value) -> Result<Option<Note>, NodeError> {
    let is_about = |(_, _, _, details): &Note| {
        serde_json::from_str::<Value>(details).map_or(Value::Null, |details| details["shard"].clone())
            == *shard
    };
    Ok(notes(data)?.into_iter().rev().find(is_about))
}

/// Whether the last note about a shard says that its recovery has begun.
pub(crate) fn is_unfinished(data: &Data, home: &Home) -> Result<bool, NodeError> {
    let last = last_note(data, &json!(home.id.to_string()))?;
    Ok(last.is_some_and(|(_, _, kind, _)| kind == "recovering"))
}

/// All notes, the oldest first; none, if there is no chain yet.
pub(crate) fn notes(data: &Data) -> Result<Vec<Note>, NodeError> {
    let mut notes: Vec<Note> = Vec::new();
    if !data.dir.exists(NAME) {
        return Ok(notes);
    }
    let mut shard = data.open_own(build())?;
    loop {
        let args = (notes.len() as u64, PAGE).to_bytes();
        let answer = match shard.serving()? {
            None => break,
            Some(_) => shard.query(Caller::Nobody, "notes", args, FUEL_DEFAULT)?,
        };
        let odd = || Fault::corrupt("the node's own chain: its program does not answer as it should");
        let Outcome::Returned(bytes) = answer.outcome else { return Err(odd().into()) };
        let page = Vec::<Note>::from_bytes(&bytes).map_err(|_| odd())?;
        if page.is_empty() {
            break;
        }
        notes.extend(page);
    }
    shard.close()?;
    Ok(notes)
}

/// Opens the chain for a note at `now_ms`; it is made if there is none. A node that had nothing to note for longer than
/// time may pass by itself says so first.
fn open(data: &Data, now_ms: u64) -> Result<NodeShard, NodeError> {
    let mut shard = match data.dir.exists(NAME) {
        true => data.open_own(build())?,
        false => data.create_own(&genesis(data, now_ms)?, build())?,
    };
    if shard.serving()?.is_none() {
        let program = data.programs()?.keep(CHRONICLE)?;
        act(data, &mut shard, Act::Deploy(Deploy { program }), now_ms)?;
    }
    if now_ms.saturating_sub(shard.position().time_ms) > shard.genesis().time.jump_ms {
        act(data, &mut shard, Act::Advance(Advance { to_ms: now_ms }), now_ms)?;
    }
    Ok(shard)
}

fn genesis(data: &Data, now_ms: u64) -> Result<Genesis, NodeError> {
    let key = data.key()?.public();
    Ok(Genesis {
        version: abi::VERSION,
        profile: Profile::One.hash(),
        origin: "localhost/self".into(),
        authority: Quorum { threshold: 1, keys: vec![key] },
        writer: key,
        commit: CommitPolicy { writes: 1, replicas: Vec::new() },
        window_ms: WINDOW_MS_DEFAULT,
        time: TimePolicy { start_ms: now_ms, jump_ms: JUMP_MS_DEFAULT },
        witnesses: Quorum::default(),
        nonce: [0; 16],
    })
}

fn act(data: &Data, shard: &mut NodeShard, act: Act, now_ms: u64) -> Result<(), NodeError> {
    let (method, args) = act.to_call();
    let terms = Terms::of(shard);
    let call = terms.call(method, args, random()?, terms.latest_ms(now_ms), FUEL_DEFAULT);
    let call = Call { program: Some(Profile::One.system()), salt: random()?, ..call };
    submit(shard, SignedCall::authorize(call, &[&data.key()?]), now_ms)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// E5011 once: a node could not note a second recovery more than an hour after the first.
    #[test]
    fn a_node_that_had_nothing_to_note_for_long_can_note_again() {
        let folder = tempfile::tempdir().unwrap();
        let data = Data::create(&folder.path().join("data")).unwrap();
        let shard = json!("a shard");
        for (count, hours) in [0, 3, 3 * 24].into_iter().enumerate() {
            let now_ms = 1_000_000 + hours * JUMP_MS_DEFAULT;
            let details = json!({ "shard": shard, "count": count });
            note_once(&data, "recovered", &details, now_ms).unwrap();
            note_once(&data, "recovered", &details, now_ms + 1).unwrap();
            let notes = notes(&data).unwrap();
            assert_eq!((notes.len(), notes[count].1), (count + 1, now_ms));
        }
    }
}
