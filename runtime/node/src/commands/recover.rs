//! `foil recover`: the plan of the recovery ladder, and its steps.

use super::time::now_ms;
use crate::cli::{Format, Global};
use crate::data::Data;
use crate::error::NodeError;
use crate::home::Home;
use crate::output;
use crate::own;
use crate::recovery::{Recovery, halted, shown};
use crate::snapshots::Snapshots;
use abi::Coded;
use clap::Args;
use serde_json::{Value, json};
use verify::Exit;

/// Bring shards back.
#[derive(Args, Debug)]
pub struct RecoverArgs {
    /// Print the plan, and do nothing.
    #[arg(long)]
    dry_run: bool,
    /// Do only so many steps of each plan; the rest is planned again.
    #[arg(long, value_name = "COUNT", conflicts_with = "dry_run")]
    steps: Option<usize>,
    /// Print what was recovered before, from the node's own chain.
    #[arg(long, conflicts_with_all = ["dry_run", "steps"])]
    history: bool,
}

/// Runs the command.
pub fn run(global: &Global, args: &RecoverArgs) -> Result<Exit, NodeError> {
    let mut data = Data::open(global.data()?)?;
    data.remember_in(global.remember.as_deref());
    if args.history {
        return history(global, &data);
    }
    let (homes, mut failed) = homes(global, &data)?;
    let mut plans = Vec::new();
    let mut answers = Vec::new();
    for home in &homes {
        let snapshots = data.kept_snapshots(home.id)?;
        match recovery(&data, home, snapshots.as_ref()).plan() {
            Ok(plan) => {
                answers.push(about(home, shown(&home.id.to_string(), &plan)));
                plans.push((home, snapshots, plan));
            }
            Err(error) => {
                let code = format!("E{}", error.code());
                let answer =
                    json!({ "shard": home.id.to_string(), "error": error.to_string(), "code": code });
                answers.push(about(home, answer));
                failed = failed.or(Some(error));
            }
        }
    }
    print(global, answers)?;
    for (home, snapshots, plan) in &plans {
        let done = match args.dry_run {
            true => halted(home, plan),
            false => {
                recovery(&data, home, snapshots.as_ref()).carry_out(plan, args.steps.unwrap_or(usize::MAX))
            }
        };
        failed = failed.or(done.err());
    }
    failed.map_or(Ok(Exit::Verified), Err)
}

fn recovery<'a>(data: &'a Data, home: &'a Home, snapshots: Option<&'a Snapshots>) -> Recovery<'a> {
    Recovery { data, home, snapshots, now_ms: now_ms() }
}

/// An answer about a shard, with a word where that is the node's own chain.
fn about(home: &Home, mut answer: Value) -> Value {
    if own::is_own(home) {
        answer["own"] = true.into();
    }
    answer
}

/// The shards that are meant, the node's own chain first; and why one of them has no files to look at.
fn homes(global: &Global, data: &Data) -> Result<(Vec<Home>, Option<NodeError>), NodeError> {
    let ids = data.meant(global.on.as_deref())?;
    let own = data.dir.exists(own::NAME).then(|| data.own_home());
    let (mut homes, mut failed) = (Vec::new(), None);
    for home in own.into_iter().chain(ids.into_iter().map(|id| data.home(id))) {
        match home {
            Ok(home) => homes.push(home),
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    Ok((homes, failed))
}

/// One plan after the other for a person, one list for a program.
fn print(global: &Global, answers: Vec<Value>) -> Result<(), NodeError> {
    match global.output {
        Format::Table => answers.iter().try_for_each(|answer| output::print(Format::Table, answer)),
        format => output::print(format, &json!({ "plans": answers })),
    }
}

fn history(global: &Global, data: &Data) -> Result<Exit, NodeError> {
    let shown = |(number, time_ms, kind, details): (u64, u64, String, String)| {
        let details = serde_json::from_str(&details).unwrap_or(Value::String(details));
        json!({ "number": number, "time_ms": time_ms, "kind": kind, "details": details })
    };
    let notes: Vec<Value> = own::notes(data)?.into_iter().map(shown).collect();
    output::print(global.output, &json!({ "notes": notes }))?;
    Ok(Exit::Verified)
}
