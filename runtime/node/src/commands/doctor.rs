//! `foil doctor`: the health of every file of a data directory.

use crate::cli::Global;
use crate::doctor::{dump, examine};
use crate::environment::{self, Check};
use crate::error::NodeError;
use crate::output;
use clap::Args;
use serde_json::{Value, json};
use std::path::PathBuf;
use verify::Exit;

/// Look into every file of a data directory.
#[derive(Args, Debug)]
pub struct DoctorArgs {
    /// The data directory; that of `--data`, if not given.
    dir: Option<PathBuf>,
    /// Look at the machine instead: settings, clock, limits, engine, disk. Writes a page to time a sync, and removes it.
    #[arg(long, conflicts_with = "dump")]
    environment: bool,
    /// Show one page of a journal instead: what it is, of which frame, and what it holds.
    #[arg(long, value_name = "SEGMENT:PAGE", value_parser = parse_page)]
    dump: Option<(u32, u32)>,
}

fn parse_page(text: &str) -> Result<(u32, u32), String> {
    let parsed =
        text.split_once(':').and_then(|(segment, page)| Some((segment.parse().ok()?, page.parse().ok()?)));
    parsed.ok_or_else(|| "write it as SEGMENT:PAGE, two numbers".into())
}

/// Runs the command.
pub fn run(global: &Global, args: &DoctorArgs) -> Result<Exit, NodeError> {
    let path = match &args.dir {
        Some(dir) => dir,
        None => global.data()?,
    };
    if args.environment {
        let checks = environment::examine(path);
        let healthy = checks.iter().all(Check::is_ok);
        let shown: Vec<Value> = checks.iter().map(Check::shown).collect();
        output::print(global.output, &json!({ "healthy": healthy, "environment": shown }))?;
        return Ok(if healthy { Exit::Verified } else { Exit::Failure });
    }
    if let Some((segment, page)) = args.dump {
        output::print(global.output, &dump(path, global.on.as_deref(), segment, page)?)?;
        return Ok(Exit::Verified);
    }
    let checkup = examine(path)?;
    let answer = json!({ "healthy": checkup.healthy, "files": checkup.files, "plans": checkup.plans });
    output::print(global.output, &answer)?;
    Ok(if checkup.healthy { Exit::Verified } else { Exit::Failure })
}
