//! `foil logs`: what programs log at a node.

use crate::cli::{At, Global};
use crate::error::NodeError;
use crate::output::{self, one_line};
use crate::place::There;
use clap::Args;
use serde_json::Value;
use verify::Exit;

/// Show what programs have logged lately at a node.
///
/// A log is no part of history. `foil replay --seq` runs a call again, and shows what it logs.
#[derive(Args, Debug)]
pub struct LogsArgs {
    /// Go on with what is logged from now on.
    #[arg(short, long)]
    follow: bool,
}

/// Runs the command.
pub fn run(global: &Global, args: &LogsArgs) -> Result<Exit, NodeError> {
    let At::Node(address) = &global.at else {
        return Err(NodeError::Usage(
            "programs log at a node that serves: name it with --node; `foil replay --seq N` shows what the call of \
             a record logs"
                .into(),
        ));
    };
    There::find(address, global.on.as_deref())?.logs(args.follow, |line| {
        output::item(global.output, &line, |line| match &line["missed"] {
            Value::Null => format!("{:>10}  {}", line["seq"], one_line(&line["line"])),
            missed => format!("            … {missed} lines were missed"),
        })
    })?;
    Ok(Exit::Verified)
}
