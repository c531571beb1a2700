//! `foil run`: one call of each row of a file.
//!
//! The idempotency key of a row is the hash of the run's name and the row's line. Rows become history in
//! order, so what is in history is always the rows up to some line: a run that was stopped, however, goes
//! on after the highest line that has a record.

use super::call::FUEL_DEFAULT;
use super::time::{now_ms, parse_seconds};
use crate::cli::Global;
use crate::commands::{Identity, log, open};
use crate::data::NodeShard;
use crate::error::NodeError;
use crate::map::RowMap;
use crate::place::Terms;
use crate::program::{Serving, encode_arguments};
use crate::rows::{Row, Rows, count_lines};
use crate::schedule::Schedule;
use crate::told::{Told, trap_fields};
use crate::value::plain;
use crate::{output, progress};
use abi::Coded;
use abi::effect::Execution;
use abi::hash::RUN_LINE;
use abi::interface::{Kind, MethodForm};
use abi::limits::BLOCK_CALLS_MAX;
use abi::outcome::{Outcome, Trap};
use clap::Args;
use kernel::{Answer, Batch, Request};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Instant;
use verify::Exit;

/// Make one call of each row of a file.
#[derive(Args, Debug)]
pub struct RunArgs {
    /// The rows: CSV with a header, or JSON Lines (`.jsonl`).
    file: PathBuf,
    /// How a row becomes a call: a JSON file.
    #[arg(long, value_name = "FILE")]
    map: PathBuf,
    /// The run's name: the same name and line is the same call, made once.
    #[arg(long, value_name = "NAME")]
    run: String,
    /// The caller's key file; without it, nobody calls.
    #[arg(long = "as", value_name = "FILE")]
    identity: Option<PathBuf>,
    /// Take each call's time from this column, in Unix seconds.
    #[arg(long, value_name = "COLUMN")]
    time_from: Option<String>,
    /// Most calls of one block.
    #[arg(long, default_value_t = 1000, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=BLOCK_CALLS_MAX as i64))]
    block_calls: u32,
    /// Take a snapshot of the state every so many blocks, beside the run.
    #[arg(long, value_name = "BLOCKS", value_parser = clap::value_parser!(u64).range(1..))]
    snapshot_every: Option<u64>,
    /// The run has no line in history: where the oldest blocks were pruned, the journal may not tell.
    #[arg(long)]
    begin: bool,
    /// The most fuel each call may use.
    #[arg(long, default_value_t = FUEL_DEFAULT)]
    fuel: u64,
}

/// How many calls are handed to the shard at once, in whole blocks and at least one: while a block is committed, the
/// next can be executed.
const CALLS_TOGETHER: usize = 8_000;
/// Most traps that are told of one by one: the others are counted.
const TRAPS_MAX: usize = 5;

/// What the rows came to.
#[derive(Default)]
struct Tally {
    rows: u64,
    new: u64,
    known: u64,
    failures: BTreeMap<String, u64>,
    returned: u64,
    /// The first traps, for a person.
    traps: Vec<Value>,
}

/// Runs the command.
pub fn run(global: &Global, args: &RunArgs) -> Result<Exit, NodeError> {
    let identity = Identity::read(args.identity.as_deref())?;
    let map = RowMap::read(&args.map)?;
    let (data, mut shard) = open(global)?;
    let serving = Serving::of(&mut shard)?;
    let method = serving.method(&map.method, Kind::Call)?;
    let lines = count_lines(&args.file)?;
    let done = last_line(&shard, &identity, args, lines)?;
    let bar = progress::bar(lines, "lines");
    bar.set_position(done);

    let begun = Instant::now();
    let (time_ms, tally) = (shard.position().time_ms, Tally::default());
    let schedule = args.snapshot_every.map(|every| Schedule::new(&data, &shard, every));
    let (shard_mut, serving) = (&mut shard, &serving);
    let mut job = Job { args, identity, map, method, shard: shard_mut, serving, time_ms, tally, schedule };
    let result = job.rows(done, &bar);
    let (tally, elapsed) = (job.tally, begun.elapsed().as_secs_f64());
    // Before the shard is closed: a snapshot that is being taken reads its store.
    let snapshots = job.schedule.map(Schedule::finish);
    bar.finish_and_clear();
    let at = shard.position().clone();
    let head = shard.head();
    // What stopped the run is the reason to give, and the shard is closed all the same.
    let closed = shard.close();
    result?;
    closed?;
    let mut answer = json!({
        "run": args.run,
        "resumed_after_line": (done > 0).then_some(done),
        "rows": tally.rows,
        "new": tally.new,
        "known": tally.known,
        "returned": tally.returned,
        "not_returned": tally.failures,
        "seconds": rounded(elapsed),
        "records_per_second": rounded(tally.new as f64 / elapsed.max(1e-9)),
        "records": at.seq,
        "height": at.height,
        "root": at.root.to_string(),
        "head": head.to_string(),
    });
    if let Some(snapshots) = snapshots {
        answer["snapshots"] = json!(snapshots);
    }
    if !tally.traps.is_empty() {
        answer["traps"] = Value::Array(tally.traps);
    }
    output::print(global.output, &answer)?;
    Ok(Exit::Verified)
}

fn rounded(number: f64) -> Value {
    json!((number * 1000.0).round() / 1000.0)
}

/// The trap of a line, with what it tells.
fn trap_at(line: u64, seq: u64, trap: Trap, told: &Told) -> Value {
    let mut shown = Map::from_iter([("line".into(), line.into()), ("seq".into(), seq.into())]);
    shown.extend(trap_fields(trap));
    shown.extend(told.fields());
    Value::Object(shown)
}

/// The idempotency key of a line.
fn line_key(run: &str, line: u64) -> [u8; 32] {
    RUN_LINE.hash_parts(&[&(run.len() as u64).to_be_bytes(), run.as_bytes(), &line.to_be_bytes()]).0
}

/// The highest line of the run that has a record. The journal says it, and not the window of live keys,
/// so that a run can be resumed however long ago it stopped.
///
/// # Errors
///
/// Refuses where it is in pruned blocks, if anywhere, unless the run is said to begin.
fn last_line(shard: &NodeShard, identity: &Identity, args: &RunArgs, lines: u64) -> Result<u64, NodeError> {
    let caller = identity.caller();
    let mut keys = BTreeSet::new();
    let first = shard.first();
    for height in first..=shard.position().height {
        let block = shard.block(height)?.into_iter().flat_map(|block| block.entries);
        keys.extend(
            block.map(|entry| entry.call.call).filter(|call| call.caller == caller).map(|call| call.key),
        );
    }
    match (1..=lines).rev().find(|&line| keys.contains(&line_key(&args.run, line))) {
        None if first > 1 && !args.begin => Err(NodeError::RunUnknown { run: args.run.clone(), first }),
        found => Ok(found.unwrap_or(0)),
    }
}

struct Job<'a> {
    args: &'a RunArgs,
    identity: Identity,
    map: RowMap,
    method: &'a MethodForm,
    shard: &'a mut NodeShard,
    serving: &'a Serving,
    /// The greatest time so far, which the shard's is when the rows so far are history.
    time_ms: u64,
    tally: Tally,
    schedule: Option<Schedule<'a>>,
}

impl Job<'_> {
    /// Makes the calls of the rows after line `done`, some blocks at a time; where there is a schedule, which looks
    /// at the shard between two blocks, one.
    fn rows(&mut self, done: u64, bar: &indicatif::ProgressBar) -> Result<(), NodeError> {
        let block_calls = self.args.block_calls as usize;
        let blocks = if self.schedule.is_some() { 1 } else { CALLS_TOGETHER.div_ceil(block_calls) };
        let calls = blocks * block_calls;
        let mut rows = Rows::open(&self.args.file)?;
        let mut batch: Vec<(u64, Request)> = Vec::new();
        while let Some(row) = rows.next() {
            // A bad row ends the run, but not before what stands above it is committed.
            let request = match row.and_then(|row| self.request(&rows, row, done)) {
                Ok(Some(request)) => request,
                Ok(None) => continue,
                Err(error) => {
                    self.commit(&rows, &mut batch)?;
                    return Err(error);
                }
            };
            batch.push(request);
            if batch.len() == calls {
                bar.set_position(batch.last().map_or(0, |(line, _)| *line));
                self.commit(&rows, &mut batch)?;
            }
        }
        self.commit(&rows, &mut batch)
    }

    /// The call of a row; none where the row is in history already.
    fn request(&mut self, rows: &Rows, row: Row, done: u64) -> Result<Option<(u64, Request)>, NodeError> {
        self.tally.rows += 1;
        let line = row.line;
        if line <= done {
            self.tally.known += 1;
            return Ok(None);
        }
        let bad = |because: String| rows.bad(line, because);
        let args = self.map.arguments(self.method, &row).map_err(bad)?;
        let input = encode_arguments(self.method, &args).map_err(|error| bad(error.to_string()))?;
        let now_ms = match &self.args.time_from {
            None => now_ms(),
            Some(column) => {
                let text =
                    row.columns.get(column).ok_or_else(|| bad(format!("there is no column `{column}`")))?;
                parse_seconds(&plain(text)).map_err(bad)?
            }
        };
        let key = line_key(&self.args.run, line);
        // Not the shard's own time, which stands still until a block is full: where a block ends must not
        // show in the call.
        self.time_ms = self.time_ms.max(now_ms);
        let terms = Terms { time_ms: self.time_ms, ..Terms::of(self.shard) };
        let call = terms.call(&self.map.method, input, key, terms.latest_ms(now_ms), self.args.fuel);
        Ok(Some((line, Request { signed: self.identity.sign(call), now_ms })))
    }

    fn commit(&mut self, rows: &Rows, batch: &mut Vec<(u64, Request)>) -> Result<(), NodeError> {
        let (lines, requests): (Vec<u64>, Vec<Request>) = std::mem::take(batch).into_iter().unzip();
        let block_calls = self.args.block_calls as usize;
        let batch = Batch { requests, block_calls, stop_at_rejection: true };
        let mut told = BTreeMap::new();
        let room = TRAPS_MAX - self.tally.traps.len();
        let mut watch = |seq, execution: &Execution| {
            log(execution);
            if told.len() < room {
                told.extend(Told::of(execution).map(|it| (seq, it)));
            }
        };
        let answers = self.shard.submit_watched(batch, &mut watch)?;
        if let Some(schedule) = &mut self.schedule {
            schedule.after_block(self.shard);
        }
        for (line, answer) in lines.into_iter().zip(answers) {
            match answer {
                Answer::New { seq, outcome } => {
                    self.count(&outcome);
                    if let (Outcome::Trapped(trap), Some(told)) = (outcome, told.remove(&seq)) {
                        self.tally.traps.push(trap_at(line, seq, trap, &told));
                    }
                }
                Answer::Known(_) => self.tally.known += 1,
                Answer::Rejected(rejected) => {
                    return Err(rows.bad(line, format!("E{} {rejected}", rejected.code())));
                }
            }
        }
        Ok(())
    }

    fn count(&mut self, outcome: &Outcome) {
        self.tally.new += 1;
        let name = match outcome {
            Outcome::Returned(_) => {
                self.tally.returned += 1;
                return;
            }
            Outcome::Failed(bytes) => match &self.serving.error(bytes)["name"] {
                Value::String(name) => name.clone(),
                _ => "failed".into(),
            },
            Outcome::Trapped(trap) => trap.to_string(),
        };
        *self.tally.failures.entry(name).or_default() += 1;
    }
}
