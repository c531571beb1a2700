//! `foil verify`, which is what `foil-verify` is.

use crate::cli::{Format, Global};
use crate::error::NodeError;
use crate::{output, progress};
use verify::cli::{VerifyArgs, verify};
use verify::{Exit, Report};

/// Runs the command.
pub fn run(global: &Global, args: &VerifyArgs) -> Result<Exit, NodeError> {
    let bar = progress::counter("records verified");
    let report = verify(args, &mut |records| bar.set_position(records));
    bar.finish_and_clear();
    match global.output {
        Format::Table => output::text(&report.to_text())?,
        format => output::print(format, &value(&report)?)?,
    }
    Ok(report.verdict.exit)
}

fn value(report: &Report) -> Result<serde_json::Value, NodeError> {
    serde_json::from_str(&report.to_json().to_string())
        .map_err(|error| NodeError::io("write the report", error))
}
