//! The command line of `foil-verify`, which `foil verify` is too.

use crate::anchor::Anchor;
use crate::bundle::{Execution, verify_bundle};
use crate::exit::Exit;
use crate::file::{is_bundle, verify_small};
use crate::files;
use crate::report::{Report, Verdict};
use abi::id::Hash;
use abi::sign::PublicKey;
use clap::{Args, ValueEnum};
use std::io::{self, Cursor, Read, Write};
use std::path::PathBuf;

/// Verify a bundle, a receipt or a proof.
#[derive(Args, Debug)]
pub struct VerifyArgs {
    /// The file; `-` reads standard input.
    pub file: PathBuf,
    /// The shard's id: the anchor from which everything else follows.
    #[arg(long, value_name = "ID", conflicts_with = "key")]
    pub shard: Option<Hash>,
    /// Trust this writer's key instead of a shard's id.
    #[arg(long, value_name = "KEY")]
    pub key: Option<Hash>,
    /// Check history and signatures, and run nothing.
    #[arg(long)]
    pub no_execute: bool,
    /// The engine that runs the calls: cranelift, cranelift-none, pulley or wasmi.
    #[cfg(feature = "execute")]
    #[arg(long, value_name = "ENGINE", default_value_t, conflicts_with = "no_execute")]
    pub engine: kernel::Engine,
}

impl VerifyArgs {
    fn execution(&self) -> Execution {
        match self.no_execute {
            #[cfg(feature = "execute")]
            false => Execution::By(self.engine),
            _ => Execution::Off,
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

/// The largest receipt or proof that is read, in bytes.
const SMALL_BYTES_MAX: u64 = 64 << 20;

/// Verifies, prints the report, and says what to exit with.
pub fn run(args: &VerifyArgs, output: Format, progress: &mut dyn FnMut(u64)) -> Exit {
    let report = verify(args, progress).unwrap_or_else(|error| {
        let reason = format!("cannot read {}: {error}", args.file.display());
        Report::new("file").end(Verdict::new(Exit::Io, 6009, reason))
    });
    let text = match output {
        Format::Table => report.to_text(),
        Format::Json => format!("{:#}\n", report.to_json()),
    };
    // A reader that has gone away does not change the verdict.
    let _ = io::stdout().write_all(text.as_bytes());
    report.verdict.exit
}

fn verify(args: &VerifyArgs, progress: &mut dyn FnMut(u64)) -> io::Result<Report> {
    let anchor = match (args.shard, args.key) {
        (Some(shard), _) => Anchor::Shard(shard),
        (None, Some(key)) => Anchor::Key(PublicKey(key.0)),
        (None, None) => Anchor::None,
    };
    let mut input: Box<dyn Read> = match args.file.to_str() {
        Some("-") => Box::new(io::stdin()),
        _ => Box::new(files::open(&args.file)?),
    };
    let mut start = Vec::new();
    input.by_ref().take(64).read_to_end(&mut start)?;
    if is_bundle(&start) {
        let input = io::BufReader::with_capacity(1 << 20, Cursor::new(start).chain(input));
        return Ok(verify_bundle(input, &anchor, args.execution(), progress));
    }
    let mut bytes = start;
    input.take(SMALL_BYTES_MAX).read_to_end(&mut bytes)?;
    Ok(verify_small(&bytes, &anchor))
}
