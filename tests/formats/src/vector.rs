//! The file of test vectors: one JSON object a line, appended to and never changed.

use serde_json::Value;
use std::path::PathBuf;

/// One object, and what has to be made of it.
#[derive(Clone, PartialEq, Debug)]
pub struct Vector {
    /// Which vector it is: `kind/what`.
    pub name: String,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// What a judge needs beside the bytes, by name.
    pub context: Value,
    /// What the bytes turn out to be.
    pub verdict: Verdict,
}

/// What has to be made of a vector.
#[derive(Clone, PartialEq, Debug)]
pub enum Verdict {
    /// It is valid: the fields of the object by name, and its digest where its kind has one.
    Valid {
        /// The fields.
        fields: Value,
        /// The digest.
        digest: Option<String>,
    },
    /// It breaks the rule of this number.
    Invalid(u16),
}

impl Vector {
    /// The kind of object: what stands before the name's slash.
    pub fn kind(&self) -> &str {
        self.name.split('/').next().unwrap_or_default()
    }

    /// The line of the file.
    pub fn to_line(&self) -> String {
        let mut line = serde_json::json!({ "name": self.name, "kind": self.kind() });
        line["hex"] = hex(&self.bytes).into();
        if self.context != Value::Null {
            line["context"] = self.context.clone();
        }
        match &self.verdict {
            Verdict::Valid { fields, digest } => {
                line["verdict"] = "valid".into();
                line["fields"] = fields.clone();
                if let Some(digest) = digest {
                    line["digest"] = digest.clone().into();
                }
            }
            Verdict::Invalid(code) => {
                line["verdict"] = "invalid".into();
                line["code"] = format!("E{code}").into();
            }
        }
        line.to_string()
    }

    /// Reads a line of the file.
    pub fn from_line(line: &str) -> Vector {
        let line: Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| line[name].as_str().map(str::to_owned);
        let verdict = match text("code") {
            Some(code) => Verdict::Invalid(code[1..].parse().unwrap()),
            None => Verdict::Valid { fields: line["fields"].clone(), digest: text("digest") },
        };
        let bytes = unhex(line["hex"].as_str().unwrap());
        Vector { name: text("name").unwrap(), bytes, context: line["context"].clone(), verdict }
    }
}

/// The file's name.
pub const FILE: &str = "vectors.jsonl";

/// The folder of the vectors.
pub fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../vectors/v1"))
}

/// The lines of the file.
pub fn lines() -> Vec<String> {
    let text = std::fs::read_to_string(folder().join(FILE)).unwrap_or_default();
    assert!(text.is_empty() || text.ends_with('\n'), "lines end");
    text.lines().map(str::to_owned).collect()
}

/// The vectors of the file.
pub fn kept() -> Vec<Vector> {
    lines().iter().map(|line| Vector::from_line(line)).collect()
}

/// Lowercase hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of hexadecimal digits.
pub fn unhex(text: &str) -> Vec<u8> {
    assert!(text.len().is_multiple_of(2), "two digits a byte");
    (0..text.len() / 2).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap()).collect()
}
