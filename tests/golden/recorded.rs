//! A text, and the file that pins it.

use crate::case::{folder, names};
use std::fs;
use std::path::PathBuf;

/// Lines of a difference that are shown.
const SHOWN_MAX: usize = 40;

/// Whether files are to be written, and not compared with.
pub(crate) fn records() -> bool {
    std::env::var_os("FOIL_RECORD").is_some_and(|value| value == "1")
}

fn file(name: &str) -> PathBuf {
    folder().join("traces").join(format!("{name}.txt"))
}

/// Compares a text with its file, or writes the file: what differs.
pub(crate) fn difference(name: &str, text: &str) -> Option<String> {
    if records() {
        fs::write(file(name), text).unwrap_or_else(|error| panic!("{name}: {error}"));
        return None;
    }
    let recorded = fs::read_to_string(file(name)).unwrap_or_default();
    (recorded != text).then(|| format!("== traces/{name}.txt\n{}", changed(&recorded, text)))
}

/// Fails with all that differs from what was recorded.
pub(crate) fn hold(differences: &[String]) {
    assert!(
        differences.is_empty(),
        "semantics have changed in {} files. If that is meant, and read: \
         FOIL_RECORD=1 cargo test --release -p tests --test golden\n\n{}",
        differences.len(),
        differences.join("\n")
    );
}

/// The files that nothing is compared with, given the names of all that is; recording removes them.
pub(crate) fn orphans(known: &[&str]) -> Vec<String> {
    let mut orphans = names("traces");
    orphans.retain(|name| !known.contains(&name.as_str()));
    if records() {
        orphans.drain(..).for_each(|name| fs::remove_file(file(&name)).expect("a file can be removed"));
    }
    orphans
}

/// The lines between the first and the last that differ, as they were and as they are, below the last line
/// without indent before them: the call.
fn changed(before: &str, after: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let same = |(a, b): &(&&str, &&str)| a == b;
    let head = old.iter().zip(&new).take_while(same).count();
    let rest = old.len().min(new.len()) - head;
    let tail = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(same).count();
    let call = old[..head].iter().rfind(|line| !line.starts_with(' '));
    let lines = call.map(|line| format!("  {line}"));
    let gone = old[head..old.len() - tail].iter().map(|line| format!("- {line}"));
    let come = new[head..new.len() - tail].iter().map(|line| format!("+ {line}"));
    lines.into_iter().chain(cut(gone)).chain(cut(come)).map(|line| line + "\n").collect()
}

fn cut(lines: impl ExactSizeIterator<Item = String>) -> impl Iterator<Item = String> {
    let left = lines.len().saturating_sub(SHOWN_MAX);
    lines.take(SHOWN_MAX).chain((left > 0).then(|| format!("  and {left} more lines")))
}

#[test]
fn a_difference_shows_the_call_and_the_lines() {
    let before = "1 call a\n    fuel 1\n2 call b\n    fuel 2\n    log x\n";
    let after = "1 call a\n    fuel 1\n2 call b\n    fuel 3\n    log x\n";
    assert_eq!(changed(before, after), "  2 call b\n-     fuel 2\n+     fuel 3\n");
    assert_eq!(changed("", "a\n"), "+ a\n");
}
