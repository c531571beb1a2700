//! Signed notes (C2SP signed-note): a text, and the signatures of those who stand for it.
//!
//! ```text
//! text, ending in a newline
//! (an empty line)
//! — NAME base64(key id ‖ signature)
//! ```
//!
//! What is parsed is written back as the same bytes: base64 has one form here, and a note has no bytes
//! beside text and lines. A note says nothing before [`Note::verify`] has found a known key's signature.

use abi::{Coded, Hash};
use base64ct::{Base64, Encoding};
use std::fmt;

mod key;

pub use key::{NoteKey, Scheme};

/// Longest note, in bytes: room for sixteen signatures of the largest kind that there is (ML-DSA-44).
pub const NOTE_BYTES_MAX: usize = 128 << 10;
/// Most signatures of a note; the specification asks for at least sixteen.
pub const SIGNATURES_MAX: usize = 64;

/// A text with signature lines, of which nothing is known yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Note {
    text: String,
    lines: Vec<Line>,
}

/// One signature of a note. Text form: the line without its newline.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    name: String,
    id: [u8; 4],
    signature: Vec<u8>,
}

/// What is wrong with a note, a note's key or a head.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoteError {
    /// The bytes are no note.
    #[error("the note is malformed: {0}")]
    Malformed(&'static str),
    /// More bytes or signatures than a note may have.
    #[error("the note is over the limit of {NOTE_BYTES_MAX} bytes and {SIGNATURES_MAX} signatures")]
    TooLong,
    /// The text of a key is none.
    #[error("the note key is malformed: {0}")]
    Key(&'static str),
    /// A known key's signature is wrong.
    #[error("the signature of {0} does not verify")]
    Signature(String),
    /// Nobody known signed.
    #[error("no known key signed the note")]
    Unsigned,
    /// The text of a note is no head.
    #[error("the head is malformed: {0}")]
    Head(&'static str),
}

impl Coded for NoteError {
    fn code(&self) -> u16 {
        match self {
            NoteError::Malformed(_) => 2401,
            NoteError::TooLong => 2402,
            NoteError::Key(_) => 2403,
            NoteError::Signature(_) => 2404,
            NoteError::Unsigned => 2405,
            NoteError::Head(_) => 2406,
        }
    }
}

impl Note {
    /// A note that nobody has signed.
    ///
    /// # Errors
    ///
    /// Malformed, if the text does not end in a newline or has control characters.
    pub fn new(text: String) -> Result<Note, NoteError> {
        if !text.ends_with('\n') {
            return Err(NoteError::Malformed("the text does not end in a newline"));
        }
        if text.bytes().any(|byte| byte < 0x20 && byte != b'\n') {
            return Err(NoteError::Malformed("the text has control characters"));
        }
        Ok(Note { text, lines: Vec::new() })
    }

    /// Reads a note, which has at least one signature line.
    ///
    /// # Errors
    ///
    /// Malformed or too long.
    pub fn parse(bytes: &[u8]) -> Result<Note, NoteError> {
        if bytes.len() > NOTE_BYTES_MAX {
            return Err(NoteError::TooLong);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| NoteError::Malformed("it is not UTF-8"))?;
        // The text may have empty lines of its own; the last one ends it.
        let (text, lines) = text.rsplit_once("\n\n").ok_or(NoteError::Malformed("no empty line"))?;
        let mut note = Note::new(format!("{text}\n"))?;
        let lines = lines.strip_suffix('\n').ok_or(NoteError::Malformed("the last line does not end"))?;
        for line in lines.split('\n') {
            note = note.with(Line::parse(line)?)?;
        }
        Ok(note)
    }

    /// The text, its last newline included.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signatures.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The same note with one more signature.
    ///
    /// # Errors
    ///
    /// Too long.
    pub fn with(mut self, line: Line) -> Result<Note, NoteError> {
        if self.lines.len() == SIGNATURES_MAX {
            return Err(NoteError::TooLong);
        }
        self.lines.push(line);
        Ok(self)
    }

    /// The same note, with the signatures of `keys` alone.
    ///
    /// # Errors
    ///
    /// Refuses the note if a known key's signature is wrong, or no known key signed. Signatures of others
    /// say nothing, and are left out.
    pub fn verify(&self, keys: &[NoteKey]) -> Result<Note, NoteError> {
        let mut known = Note { text: self.text.clone(), lines: Vec::new() };
        for line in &self.lines {
            let Some(key) = keys.iter().find(|key| key.made(line)) else {
                continue;
            };
            if !key.verifies(&self.text, &line.signature) {
                return Err(NoteError::Signature(line.name.clone()));
            }
            if !known.lines.contains(line) {
                known.lines.push(line.clone());
            }
        }
        if known.lines.is_empty() { Err(NoteError::Unsigned) } else { Ok(known) }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.lines.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl Line {
    /// Reads a signature line, without its newline.
    ///
    /// # Errors
    ///
    /// Malformed.
    pub fn parse(line: &str) -> Result<Line, NoteError> {
        let (name, encoded) = line
            .strip_prefix("— ")
            .and_then(|rest| rest.split_once(' '))
            .ok_or(NoteError::Malformed("a line is no signature"))?;
        if !is_name(name) {
            return Err(NoteError::Malformed("a signature has no proper name"));
        }
        let bytes =
            Base64::decode_vec(encoded).map_err(|_| NoteError::Malformed("a signature is not base64"))?;
        match bytes.split_first_chunk::<4>() {
            Some((id, signature)) if !signature.is_empty() => {
                Ok(Line { name: name.into(), id: *id, signature: signature.into() })
            }
            _ => Err(NoteError::Malformed("a signature is too short")),
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&self.id, self.signature.as_slice()].concat();
        write!(f, "— {} {}", self.name, Base64::encode_string(&bytes))
    }
}

/// Whether a key or a log may have this name: neither spaces nor `+`, nor control characters.
pub(crate) fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c < ' ' || c == '+')
}

/// A number as C2SP writes it: decimal, without leading zeros.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number: &u64| number.to_string() == text)
}

/// A hash in base64.
pub(crate) fn base64_hash(text: &str) -> Option<Hash> {
    Base64::decode_vec(text).ok()?.try_into().ok().map(Hash)
}

#[cfg(test)]
mod tests;
