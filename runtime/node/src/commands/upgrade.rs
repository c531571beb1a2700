//! `foil upgrade`: another program takes over, with its own migration, step by step.

use super::act::{ActArgs, perform};
use crate::authors::AuthorError;
use crate::authors::compatible::{Differences, compare};
use crate::cli::Global;
use crate::commands::{admit, read_wasm};
use crate::error::NodeError;
use crate::place::{Place, reach};
use crate::program::{Serving, outcome};
use crate::{output, progress};
use abi::codec::Encode;
use abi::outcome::Outcome;
use abi::system::{Act, MIGRATE, Migrate, Upgrade};
use clap::Args;
use kernel::Rejected;
use serde_json::{Map, Value};
use std::path::PathBuf;
use verify::Exit;
use vm::Program;

/// Most steps of a migration at a time.
const STEPS: u64 = 1_000;
/// Fuel of a step.
const FUEL: u64 = 10_000_000_000;

/// Upgrade to a program.
#[derive(Args, Debug)]
pub struct UpgradeArgs {
    /// The program: a wasm file. Its call `migrate`, if it has one, is run until it says that it is done.
    wasm: PathBuf,
    /// The most steps of the migration to run now; run again, it goes on.
    #[arg(long, default_value_t = STEPS, value_name = "COUNT")]
    steps: u64,
    /// The most fuel of one step.
    #[arg(long, default_value_t = FUEL, value_name = "FUEL")]
    fuel: u64,
    /// Upgrade also where the new program does not read what the old one keeps, and does not migrate it.
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    act: ActArgs,
}

impl UpgradeArgs {
    /// Those of an author who has looked at what changes.
    pub(super) fn of(wasm: PathBuf, act: ActArgs) -> UpgradeArgs {
        UpgradeArgs { wasm, steps: STEPS, fuel: FUEL, force: false, act }
    }
}

/// Runs the command.
pub fn run(global: &Global, args: &UpgradeArgs) -> Result<Exit, NodeError> {
    let wasm = read_wasm(&args.wasm)?;
    let (answer, exit) = to_program(global, args, &wasm, &admit(&wasm)?)?;
    output::print(global.output, &Value::Object(answer))?;
    Ok(exit)
}

/// Has a program take over that is admitted: what came of it, and what a command that did it ends with.
pub(super) fn to_program(
    global: &Global,
    args: &UpgradeArgs,
    wasm: &[u8],
    admitted: &Program,
) -> Result<(Map<String, Value>, Exit), NodeError> {
    let mut place = reach(global)?;
    let has_migration = admitted.method(MIGRATE).is_some();
    let new = Serving::of_program(admitted).ok();
    let warnings = match &new {
        Some(new) => differences(&mut *place, new, args.force || has_migration)?,
        None => Vec::new(),
    };
    let program = place.keep(wasm)?;
    let (steps, ended) = upgrade(&mut *place, args, &program, has_migration)?;
    let exit = Exit::of_outcome(&ended);
    let shown = outcome(new.as_ref(), &program, MIGRATE, &ended);
    let standing = place.standing()?;
    place.close()?;
    let mut answer = Map::from_iter([
        ("program".into(), program.to_string().into()),
        ("serves".into(), (standing["program"] == *program.to_string()).into()),
        ("steps".into(), steps.into()),
    ]);
    answer.extend(shown);
    answer.extend(["height", "root"].map(|name| (name.into(), standing[name].clone())));
    if !warnings.is_empty() {
        answer.insert("warnings".into(), warnings.into());
    }
    Ok((answer, exit))
}

/// What somebody should know of state that the new program reads otherwise than the one that serves. What it does not
/// read is refused, unless it is `excused`. Of programs that say nothing of their state, nothing is known.
fn differences(place: &mut dyn Place, new: &Serving, excused: bool) -> Result<Vec<String>, NodeError> {
    let old = match place.serving() {
        Err(NodeError::Interface(_) | NodeError::Rejected(Rejected::NoProgram)) => return Ok(Vec::new()),
        old => old?,
    };
    let Differences { mut breaks, mut warnings } = compare(&old.interface, &new.interface);
    if !breaks.is_empty() && !excused {
        return Err(AuthorError::StateBreaks { breaks }.into());
    }
    warnings.append(&mut breaks);
    Ok(warnings)
}

/// Runs steps until the migration is done or one fails, then the upgrade itself: how many steps it took, and what the
/// last act came to.
fn upgrade(
    place: &mut dyn Place,
    args: &UpgradeArgs,
    program: &abi::Hash,
    has_migration: bool,
) -> Result<(u64, Outcome), NodeError> {
    let (mut steps, most) = (0, if has_migration { args.steps } else { 0 });
    let bar = progress::counter("steps");
    while steps < most {
        let step = done(place, &Act::Migrate(Migrate { program: *program }), args)?;
        steps += 1;
        bar.inc(1);
        match step {
            Outcome::Returned(said) if said == true.to_bytes() => break,
            Outcome::Returned(_) if steps < most => {}
            ended => return Ok((steps, ended)),
        }
    }
    bar.finish_and_clear();
    Ok((steps, done(place, &Act::Upgrade(Upgrade { program: *program }), args)?))
}

/// What an act came to.
fn done(place: &mut dyn Place, act: &Act, args: &UpgradeArgs) -> Result<Outcome, NodeError> {
    let seq = perform(place, act, &args.act, args.fuel)?.seq;
    let (mut block, index) = place.found(seq)?;
    Ok(block.entries.swap_remove(index).outcome)
}
