//! What every number and word that a person meets means: errors, traps, outcomes and exit codes, each with
//! why it happens and how to mend it.
//!
//! The tables are by layer, in the files below. They cannot drift from the code: `tests/cli/explain.rs` reads
//! the numbers from the sources of all crates, and fails where one is not explained, or is no more.

use crate::nearest::distance;
use abi::outcome::Trap;
use std::cmp::Reverse;

mod authors;
mod bytes;
mod calls;
mod ends;
mod heads;
mod history;
mod interfaces;
mod node;
mod programs;
mod proofs;
mod requests;
mod traps;
mod verification;

/// What one code means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Explanation {
    /// The code, as it is printed: `E7003`, `T3`, `failed`, `exit 6`.
    pub code: &'static str,
    /// What it means, in a line.
    pub what: &'static str,
    /// Why it happens.
    pub why: &'static str,
    /// How to mend it.
    pub mend: &'static str,
}

/// A table of rows `"code" => "what", "why", "how to mend it";`.
macro_rules! explained {
    ($($code:literal => $what:literal, $why:expr, $mend:expr;)+) => {
        &[$(crate::explain::Explanation { code: $code, what: $what, why: $why, mend: $mend }),+]
    };
}
use explained;

/// Every table, by kind.
pub(crate) const KINDS: &[(&str, &[&[Explanation]])] = &[
    (
        "errors",
        &[
            bytes::TABLE,
            history::RECEIPTS,
            history::RULES,
            history::BUNDLES,
            history::FORKS,
            history::SNAPSHOTS,
            heads::TABLE,
            proofs::TABLE,
            programs::TABLE,
            calls::TABLE,
            verification::TABLE,
            node::TABLE,
            requests::TABLE,
            interfaces::TABLE,
            authors::TABLE,
        ],
    ),
    ("traps", &[traps::TABLE]),
    ("outcomes", &[ends::WORDS]),
    ("exits", &[ends::EXITS]),
];

/// Most suggestions for a code that there is not.
const NEAREST_MAX: usize = 3;

fn all() -> impl Iterator<Item = &'static Explanation> {
    KINDS.iter().flat_map(|(_, tables)| tables.iter()).flat_map(|table| table.iter())
}

/// The explanation of a code as people write it: `E7003`, `7003`, `T3`, `trap 3`, `out-of-fuel`, `exit 6`.
pub(crate) fn find(asked: &str) -> Option<&'static Explanation> {
    all().find(|explanation| explanation.forms().contains(&folded(asked)))
}

/// The codes that are written most like `asked`: fewest letters differ, and those late.
pub(crate) fn nearest(asked: &str) -> Vec<&'static str> {
    let asked = folded(asked);
    let shared = |form: &str| asked.chars().zip(form.chars()).take_while(|(a, b)| a == b).count();
    let away = |form: String| (distance(&asked, &form), Reverse(shared(&form)));
    let away = |it: &'static Explanation| Some((it.forms().into_iter().map(away).min()?, it.code));
    let mut near: Vec<_> = all().filter_map(away).collect();
    let least = near.iter().map(|((distance, _), _)| *distance).min();
    near.retain(|((distance, _), _)| Some(*distance) == least);
    near.sort_by_key(|(away, _)| *away);
    near.into_iter().map(|(_, code)| code).take(NEAREST_MAX).collect()
}

impl Explanation {
    /// The name of a trap: `out-of-fuel`.
    pub(crate) fn name(&self) -> Option<String> {
        self.trap().map(|trap| kebab(&format!("{trap:?}")))
    }

    fn trap(&self) -> Option<Trap> {
        self.code.strip_prefix('T').and_then(|code| code.parse().ok()).and_then(Trap::from_code)
    }

    /// Everything that it may be called by.
    fn forms(&self) -> Vec<String> {
        let mut forms = vec![folded(self.code)];
        forms.extend(self.code.strip_prefix('E').map(str::to_owned));
        if let (Some(trap), Some(name)) = (self.trap(), self.name()) {
            forms.push(folded(&trap.to_string()));
            forms.extend([format!("trap-{}", trap as u8), format!("trap-{name}"), name]);
        }
        forms
    }
}

/// Small letters, with one dash for what stands between words.
fn folded(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let words: Vec<&str> = lower.split([' ', '-', '_', '\t', '\n']).filter(|word| !word.is_empty()).collect();
    words.join("-")
}

/// `OutOfFuel` as `out-of-fuel`.
fn kebab(name: &str) -> String {
    let mut kebab = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !kebab.is_empty() {
            kebab.push('-');
        }
        kebab.push(c.to_ascii_lowercase());
    }
    kebab
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_by_whatever_people_call_it() {
        let found = |asked: &str| find(asked).map(|it| it.code);
        for asked in ["T3", "t3", "trap 3", "trap out-of-fuel", "out-of-fuel", "Out of fuel", "out_of_fuel"] {
            assert_eq!(found(asked), Some("T3"), "{asked}");
        }
        for asked in ["E7003", "e7003", "7003"] {
            assert_eq!(found(asked), Some("E7003"), "{asked}");
        }
        assert_eq!(
            (found("exit 6"), found("EXIT-6"), found("failed")),
            (Some("exit 6"), Some("exit 6"), Some("failed"))
        );
        assert_eq!((found("3"), found(""), found("E9999")), (None, None, None));
    }

    #[test]
    fn what_there_is_not_has_a_nearest() {
        assert_eq!(nearest("E7903")[0], "E7003");
        assert_eq!(nearest("exit 14"), ["exit 1", "exit 10", "exit 11"]);
        assert_eq!((nearest("out-of-fule"), nearest("traped")), (vec!["T3"], vec!["trapped"]));
        assert_eq!(nearest("").len(), NEAREST_MAX);
    }

    /// Two to four lines on a terminal: a word or a page is no explanation.
    #[test]
    fn every_code_is_explained_once_and_shortly() {
        let mut forms: Vec<String> = all().flat_map(Explanation::forms).collect();
        let len = forms.len();
        forms.sort();
        forms.dedup();
        // A trap whose text is its name has one form twice.
        let twice = all().filter(|it| it.trap().map(|trap| folded(&trap.to_string())) == it.name()).count();
        assert_eq!(forms.len() + twice - all().filter(|it| it.trap().is_none()).count(), len);
        for it in all() {
            assert!((6..=100).contains(&it.what.len()), "{}", it.code);
            assert!(it.why.ends_with('.') && (20..=260).contains(&it.why.len()), "{}", it.code);
            assert!(it.mend.ends_with('.') && (10..=260).contains(&it.mend.len()), "{}", it.code);
        }
    }
}
