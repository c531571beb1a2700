//! `foil explain`: what a code means, why it happens, and how to mend it.

use crate::cli::Global;
use crate::error::NodeError;
use crate::explain::{Explanation, KINDS, find, nearest};
use crate::output;
use clap::Args;
use serde_json::{Map, Value, json};
use verify::Exit;

/// Explain a code.
#[derive(Args, Debug)]
pub struct ExplainArgs {
    /// An error (`E7003`), a trap (`T3`, `trap 3`, `out-of-fuel`), an outcome (`failed`) or an exit code
    /// (`exit 6`); without it, all of them.
    code: Vec<String>,
}

/// Runs the command.
pub fn run(global: &Global, args: &ExplainArgs) -> Result<Exit, NodeError> {
    let answer = match args.code.join(" ") {
        all if all.is_empty() => every(),
        code => one(find(&code).ok_or_else(|| unknown(&code))?),
    };
    output::print(global.output, &answer)?;
    Ok(Exit::Verified)
}

/// All codes by kind, with a line each.
fn every() -> Value {
    let line = |it: &Explanation| match it.name() {
        Some(name) => json!({ "code": it.code, "name": name, "what": it.what }),
        None => json!({ "code": it.code, "what": it.what }),
    };
    let lines = |tables: &[&[Explanation]]| tables.concat().iter().map(line).collect();
    let kinds = KINDS.iter().map(|(kind, tables)| ((*kind).to_owned(), Value::Array(lines(tables))));
    Value::Object(kinds.collect::<Map<_, _>>())
}

fn one(it: &Explanation) -> Value {
    let mut answer = Map::from_iter([("code".to_owned(), it.code.into())]);
    answer.extend(it.name().map(|name| ("name".to_owned(), name.into())));
    answer.extend(
        [("what", it.what), ("why", it.why), ("mend", it.mend)]
            .map(|(name, text)| (name.to_owned(), text.into())),
    );
    Value::Object(answer)
}

fn unknown(code: &str) -> NodeError {
    let nearest = nearest(code).join(", ");
    NodeError::Usage(format!("there is no code `{code}`; nearest: {nearest}; `foil explain` lists all"))
}
