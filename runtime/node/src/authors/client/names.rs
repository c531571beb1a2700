//! Names and words of a program as a source file can have them.

use std::collections::BTreeSet;

/// The widest line of a comment.
const COMMENT_WIDTH: usize = 100;

/// Names that are each given once.
#[derive(Clone, Default)]
pub(super) struct Names(BTreeSet<String>);

impl Names {
    /// With these words taken: the language's own.
    pub(super) fn without(words: &str) -> Names {
        Names(words.split_whitespace().map(str::to_owned).collect())
    }

    /// With the names taken that this source declares at its top.
    pub(super) fn beside(mut self, source: &str) -> Names {
        const BEFORE: [&str; 9] =
            ["struct", "enum", "trait", "type", "const", "class", "interface", "function", "use"];
        for line in source.lines().filter(|line| !line.starts_with([' ', '/'])) {
            let mut words =
                line.split(|c: char| !c.is_alphanumeric() && c != '_').skip_while(|it| !BEFORE.contains(it));
            match words.next() {
                Some("use") => self.0.extend(words.map(str::to_owned)),
                Some(_) => self.0.extend(words.next().map(str::to_owned)),
                None => {}
            }
        }
        self
    }

    /// The name of a type, or else with the program's before it.
    pub(super) fn of_type(&mut self, wanted: &str, program: &str) -> String {
        let wanted = upper(wanted);
        if self.0.insert(wanted.clone()) {
            return wanted;
        }
        let wanted = upper(program) + &wanted;
        let tries = (2u64..).map(|number| format!("{wanted}{number}"));
        self.first(std::iter::once(wanted.clone()).chain(tries))
    }

    /// The name of a method, a field or a variant, or else with `_` behind it.
    pub(super) fn of_member(&mut self, wanted: &str) -> String {
        let longer = |name: &String| Some(format!("{name}_"));
        self.first(std::iter::successors(Some(identifier(wanted)), longer))
    }

    fn first(&mut self, mut tries: impl Iterator<Item = String>) -> String {
        let free = tries.find(|name| !self.0.contains(name)).unwrap_or_default();
        self.0.insert(free.clone());
        free
    }
}

/// `name` with nothing in it but letters, digits and `_`, and no digit first.
pub(super) fn identifier(name: &str) -> String {
    let letters = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' });
    let begins = if name.starts_with(|c: char| c.is_ascii_digit()) { "_" } else { "" };
    let found: String = begins.chars().chain(letters).collect();
    if found.trim_matches('_').is_empty() { "unnamed".into() } else { found }
}

/// `open_all` as `OpenAll`.
pub(super) fn upper(name: &str) -> String {
    let identifier = identifier(name);
    let words = identifier.split('_').filter(|word| !word.is_empty());
    let found: String = words.map(|word| word[..1].to_ascii_uppercase() + &word[1..]).collect();
    if found.starts_with(|c: char| c.is_ascii_digit()) { format!("T{found}") } else { found }
}

/// An author's words as the lines of a comment, which nothing in them can end, and in which nothing is code that a
/// documentation's tests would run.
pub(super) fn prose(text: &str) -> Vec<String> {
    // Nothing that is not seen: it could turn the direction of what is read.
    let is_seen = |c: &char| !c.is_control() && c.escape_debug().len() <= 2;
    let words = text.split_whitespace().map(|word| word.chars().filter(is_seen).collect::<String>());
    let mut lines: Vec<String> = Vec::new();
    for word in words.filter(|word| !word.is_empty()) {
        let word = word.replace("*/", "* /").replace("```", "'''").replace("~~~", "---");
        match lines.last_mut() {
            Some(line) if line.len() + word.len() < COMMENT_WIDTH => *line += &format!(" {word}"),
            _ => lines.push(word),
        }
    }
    lines
}
