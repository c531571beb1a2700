//! What somebody may have meant who named something that there is not.

use std::cmp::Reverse;

/// Most names that are told where none is near.
const TOLD_MAX: usize = 12;

/// What to say of a name that is none of those known: the nearest, or, where none is near, which there are.
pub(crate) fn hint<'a>(asked: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    let shared = |name: &str| asked.chars().zip(name.chars()).take_while(|(a, b)| a == b).count();
    let nearest = known.iter().min_by_key(|name| (distance(asked, name), Reverse(shared(name))));
    match nearest {
        None => "there is none".into(),
        Some(name) if distance(asked, name) <= asked.chars().count().div_ceil(2) || is_begun(asked, name) => {
            format!("did you mean `{name}`?")
        }
        Some(_) => {
            let more = if known.len() > TOLD_MAX { ", …" } else { "" };
            let told: Vec<String> = known.iter().take(TOLD_MAX).map(|name| format!("`{name}`")).collect();
            format!("there is {}{more}", told.join(", "))
        }
    }
}

/// Whether a name was left off in the middle.
fn is_begun(asked: &str, name: &str) -> bool {
    !asked.is_empty() && name.starts_with(asked)
}

/// How many letters have to be put in, taken out or changed to make one text the other (Levenshtein).
pub(crate) fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut above_left = std::mem::replace(&mut row[0], i + 1);
        for (j, other) in b.iter().enumerate() {
            let changed = above_left + usize::from(letter != *other);
            above_left = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(above_left + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_counted() {
        for (a, b, expected) in [("", "", 0), ("", "ab", 2), ("kitten", "sitting", 3), ("ab", "ba", 2)] {
            assert_eq!((distance(a, b), distance(b, a)), (expected, expected), "{a} {b}");
        }
    }

    #[test]
    fn the_nearest_is_told_or_what_there_is() {
        assert_eq!(hint("hti", ["total", "hit"]), "did you mean `hit`?");
        assert_eq!(hint("amout", ["account", "amount"]), "did you mean `amount`?");
        assert_eq!(hint("assembly", ["rust", "assemblyscript"]), "did you mean `assemblyscript`?");
        assert_eq!(hint("pay", ["total", "hits"]), "there is `total`, `hits`");
        assert_eq!(hint("", ["total"]), "there is `total`");
        assert_eq!(hint("x", []), "there is none");
    }
}
