//! `foil replay`: the shard's own history, run again from genesis, or from a snapshot where the oldest blocks were
//! pruned.

use crate::cli::{At, Global};
use crate::commands::{block_at, log, open, record_at};
use crate::data::NodeShard;
use crate::error::NodeError;
use crate::hostcall::Teller;
use crate::program::{Serving, outcome};
use crate::told::Told;
use crate::{output, progress, standpoint};
use abi::outcome::Outcome;
use clap::Args;
use journal::Block;
use kernel::{Engine, ReplayError, Replayer, Rerun, Walk};
use serde_json::{Map, Value, json};
use std::path::PathBuf;
use verify::{Exit, Ranges};

mod divergence;
mod look;
mod step;
mod there;

/// Run the history again.
#[derive(Args, Debug)]
pub struct ReplayArgs {
    /// The engine that runs the calls: cranelift, cranelift-none, pulley or wasmi.
    #[arg(long, value_name = "ENGINE", default_value_t)]
    engine: Engine,
    /// Only up to this record; shows what its call comes to here and, if it traps, what it logged and where. The last
    /// one, if not given and something of one call is asked for.
    #[arg(long)]
    seq: Option<u64>,
    /// Walk through the host calls of that record's call: on a terminal one by one. Then what it wrote, or would have
    /// written had it returned.
    #[arg(long)]
    step: bool,
    /// The program's debug information, if it has none itself: the same module with DWARF in it, as it was before it
    /// was stripped. A trap is then shown with its source lines.
    #[arg(long, value_name = "FILE")]
    debug: Option<PathBuf>,
    /// Who used the fuel of that record's call: a table of functions, and a flame graph in this file.
    #[arg(long, value_name = "SVG")]
    profile: Option<PathBuf>,
    /// Only up to the first record or root that comes out otherwise: shows what differs, which keys, and the
    /// host calls up to the first that touches one. Of FILE, if given, a bundle, and not of the shard.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["seq", "step", "debug", "profile"])]
    until_divergence: Option<Option<PathBuf>>,
}

impl ReplayArgs {
    /// Whether it is about one call.
    fn is_of_one(&self) -> bool {
        self.seq.is_some() || self.step || self.debug.is_some() || self.profile.is_some()
    }
}

/// Runs the command.
pub fn run(global: &Global, args: &ReplayArgs) -> Result<Exit, NodeError> {
    if let Some(bundle) = &args.until_divergence {
        return divergence::run(global, bundle.as_deref(), args.engine);
    }
    if args.is_of_one() && matches!(global.at, At::Node(_)) {
        return there::run(global, args);
    }
    let (data, shard) = open(global)?;
    if args.is_of_one() {
        let seq = args.seq.unwrap_or(shard.position().seq.saturating_sub(1));
        let found = record_at(&shard, seq)?;
        let mut replayer = standpoint::before(&data, &shard, found.0.header.height, args.engine)?;
        one(global, args, &shard, &mut replayer, found)?;
    } else {
        let (height, engine) = (shard.position().height, args.engine);
        let mut replayer = standpoint::before(&data, &shard, height.max(1), engine)?;
        let from = replayer.chain().height() + 1;
        up_to(&shard, &mut replayer, height)?;
        output::print(global.output, &same(&replayer, from, engine))?;
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

/// Runs the call of one record, and shows what it comes to here.
fn one(
    global: &Global,
    args: &ReplayArgs,
    shard: &NodeShard,
    replayer: &mut Replayer,
    (block, index): (Block, usize),
) -> Result<(), NodeError> {
    up_to(shard, replayer, block.header.height - 1)?;
    let walk = replayer.walk(&block, index)?;
    // The answer comes first: where history says something else, both are to be seen.
    match show(global, args, replayer.rerun(), (&block, index), &walk)? {
        true => Ok(replayer.block(&block)?),
        false => Ok(()),
    }
}

/// Shows what a call came to; its host calls, too, where it is stepped through. `false` where somebody has seen enough.
fn show(
    global: &Global,
    args: &ReplayArgs,
    rerun: &mut Rerun,
    (block, index): (&Block, usize),
    walk: &Walk,
) -> Result<bool, NodeError> {
    log(&walk.execution);
    let entry = &block.entries[index];
    let serving = Serving::find(rerun.machine(), entry.program).ok();
    let teller = Teller { serving: serving.as_ref(), call: &entry.call.call };
    let mut answer = heading(block, index, walk);
    if args.step {
        let shown = step::steps(&teller, &walk.calls);
        if !step::show(global.output, shown, &mut answer)? {
            return Ok(false);
        }
        answer.insert("steps_are_all".into(), step::is_whole(walk).into());
        answer.insert("writes".into(), step::writes(&teller, walk)?.into());
        if !walk.execution.outcome.is_returned() {
            answer.extend(step::dropped(&teller, walk)?);
        }
    }
    let method = &entry.call.call.method;
    answer.extend(outcome(serving.as_ref(), &entry.program, method, &walk.execution.outcome));
    answer.extend(Told::of(&walk.execution).iter().flat_map(Told::fields));
    let is_trapped = matches!(walk.execution.outcome, Outcome::Trapped(_));
    if is_trapped || args.debug.is_some() || args.profile.is_some() {
        look::into(args, rerun, (block, index), walk, &mut answer)?;
    }
    output::print(global.output, &Value::Object(answer))?;
    Ok(true)
}

fn heading(block: &Block, index: usize, walk: &Walk) -> Map<String, Value> {
    let call = &block.entries[index].call.call;
    Map::from_iter([
        ("seq".into(), walk.seq.into()),
        ("height".into(), block.header.height.into()),
        ("method".into(), call.method.as_str().into()),
        ("fuel".into(), walk.execution.fuel.into()),
        ("fuel_max".into(), call.fuel_max.into()),
    ])
}
