//! `foil bundle`: the shard's history in one file, with all a verifier needs.

use crate::cli::Global;
use crate::commands::{block_at, open};
use crate::error::NodeError;
use crate::{output, progress};
use abi::system::Act;
use clap::Args;
use journal::BundleWriter;
use kernel::Programs;
use serde_json::json;
use std::collections::BTreeSet;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use verify::Exit;
use verify::files::place;

/// Export the history.
#[derive(Args, Debug)]
pub struct BundleArgs {
    /// Where to write it.
    #[arg(long, default_value = "shard.foil", value_name = "FILE")]
    out: PathBuf,
}

/// Runs the command.
pub fn run(global: &Global, args: &BundleArgs) -> Result<Exit, NodeError> {
    let (data, shard) = open(global)?;
    let doing = || format!("write {}", args.out.display());
    let failed = |error: std::io::Error| NodeError::io(doing(), error);
    let height = shard.position().height;
    if height == 0 {
        return Err(NodeError::NotThere { what: "a block to bundle".into(), holds: "none yet".into() });
    }

    let bar = progress::bar(height * 2, "blocks bundled");
    let mut deployed = BTreeSet::new();
    for height in 1..=height {
        deployed.extend(block_at(&shard, height)?.acts().iter().filter_map(|(_, act)| match act {
            Act::Deploy(deploy) => Some(deploy.program),
            Act::SetWriter(_) => None,
        }));
        bar.inc(1);
    }

    let (dir, name) = place(&args.out).map_err(failed)?;
    let temporary = format!("{}.new", name.to_string_lossy());
    let file = dir.create(&temporary).map_err(failed)?;
    let mut writer =
        BundleWriter::new(BufWriter::with_capacity(1 << 20, file), shard.genesis(), None, height)
            .map_err(failed)?;
    let programs = data.programs()?;
    for id in deployed {
        let wasm = programs.read(&id)?.ok_or_else(|| NodeError::NotThere {
            what: format!("program {id}"),
            holds: "other programs".into(),
        })?;
        writer.program(&wasm).map_err(failed)?;
    }
    for height in 1..=height {
        let block = block_at(&shard, height)?;
        writer.block(&block, shard.commitment(height)?.as_ref(), None).map_err(failed)?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    let mut file = writer.finish().map_err(failed)?;
    file.flush().map_err(failed)?;
    file.get_ref().sync_all().map_err(failed)?;
    let bytes = file.get_ref().metadata().map_err(failed)?.len();
    dir.rename(&temporary, &dir, name).map_err(failed)?;

    let (id, at) = (shard.id(), shard.position().clone());
    shard.close()?;
    let answer = json!({
        "file": args.out.display().to_string(),
        "bytes": bytes,
        "records": at.seq,
        "height": at.height,
        "root": at.root.to_string(),
        "verify": format!("foil-verify --shard {id} {}", args.out.display()),
    });
    output::print(global.output, &answer)?;
    Ok(Exit::Verified)
}
