//! `foil diverge`: the first difference between two histories, and what proves it.

use super::receipt::write_file;
use crate::cli::Global;
use crate::error::NodeError;
use crate::value::hex;
use crate::{output, progress};
use abi::codec::Encode;
use clap::Args;
use kernel::Engine;
use serde_json::{Value, json};
use std::io::BufReader;
use std::path::{Path, PathBuf};
use verify::diverge::{Compared, Difference, compare};
use verify::{BundleSource, DirectorySource, Exit, Source, files};

/// Find the first difference.
#[derive(Args, Debug)]
pub struct DivergeArgs {
    /// A bundle, the directory of a shard, or a data directory.
    one: PathBuf,
    /// Another of the same shard.
    other: PathBuf,
    /// Where to write the bundle of the block that is wrong, which leads whoever runs it to the same.
    #[arg(long, default_value = "diverged.foil", value_name = "FILE")]
    out: PathBuf,
    /// Where to write the proof that the writer signed both, if it did.
    #[arg(long, default_value = "diverged.fork", value_name = "FILE")]
    fork: PathBuf,
    /// The engine that runs the calls: cranelift, cranelift-none, pulley or wasmi.
    #[arg(long, value_name = "ENGINE", default_value_t)]
    engine: Engine,
}

/// Runs the command.
pub fn run(global: &Global, args: &DivergeArgs) -> Result<Exit, NodeError> {
    let mut one = source(global, &args.one)?;
    let mut other = source(global, &args.other)?;
    let bar = progress::counter("blocks compared");
    let compared = compare([&mut *one, &mut *other], args.engine, &mut |height| bar.set_position(height));
    bar.finish_and_clear();
    let (answer, exit) = match compared.map_err(NodeError::Verdict)? {
        Compared::Same { height, longer } => {
            let longer = longer.map(|side| [&args.one, &args.other][side].display().to_string());
            (json!({ "verdict": "no difference", "height": height, "goes_on": longer }), Exit::Verified)
        }
        Compared::Differs(difference) => (shown(args, &difference)?, Exit::Diverged),
    };
    output::print(global.output, &answer)?;
    Ok(exit)
}

/// The history in a file or directory.
fn source(global: &Global, path: &Path) -> Result<Box<dyn Source>, NodeError> {
    if path.join("FORMAT").is_file() {
        let data = crate::data::Data::open(path)?;
        let id = data.choose(global.on.as_deref())?;
        return Ok(Box::new(DirectorySource::new(&path.join(format!("shards/{id}")), true)));
    }
    if path.is_dir() {
        return Ok(Box::new(DirectorySource::new(path, true)));
    }
    let file = files::open(path).map_err(|e| NodeError::io(format!("read {}", path.display()), e))?;
    Ok(Box::new(BundleSource::new(BufReader::with_capacity(1 << 20, file), true)))
}

/// The first host call of the call that came out otherwise which touches a key that differs.
fn host_call(difference: &Difference) -> Value {
    let examined = difference.examined.as_ref();
    let touched = examined.and_then(|examined| {
        let (walk, index) = (examined.walk.as_ref()?, examined.touched?);
        let called = walk.calls.get(index)?;
        Some(json!({ "seq": walk.seq, "number": index + 1, "name": called.name, "key": called.key().map(hex) }))
    });
    touched.unwrap_or_default()
}

/// The difference for a person, with its proofs written to files.
fn shown(args: &DivergeArgs, difference: &Difference) -> Result<Value, NodeError> {
    let kinds: Vec<String> = difference.kinds.iter().map(ToString::to_string).collect();
    let sides: Vec<Value> = [&args.one, &args.other]
        .into_iter()
        .zip(&difference.sides)
        .zip(&difference.blocks)
        .map(|((path, wrong), block)| {
            json!({
                "history": path.display().to_string(),
                "header": block.header.hash().to_string(),
                "root": block.header.root_after.to_string(),
                "run_again": wrong.as_ref().map_or("confirmed".into(), ToString::to_string),
            })
        })
        .collect();
    if let Some(bundle) = &difference.reproduction {
        write_file(&args.out, bundle)?;
    }
    if let Some(fork) = &difference.fork {
        write_file(&args.fork, &fork.to_bytes())?;
    }
    let index =
        difference.seq.and_then(|seq| usize::try_from(seq - difference.blocks[0].header.first_seq).ok());
    let entry = index.and_then(|index| difference.blocks[0].entries.get(index));
    Ok(json!({
        "verdict": "they differ",
        "height": difference.height,
        "seq": difference.seq,
        "first": kinds.first(),
        "differs": kinds,
        "method": entry.map(|entry| entry.call.call.method.clone()),
        "keys": difference.keys.iter().map(|key| hex(key)).collect::<Vec<_>>(),
        "host_call": host_call(difference),
        "sides": sides,
        "reproduction": difference.reproduction.is_some().then(|| args.out.display().to_string()),
        "fork": difference.fork.is_some().then(|| args.fork.display().to_string()),
    }))
}
