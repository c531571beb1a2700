//! `foil inspect`: what a file, a record or a block holds.

use crate::cli::Global;
use crate::commands::{block_at, record_at};
use crate::data::NodeShard;
use crate::error::NodeError;
use crate::output;
use crate::place::reach;
use crate::program::{Serving, arguments_shown, event, message, outcome};
use abi::outcome::Outcome;
use abi::record::Record;
use clap::Args;
use journal::Entry;
use serde_json::{Value, json};
use std::path::PathBuf;
use verify::Exit;

mod wasm;

pub(crate) use wasm::{described_methods, functions, methods, sections};

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
    /// Of a wasm file, how many of its largest functions to show.
    #[arg(long, default_value_t = 10, value_name = "COUNT")]
    largest: usize,
}

/// Runs the command.
pub fn run(global: &Global, args: &InspectArgs) -> Result<Exit, NodeError> {
    if let Some(path) = &args.file {
        return wasm::run(global, path, args.largest);
    }
    let mut place = reach(global)?;
    let answer = match (args.seq, args.height) {
        (Some(seq), _) => place.record(seq)?.0,
        (None, Some(height)) => place.block(height)?,
        (None, None) => place.standing()?,
    };
    place.close()?;
    output::print(global.output, &answer)?;
    Ok(Exit::Verified)
}

/// A block for a person.
pub fn block(shard: &NodeShard, height: u64) -> Result<Value, NodeError> {
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
        "program": shard.program_at(header).map(|id| id.to_string()),
        "execution_root": header.execution_root.to_string(),
        "history_size": header.history_size,
        "history_root": header.history_root.to_string(),
        "writes": (!block.is_erased()).then(|| block.diff.len()),
        "erased": block.erased().collect::<Vec<_>>(),
        "time_ms": header.time_ms,
        "build": block.build,
    }))
}

/// A record for a person, by the serving program's interface where it is that program's; and its outcome.
pub fn record(shard: &NodeShard, serving: Option<&Serving>, seq: u64) -> Result<(Value, Outcome), NodeError> {
    let (mut block, index) = record_at(shard, seq)?;
    let record = shard.records_of(&block).swap_remove(index);
    let entry = block.entries.swap_remove(index);
    Ok((entry_shown(&record, &entry, serving), entry.outcome))
}

/// A record with its call, as [`record`] has it.
pub(crate) fn entry_shown(record: &Record, entry: &Entry, serving: Option<&Serving>) -> Value {
    let call = &entry.call.call;
    let serving = serving.filter(|serving| serving.id == entry.program);
    let mut outcome = outcome(serving, &entry.program, &call.method, &entry.outcome);
    let is_whole = entry.erased.is_none();
    if !is_whole {
        ["value", "error", "output"].iter().for_each(|said| drop(outcome.remove(*said)));
    }
    let events: Vec<Value> = entry.events.iter().map(|it| event(serving, it)).collect();
    let messages: Vec<Value> = entry.messages.iter().map(message).collect();
    let mut answer = json!({
        "seq": record.effect.seq,
        "height": record.placement.height,
        "index": record.placement.index,
        "time_ms": entry.time_ms,
        "program": entry.program.to_string(),
        "method": call.method,
        "args": is_whole.then(|| arguments_shown(&call.args)),
        "caller": format!("{:?}", call.caller),
        "events": is_whole.then_some(events),
        "messages": is_whole.then_some(messages),
        "fuel": entry.fuel,
        "effect": record.effect.hash().to_string(),
        "call": record.effect.call.to_string(),
        "diff": entry.diff.to_string(),
        "erased": !is_whole,
    });
    if let Some(answer) = answer.as_object_mut() {
        answer.extend(outcome);
    }
    answer
}
