//! `foil`: the host.

use abi::Coded;
use clap::Parser;
use mimalloc::MiMalloc;
use node::cli::Cli;
use std::io::Write;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// What a block's calls leave is given back by another thread than the one that asked for it, which the system's
/// allocator makes both wait for.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let global = node::global(&cli);
    let level = ["warn", "info", "debug", "trace"][cli.verbosity().min(3)];
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match &global {
        Ok(global) if cli.logs_json(global) => log.json().init(),
        _ => log.init(),
    }
    match global.and_then(|global| node::run(&cli, &global)) {
        Ok(exit) => exit.into(),
        Err(error) => {
            let code = error.code();
            // Nobody is left to tell if standard error is gone.
            let _ = writeln!(
                std::io::stderr(),
                "foil: E{code}: {} (foil explain E{code})",
                verify::printable(&error.to_string())
            );
            error.exit().into()
        }
    }
}
