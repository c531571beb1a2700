//! What preparation costs: ratios, measured side by side in one run.
//!
//! Every kernel is compiled raw, with the engine's own switches, and prepared; the variants then take turns,
//! round after round, and the least processor time of each counts: what else runs on the machine only ever
//! adds. The same goes for compiling, for isolated calls and for host calls, whose time is held against what they
//! are paid. The table ends with the bars that the figures are held to.
//!
//! Invariant: no figure of one run is compared with a figure of another.

mod calls;
mod clock;
mod compiling;
mod hostcalls;
mod kernels;
mod report;
mod variants;

use kernels::KERNELS;
use report::Report;
use std::error::Error;
use std::fmt::Write as _;
use std::path::PathBuf;

/// What fails here, fails for good.
type Result<T> = std::result::Result<T, Box<dyn Error>>;

const USAGE: &str = "usage: bench [--only NAME]... [--rounds N] [--json PATH]
  NAME is a kernel, or `calls`, `compile` or `hostcalls`";

/// What was asked for.
struct Asked {
    /// Kernels and parts; all of them if empty.
    only: Vec<String>,
    rounds: u32,
    json: Option<PathBuf>,
}

impl Asked {
    fn read(mut args: impl Iterator<Item = String>) -> Result<Asked> {
        let mut asked = Asked { only: Vec::new(), rounds: 25, json: None };
        while let Some(option) = args.next() {
            let value = args.next().ok_or(USAGE)?;
            match option.as_str() {
                "--only" => asked.only.push(value),
                "--rounds" => asked.rounds = value.parse()?,
                "--json" => asked.json = Some(value.into()),
                _ => return Err(USAGE.into()),
            }
        }
        let is_known = |name: &String| {
            ["calls", "compile", "hostcalls"].contains(&name.as_str()) || kernels::is_known(name)
        };
        if asked.rounds == 0 || !asked.only.iter().all(is_known) {
            return Err(USAGE.into());
        }
        Ok(asked)
    }

    fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == name)
    }
}

fn main() -> Result<()> {
    let asked = Asked::read(std::env::args().skip(1))?;
    let engines = variants::Engines::new()?;
    let mut report = Report { rounds: asked.rounds, ..Report::default() };
    for kernel in KERNELS.iter().filter(|kernel| asked.wants(kernel.name)) {
        report.kernels.push(kernels::measure(&engines, kernel, asked.rounds)?);
    }
    if asked.wants("compile") {
        report.compiling = Some(compiling::measure(&engines, kernels::ALL, asked.rounds)?);
    }
    if asked.wants("calls") {
        report.calls = Some(calls::measure(asked.rounds)?);
    }
    if asked.wants("hostcalls") {
        report.hostcalls = Some(hostcalls::measure(&engines, asked.rounds)?);
    }
    let mut text = String::new();
    write!(text, "{report}")?;
    println!("{text}");
    if let Some(path) = asked.json {
        std::fs::write(path, report.json())?;
    }
    Ok(())
}
