//! `foil upgrade`: another program takes over, with its own migration, step by step.

use super::act::{ActArgs, perform};
use crate::cli::Global;
use crate::commands::{admit, open, read_wasm, record_at};
use crate::data::NodeShard;
use crate::error::NodeError;
use crate::program::{Serving, outcome};
use crate::{output, progress};
use abi::codec::Encode;
use abi::outcome::Outcome;
use abi::system::{Act, MIGRATE, Migrate, Upgrade};
use clap::Args;
use serde_json::{Map, Value};
use verify::Exit;

/// Upgrade to a program.
#[derive(Args, Debug)]
pub struct UpgradeArgs {
    /// The program: a wasm file. Its call `migrate`, if it has one, is run until it says that it is done.
    wasm: std::path::PathBuf,
    /// The most steps of the migration to run now; run again, it goes on.
    #[arg(long, default_value_t = 1_000, value_name = "COUNT")]
    steps: u64,
    /// The most fuel of one step.
    #[arg(long, default_value_t = 10_000_000_000, value_name = "FUEL")]
    fuel: u64,
    #[command(flatten)]
    act: ActArgs,
}

/// Runs the command.
pub fn run(global: &Global, args: &UpgradeArgs) -> Result<Exit, NodeError> {
    let wasm = read_wasm(&args.wasm)?;
    admit(&wasm)?;
    let (data, mut shard) = open(global)?;
    let program = data.programs()?.keep(&wasm)?;
    let has_migration = shard.machine().program(&program).is_ok_and(|it| it.method(MIGRATE).is_some());
    let (steps, ended) = upgrade(&mut shard, args, &program, has_migration)?;
    let exit = Exit::of_outcome(&ended);
    let new = Serving::find(shard.machine(), program).ok();
    let shown = outcome(new.as_ref(), &program, MIGRATE, &ended);
    let (at, serving) = (shard.position().clone(), shard.serving()?);
    shard.close()?;
    let mut answer = Map::from_iter([
        ("program".into(), program.to_string().into()),
        ("serves".into(), (serving == Some(program)).into()),
        ("steps".into(), steps.into()),
    ]);
    answer.extend(shown);
    answer.extend([("height".into(), at.height.into()), ("root".into(), at.root.to_string().into())]);
    output::print(global.output, &Value::Object(answer))?;
    Ok(exit)
}

/// Runs steps until the migration is done or one fails, then the upgrade itself: how many steps it took, and what the
/// last act came to.
fn upgrade(
    shard: &mut NodeShard,
    args: &UpgradeArgs,
    program: &abi::Hash,
    has_migration: bool,
) -> Result<(u64, Outcome), NodeError> {
    let (mut steps, most) = (0, if has_migration { args.steps } else { 0 });
    let bar = progress::counter("steps");
    while steps < most {
        let step = done(shard, &Act::Migrate(Migrate { program: *program }), args)?;
        steps += 1;
        bar.inc(1);
        match step {
            Outcome::Returned(said) if said == true.to_bytes() => break,
            Outcome::Returned(_) if steps < most => {}
            ended => return Ok((steps, ended)),
        }
    }
    bar.finish_and_clear();
    Ok((steps, done(shard, &Act::Upgrade(Upgrade { program: *program }), args)?))
}

/// What an act came to.
fn done(shard: &mut NodeShard, act: &Act, args: &UpgradeArgs) -> Result<Outcome, NodeError> {
    let seq = perform(shard, act, &args.act, args.fuel)?.seq;
    let (mut block, index) = record_at(shard, seq)?;
    Ok(block.entries.swap_remove(index).outcome)
}
