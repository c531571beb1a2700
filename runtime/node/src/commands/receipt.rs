//! `foil receipt`: the receipt of a record, for whoever knows the shard's id.

use super::bundle::Range;
use crate::cli::Global;
use crate::data::{NodeShard, write_durably};
use crate::error::NodeError;
use crate::output;
use crate::place::reach;
use clap::Args;
use journal::ReceiptFile;
use serde_json::json;
use std::path::{Path, PathBuf};
use verify::Exit;
use verify::files::place;

/// Fetch a receipt.
#[derive(Args, Debug)]
pub struct ReceiptArgs {
    /// The record's place in history.
    seq: u64,
    /// Where to write it; `SEQ.receipt`, if not given.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write a bundle instead: the record's whole block with the part of the state that it touches, which
    /// anyone can run again without the database.
    #[arg(long)]
    with_witness: bool,
}

/// Runs the command.
pub fn run(global: &Global, args: &ReceiptArgs) -> Result<Exit, NodeError> {
    let mut place = reach(global)?;
    let kind = if args.with_witness { "foil" } else { "receipt" };
    let path = args.out.clone().unwrap_or_else(|| PathBuf::from(format!("{}.{kind}", args.seq)));
    let bytes = match args.with_witness {
        false => place.receipt(args.seq)?,
        true => {
            let height = place.found(args.seq)?.0.header.height;
            place.bundle(&Range { heights: (height, height), witness: true })?
        }
    };
    write_file(&path, &bytes)?;
    let id = place.terms()?.shard;
    place.close()?;
    let answer = json!({
        "seq": args.seq,
        "file": path.display().to_string(),
        "bytes": bytes.len(),
        "verify": format!("foil-verify --shard {id} {}", path.display()),
    });
    output::print(global.output, &answer)?;
    Ok(Exit::Verified)
}

/// The receipt file of a record.
pub fn of(shard: &NodeShard, seq: u64) -> Result<ReceiptFile, NodeError> {
    shard.receipt_file(seq)?.ok_or_else(|| NodeError::NotThere {
        what: format!("record {seq}"),
        holds: format!("{} records", shard.position().seq),
    })
}

/// Writes a file whole or not at all.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), NodeError> {
    let (dir, name) = place(path).map_err(|e| NodeError::io(format!("write {}", path.display()), e))?;
    write_durably(&dir, &name.to_string_lossy(), bytes)
}
