//! The command line of `foil-verify`, which `foil verify` is too.

use crate::anchor::Anchor;
use crate::directory::DirectorySource;
use crate::exit::Exit;
use crate::file::{is_bundle, verify_small};
use crate::files;
use crate::history::{Execution, Plan, verify_bundle, verify_history};
use crate::report::{Report, Verdict};
use abi::id::Hash;
use abi::sign::PublicKey;
use clap::{Args, ValueEnum};
use std::io::{self, Cursor, Read, Write};
use std::path::{Path, PathBuf};

/// Verify a bundle, a shard's directory, a receipt, a proof, a checkpoint or a fork.
#[derive(Args, Debug)]
pub struct VerifyArgs {
    /// The file, or the directory of a shard; `-` reads standard input.
    pub file: PathBuf,
    /// The shard's id: the anchor from which everything else follows.
    #[arg(long, value_name = "ID", conflicts_with = "key")]
    pub shard: Option<Hash>,
    /// Trust this writer's key instead of a shard's id.
    #[arg(long, value_name = "KEY")]
    pub key: Option<Hash>,
    /// Check history and signatures, and run nothing.
    #[arg(long, group = "depth")]
    pub no_execute: bool,
    /// Check the chain of headers and the signatures over them, and nothing inside of blocks.
    #[arg(long, group = "depth")]
    pub headers_only: bool,
    /// Run each block on the witness that comes with it, so that no state is held in memory.
    #[cfg(feature = "execute")]
    #[arg(long, group = "depth")]
    pub witness: bool,
    /// Run calls only after this checkpoint, a file, and take the state up to it from the history.
    #[cfg(feature = "execute")]
    #[arg(long, value_name = "FILE", conflicts_with = "depth")]
    pub from: Option<PathBuf>,
    /// How many workers run calls side by side.
    #[cfg(feature = "execute")]
    #[arg(long, value_name = "N", default_value_t = 1, conflicts_with_all = ["depth", "from"], value_parser = clap::value_parser!(u8).range(1..))]
    pub jobs: u8,
    /// The engine that runs the calls: cranelift, cranelift-none, pulley or wasmi.
    #[cfg(feature = "execute")]
    #[arg(long, value_name = "ENGINE", default_value_t, conflicts_with_all = ["no_execute", "headers_only"])]
    pub engine: kernel::Engine,
}

impl VerifyArgs {
    fn plan(&self) -> Result<Plan, Box<Report>> {
        let off = if self.headers_only { Execution::Headers } else { Execution::Off };
        if self.no_execute || self.headers_only {
            return Ok(Plan::of(off));
        }
        #[cfg(not(feature = "execute"))]
        return Ok(Plan::of(off));
        #[cfg(feature = "execute")]
        {
            let execution =
                if self.witness { Execution::Witnessed(self.engine) } else { Execution::By(self.engine) };
            let from = self.from.as_deref().map(checkpoint).transpose()?;
            Ok(Plan { execution, from, jobs: usize::from(self.jobs) })
        }
    }

    fn anchor(&self) -> Anchor {
        match (self.shard, self.key) {
            (Some(shard), _) => Anchor::Shard(shard),
            (None, Some(key)) => Anchor::Key(PublicKey(key.0)),
            (None, None) => Anchor::None,
        }
    }
}

/// How to print a report.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Format {
    /// For a person.
    Table,
    /// For a program.
    Json,
}

/// The largest file that is read whole, in bytes.
const SMALL_BYTES_MAX: u64 = 64 << 20;

/// Verifies, prints the report, and says what to exit with.
pub fn run(args: &VerifyArgs, output: Format, progress: &mut dyn FnMut(u64)) -> Exit {
    let report = verify(args, progress);
    let text = match output {
        Format::Table => report.to_text(),
        Format::Json => format!("{:#}\n", report.to_json()),
    };
    // A reader that has gone away does not change the verdict.
    let _ = io::stdout().write_all(text.as_bytes());
    report.verdict.exit
}

/// Verifies; the report.
pub fn verify(args: &VerifyArgs, progress: &mut dyn FnMut(u64)) -> Report {
    let plan = match args.plan() {
        Ok(plan) => plan,
        Err(report) => return *report,
    };
    let anchor = args.anchor();
    if args.file.is_dir() {
        let mut source = DirectorySource::new(&args.file, plan.executes());
        return verify_history(&mut source, &anchor, &plan, progress);
    }
    let input: io::Result<Box<dyn Read>> = match args.file.to_str() {
        Some("-") => Ok(Box::new(io::stdin())),
        _ => files::open(&args.file).map(|file| Box::new(file) as Box<dyn Read>),
    };
    input
        .and_then(|input| file(input, &anchor, &plan, progress))
        .unwrap_or_else(|error| *unreadable(&args.file, &error))
}

/// Verifies what a file says that it is.
fn file(
    mut input: Box<dyn Read>,
    anchor: &Anchor,
    plan: &Plan,
    progress: &mut dyn FnMut(u64),
) -> io::Result<Report> {
    let mut start = Vec::new();
    input.by_ref().take(64).read_to_end(&mut start)?;
    if is_bundle(&start) {
        let input = io::BufReader::with_capacity(1 << 20, Cursor::new(start).chain(input));
        return Ok(verify_bundle(input, anchor, plan, progress));
    }
    let mut bytes = start;
    input.take(SMALL_BYTES_MAX).read_to_end(&mut bytes)?;
    Ok(verify_small(&bytes, anchor))
}

/// Reads a checkpoint to begin from.
#[cfg(feature = "execute")]
fn checkpoint(path: &Path) -> Result<journal::CheckpointFile, Box<Report>> {
    use abi::Coded;
    use abi::codec::Decode;
    let mut bytes = Vec::new();
    let read = files::open(path).and_then(|file| file.take(SMALL_BYTES_MAX).read_to_end(&mut bytes));
    read.map_err(|error| unreadable(path, &error))?;
    journal::CheckpointFile::from_bytes(&bytes).map_err(|error| {
        let reason = format!("{} is no checkpoint: {error}", path.display());
        Box::new(Report::new("checkpoint").end(Verdict::new(Exit::Invalid, error.code(), reason)))
    })
}

fn unreadable(path: &Path, error: &io::Error) -> Box<Report> {
    let reason = format!("cannot read {}: {error}", path.display());
    Box::new(Report::new("file").end(Verdict::new(Exit::Io, 6009, reason)))
}
