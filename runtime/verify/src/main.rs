//! `foil-verify`: the auditor's small binary. It needs no node, no database and no network.

use clap::Parser;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use verify::cli::{Format, VerifyArgs, run};

/// Verify what a Counterfoil node signed: a bundle, a shard's directory, a receipt, a proof, a checkpoint or the
/// proof of a fork.
///
/// Exit codes: 0 verified, 10 invalid, 11 consistent but unanchored, 12 cannot judge, 13 diverged,
/// 1 other failure, 2 usage, 3 IO.
#[derive(Parser)]
#[command(name = "foil-verify", version)]
struct Cli {
    #[command(flatten)]
    args: VerifyArgs,
    /// How to print the report.
    #[arg(short, long, default_value = "table")]
    output: Format,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut progress = Progress::new();
    let exit = run(&cli.args, cli.output, &mut |records| progress.at(records));
    exit.into()
}

/// How far it is and how fast it goes, on standard error where somebody looks.
#[expect(clippy::disallowed_types, reason = "a person is told how fast it goes; no verdict depends on it")]
struct Progress {
    begun: std::time::Instant,
    told: std::time::Instant,
    is_shown: bool,
}

#[expect(clippy::disallowed_types, reason = "a person is told how fast it goes; no verdict depends on it")]
impl Progress {
    fn new() -> Progress {
        let now = std::time::Instant::now();
        Progress { begun: now, told: now, is_shown: io::stderr().is_terminal() }
    }

    fn at(&mut self, records: u64) {
        if !self.is_shown || self.told.elapsed().as_millis() < 200 {
            return;
        }
        self.told = std::time::Instant::now();
        let per_second = u128::from(records) * 1000 / self.begun.elapsed().as_millis().max(1);
        // Over the line before; nobody who has gone away changes the verdict.
        let _ = write!(io::stderr(), "\r{records} records verified, {per_second} a second ");
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.is_shown && self.told > self.begun {
            let _ = writeln!(io::stderr());
        }
    }
}
