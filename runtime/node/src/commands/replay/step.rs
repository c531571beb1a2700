//! `foil replay --step`: one call, host call by host call.

use crate::cli::Format;
use crate::error::NodeError;
use crate::hostcall::{Teller, line};
use abi::effect::HostCalled;
use abi::fault::Fault;
use abi::session::Space;
use kernel::Walk;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io::{self, BufRead, IsTerminal, Write};
use verify::printable;
use vm::CALLS_TRACED_MAX;

/// Host calls, from a call's first on.
pub(super) fn steps(teller: &Teller<'_>, calls: &[HostCalled]) -> Vec<Value> {
    (1..).zip(calls).map(|(number, called)| teller.step(number, called)).collect()
}

/// Whether the walk shows all host calls that the call made.
pub(super) fn is_whole(walk: &Walk) -> bool {
    walk.calls.len() < CALLS_TRACED_MAX
}

/// What the call came to write: each key, its value before the call, and after it.
pub(super) fn writes(teller: &Teller<'_>, walk: &Walk) -> Result<Vec<Value>, Fault> {
    let mut rows = Vec::new();
    for (key, after) in walk.execution.diff.iter() {
        let after = after.map(|value| teller.state_value(key, value));
        rows.push(row(teller, walk, key, &json!(after))?);
    }
    Ok(rows)
}

/// A key with its value before the call, and after it.
fn row(teller: &Teller<'_>, walk: &Walk, key: &[u8], after: &Value) -> Result<Value, Fault> {
    let before = match walk.before.get(key) {
        Ok(before) => json!(before.map(|value| teller.state_value(key, &value))),
        // Nobody read it, and of the state only what was read is here.
        Err(Fault::WitnessIncomplete { .. }) => json!({ "unknown": true }),
        Err(fault) => return Err(fault),
    };
    Ok(json!({ "key": teller.state_key(key), "before": before, "after": after }))
}

/// What came to nothing because the call did not return: the writes that it had made by its host calls, as
/// [`writes`] has them, its events and its messages.
pub(super) fn dropped(teller: &Teller<'_>, walk: &Walk) -> Result<Map<String, Value>, Fault> {
    let (mut written, mut events, mut messages) = (BTreeMap::new(), Vec::new(), Vec::new());
    // One that ended the call did nothing.
    for called in walk.calls.iter().filter(|called| called.result.is_some()) {
        let mut given = teller.given(called);
        match called.name {
            "state_put" | "state_delete" => {
                if let Some(key) = called.key() {
                    written.insert(Space::Program.key(key), given["value"].take());
                }
            }
            "emit" => events.push(given),
            "send" => messages.push(given),
            _ => {}
        }
    }
    let written: Result<Vec<Value>, Fault> =
        written.iter().map(|(key, after)| row(teller, walk, key, after)).collect();
    Ok(Map::from_iter([
        ("writes_dropped".into(), written?.into()),
        ("events_dropped".into(), events.into()),
        ("messages_dropped".into(), messages.into()),
    ]))
}

/// Shows the steps: to a person line by line, who goes on with Enter if they sit at a terminal, and to a program
/// in `answer`. `false` where the person has seen enough.
pub(super) fn show(
    format: Format,
    steps: Vec<Value>,
    answer: &mut Map<String, Value>,
) -> Result<bool, NodeError> {
    if format != Format::Table {
        answer.insert("steps".into(), steps.into());
        return Ok(true);
    }
    let (input, output) = (io::stdin(), io::stdout());
    let seen = match input.is_terminal() && output.is_terminal() {
        true => through(&steps, &mut input.lock(), &mut output.lock()),
        false => steps.iter().try_for_each(|step| writeln!(output.lock(), "{}", line(step))).map(|()| true),
    };
    seen.or_else(|error| match error.kind() {
        // A reader that has gone away has what it wanted.
        io::ErrorKind::BrokenPipe => Ok(false),
        _ => Err(NodeError::io("show the host calls", error)),
    })
}

/// Goes through the steps with somebody at a terminal; `false` where they have seen enough.
fn through(steps: &[Value], input: &mut impl BufRead, output: &mut impl Write) -> io::Result<bool> {
    writeln!(output, "{} host calls. Enter: next, c: continue, q: quit", steps.len())?;
    let mut runs = false;
    for step in steps {
        while !runs {
            let mut asked = String::new();
            // The end of the input is somebody who has gone.
            let read = input.read_line(&mut asked)?;
            match asked.trim() {
                "q" => return Ok(false),
                _ if read == 0 => return Ok(false),
                "" => break,
                "c" => runs = true,
                other => writeln!(output, "{}? Enter: next, c: continue, q: quit", printable(other))?,
            }
        }
        writeln!(output, "{}", line(step))?;
        output.flush()?;
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(input: &str) -> (bool, String) {
        let step = |number: u64| {
            let (given, answer) = (json!({ "key": { "field": "total" } }), json!(number));
            json!({ "step": number, "call": "state_get", "given": given, "answer": answer,
                "fuel_before": 10, "fuel_after": 20 })
        };
        let mut output = Vec::new();
        let went = through(&[1, 2, 3].map(step), &mut input.as_bytes(), &mut output).unwrap();
        (went, String::from_utf8(output).unwrap())
    }

    #[test]
    fn enter_goes_on_and_c_to_the_end() {
        let (went, text) = shown("\n\n\n");
        let expected = "   1  state_get(key={\"field\":\"total\"}) = 1  fuel 10 to 20";
        assert!(went && text.lines().count() == 4 && text.lines().nth(1) == Some(expected), "{text}");
        assert_eq!(shown("\nc\n"), (true, text));
    }

    #[test]
    fn q_and_the_end_of_input_stop() {
        for input in ["\nq\n", "\n"] {
            let (went, text) = shown(input);
            assert!(!went && text.lines().count() == 2, "{text}");
        }
        let (went, text) = shown("what\nc\n");
        assert!(went && text.contains("what? Enter: next"), "{text}");
    }
}
