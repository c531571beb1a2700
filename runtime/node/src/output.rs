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
        Format::Cbor => dynamic::encode(&value::from_json(answer))
            .map_err(|e| NodeError::Usage(format!("this answer has no canonical CBOR: {e}")))?,
    };
    match io::stdout().write_all(&bytes) {
        // A reader that has gone away has what it wanted.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(NodeError::io("write the answer", error))
        }
        _ => Ok(()),
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

fn one_line(value: &Value) -> String {
    plain(value).replace('\n', " ")
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), printable)
}
