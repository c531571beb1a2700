//! `foil inspect`: what a file, a record or a block holds.

use crate::cli::Global;
use crate::commands::{block_at, open, read_program, record_at, shard};
use crate::data::NodeShard;
use crate::error::NodeError;
use crate::output;
use crate::program::{Serving, arguments_shown, message, outcome};
use crate::value::hex;
use abi::codec::Decode;
use abi::interface::Described;
use abi::outcome::Outcome;
use clap::Args;
use serde_json::{Value, json};
use std::path::PathBuf;
use verify::Exit;

/// Show what is there.
#[derive(Args, Debug)]
pub struct InspectArgs {
    /// A wasm file; without it, the shard.
    file: Option<PathBuf>,
    /// A record of the shard.
    #[arg(long, conflicts_with_all = ["file", "height"])]
    seq: Option<u64>,
    /// A block of the shard.
    #[arg(long, conflicts_with = "file")]
    height: Option<u64>,
}

/// Runs the command.
pub fn run(global: &Global, args: &InspectArgs) -> Result<Exit, NodeError> {
    let answer = match &args.file {
        Some(path) => program(path)?,
        None => {
            let (_data, mut shard) = open(global)?;
            let serving = Serving::of(&mut shard).ok();
            let answer = match (args.seq, args.height) {
                (Some(seq), _) => record(&shard, serving.as_ref(), seq)?.0,
                (None, Some(height)) => block(&shard, height)?,
                (None, None) => shard::describe(&shard)?,
            };
            shard.close()?;
            answer
        }
    };
    output::print(global.output, &answer)?;
    Ok(Exit::Verified)
}

/// A wasm file: its id and what it says of itself.
fn program(path: &std::path::Path) -> Result<Value, NodeError> {
    let (wasm, program) = read_program(path)?;
    let described = program.interface().and_then(|section| Described::from_bytes(section).ok());
    let methods: Vec<Value> = match &described {
        None => program
            .methods()
            .map(|(name, mode)| json!({ "method": name, "kind": format!("{mode:?}") }))
            .collect(),
        Some(described) => described
            .methods
            .iter()
            .map(|method| {
                let params: Vec<String> =
                    method.params.iter().map(|(name, form)| format!("{name}: {form}")).collect();
                json!({
                    "kind": format!("{:?}", method.kind).to_lowercase(),
                    "method": format!("{}({})", method.name, params.join(", ")),
                    "returns": method.returns.to_string(),
                    "doc": method.doc,
                })
            })
            .collect(),
    };
    Ok(json!({
        "program": program.id().to_string(),
        "name": described.map(|described| described.name),
        "bytes": wasm.len(),
        "methods": methods,
    }))
}

fn block(shard: &NodeShard, height: u64) -> Result<Value, NodeError> {
    let block = block_at(shard, height)?;
    let header = &block.header;
    Ok(json!({
        "height": header.height,
        "header": header.hash().to_string(),
        "previous": header.previous.to_string(),
        "epoch": header.epoch,
        "first_seq": header.first_seq,
        "count": header.count,
        "root_before": header.root_before.to_string(),
        "root_after": header.root_after.to_string(),
        "execution_root": header.execution_root.to_string(),
        "history_size": header.history_size,
        "history_root": header.history_root.to_string(),
        "writes": block.diff.len(),
        "time_ms": header.time_ms,
        "build": block.build,
    }))
}

/// A record for a person, by the serving program's interface where it is that program's; and its outcome.
pub fn record(shard: &NodeShard, serving: Option<&Serving>, seq: u64) -> Result<(Value, Outcome), NodeError> {
    let (mut block, index) = record_at(shard, seq)?;
    let record = block.records(shard.genesis().profile).swap_remove(index);
    let entry = block.entries.swap_remove(index);
    let call = &entry.call.call;
    let serving = serving.filter(|serving| serving.id == entry.program);
    let outcome = outcome(serving, &entry.program, &call.method, &entry.outcome);
    let events: Vec<Value> = match serving {
        Some(serving) => entry.events.iter().map(|event| serving.event(event)).collect(),
        None => entry
            .events
            .iter()
            .map(|event| json!({ "event": event.name, "data": hex(&event.data) }))
            .collect(),
    };
    let messages: Vec<Value> = entry.messages.iter().map(message).collect();
    let mut answer = json!({
        "seq": seq,
        "height": record.placement.height,
        "index": record.placement.index,
        "time_ms": entry.time_ms,
        "program": entry.program.to_string(),
        "method": call.method,
        "args": arguments_shown(&call.args),
        "caller": format!("{:?}", call.caller),
        "events": events,
        "messages": messages,
        "fuel": entry.fuel,
        "effect": record.effect.hash().to_string(),
        "call": record.effect.call.to_string(),
        "diff": entry.diff.to_string(),
    });
    if let Some(answer) = answer.as_object_mut() {
        answer.extend(outcome);
    }
    Ok((answer, entry.outcome))
}
