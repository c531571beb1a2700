//! `foil replay`: the shard's own history, run again from genesis.

use crate::cli::Global;
use crate::commands::{block_at, log, open, record_at};
use crate::data::{Data, NodeShard};
use crate::error::NodeError;
use crate::program::{Serving, cannot_run, outcome};
use crate::told::Told;
use crate::{output, progress};
use abi::effect::{Execution, Moment};
use abi::view::{Overlay, View};
use clap::Args;
use journal::Block;
use kernel::{Engine, Machine, Replayer};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use verify::Exit;

/// Run the history again.
#[derive(Args, Debug)]
pub struct ReplayArgs {
    /// The engine that runs the calls: cranelift, cranelift-none, pulley or wasmi.
    #[arg(long, value_name = "ENGINE", default_value_t)]
    engine: Engine,
    /// Only up to this record; shows what its call comes to here and, if it traps, what it logged and where.
    #[arg(long)]
    seq: Option<u64>,
}

/// Runs the command.
pub fn run(global: &Global, args: &ReplayArgs) -> Result<Exit, NodeError> {
    let (data, mut shard) = open(global)?;
    let mut replayer = Replayer::new(shard.genesis(), Box::new(data.programs()?), args.engine)?;
    match args.seq {
        None => whole(global, &shard, &mut replayer, args.engine)?,
        Some(seq) => {
            let serving = Serving::of(&mut shard).ok();
            let (block, index) = record_at(&shard, seq)?;
            up_to(&shard, &mut replayer, block.header.height - 1)?;
            let execution = again(&data, args.engine, &block, index, replayer.view())?;
            log(&execution);
            // The answer comes first: where history says something else, both are to be seen.
            output::print(global.output, &shown(serving.as_ref(), &block, index, &execution))?;
            replayer.block(&block)?;
        }
    }
    shard.close()?;
    Ok(Exit::Verified)
}

/// Replays all blocks.
fn whole(
    global: &Global,
    shard: &NodeShard,
    replayer: &mut Replayer,
    engine: Engine,
) -> Result<(), NodeError> {
    let at = shard.position();
    up_to(shard, replayer, at.height)?;
    let answer = json!({
        "replayed": at.seq,
        "engine": engine.name(),
        "height": at.height,
        "root": at.root.to_string(),
        "verdict": "same effects, same roots",
    });
    output::print(global.output, &answer)
}

/// Replays the blocks up to a height.
fn up_to(shard: &NodeShard, replayer: &mut Replayer, height: u64) -> Result<(), NodeError> {
    let bar = progress::bar(shard.position().seq, "records replayed");
    for height in 1..=height {
        replayer.block(&block_at(shard, height)?)?;
        bar.set_position(replayer.chain().history().size());
    }
    bar.finish_and_clear();
    Ok(())
}

/// What the call at `index` of a block comes to here, run after those before it over the state `before`.
fn again(
    data: &Data,
    engine: Engine,
    block: &Block,
    index: usize,
    before: Arc<dyn View>,
) -> Result<Execution, NodeError> {
    let mut machine = Machine::new(Box::new(data.programs()?), engine)?;
    let profile = machine.profile();
    let mut state = Arc::new(Overlay::new(before));
    let mut run = |index: usize, state: Arc<dyn View>| {
        let entry = &block.entries[index];
        let (call, program) = (&entry.call.call, entry.program);
        let seq = block.header.first_seq + index as u64;
        let at = Moment { seq, time_ms: entry.time_ms, program, profile };
        machine.run(call, call.digest(), at, state).map_err(|error| cannot_run(program, error))
    };
    for earlier in 0..index {
        let diff = run(earlier, state.clone())?.diff;
        Arc::make_mut(&mut state).merge(diff);
    }
    run(index, state)
}

fn shown(serving: Option<&Serving>, block: &Block, index: usize, execution: &Execution) -> Value {
    let entry = &block.entries[index];
    let method = &entry.call.call.method;
    let mut answer = Map::from_iter([
        ("seq".into(), (block.header.first_seq + index as u64).into()),
        ("height".into(), block.header.height.into()),
        ("method".into(), method.as_str().into()),
        ("fuel".into(), execution.fuel.into()),
    ]);
    answer.extend(outcome(serving, &entry.program, method, &execution.outcome));
    answer.extend(Told::of(execution).iter().flat_map(Told::fields));
    Value::Object(answer)
}
