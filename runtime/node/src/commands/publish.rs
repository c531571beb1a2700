//! `foil publish`: the head and tiles of a shard's history as static files.

use crate::cli::Global;
use crate::commands::open;
use crate::error::NodeError;
use crate::site::Site;
use crate::{keys, output};
use clap::Args;
use journal::Head;
use serde_json::json;
use std::path::PathBuf;
use verify::Exit;

/// Publish the history's head and tiles.
#[derive(Args, Debug)]
pub struct PublishArgs {
    /// The directory to publish in, which a web server may serve.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The key that signs the head; the node's own, if none is named.
    #[arg(long, value_name = "FILE")]
    note_key: Option<PathBuf>,
}

/// Runs the command.
pub fn run(global: &Global, args: &PublishArgs) -> Result<Exit, NodeError> {
    let (data, shard) = open(global)?;
    let secret = args.note_key.as_deref().map_or_else(|| data.key(), keys::read)?;
    let origin = Head::origin_of(shard.genesis());
    let head = Head { origin, size: shard.position().seq, root: shard.head() };
    let written = Site::open(&args.out, &shard)?.publish(&shard, &head, &head.sign(&secret)?)?;
    shard.close()?;
    let answer = json!({
        "directory": args.out.display().to_string(),
        "origin": head.origin,
        "records": head.size,
        "head": head.root.to_string(),
        "files_written": written,
        "log_key": Head::key(&head.origin, secret.public())?.to_string(),
    });
    output::print(global.output, &answer)?;
    Ok(Exit::Verified)
}
