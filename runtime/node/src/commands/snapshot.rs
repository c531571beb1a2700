//! `foil snapshot`: the state at a height, in chunks that anybody can rebuild it from.

use crate::cli::{At, Global};
use crate::commands::open;
use crate::commands::time::{now_ms, parse_duration};
use crate::data::{Data, NodeShard};
use crate::error::NodeError;
use crate::output;
use crate::place::There;
use crate::snapshots::{Listed, POLICY, Snapshots, SnapshotsError, Taken};
use abi::Coded;
use clap::{Args, Subcommand};
use journal::SnapshotManifest;
use kernel::snapshot::{KEPT_MIN, Policy};
use serde_json::{Value, json};
use verify::Exit;

/// Take, list, verify and collect snapshots.
#[derive(Subcommand, Debug)]
pub enum SnapshotCommand {
    /// Take one of the state after the last block, read it back, and commit it.
    Create,
    /// List all there are, the newest first.
    List,
    /// Read one back, hash every chunk and rebuild the root; all that were committed, if none is named.
    Verify {
        /// Its name.
        id: Option<String>,
    },
    /// Supersede the oldest, and remove what is stale or has had its grace.
    Collect(CollectArgs),
}

/// What is kept.
#[derive(Args, Debug)]
pub struct CollectArgs {
    /// How many committed ones; two at the least.
    #[arg(long, default_value_t = KEPT_MIN, value_name = "N")]
    keep: usize,
    /// For how long one may be in the making before nobody is at work on it.
    #[arg(long, value_parser = parse_duration, default_value = "1h", value_name = "DURATION")]
    stale: u64,
    /// For how long a superseded one stays.
    #[arg(long, value_parser = parse_duration, default_value = "1d", value_name = "DURATION")]
    grace: u64,
}

/// Runs the command.
pub fn run(global: &Global, command: &SnapshotCommand) -> Result<Exit, NodeError> {
    let answer = match command {
        SnapshotCommand::Create => match &global.at {
            At::Data(_) => create(global)?,
            At::Node(address) => There::find(address, global.on.as_deref())?.snapshot()?,
        },
        SnapshotCommand::List if let At::Node(address) = &global.at => {
            There::find(address, global.on.as_deref())?.snapshots()?
        }
        SnapshotCommand::List => with_snapshots(global, |snapshots| {
            let rows =
                snapshots.list()?.iter().map(|it| row(snapshots, it)).collect::<Result<Vec<_>, _>>()?;
            Ok(json!({ "snapshots": rows }))
        })?,
        SnapshotCommand::Verify { id } => {
            with_snapshots(global, |snapshots| verify(snapshots, id.as_deref()))?
        }
        SnapshotCommand::Collect(args) => collect(global, args)?,
    };
    output::print(global.output, &answer)?;
    Ok(Exit::Verified)
}

/// Without opening the shard: its store may be what is broken.
fn with_snapshots(
    global: &Global,
    answer: impl FnOnce(&Snapshots) -> Result<Value, SnapshotsError>,
) -> Result<Value, NodeError> {
    let data = Data::open(global.data()?)?;
    let snapshots = data.snapshots(data.choose(global.on.as_deref())?)?;
    Ok(answer(&snapshots)?)
}

fn create(global: &Global) -> Result<Value, NodeError> {
    let (data, mut shard) = open(global)?;
    let taken = take(&data.snapshots(shard.id())?, &mut shard)?;
    shard.close()?;
    let mut answer = described(&taken.id, &taken.manifest);
    answer["written"] = taken.written.into();
    Ok(answer)
}

/// Takes a snapshot of the state after the shard's last block, and supersedes the oldest.
pub(super) fn take(snapshots: &Snapshots, shard: &mut NodeShard) -> Result<Taken, NodeError> {
    let standing = shard.standing()?.ok_or_else(|| NodeError::NotThere {
        what: "a block to take a snapshot after".into(),
        holds: "none".into(),
    })?;
    let reader = shard.store_mut().reader();
    let taken = reader.frozen(|height, view| snapshots.take(standing, height, view))??;
    snapshots.collect(&POLICY, now_ms())?;
    Ok(taken)
}

/// A snapshot for a person.
pub(crate) fn described(id: &str, manifest: &SnapshotManifest) -> Value {
    let header = &manifest.standing.checkpoint.header;
    let sum =
        |of: fn(&journal::Part) -> u32| manifest.parts.iter().map(|part| u64::from(of(part))).sum::<u64>();
    json!({
        "id": id,
        "height": header.height,
        "root": header.root_after.to_string(),
        "entries": sum(|part| part.entries),
        "chunks": manifest.parts.len(),
        "bytes": sum(|part| part.bytes),
    })
}

/// A line of the list; where the manifest is missing or wrong, why.
pub(crate) fn row(snapshots: &Snapshots, it: &Listed) -> Result<Value, SnapshotsError> {
    let phase = format!("{:?}", it.phase).to_uppercase();
    let mut row = json!({ "id": it.id, "phase": phase, "height": it.height, "since_ms": it.since_ms });
    let (entries, bytes, damage) = match snapshots.manifest(&it.id) {
        Ok(manifest) => {
            let described = described(&it.id, &manifest);
            (described["entries"].clone(), described["bytes"].clone(), Value::Null)
        }
        Err(SnapshotsError::Fault(fault)) => return Err(fault.into()),
        Err(error) => (Value::Null, Value::Null, format!("E{} {error}", error.code()).into()),
    };
    row["entries"] = entries;
    row["bytes"] = bytes;
    row["damage"] = damage;
    Ok(row)
}

fn verify(snapshots: &Snapshots, id: Option<&str>) -> Result<Value, SnapshotsError> {
    let ids = match id {
        Some(id) => vec![id.to_owned()],
        None => snapshots.restorable()?.into_iter().map(|it| it.id).collect(),
    };
    let verified = ids
        .iter()
        .map(|id| Ok(described(id, &snapshots.verify(id)?)))
        .collect::<Result<Vec<_>, SnapshotsError>>()?;
    Ok(json!({ "verified": verified }))
}

fn collect(global: &Global, args: &CollectArgs) -> Result<Value, NodeError> {
    let data = Data::open(global.data()?)?;
    let id = data.choose(global.on.as_deref())?;
    let snapshots = data.snapshots(id)?;
    Snapshots::sweep(&data.dir, id)?;
    let policy = Policy { kept: args.keep, stale_ms: args.stale, grace_ms: args.grace };
    let collected = snapshots.collect(&policy, now_ms())?;
    Ok(json!({
        "superseded": collected.superseded,
        "removed": collected.removed,
        "chunks_removed": collected.chunks,
        "chunks_kept": collected.chunks_kept,
    }))
}
