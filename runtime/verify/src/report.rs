//! What a verification came to.

use crate::exit::Exit;
use crate::json::Json;

/// A verdict: how it ends, where, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verdict {
    /// The exit code.
    pub exit: Exit,
    /// The stable number of the reason; 0 where there is none to give.
    pub code: u16,
    /// The reason, for a person.
    pub reason: String,
    /// The first bad block.
    pub height: Option<u64>,
    /// The first bad record.
    pub seq: Option<u64>,
    /// Where in the file, in bytes.
    pub offset: Option<u64>,
}

impl Verdict {
    /// A verdict without a place.
    pub fn new(exit: Exit, code: u16, reason: impl Into<String>) -> Verdict {
        Verdict { exit, code, reason: reason.into(), height: None, seq: None, offset: None }
    }
}

/// A verdict with what was checked on the way, and what was not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report {
    /// The verdict.
    pub verdict: Verdict,
    /// What kind of file it was: `bundle`, `receipt`, `proof`.
    pub kind: &'static str,
    /// What was found, by name.
    pub facts: Vec<(&'static str, Json)>,
    /// What was checked.
    pub checked: Vec<&'static str>,
    /// What was not.
    pub unchecked: Vec<&'static str>,
}

impl Report {
    pub(crate) fn new(kind: &'static str) -> Report {
        let verdict = Verdict::new(Exit::Verified, 0, "verified");
        Report { verdict, kind, facts: Vec::new(), checked: Vec::new(), unchecked: Vec::new() }
    }

    pub(crate) fn fact(&mut self, name: &'static str, value: impl Into<Json>) {
        self.facts.push((name, value.into()));
    }

    /// Ends with `verdict`.
    pub(crate) fn end(mut self, verdict: Verdict) -> Report {
        self.verdict = verdict;
        self
    }

    /// The report as JSON.
    pub fn to_json(&self) -> Json {
        let verdict = &self.verdict;
        Json::Map(vec![
            ("kind", self.kind.into()),
            ("exit", (verdict.exit as u8).into()),
            ("verdict", format!("{:?}", verdict.exit).into()),
            ("code", (verdict.code != 0).then(|| format!("E{}", verdict.code)).into()),
            ("reason", verdict.reason.clone().into()),
            ("height", verdict.height.into()),
            ("seq", verdict.seq.into()),
            ("offset", verdict.offset.into()),
            ("facts", Json::Map(self.facts.clone())),
            ("checked", self.checked.clone().into()),
            ("unchecked", self.unchecked.clone().into()),
        ])
    }

    /// The report for a person.
    pub fn to_text(&self) -> String {
        let verdict = &self.verdict;
        let mut text = String::new();
        for (name, value) in &self.facts {
            let value = match value {
                Json::Text(text) => text.clone(),
                other => other.to_string(),
            };
            text += &format!("{name:>14}  {}\n", printable(&value));
        }
        text += &format!("{:>14}  {}\n", "checked", self.checked.join(", "));
        if !self.unchecked.is_empty() {
            text += &format!("{:>14}  {}\n", "not checked", self.unchecked.join(", "));
        }
        let places = [("height", verdict.height), ("seq", verdict.seq), ("offset", verdict.offset)];
        let places: String =
            places.iter().filter_map(|(name, at)| at.map(|at| format!(" {name}={at}"))).collect();
        let code = if verdict.code == 0 { String::new() } else { format!("E{} ", verdict.code) };
        text + &format!("{code}{}:{places} {}\n", exit_words(verdict.exit), printable(&verdict.reason))
    }
}

/// Text that may come from a stranger, with everything escaped by which it could write over other lines.
pub fn printable(text: &str) -> String {
    let shown = |c: char| if c.is_control() { c.escape_default().collect() } else { String::from(c) };
    text.chars().map(shown).collect()
}

fn exit_words(exit: Exit) -> &'static str {
    match exit {
        Exit::Verified => "ok",
        Exit::Invalid => "INVALID",
        Exit::Unanchored => "UNANCHORED",
        Exit::CannotJudge => "CANNOT JUDGE",
        Exit::Diverged => "DIVERGED",
        _ => "error",
    }
}
