//! `foil consistency`: the proof that the history only grew.

use crate::cli::{Format, Global};
use crate::commands::open;
use crate::error::NodeError;
use crate::output;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use clap::Args;
use serde_json::{Value, json};
use verify::Exit;

/// Prove that the history only grew from one size to another (RFC 9162, section 2.1.4).
#[derive(Args, Debug)]
pub struct ConsistencyArgs {
    /// The older size, in records.
    old: u64,
    /// The newer size.
    new: u64,
}

/// Runs the command.
pub fn run(global: &Global, args: &ConsistencyArgs) -> Result<Exit, NodeError> {
    let (_data, shard) = open(global)?;
    let history = shard.recalled(&[args.old, args.new])?;
    let proof = history.consistency(args.old, args.new).ok_or_else(|| NodeError::NotThere {
        what: format!("growth from {} to {} records", args.old, args.new),
        holds: format!("{} records", history.size()),
    })?;
    let root = |size| history.root_at(size).map(|root| root.to_string());
    let lines: Vec<String> = proof.iter().map(|hash| BASE64.encode(hash.0)).collect();
    let answer = match global.output {
        Format::Table => Value::String(lines.join("\n")),
        _ => json!({
            "old": { "records": args.old, "head": root(args.old) },
            "new": { "records": args.new, "head": root(args.new) },
            "proof": lines,
        }),
    };
    shard.close()?;
    output::print(global.output, &answer)?;
    Ok(Exit::Verified)
}
