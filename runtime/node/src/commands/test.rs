//! `foil test`: a project's tests natively, and the same calls on wasm.

use crate::authors::{self, Project, Replayed};
use crate::cli::Global;
use crate::error::NodeError;
use crate::output;
use crate::program::Serving;
use clap::Args;
use serde_json::{Map, Value};
use std::path::PathBuf;
use verify::Exit;

/// Test a program.
#[derive(Args, Debug)]
pub struct TestArgs {
    /// The project's folder.
    #[arg(default_value = ".", value_name = "FOLDER")]
    project: PathBuf,
}

/// Runs the command.
pub fn run(global: &Global, args: &TestArgs) -> Result<Exit, NodeError> {
    let project = Project::find(&args.project)?;
    let traces = match project.language.is_native {
        true => Some(natively(&project)?),
        false => None,
    };
    let built = authors::build(&project)?;
    let serving = Serving::of_program(&built.program)?;
    let replayed = match &traces {
        Some(Traces(folder)) => authors::replay(folder, &built.wasm, &serving.interface.name)?,
        None => authors::run_calls(&project, &built.wasm, &serving)?,
    };
    let Replayed { hosts, others, calls, queries, fuel } = replayed;
    let mut answer = Map::from_iter([("program".into(), Value::from(serving.id.to_string()))]);
    if traces.is_some() {
        answer.insert("native".into(), "passed".into());
        answer.insert("wasm".into(), "the same effects and answers".into());
        answer.insert("shards".into(), (hosts - others).into());
    }
    answer.extend(
        [("calls", calls.into()), ("queries", queries.into()), ("fuel", Value::from(fuel))]
            .map(|(name, value)| (name.to_owned(), value)),
    );
    output::print(global.output, &Value::Object(answer))?;
    Ok(Exit::Verified)
}

/// A folder with what native tests have written down, which goes with this.
struct Traces(PathBuf);

impl Drop for Traces {
    fn drop(&mut self) {
        // What stays is small, and a build's.
        _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Runs the tests natively.
fn natively(project: &Project) -> Result<Traces, NodeError> {
    let folder = project.dir.join("target").join(format!("traces-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|e| NodeError::io(format!("make {}", folder.display()), e))?;
    let traces = Traces(folder);
    authors::native_tests(project, &traces.0)?;
    Ok(traces)
}
