//! `foil bundle`: the shard's history in one file, with all a verifier needs.

use crate::cli::Global;
use crate::commands::{block_at, open};
use crate::data::{Data, NodeShard};
use crate::error::NodeError;
use crate::{output, progress, standpoint};
use abi::codec::{Bytes, Encode};
use abi::fault::Fault;
use abi::hash::PROGRAM;
use abi::id::Hash;
use clap::Args;
use journal::BundleWriter;
use kernel::{Engine, Programs, Replayer};
use serde_json::json;
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
    let (data, shard) = open(global)?;
    let height = shard.position().height;
    let heights = (args.from.unwrap_or(shard.first()), args.to.unwrap_or(height));
    if heights.0 == 0 || heights.0 > heights.1 || heights.1 > height {
        let what = format!("the blocks from {} to {}", heights.0, heights.1);
        return Err(NodeError::NotThere { what, holds: format!("{height} blocks") });
    }
    let bytes = write(&data, &shard, &Range { heights, witness: args.witness }, &args.out)?;
    let (id, at) = (shard.id(), shard.position().clone());
    shard.close()?;
    let answer = json!({
        "file": args.out.display().to_string(),
        "bytes": bytes,
        "from": heights.0,
        "height": heights.1,
        "records": at.seq,
        "root": at.root.to_string(),
        "verify": format!("foil-verify --shard {id} {}", args.out.display()),
    });
    output::print(global.output, &answer)?;
    Ok(Exit::Verified)
}

/// Writes the bundle of a range to `out`, whole or not at all; its size in bytes.
pub fn write(data: &Data, shard: &NodeShard, range: &Range, out: &Path) -> Result<u64, NodeError> {
    let failed = |error: std::io::Error| NodeError::io(format!("write {}", out.display()), error);
    let (from, to) = range.heights;
    block_at(shard, from)?;
    let start = shard.header(from - 1)?.map(|header| shard.start_after(&header)).transpose()?;
    let mut witnesses = range.witness.then(|| Witnesses::before(data, shard, from)).transpose()?;
    let (dir, name) = place(out).map_err(failed)?;
    let temporary = format!("{}.new", name.to_string_lossy());
    let file = BufWriter::with_capacity(1 << 20, dir.create(&temporary).map_err(failed)?);
    let mut writer = BundleWriter::new(file, shard.genesis(), start.as_ref(), to).map_err(failed)?;
    for wasm in programs(data, shard, from, to)? {
        writer.program(&wasm).map_err(failed)?;
    }
    let bar = progress::bar(to - from + 1, "blocks bundled");
    for height in from..=to {
        let block = block_at(shard, height)?;
        let witness = witnesses.as_mut().map(|witnesses| witnesses.next(&block)).transpose()?;
        writer.block(&block, shard.commitment(height)?.as_ref(), witness.as_ref()).map_err(failed)?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    let mut file = writer.finish().map_err(failed)?;
    file.flush().map_err(failed)?;
    file.get_ref().sync_all().map_err(failed)?;
    let bytes = file.get_ref().metadata().map_err(failed)?.len();
    dir.rename(&temporary, &dir, name).map_err(failed)?;
    crate::data::sync_dir(&dir).map_err(failed)?;
    Ok(bytes)
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
