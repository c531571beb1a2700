//! `foil replay --until-divergence`: the first record or root that comes out otherwise, down to the key and
//! the host call.

use super::step;
use crate::cli::Global;
use crate::commands::{block_at, open};
use crate::error::NodeError;
use crate::hostcall::Teller;
use crate::program::{Serving, event, message, outcome};
use crate::{output, progress, standpoint};
use abi::id::Hash;
use journal::{Block, BundleError, BundleReader, Item};
use kernel::{Divergence, Engine, Examined, Machine, ReplayError, Replayer, Walk, What, Written};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io::BufReader;
use std::path::Path;
use verify::Exit;

/// Most bytes of programs of a bundle.
const PROGRAMS_BYTES_MAX: usize = 256 << 20;

/// Runs the history of the shard, or of a bundle, until it comes out otherwise.
pub(super) fn run(global: &Global, bundle: Option<&Path>, engine: Engine) -> Result<Exit, NodeError> {
    let Some(path) = bundle else {
        let (data, shard) = open(global)?;
        let height = shard.position().height;
        let mut replayer = standpoint::before(&data, &shard, height.max(1), engine)?;
        let blocks = (replayer.chain().height() + 1..=height).map(|height| block_at(&shard, height));
        let told = search(global, &mut replayer, blocks, engine);
        shard.close()?;
        return told;
    };
    let file = verify::files::open(path)
        .map_err(|error| NodeError::io(format!("read {}", path.display()), error))?;
    let mut items = BundleReader::new(BufReader::new(file)).map(|item| item.map_err(unread));
    let (mut replayer, first) = start(&mut items, engine)?;
    let blocks = std::iter::once(Ok(first)).chain(items).filter_map(|item| match item {
        Ok(Item::Block { block, .. }) => Some(Ok(block)),
        Ok(_) => None,
        Err(error) => Some(Err(error)),
    });
    search(global, &mut replayer, blocks, engine)
}

/// What stands in a bundle before its blocks, made into a replay; and the item after that.
fn start(
    items: &mut impl Iterator<Item = Result<Item, NodeError>>,
    engine: Engine,
) -> Result<(Replayer, Item), NodeError> {
    let (mut genesis, mut programs, mut bytes) = (None, BTreeMap::<Hash, Vec<u8>>::new(), 0);
    // The reader allows no other order.
    for item in items {
        match item? {
            Item::Manifest(manifest) if manifest.from != 1 => {
                let from = manifest.from;
                return Err(NodeError::Usage(format!(
                    "the bundle begins at height {from}: export one from genesis"
                )));
            }
            Item::Manifest(_) => {}
            Item::Genesis(found) => {
                found.check()?;
                genesis = Some(found);
            }
            Item::Program(wasm) => {
                bytes += wasm.len();
                if bytes > PROGRAMS_BYTES_MAX {
                    return Err(NodeError::Usage(format!(
                        "its programs have over {PROGRAMS_BYTES_MAX} bytes"
                    )));
                }
                programs.insert(abi::hash::PROGRAM.hash(&wasm), wasm);
            }
            item => {
                let genesis = genesis.ok_or_else(|| NodeError::Usage("the bundle has no genesis".into()))?;
                return Ok((Replayer::new(&genesis, Box::new(programs), engine)?, item));
            }
        }
    }
    Err(NodeError::Usage("the bundle has no block".into()))
}

pub(super) fn unread(error: BundleError) -> NodeError {
    match error {
        BundleError::Invalid(invalid) => ReplayError::from(invalid).into(),
        BundleError::Io { .. } => NodeError::io("read the bundle", error),
    }
}

/// Replays blocks, and tells of the first that diverges, or that none does.
fn search(
    global: &Global,
    replayer: &mut Replayer,
    blocks: impl Iterator<Item = Result<Block, NodeError>>,
    engine: Engine,
) -> Result<Exit, NodeError> {
    let bar = progress::counter("records replayed");
    let from = replayer.chain().height() + 1;
    for block in blocks {
        let block = block?;
        match replayer.block(&block) {
            Ok(()) => bar.set_position(replayer.chain().history().size()),
            Err(ReplayError::Diverged(found)) => {
                bar.finish_and_clear();
                let examined = replayer.examine(&block, &found)?;
                diverged(global, replayer.machine(), &block, &found, &examined)?;
                return Err(ReplayError::Diverged(found).into());
            }
            Err(error) => return Err(error.into()),
        }
    }
    bar.finish_and_clear();
    output::print(global.output, &super::same(replayer, from, engine))?;
    Ok(Exit::Verified)
}

/// Tells what diverged, where, and how: recorded and computed, the keys, and the host calls up to the first that
/// reads or writes one of them.
fn diverged(
    global: &Global,
    machine: &mut Machine,
    block: &Block,
    found: &Divergence,
    examined: &Examined,
) -> Result<(), NodeError> {
    let at = |seq: u64| usize::try_from(seq - block.header.first_seq).ok();
    let seq = found.seq.or_else(|| examined.walk.as_ref().map(|walk| walk.seq));
    let entry = seq.and_then(at).and_then(|index| block.entries.get(index)).unwrap_or(&block.entries[0]);
    let serving = Serving::find(machine, entry.program).ok();
    let teller = Teller { serving: serving.as_ref(), call: &entry.call.call };
    let written = |key: &[u8], written: &Written| match written {
        None => json!({ "written": false }),
        Some(None) => json!({ "deleted": true }),
        Some(Some(value)) => teller.state_value(key, value),
    };
    let keys: Vec<Value> = examined
        .keys
        .iter()
        .map(|differing| {
            json!({
                "key": teller.state_key(&differing.key),
                "recorded": written(&differing.key, &differing.recorded),
                "computed": written(&differing.key, &differing.computed),
                "writer": differing.writer,
            })
        })
        .collect();
    let (recorded, computed) = both(&teller, block, found, examined)?;
    let mut answer = Map::from_iter([
        ("height".into(), found.height.into()),
        ("seq".into(), found.seq.into()),
        ("what".into(), found.what.to_string().into()),
        ("recorded".into(), recorded),
        ("computed".into(), computed),
        ("keys".into(), keys.into()),
    ]);
    if let Some(walk) = &examined.walk {
        answer.insert("walked".into(), walk.seq.into());
        answer.insert("method".into(), entry.call.call.method.as_str().into());
        answer.insert("host_calls".into(), walk.calls.len().into());
        answer.insert("touched".into(), examined.touched.map(|touched| touched + 1).into());
        let shown = examined.touched.map_or(walk.calls.len(), |touched| touched + 1);
        // Whoever quits the steps sees where they are from all the same.
        step::show(global.output, step::steps(&teller, &walk.calls[..shown]), &mut answer)?;
    }
    output::print(global.output, &Value::Object(answer))
}

/// What history says, and what came of it here.
fn both(
    teller: &Teller<'_>,
    block: &Block,
    found: &Divergence,
    examined: &Examined,
) -> Result<(Value, Value), NodeError> {
    let entry =
        found.seq.and_then(|seq| block.entries.get(usize::try_from(seq - block.header.first_seq).ok()?));
    let came = |shown: fn(&Teller<'_>, &Walk) -> Value| {
        examined.walk.as_ref().map_or(Value::Null, |walk| shown(teller, walk))
    };
    let serving = teller.serving;
    Ok(match (&found.what, entry) {
        (What::Program, Some(entry)) => {
            let here = match &examined.walk {
                Some(walk) => Machine::serving(&*walk.before)?,
                None => None,
            };
            (json!(entry.program.to_string()), json!(here.map(|id| id.to_string())))
        }
        (What::Outcome, Some(entry)) => {
            let method = &entry.call.call.method;
            let shown = |it| Value::Object(outcome(serving, &entry.program, method, it));
            let here = examined.walk.as_ref().map(|walk| shown(&walk.execution.outcome));
            (shown(&entry.outcome), here.unwrap_or_default())
        }
        (What::Events, Some(entry)) => (
            entry.events.iter().map(|it| event(serving, it)).collect(),
            came(|teller, walk| walk.execution.events.iter().map(|it| event(teller.serving, it)).collect()),
        ),
        (What::Messages, Some(entry)) => (
            entry.messages.iter().map(message).collect(),
            came(|_, walk| walk.execution.messages.iter().map(message).collect()),
        ),
        (What::Diff, Some(entry)) => {
            (json!(entry.diff.to_string()), came(|_, walk| json!(walk.execution.diff.hash().to_string())))
        }
        (What::Fuel(recorded, used), _) => (json!(recorded), json!(used)),
        (What::Root(recorded, computed), _) => (json!(recorded.to_string()), json!(computed.to_string())),
        // The keys say more than the digests of the block's writes would.
        _ => (Value::Null, Value::Null),
    })
}
