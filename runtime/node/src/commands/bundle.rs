//! `foil bundle`: the shard's history in one file, with all a verifier needs.

use super::receipt::write_file;
use super::shard::describe;
use crate::cli::{At, Global};
use crate::commands::{block_at, open};
use crate::data::{Data, NodeShard};
use crate::error::NodeError;
use crate::place::reach;
use crate::{output, progress, standpoint};
use abi::codec::{Bytes, Encode};
use abi::fault::Fault;
use abi::hash::PROGRAM;
use abi::id::Hash;
use clap::Args;
use journal::BundleWriter;
use kernel::{Engine, Programs, Replayer};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use verify::Exit;
use verify::files::place;

/// Export the history.
#[derive(Args, Debug)]
pub struct BundleArgs {
    /// Where to write it.
    #[arg(long, default_value = "shard.foil", value_name = "FILE")]
    out: PathBuf,
    /// The first block; the first that is kept, if not given. A bundle that does not begin at 1 brings what its
    /// first block builds on.
    #[arg(long, value_name = "HEIGHT")]
    from: Option<u64>,
    /// The last block; the shard's, if not given.
    #[arg(long, value_name = "HEIGHT")]
    to: Option<u64>,
    /// Bring with each block the part of the state that it touches: whoever runs it then needs no state.
    #[arg(long)]
    witness: bool,
}

/// What to export.
pub struct Range {
    /// The first block and the last.
    pub heights: (u64, u64),
    /// Whether each block brings its witness.
    pub witness: bool,
}

/// Runs the command.
pub fn run(global: &Global, args: &BundleArgs) -> Result<Exit, NodeError> {
    let bundled = match &global.at {
        At::Data(_) => here(global, args)?,
        At::Node(_) => there(global, args)?,
    };
    let Bundled { shard, bytes, heights, standing } = bundled;
    let answer = json!({
        "file": args.out.display().to_string(),
        "bytes": bytes,
        "from": heights.0,
        "height": heights.1,
        "records": standing["records"],
        "root": standing["root"],
        "verify": format!("foil-verify --shard {shard} {}", args.out.display()),
    });
    output::print(global.output, &answer)?;
    Ok(Exit::Verified)
}

/// What was bundled.
struct Bundled {
    shard: Hash,
    bytes: u64,
    heights: (u64, u64),
    standing: Value,
}

/// The blocks that are asked for, if there are these.
fn heights(args: &BundleArgs, first: u64, height: u64) -> Result<(u64, u64), NodeError> {
    let (from, to) = (args.from.unwrap_or(first), args.to.unwrap_or(height));
    if from == 0 || from > to || to > height {
        let what = format!("the blocks from {from} to {to}");
        return Err(NodeError::NotThere { what, holds: format!("{height} blocks") });
    }
    Ok((from, to))
}

fn here(global: &Global, args: &BundleArgs) -> Result<Bundled, NodeError> {
    let (data, shard) = open(global)?;
    let heights = heights(args, shard.first(), shard.position().height)?;
    let bytes = write(&data, &shard, &Range { heights, witness: args.witness }, &args.out)?;
    let bundled = Bundled { shard: shard.id(), bytes, heights, standing: describe(&shard)? };
    shard.close()?;
    Ok(bundled)
}

/// A node gives at once what it can hold in memory.
fn there(global: &Global, args: &BundleArgs) -> Result<Bundled, NodeError> {
    let mut place = reach(global)?;
    let standing = place.standing()?;
    let first = standing["first_block"].as_u64().unwrap_or(1);
    let heights = heights(args, first, standing["height"].as_u64().unwrap_or_default())?;
    let bundle = place.bundle(&Range { heights, witness: args.witness })?;
    write_file(&args.out, &bundle)?;
    Ok(Bundled { shard: place.terms()?.shard, bytes: bundle.len() as u64, heights, standing })
}

/// Writes the bundle of a range to `out`, whole or not at all; its size in bytes.
pub fn write(data: &Data, shard: &NodeShard, range: &Range, out: &Path) -> Result<u64, NodeError> {
    let failed = |error: std::io::Error| NodeError::io(format!("write {}", out.display()), error);
    block_at(shard, range.heights.0)?;
    let (dir, name) = place(out).map_err(failed)?;
    let temporary = format!("{}.new", name.to_string_lossy());
    let file = BufWriter::with_capacity(1 << 20, dir.create(&temporary).map_err(failed)?);
    let mut file = write_to(data, shard, range, file)?;
    file.flush().map_err(failed)?;
    file.get_ref().sync_all().map_err(failed)?;
    let bytes = file.get_ref().metadata().map_err(failed)?.len();
    dir.rename(&temporary, &dir, name).map_err(failed)?;
    crate::data::sync_dir(&dir).map_err(failed)?;
    Ok(bytes)
}

/// Writes the bundle of a range.
pub(crate) fn write_to<W: Write>(
    data: &Data,
    shard: &NodeShard,
    range: &Range,
    to: W,
) -> Result<W, NodeError> {
    let failed = |error: std::io::Error| NodeError::io("write the bundle", error);
    let (from, last) = range.heights;
    block_at(shard, from)?;
    let start = shard.header(from - 1)?.map(|header| shard.start_after(&header)).transpose()?;
    let mut witnesses = range.witness.then(|| Witnesses::before(data, shard, from)).transpose()?;
    let mut writer = BundleWriter::new(to, shard.genesis(), start.as_ref(), last).map_err(failed)?;
    for wasm in programs(data, shard, from, last)? {
        writer.program(&wasm).map_err(failed)?;
    }
    let bar = progress::bar(last - from + 1, "blocks bundled");
    for height in from..=last {
        let block = block_at(shard, height)?;
        let witness = witnesses.as_mut().map(|witnesses| witnesses.next(&block)).transpose()?;
        writer.block(&block, shard.commitment(height)?.as_ref(), witness.as_ref()).map_err(failed)?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    writer.finish().map_err(failed)
}

/// The programs that blocks of a range run: the one that serves before it, and those that its acts name.
fn programs(data: &Data, shard: &NodeShard, from: u64, to: u64) -> Result<Vec<Vec<u8>>, NodeError> {
    let serving = shard.header(from - 1)?.and_then(|header| shard.program_at(&header));
    let mut needed: BTreeSet<Hash> = serving.into_iter().collect();
    for height in from..=to {
        // An upgrade that failed has run its program too.
        needed.extend(block_at(shard, height)?.entries.iter().filter_map(|entry| entry.act()?.needs()));
    }
    let programs = data.programs()?;
    let read = |id: &Hash| -> Result<Vec<u8>, NodeError> {
        let wasm = programs.read(id)?.ok_or_else(|| NodeError::NotThere {
            what: format!("program {id}"),
            holds: "other programs".into(),
        })?;
        // A file that has changed would make a bundle that nobody can verify.
        match PROGRAM.hash(&wasm) == *id {
            true => Ok(wasm),
            false => Err(Fault::corrupt(format!("program {id}: other bytes")).into()),
        }
    };
    needed.iter().map(read).collect()
}

/// Makes the witnesses of blocks in order, by replaying the history.
struct Witnesses(Replayer);

impl Witnesses {
    /// At the state before the block `from`.
    fn before(data: &Data, shard: &NodeShard, from: u64) -> Result<Witnesses, NodeError> {
        let mut replayer = standpoint::before(data, shard, from, Engine::default())?;
        for height in replayer.chain().height() + 1..from {
            replayer.fold(&block_at(shard, height)?)?;
        }
        Ok(Witnesses(replayer))
    }

    fn next(&mut self, block: &journal::Block) -> Result<Bytes, NodeError> {
        let witness = self.0.witness(block)?;
        self.0.fold(block)?;
        Ok(Bytes(witness.to_bytes()))
    }
}
