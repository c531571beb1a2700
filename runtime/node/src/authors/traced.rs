//! What native tests did, done again on wasm.
//!
//! `guest-sdk` writes it down where the environment asks for it, and says there in which form (`trace.rs`). A call that
//! ran out of fuel natively was made to by its test, for native code knows no fuel: it changes nothing, and is left out.

use super::error::AuthorError;
use super::stage::{Stage, Theatre};
use crate::commands::read_file;
use crate::error::NodeError;
use crate::value::{hex, unhex};
use abi::call::{Call, Caller};
use abi::codec::Decode;
use abi::diff::Diff;
use abi::effect::Execution;
use abi::genesis::Genesis;
use abi::id::Hash;
use abi::outcome::{Outcome, Trap};
use abi::session::Mode;
use std::collections::BTreeSet;
use std::path::Path;

const HEAD: &str = "counterfoil trace 1";
/// No host of a test asks for more.
const FILE_BYTES_MAX: u64 = 1 << 30;

/// What was done again, and came to the same.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Replayed {
    /// Hosts of tests.
    pub(crate) hosts: usize,
    /// Those of them that run other programs, which are left out.
    pub(crate) others: usize,
    pub(crate) calls: usize,
    pub(crate) queries: usize,
    /// What all calls took together.
    pub(crate) fuel: u64,
}

/// Does everything again that the files in `folder` say of the program called `name`.
///
/// # Errors
///
/// The first difference, by test, call and key.
pub(crate) fn replay(folder: &Path, wasm: &[u8], name: &str) -> Result<Replayed, NodeError> {
    let failed = |error| NodeError::io(format!("list {}", folder.display()), error);
    let mut files = Vec::new();
    for entry in folder.read_dir().map_err(failed)? {
        files.push(entry.map_err(failed)?.path());
    }
    files.sort();
    let theatre = Theatre::open(wasm)?;
    let (mut replayed, mut seen) = (Replayed::default(), BTreeSet::new());
    for file in files {
        let text = read(&file)?;
        // Tests that begin alike, and properties with many cases, are seen once.
        if seen.insert(abi::crypto::blake3(text.as_bytes())) {
            one(&theatre, &file, &text, name, &mut replayed)?;
        }
    }
    Ok(replayed)
}

fn read(file: &Path) -> Result<String, NodeError> {
    let text = String::from_utf8(read_file(file, FILE_BYTES_MAX)?);
    text.map_err(|error| NodeError::io(format!("read {}", file.display()), error))
}

/// Does again what one file says.
fn one(theatre: &Theatre, file: &Path, text: &str, name: &str, to: &mut Replayed) -> Result<(), NodeError> {
    let wrong = |line: usize, because: &str| AuthorError::Trace {
        file: file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        line,
        because: because.into(),
    };
    let mut lines = text.lines().enumerate();
    if lines.next().is_none_or(|(_, head)| head != HEAD) {
        return Err(wrong(1, "it does not begin as such a record does").into());
    }
    let host = lines.next().and_then(|(_, line)| Host::parse(line));
    let host = host.ok_or_else(|| wrong(2, "it does not say whose it is"))?;
    to.hosts += 1;
    if host.name != name {
        to.others += 1;
        return Ok(());
    }
    let mut stage = Stage::new(theatre, host.genesis, host.program);
    for (at, line) in lines {
        let asked = Asked::parse(line).ok_or_else(|| wrong(at + 1, "it is neither a call nor a query"))?;
        if let Some(difference) = asked.again(&mut stage, to)? {
            let (test, method) = (host.test.into(), asked.method().into());
            return Err(AuthorError::Differs { test, index: at - 1, method, difference }.into());
        }
    }
    Ok(())
}

/// Whose a record is.
struct Host<'a> {
    name: &'a str,
    test: &'a str,
    genesis: Genesis,
    program: Hash,
}

impl Host<'_> {
    fn parse(line: &str) -> Option<Host<'_>> {
        let fields: Vec<&str> = line.split('\t').collect();
        let ["host", name, test, genesis, program] = fields[..] else { return None };
        let genesis = Genesis::from_bytes(&unhex(genesis)?).ok()?;
        Some(Host { name, test, genesis, program: program.parse().ok()? })
    }
}

/// What a host was asked, and what it came to natively.
enum Asked {
    Call { time_ms: u64, call: Box<Call>, came: Outcome, diff: Diff, effect: Hash },
    Query { time_ms: u64, caller: Caller, method: String, args: Vec<u8>, came: Outcome },
}

impl Asked {
    fn parse(line: &str) -> Option<Asked> {
        let fields: Vec<&str> = line.split('\t').collect();
        let outcome = |code: &str, output: &str| Outcome::from_parts(code.parse().ok()?, unhex(output)?);
        match fields[..] {
            ["call", time, call, code, output, diff, effect] => Some(Asked::Call {
                time_ms: time.parse().ok()?,
                call: Box::new(Call::from_bytes(&unhex(call)?).ok()?),
                came: outcome(code, output)?,
                diff: Diff::from_bytes(&unhex(diff)?).ok()?,
                effect: effect.parse().ok()?,
            }),
            ["query", time, caller, method, args, code, output] => Some(Asked::Query {
                time_ms: time.parse().ok()?,
                caller: Caller::from_bytes(&unhex(caller)?).ok()?,
                method: method.into(),
                args: unhex(args)?,
                came: outcome(code, output)?,
            }),
            _ => None,
        }
    }

    fn method(&self) -> &str {
        match self {
            Asked::Call { call, .. } => &call.method,
            Asked::Query { method, .. } => method,
        }
    }

    /// Asks it again on wasm: what is different, if anything is.
    fn again(&self, stage: &mut Stage<'_>, to: &mut Replayed) -> Result<Option<String>, NodeError> {
        let mode = if matches!(self, Asked::Call { .. }) { Mode::Call } else { Mode::Query };
        if !stage.has(self.method(), mode) {
            return Ok(Some("the wasm has no such method".into()));
        }
        match self {
            Asked::Call { came: Outcome::Trapped(Trap::OutOfFuel), .. } => {
                stage.skip();
                Ok(None)
            }
            Asked::Call { time_ms, call, came, diff, effect } => {
                let (execution, now) = stage.call(call, *time_ms)?;
                to.calls += 1;
                to.fuel = to.fuel.saturating_add(execution.fuel);
                Ok((now.hash() != *effect).then(|| difference(came, diff, &execution)))
            }
            Asked::Query { time_ms, caller, method, args, came } => {
                let now = stage.query(caller, method, args, *time_ms)?;
                to.queries += 1;
                Ok(outcomes(came, &now))
            }
        }
    }
}

/// The first difference between two runs whose effects differ.
fn difference(came: &Outcome, diff: &Diff, now: &Execution) -> String {
    let keys: BTreeSet<&[u8]> = diff.iter().chain(now.diff.iter()).map(|(key, _)| key).collect();
    let written = |diff: &Diff, key| match diff.get(key) {
        None => "nothing written".to_owned(),
        Some(None) => "deleted".into(),
        Some(Some(value)) => shown(value),
    };
    let first = keys.into_iter().find(|key| diff.get(key) != now.diff.get(key)).map(|key| {
        format!(
            "key {}: natively {}, on wasm {}",
            shown(&key[1..]),
            written(diff, key),
            written(&now.diff, key)
        )
    });
    outcomes(came, &now.outcome).or(first).unwrap_or_else(|| "its events or messages differ".into())
}

fn outcomes(came: &Outcome, now: &Outcome) -> Option<String> {
    let told = |outcome: &Outcome| match outcome {
        Outcome::Returned(bytes) => format!("returned {}", shown(bytes)),
        Outcome::Failed(bytes) => format!("failed with {}", shown(bytes)),
        Outcome::Trapped(trap) => format!("trapped: {trap}"),
    };
    (came != now).then(|| format!("natively it {}, on wasm it {}", told(came), told(now)))
}

/// Bytes for a person: the name of a field, and hexadecimal digits; of many, the first.
fn shown(bytes: &[u8]) -> String {
    const SHOWN_MAX: usize = 64;
    let (name, rest) = match bytes.iter().position(|byte| *byte == 0) {
        Some(at) if at > 0 && bytes[..at].is_ascii() => (String::from_utf8_lossy(&bytes[..at]), &bytes[at..]),
        _ if bytes.len() > 1 && bytes.iter().all(u8::is_ascii_graphic) => {
            (String::from_utf8_lossy(bytes), &b""[..])
        }
        _ => ("".into(), bytes),
    };
    let more = if rest.len() > SHOWN_MAX { "…" } else { "" };
    let digits = hex(&rest[..rest.len().min(SHOWN_MAX)]);
    [name.as_ref(), digits.as_str()]
        .iter()
        .filter(|part| !part.is_empty())
        .copied()
        .collect::<Vec<_>>()
        .join(" ")
        + more
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_what_the_sdk_writes_and_nothing_else() {
        let query = Asked::parse("query\t7\t820040\ttotal\t80\t0\t05").expect("a query");
        assert_eq!(query.method(), "total");
        for line in [
            "",
            "query",
            "query\t7\t820040\ttotal\t80\t0\tzz",
            "call\t1\t\t0\t\t\t",
            "query\t7\t820040\tt\t80\t9\t05",
        ] {
            assert!(Asked::parse(line).is_none(), "{line:?}");
        }
    }

    #[test]
    fn a_difference_is_told_by_its_key() {
        let mut diff = Diff::new();
        diff.put(b"\x01total\0".to_vec(), Some(vec![7]));
        let now = Execution {
            outcome: Outcome::Returned(vec![1]),
            diff: Diff::new(),
            events: Vec::new(),
            messages: Vec::new(),
            fuel: 0,
            logs: Vec::new(),
            detail: Vec::new(),
        };
        let same = Outcome::Returned(vec![1]);
        assert_eq!(difference(&same, &diff, &now), "key total 00: natively 07, on wasm nothing written");
        assert_eq!(difference(&same, &now.diff, &now), "its events or messages differ");
        let other = difference(&Outcome::Trapped(Trap::Unreachable), &diff, &now);
        assert!(other.ends_with("on wasm it returned 01"), "{other}");
    }
}
