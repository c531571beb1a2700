//! `foil replay --seq`, closer: the lines in which a call trapped, and who used its fuel.

use super::ReplayArgs;
use crate::commands::read_file;
use crate::commands::receipt::write_file;
use crate::error::NodeError;
use crate::flame;
use crate::output::{one_line, percent};
use crate::program::cannot_run;
use crate::told::{PLACES, is_frames};
use abi::effect::Execution;
use abi::outcome::{Outcome, Trap};
use journal::Block;
use kernel::{Rerun, Walk};
use serde_json::{Map, Value, json};
use std::cmp::Reverse;
use std::path::Path;
use vm::{Inspected, Lines, Place, Profile, User};

/// Most bytes of a file with debug information.
const DEBUG_BYTES_MAX: u64 = 256 << 20;

/// Most functions of a table of fuel.
const FUNCTIONS_MAX: usize = 40;

/// So many times a call's fuel is tried where it did not suffice, and so much at most: somebody waits for it.
const MORE: u64 = 16;
const MORE_MAX: u64 = 4_000_000_000;

/// Looks into a call: puts among the fields of its answer in which lines it trapped, how much fuel would have sufficed,
/// and who used it, as far as that is asked for.
pub(super) fn into(
    args: &ReplayArgs,
    rerun: &mut Rerun,
    (block, index): (&Block, usize),
    walk: &Walk,
    answer: &mut Map<String, Value>,
) -> Result<(), NodeError> {
    let Some(inspected) = rerun.inspect(block, index, walk)? else {
        return match &args.profile {
            None => Ok(()),
            Some(_) => {
                Err(NodeError::Usage(format!("record {} ran no program that could be looked into", walk.seq)))
            }
        };
    };
    let entry = &block.entries[index];
    let wasm = rerun.machine().wasm(&entry.program).map_err(|error| cannot_run(entry.program, error))?;
    let debug = args.debug.as_deref().map(|path| read_file(path, DEBUG_BYTES_MAX)).transpose()?;
    let lines = Lines::of(&wasm, debug.as_deref()).map_err(|because| {
        let path = args.debug.clone().unwrap_or_default();
        NodeError::NotDebug { path, because }
    })?;
    if walk.execution.outcome == Outcome::Trapped(Trap::OutOfFuel) {
        let fuel_max = entry.call.call.fuel_max;
        let more = fuel_max.saturating_mul(MORE).min(MORE_MAX).max(fuel_max);
        // Of a node's state only what the call read before is here: then nobody knows.
        let given = (more > fuel_max).then(|| rerun.given(block, index, walk, more).ok()).flatten();
        if let (Some(given), Some(Value::Array(detail))) = (given, answer.get_mut("detail")) {
            detail.push(sufficing(&given, more).into());
        }
    }
    places(&lines, &inspected, answer);
    args.profile.as_ref().map_or(Ok(()), |path| profile(&lines, &inspected.profile, path, answer))
}

/// How much fuel would have sufficed a call, which was given `more`.
fn sufficing(given: &Execution, more: u64) -> String {
    let ended = match given.outcome {
        Outcome::Trapped(Trap::OutOfFuel) => return format!("{more} would not have sufficed either"),
        Outcome::Trapped(trap) => trap.to_string(),
        Outcome::Failed(_) => "failed".into(),
        Outcome::Returned(_) => "returned".into(),
    };
    format!("with enough it would have used {}, and ended so: {ended}", given.fuel)
}

/// Puts the places in which a call trapped among the fields of its answer, in place of the functions alone.
fn places(lines: &Lines<'_>, inspected: &Inspected, answer: &mut Map<String, Value>) {
    let places: Vec<Value> =
        inspected.frames.iter().flat_map(|frame| lines.places(frame)).map(|place| shown(&place)).collect();
    if places.is_empty() {
        return;
    }
    if let Some(Value::Array(detail)) = answer.get_mut("detail") {
        detail.retain(|line| !line.as_str().is_some_and(is_frames));
    }
    answer.insert(PLACES.into(), places.into());
}

fn shown(place: &Place) -> Value {
    let Place { function, file, line, column, inlined } = place;
    json!({ "function": function, "file": file, "line": line, "column": column, "inlined": inlined })
}

/// Puts the fuel by function among the fields of an answer, and writes the flame graph to a file.
fn profile(
    lines: &Lines<'_>,
    profile: &Profile,
    path: &Path,
    answer: &mut Map<String, Value>,
) -> Result<(), NodeError> {
    let name = |user| match user {
        User::Function(index) => lines.name(index),
        User::Host(name) => format!("foil.{name}"),
    };
    let all = profile.fuel();
    let of = |field: &str| answer.get(field).map_or_else(String::new, one_line);
    let title = format!("{}, record {}: {all} fuel", of("method"), of("seq"));
    write_file(path, flame::graph(&title, profile, name).as_bytes())?;
    let mut users: Vec<(User, (u64, u64))> = profile.users().into_iter().collect();
    users.sort_by_key(|(_, (own, total))| Reverse((*own, *total)));
    let row = |(user, (own, total)): &(User, (u64, u64))| json!({ "self": own, "of_all": percent(*own, all), "total": total, "function": name(*user) });
    answer.insert("flame_graph".into(), path.display().to_string().into());
    answer.insert("functions".into(), users.len().into());
    answer.insert("fuel_by_function".into(), users.iter().take(FUNCTIONS_MAX).map(row).collect());
    Ok(())
}
