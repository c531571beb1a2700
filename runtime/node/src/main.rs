//! `foil`: the host.

use abi::Coded;
use clap::Parser;
use mimalloc::MiMalloc;
use node::cli::Cli;
use node::error::NodeError;
use std::io::Write;
use std::process::ExitCode;
use tracing_subscriber::prelude::*;
use tracing_subscriber::{EnvFilter, Layer, fmt, registry};
use verify::Exit;

/// What a block's calls leave is given back by another thread than the one that asked for it, which the system's
/// allocator makes both wait for.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    match run(&Cli::parse_from(node::arguments::named(std::env::args_os()))) {
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

/// Runs the command, whose log goes to standard error.
fn run(cli: &Cli) -> Result<Exit, NodeError> {
    let global = node::global(cli)?;
    let level = ["warn", "info", "debug", "trace"][cli.verbosity().min(3)];
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    let log = fmt::layer().with_writer(std::io::stderr);
    let log = if cli.logs_json(&global) { log.json().boxed() } else { log.boxed() };
    #[cfg(not(feature = "otel"))]
    registry().with(log.with_filter(filter)).init();
    #[cfg(feature = "otel")]
    let _traces = {
        use node::traces::{Exporter, TARGET};
        use tracing_subscriber::filter::{FilterExt, filter_fn};
        let traces = if cli.serves() { Exporter::start()? } else { None };
        let filter = filter.and(filter_fn(|metadata| metadata.target() != TARGET));
        let layer = traces.as_ref().map(Exporter::layer);
        registry().with(log.with_filter(filter)).with(layer).init();
        traces
    };
    node::run(cli, &global)
}
