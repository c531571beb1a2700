//! `foil-verify`: the auditor's small binary. It needs no node, no database and no network.

use clap::Parser;
use std::process::ExitCode;
use verify::cli::{Format, VerifyArgs, run};

/// Verify what a Counterfoil node signed: a bundle, a receipt or a proof.
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
    run(&cli.args, cli.output, &mut |_| ()).into()
}
