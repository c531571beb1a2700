//! `foil replay`: the shard's own history, run again from genesis, or from a snapshot where the oldest blocks were
//! pruned.

use crate::cli::Global;
use crate::commands::{block_at, log, open, record_at};
use crate::data::NodeShard;
use crate::error::NodeError;
use crate::hostcall::Teller;
use crate::program::{Serving, outcome};
use crate::told::Told;
use crate::{output, progress, standpoint};
use clap::Args;
use journal::Block;
use kernel::{Engine, ReplayError, Replayer, Walk};
use serde_json::{Map, Value, json};
use std::path::PathBuf;
use verify::{Exit, Ranges};

mod divergence;
mod step;

/// Run the history again.
#[derive(Args, Debug)]
pub struct ReplayArgs {
    /// The engine that runs the calls: cranelift, cranelift-none, pulley or wasmi.
    #[arg(long, value_name = "ENGINE", default_value_t)]
    engine: Engine,
    /// Only up to this record; shows what its call comes to here and, if it traps, what it logged and where.
    #[arg(long)]
    seq: Option<u64>,
    /// Walk through the host calls of that record's call, or of the last one's: on a terminal one by one.
    #[arg(long)]
    step: bool,
    /// Only up to the first record or root that comes out otherwise: shows what differs, which keys, and the
    /// host calls up to the first that touches one. Of FILE, if given, a bundle, and not of the shard.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["seq", "step"])]
    until_divergence: Option<Option<PathBuf>>,
}

/// Runs the command.
pub fn run(global: &Global, args: &ReplayArgs) -> Result<Exit, NodeError> {
    if let Some(bundle) = &args.until_divergence {
        return divergence::run(global, bundle.as_deref(), args.engine);
    }
    let (data, shard) = open(global)?;
    match args.seq.or(args.step.then(|| shard.position().seq.saturating_sub(1))) {
        None => {
            let (height, engine) = (shard.position().height, args.engine);
            let mut replayer = standpoint::before(&data, &shard, height.max(1), engine)?;
            let from = replayer.chain().height() + 1;
            up_to(&shard, &mut replayer, height)?;
            output::print(global.output, &same(&replayer, from, engine))?;
        }
        Some(seq) => {
            let found = record_at(&shard, seq)?;
            let mut replayer = standpoint::before(&data, &shard, found.0.header.height, args.engine)?;
            one(global, &shard, &mut replayer, found, args.step)?;
        }
    }
    shard.close()?;
    Ok(Exit::Verified)
}

/// That a replay from the block `from` on has come to what history says.
fn same(replayer: &Replayer, from: u64, engine: Engine) -> Value {
    let chain = replayer.chain();
    let height = chain.header().map_or(0, |header| header.height);
    let verdict = match replayer.erased() {
        None => "same effects, same roots",
        Some(_) => "same effects, same roots, as far as nothing is erased",
    };
    let mut answer = json!({
        "replayed": chain.history().size(),
        "engine": engine.name(),
        "height": height,
        "not_executed": replayer.erased().map(|from| (from..=height).collect::<Ranges>().to_string()),
        "root": chain.root().to_string(),
        "verdict": verdict,
    });
    if from > 1 {
        answer["from_block"] = from.into();
    }
    answer
}

/// Replays the blocks up to a height; those that cannot be run again, because something is erased, are verified
/// as history.
fn up_to(shard: &NodeShard, replayer: &mut Replayer, height: u64) -> Result<(), NodeError> {
    let bar = progress::bar(shard.position().seq, "records replayed");
    for height in replayer.chain().height() + 1..=height {
        let block = block_at(shard, height)?;
        match replayer.block(&block) {
            Err(ReplayError::Erased { .. }) => replayer.pass(&block)?,
            ran => ran?,
        }
        bar.set_position(replayer.chain().history().size());
    }
    bar.finish_and_clear();
    Ok(())
}

/// Runs the call of one record, and shows what it comes to here; its host calls, too, where it `steps`.
fn one(
    global: &Global,
    shard: &NodeShard,
    replayer: &mut Replayer,
    (block, index): (Block, usize),
    steps: bool,
) -> Result<(), NodeError> {
    up_to(shard, replayer, block.header.height - 1)?;
    let walk = replayer.walk(&block, index)?;
    log(&walk.execution);
    let entry = &block.entries[index];
    let serving = Serving::find(replayer.machine(), entry.program).ok();
    let teller = Teller { serving: serving.as_ref(), call: &entry.call.call };
    let mut answer = heading(&block, index, &walk);
    if steps {
        let shown = step::steps(&teller, &walk.calls);
        if !step::show(global.output, shown, &mut answer)? {
            return Ok(());
        }
        answer.insert("steps_are_all".into(), step::is_whole(&walk).into());
        answer.insert("writes".into(), step::writes(&teller, &walk)?.into());
    }
    let method = &entry.call.call.method;
    answer.extend(outcome(serving.as_ref(), &entry.program, method, &walk.execution.outcome));
    answer.extend(Told::of(&walk.execution).iter().flat_map(Told::fields));
    // The answer comes first: where history says something else, both are to be seen.
    output::print(global.output, &Value::Object(answer))?;
    Ok(replayer.block(&block)?)
}

fn heading(block: &Block, index: usize, walk: &Walk) -> Map<String, Value> {
    Map::from_iter([
        ("seq".into(), walk.seq.into()),
        ("height".into(), block.header.height.into()),
        ("method".into(), block.entries[index].call.call.method.as_str().into()),
        ("fuel".into(), walk.execution.fuel.into()),
    ])
}
