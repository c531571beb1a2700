//! What a call that trapped tells a person: how far over which limit, in which functions, and what the
//! program logged before.
//!
//! It comes from the run itself and goes to whoever ran it. It is never part of history, so a record alone
//! does not have it; `foil replay --seq` runs the call again and has.

use abi::effect::Execution;
use abi::outcome::{Outcome, Trap};
use serde_json::{Map, Value, json};
use verify::printable;

/// The fields of an answer that [`block`] shows.
pub(crate) const FIELDS: [&str; 6] = ["trap", "trap_code", "detail", PLACES, "logs", "explain"];

/// The field of the places that a trap was in, innermost first.
pub(crate) const PLACES: &str = "places";

/// Most lines of a program's log that a person is shown: the last ones, among which is a panic.
const LOG_LINES_MAX: usize = 10;

/// What a call that trapped tells.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    detail: Vec<String>,
    logs: Vec<String>,
}

impl Told {
    /// What there is to tell of an execution; nothing, if it did not trap.
    pub fn of(execution: &Execution) -> Option<Told> {
        let Execution { outcome: Outcome::Trapped(_), detail, logs, .. } = execution else { return None };
        Some(Told { detail: detail.clone(), logs: logs.clone() })
    }

    /// What a node has told of one.
    pub(crate) fn new(detail: Vec<String>, logs: Vec<String>) -> Told {
        Told { detail, logs }
    }

    /// Its fields in an answer.
    pub(crate) fn fields(&self) -> Map<String, Value> {
        Map::from_iter([("detail".into(), json!(self.detail)), ("logs".into(), json!(self.logs))])
    }
}

/// The fields of a trap in an answer.
pub(crate) fn trap_fields(trap: Trap) -> Map<String, Value> {
    let code = trap as u8;
    Map::from_iter([
        ("trap".into(), trap.to_string().into()),
        ("trap_code".into(), code.into()),
        ("explain".into(), format!("foil explain T{code}").into()),
    ])
}

/// Whether a line of the detail is the one that names the functions that were running.
pub(crate) fn is_frames(line: &str) -> bool {
    line.starts_with("in ")
}

/// A trap for a person, where `fields` are of one:
///
/// ```text
/// trapped: out of fuel (T3)
///   fuel 5000 of 5000, memory 1088 KiB
///   in ledger::transfer, called by call:transfer
///   log: …
///   see: foil explain T3
/// ```
///
/// Of a call that was looked into, the functions stand one by one, with the lines that are known:
///
/// ```text
///   in ledger::checked_sub at src/lib.rs:40:9
///   inlined into ledger::transfer at src/lib.rs:112:20
///   called by call:transfer
/// ```
///
/// Of a trap in a list, the heading begins with its other fields.
pub(crate) fn block(fields: &Map<String, Value>, in_list: bool) -> Option<String> {
    let (trap, code) = (fields.get("trap")?.as_str()?, fields.get("trap_code")?.as_u64()?);
    let lines = |name: &str| fields.get(name).and_then(Value::as_array).into_iter().flatten();
    let mut text = String::new();
    if in_list {
        let others = fields.iter().filter(|(name, _)| !FIELDS.contains(&name.as_str()));
        let places: Vec<String> = others.map(|(name, value)| format!("{name} {value}")).collect();
        text += &format!("{} ", places.join(", "));
    }
    text += &format!("trapped: {trap} (T{code})\n");
    // Names of functions and lines of log are the program's, which may be a stranger's.
    for line in lines("detail").filter_map(Value::as_str) {
        text += &format!("  {}\n", printable(line));
    }
    let mut joins = "in";
    for place in lines(PLACES).filter_map(Value::as_object) {
        text += &format!("  {joins} {}\n", printable(&place_shown(place)));
        joins = if place.get("inlined") == Some(&Value::Bool(true)) { "inlined into" } else { "called by" };
    }
    let logs: Vec<&str> = lines("logs").filter_map(Value::as_str).collect();
    let earlier = logs.len().saturating_sub(LOG_LINES_MAX);
    if earlier > 0 {
        text += &format!("  log: ({earlier} lines before; `-o json` has all)\n");
    }
    for line in &logs[earlier..] {
        text += &format!("  log: {}\n", printable(line));
    }
    Some(text + &format!("  see: foil explain T{code}\n"))
}

/// A function, and where in it, as far as that is known.
fn place_shown(place: &Map<String, Value>) -> String {
    let text = |name: &str| place.get(name).and_then(Value::as_str);
    let number = |name: &str| place.get(name).and_then(Value::as_u64);
    let mut shown = text("function").unwrap_or_default().to_owned();
    if let Some(file) = text("file") {
        shown += &format!(" at {file}");
        let numbers = [number("line"), number("column")];
        numbers.into_iter().map_while(|number| number).for_each(|number| shown += &format!(":{number}"));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use abi::diff::Diff;

    fn execution(outcome: Outcome, logs: Vec<String>) -> Execution {
        let detail = vec!["fuel 5000 of 5000, memory 64 KiB".into(), "in a\x1b[2J, called by call:b".into()];
        let (diff, events, messages) = (Diff::new(), Vec::new(), Vec::new());
        Execution { outcome, diff, events, messages, fuel: 5000, logs, detail }
    }

    fn fields(logs: Vec<String>) -> Map<String, Value> {
        let mut fields = Map::from_iter([("line".into(), 7.into())]);
        fields.extend(trap_fields(Trap::OutOfFuel));
        fields.extend(Told::of(&execution(Outcome::Trapped(Trap::OutOfFuel), logs)).unwrap().fields());
        fields
    }

    #[test]
    fn a_trap_is_a_block_of_lines_and_writes_over_no_other() {
        let expected = "trapped: out of fuel (T3)\n  fuel 5000 of 5000, memory 64 KiB\n  \
            in a\\u{1b}[2J, called by call:b\n  log: here\\nthere\n  see: foil explain T3\n";
        assert_eq!(block(&fields(vec!["here\nthere".into()]), false).unwrap(), expected);
        let expected = format!("line 7 {expected}");
        assert_eq!(block(&fields(vec!["here\nthere".into()]), true).unwrap(), expected);
    }

    #[test]
    fn places_stand_one_by_one_and_write_over_no_other_line() {
        let mut fields = fields(Vec::new());
        let place = |function: &str, line: Option<u32>, inlined: bool| json!({ "function": function, "file": line.map(|_| "a.rs"), "line": line, "column": 5, "inlined": inlined });
        let places = [place("f\x1b", Some(7), true), place("g", Some(9), false), place("h", None, false)];
        fields.insert(PLACES.into(), places.to_vec().into());
        let text = block(&fields, false).unwrap();
        let expected = "  in f\\u{1b} at a.rs:7:5\n  inlined into g at a.rs:9:5\n  called by h\n";
        assert!(text.contains(expected), "{text}");
    }

    #[test]
    fn of_a_long_log_the_end_is_shown() {
        let text = block(&fields((0..13).map(|line| format!("no. {line}")).collect()), false).unwrap();
        assert!(text.contains("(3 lines before;") && !text.contains("no. 2\n") && text.contains("no. 3\n"));
        assert!(text.contains("no. 12\n"));
    }

    #[test]
    fn what_did_not_trap_has_nothing_to_tell() {
        assert_eq!(Told::of(&execution(Outcome::Failed(Vec::new()), Vec::new())), None);
        assert_eq!(block(&Map::new(), false), None);
    }
}
