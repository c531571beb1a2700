//! JSON as reports need it, to write and never to read: the module for browsers is a third smaller than with a
//! library for all of JSON.
//!
//! `{}` writes it on one line, `{:#}` over several with two spaces a level. What is written is UTF-8 text in
//! the sense of RFC 8259: in strings, quotes, backslashes and control characters alone are escaped.

use std::fmt::{self, Write};

/// A value of JSON.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Json {
    /// Nothing.
    Null,
    /// A whole number.
    Number(u64),
    /// Text.
    Text(String),
    /// Values in their order.
    List(Vec<Json>),
    /// Named values, in their order.
    Map(Vec<(&'static str, Json)>),
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, 0)
    }
}

impl Json {
    fn write(&self, f: &mut fmt::Formatter<'_>, level: usize) -> fmt::Result {
        match self {
            Json::Null => f.write_str("null"),
            Json::Number(number) => write!(f, "{number}"),
            Json::Text(text) => write_text(f, text),
            Json::List(list) => {
                f.write_char('[')?;
                for (at, value) in list.iter().enumerate() {
                    separate(f, at, level + 1)?;
                    value.write(f, level + 1)?;
                }
                end(f, list.len(), level, ']')
            }
            Json::Map(map) => {
                f.write_char('{')?;
                for (at, (name, value)) in map.iter().enumerate() {
                    separate(f, at, level + 1)?;
                    write_text(f, name)?;
                    f.write_str(if f.alternate() { ": " } else { ":" })?;
                    value.write(f, level + 1)?;
                }
                end(f, map.len(), level, '}')
            }
        }
    }
}

/// What stands before item `at` of a list or map.
fn separate(f: &mut fmt::Formatter<'_>, at: usize, level: usize) -> fmt::Result {
    if at > 0 {
        f.write_char(',')?;
    }
    break_line(f, level)
}

/// The end of a list or map of `len` items.
fn end(f: &mut fmt::Formatter<'_>, len: usize, level: usize, bracket: char) -> fmt::Result {
    if len > 0 {
        break_line(f, level)?;
    }
    f.write_char(bracket)
}

fn break_line(f: &mut fmt::Formatter<'_>, level: usize) -> fmt::Result {
    if f.alternate() {
        f.write_char('\n')?;
        for _ in 0..level {
            f.write_str("  ")?;
        }
    }
    Ok(())
}

fn write_text(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                f.write_char('\\')?;
                f.write_char(c)?;
            }
            '\u{8}' => f.write_str("\\b")?,
            '\t' => f.write_str("\\t")?,
            '\n' => f.write_str("\\n")?,
            '\u{c}' => f.write_str("\\f")?,
            '\r' => f.write_str("\\r")?,
            '\0'..' ' => write!(f, "\\u{:04x}", u32::from(c))?,
            _ => f.write_char(c)?,
        }
    }
    f.write_char('"')
}

impl From<u8> for Json {
    fn from(number: u8) -> Json {
        Json::Number(number.into())
    }
}

impl From<u64> for Json {
    fn from(number: u64) -> Json {
        Json::Number(number)
    }
}

impl From<usize> for Json {
    fn from(number: usize) -> Json {
        Json::Number(number as u64)
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Json {
        Json::Text(text.to_owned())
    }
}

impl From<String> for Json {
    fn from(text: String) -> Json {
        Json::Text(text)
    }
}

impl<T: Into<Json>> From<Option<T>> for Json {
    fn from(value: Option<T>) -> Json {
        value.map_or(Json::Null, Into::into)
    }
}

impl<T: Into<Json>> From<Vec<T>> for Json {
    fn from(list: Vec<T>) -> Json {
        Json::List(list.into_iter().map(Into::into).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// serde_json writes the same, on one line and over several.
    #[test]
    fn it_is_written_as_by_serde_json() {
        let controls: String = (0..0x20u8).map(char::from).collect();
        let json = Json::Map(vec![
            ("list", vec![1u64, u64::MAX].into()),
            ("empty", Json::List(Vec::new())),
            ("nested", Json::Map(vec![("none", Json::Null), ("nothing", Json::Map(Vec::new()))])),
            ("text", format!("\"\\/\u{7f}ü\u{2028}𝄞{controls}").into()),
            ("absent", None::<u64>.into()),
        ]);
        let theirs: serde_json::Value = serde_json::from_str(&json.to_string()).unwrap();
        assert_eq!(json.to_string(), theirs.to_string());
        assert_eq!(format!("{json:#}"), format!("{theirs:#}"));
    }
}
