//! `foil quarantine`: what is kept and no longer trusted.

use super::time::now_ms;
use crate::cli::{At, Global};
use crate::data::Data;
use crate::error::NodeError;
use crate::output;
use crate::own;
use crate::quarantine::Held;
use crate::remote::Remote;
use crate::value::hex;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use verify::Exit;

/// What is kept and no longer trusted.
#[derive(Subcommand, Debug)]
pub enum QuarantineCommand {
    /// List all items.
    List,
    /// Show one item with its bytes.
    Show(ItemArgs),
    /// Take an item out of the way of its shard; its bytes stay, and are not applied to anything.
    Release(ReleaseArgs),
}

/// Which item.
#[derive(Args, Debug)]
pub struct ItemArgs {
    /// The item's name, or the start of it.
    item: String,
}

/// Which item, and why.
#[derive(Args, Debug)]
pub struct ReleaseArgs {
    #[command(flatten)]
    item: ItemArgs,
    /// Why, for whoever reads the node's own chain.
    #[arg(long, value_name = "TEXT")]
    because: String,
}

/// Runs the command.
pub fn run(global: &Global, command: &QuarantineCommand) -> Result<Exit, NodeError> {
    if let (At::Node(address), QuarantineCommand::List) = (&global.at, command) {
        output::print(global.output, &Remote::new(address)?.get("/v1/quarantine")?)?;
        return Ok(Exit::Verified);
    }
    let data = Data::open(global.data()?)?;
    let quarantine = data.quarantine()?;
    let answer = match command {
        QuarantineCommand::List => listed(&data)?,
        QuarantineCommand::Show(args) => {
            let held = quarantine.choose(&args.item)?;
            let mut answer = shown(&held);
            answer["hex"] = hex(&quarantine.bytes(&held)?).into();
            answer
        }
        QuarantineCommand::Release(args) => {
            let held = quarantine.choose(&args.item.item)?;
            let decision = json!({
                "shard": held.item.shard.to_string(),
                "item": held.id.to_string(),
                "because": args.because,
            });
            own::note_once(&data, "released", &decision, now_ms())?;
            quarantine.release(&held, &decision.to_string())?;
            shown(&Held { released: true, ..held })
        }
    };
    output::print(global.output, &answer)?;
    Ok(Exit::Verified)
}

/// Every item, for a person.
pub(crate) fn listed(data: &Data) -> Result<Value, NodeError> {
    let items = data.quarantine()?.list()?;
    Ok(json!({ "items": items.iter().map(shown).collect::<Vec<_>>() }))
}

fn shown(held: &Held) -> Value {
    let item = &held.item;
    let place =
        item.place.map(|place| format!("{} pages from {}:{}", place.pages, place.segment, place.page));
    json!({
        "item": held.id.to_string(),
        "shard": item.shard.to_string(),
        "source": item.source,
        "place": place,
        "code": format!("E{}", item.code),
        "reason": item.reason,
        "bytes": item.bytes,
        "time_ms": item.time_ms,
        "released": held.released,
    })
}
