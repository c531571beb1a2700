//! `foil events`: what programs tell in history.

use crate::cli::Global;
use crate::error::NodeError;
use crate::output::{self, one_line};
use crate::place::reach;
use clap::Args;
use serde_json::{Value, json};
use verify::Exit;

/// Show the events of programs, in the order of history.
#[derive(Args, Debug)]
pub struct EventsArgs {
    /// The first record to look at; the first that is kept, if not given, or the next to come where there is --follow.
    #[arg(long, value_name = "SEQ")]
    from: Option<u64>,
    /// Only events of this name.
    #[arg(long, value_name = "EVENT")]
    name: Option<String>,
    /// Go on with what comes, at a node that serves.
    #[arg(short, long)]
    follow: bool,
}

/// Runs the command.
pub fn run(global: &Global, args: &EventsArgs) -> Result<Exit, NodeError> {
    let mut place = reach(global)?;
    let mut each = |record: Value| {
        for event in record["events"].as_array().into_iter().flatten() {
            let is_meant = args.name.as_ref().is_none_or(|name| event["event"] == **name);
            if is_meant && !output::item(global.output, &of(&record, event), line)? {
                return Ok(false);
            }
        }
        Ok(true)
    };
    place.records(args.from, args.follow, &mut each)?;
    place.close()?;
    Ok(Exit::Verified)
}

/// An event, and the record that it is of.
fn of(record: &Value, event: &Value) -> Value {
    json!({
        "seq": record["seq"],
        "height": record["height"],
        "time_ms": record["time_ms"],
        "method": record["method"],
        "event": event["event"],
        "data": event["data"],
    })
}

fn line(event: &Value) -> String {
    format!("{:>10}  {}  {}", event["seq"], one_line(&event["event"]), one_line(&event["data"]))
}
