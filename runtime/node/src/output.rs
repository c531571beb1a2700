//! What commands print: one JSON value, shown as a person or a program wants it.

use crate::cli::Format;
use crate::error::NodeError;
use crate::{told, value};
use abi::codec::dynamic;
use serde_json::Value;
use std::io::{self, Write};
use verify::printable;

/// Prints `answer`.
pub(crate) fn print(format: Format, answer: &Value) -> Result<(), NodeError> {
    let bytes = match format {
        Format::Json => format!("{answer:#}\n").into_bytes(),
        Format::Table => table(answer).into_bytes(),
        Format::Cbor => cbor(answer)?,
    };
    write(&bytes).map(drop)
}

/// Prints a text that is one already.
pub(crate) fn text(text: &str) -> Result<(), NodeError> {
    write(text.as_bytes()).map(drop)
}

/// Prints one item of many that come one by one: a line for a person or of JSON, or its CBOR. Whether somebody reads on.
pub(crate) fn item(
    format: Format,
    item: &Value,
    line: impl FnOnce(&Value) -> String,
) -> Result<bool, NodeError> {
    write(&match format {
        Format::Json => format!("{item}\n").into_bytes(),
        Format::Table => format!("{}\n", line(item)).into_bytes(),
        Format::Cbor => cbor(item)?,
    })
}

fn cbor(answer: &Value) -> Result<Vec<u8>, NodeError> {
    dynamic::encode(&value::from_json(answer))
        .map_err(|e| NodeError::Usage(format!("this answer has no canonical CBOR: {e}")))
}

/// Writes to standard output; false, where a reader has gone away, who has what they wanted.
fn write(bytes: &[u8]) -> Result<bool, NodeError> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(NodeError::io("write the answer", error)),
    }
}

/// Lines of name and value; lists of objects as columns, traps as blocks at the end.
fn table(answer: &Value) -> String {
    let Value::Object(fields) = answer else {
        return rows(answer).unwrap_or_else(|| format!("{}\n", plain(answer)));
    };
    let trap = told::block(fields, false);
    let shown = fields.iter().filter(|(name, _)| trap.is_none() || !told::FIELDS.contains(&name.as_str()));
    let width = shown.clone().map(|(name, _)| name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for (name, value) in shown {
        match (traps(value), rows(value)) {
            (Some(traps), _) => text += &traps,
            (None, Some(rows)) => text += &format!("{name}\n{rows}"),
            (None, None) => text += &format!("{name:<width$}  {}\n", plain(value)),
        }
    }
    text + &trap.unwrap_or_default()
}

/// A non-empty list of traps, as blocks.
fn traps(value: &Value) -> Option<String> {
    let items = value.as_array().filter(|items| !items.is_empty())?;
    items.iter().map(|item| told::block(item.as_object()?, true)).collect()
}

/// A non-empty list of objects with the same fields, as columns.
fn rows(value: &Value) -> Option<String> {
    let items = value.as_array().filter(|items| !items.is_empty())?;
    let names: Vec<&String> = items[0].as_object()?.keys().collect();
    let mut cells = vec![names.iter().map(|name| (*name).clone()).collect::<Vec<_>>()];
    for item in items {
        let item = item.as_object()?;
        cells.push(names.iter().map(|name| item.get(*name).map_or_else(String::new, one_line)).collect());
    }
    let widths: Vec<usize> =
        (0..names.len()).map(|column| cells.iter().map(|row| row[column].len()).max().unwrap_or(0)).collect();
    let line = |row: &Vec<String>| {
        let cells: Vec<_> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        format!("  {}\n", cells.join("  ").trim_end())
    };
    Some(cells.iter().map(line).collect())
}

/// A part of a whole for a person, to a tenth.
pub(crate) fn percent(part: u64, all: u64) -> String {
    let tenths = u128::from(part) * 1000 / u128::from(all.max(1));
    format!("{}.{} %", tenths / 10, tenths % 10)
}

/// A value in a line, as a person reads it.
pub(crate) fn one_line(value: &Value) -> String {
    plain(value).replace('\n', " ")
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), printable)
}
